/**
 * Who asks for a card that there is not, or has not its proof, learns nothing from how much the server does (issue 4): the
 * same statements to the database in the same order, the same hashes, about the same time.
 */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { b64 } from "../../../src/protocol/sign.ts";
import { createSqlStore } from "../../../src/server/stores/sql-store.ts";
import { createSqliteDriver } from "../../../src/server/stores/sqlite.ts";
import type { Driver, Work } from "../../../src/server/stores/work.ts";
import { createHarness, type Harness } from "./harness.ts";
import { newCard, newKeyring, type TestCard } from "./keyrings.ts";
import { createPerson, random, type TestPerson } from "./people.ts";

let server: Harness;
let asked: string[];
let person: TestPerson;
let card: TestCard;

function* listen<T>(kind: string, work: Work<T>): Work<T> {
  let step = work.next();
  asked.push(kind);
  while (step.done !== true) {
    asked.push(step.value.sql);
    step = work.next(yield step.value);
  }
  return step.value;
}

beforeEach(async () => {
  asked = [];
  const folder = mkdtempSync(join(tmpdir(), "besace-unit-"));
  const own = createSqliteDriver(join(folder, "besace.sqlite"));
  const driver: Driver = {
    ...own,
    read: (work) => own.read(() => listen("read", work())),
    write: (work) => own.write(() => listen("write", work())),
  };
  const store = await createSqlStore({ driver, clock: { now: () => 1 }, random });
  server = await createHarness({ folder, store });
  person = await createPerson();
  card = newCard();
  await server.register(person);
  const { signed } = await newKeyring(person, server.keys.box.box, { epoch: 1, card });
  await server.post("/v1/keyring", { keyring: signed });
});
afterEach(() => server.close());

const wrong = () => b64(random.bytes(32));
const look = ({ locator, card: proof }: TestCard) => server.post("/v1/ways/look", { locator, card: proof });
const open = ({ locator, card: proof, code }: TestCard) => server.post("/v1/ways/open", { locator, card: proof, code });
const statementsOf = async (request: () => Promise<unknown>): Promise<readonly string[]> => {
  asked = [];
  await request();
  return asked;
};

test("an unknown card, a wrong proof and the right one ask the same of the database; so do a wrong code, a frozen card and none", async () => {
  const looked = await statementsOf(() => look(card));
  expect(looked.length).toBeGreaterThan(5);
  for (const other of [newCard(), { ...card, card: wrong() }, { ...newCard(), locator: card.locator }])
    expect(await statementsOf(() => look(other))).toEqual(looked);

  const tried = await statementsOf(() => open({ ...card, code: wrong() }));
  expect(tried.length).toBeGreaterThan(looked.length);
  for (const other of [newCard(), { ...card, card: wrong() }, { ...newCard(), code: card.code }])
    expect(await statementsOf(() => open(other))).toEqual(tried);
  for (let at = 0; at < 9; at += 1) await open({ ...card, code: wrong() });
  expect(await statementsOf(() => open(card))).toEqual(tried);
  expect(await statementsOf(() => open({ ...card, card: wrong() }))).toEqual(tried);
});

test("an unknown card and a wrong proof take about the same time", async () => {
  const times = { unknown: [] as number[], proof: [] as number[] };
  const timed = async (list: number[], request: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    await request();
    list.push(performance.now() - began);
  };
  // In turns, so that whatever else the machine does falls on both.
  for (let at = 0; at < 50; at += 1) {
    await timed(times.unknown, () => open(newCard()));
    await timed(times.proof, () => open({ ...card, card: wrong() }));
  }
  const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[list.length >> 1] ?? 0;
  const ratio = median(times.unknown) / median(times.proof);
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(2);
});
