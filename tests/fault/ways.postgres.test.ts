/**
 * Ways back in with two processes on one PostgreSQL (issue 4): tries are counted by all of them together, before anything is
 * compared; of two keyrings that come at once, one at each process, one is taken.
 */
import { rmSync } from "node:fs";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { b64 } from "../../src/protocol/sign.ts";
import { signErase } from "../../src/protocol/ways.ts";
import type { ErrorAnswer, KeyringAnswer, WayOpenAnswer } from "../../src/protocol/wire.ts";
import type { Store } from "../../src/server/stores/ports.ts";
import { openPostgres } from "../../src/server/stores/postgres.ts";
import { createDatabase } from "../support/postgres.ts";
import { createHarness, type Harness } from "../unit/server/harness.ts";
import { newCard, newKeyring } from "../unit/server/keyrings.ts";
import { createPerson, random, type TestPerson } from "../unit/server/people.ts";

let stores: readonly Store[];
let processes: readonly [Harness, Harness];
let person: TestPerson;
beforeEach(async () => {
  const url = await createDatabase(inject("postgresUrl"));
  const open = () => openPostgres({ url, clock: { now: () => 1 }, random, connections: 6 });
  const [one, two] = [await open(), await open()];
  stores = [one, two];
  const first = await createHarness({
    among: { store: one, self: { node: "one", url: "http://127.0.0.1:1", staleMs: 1e6 } },
  });
  const second = await createHarness({
    among: { store: two, self: { node: "two", url: "http://127.0.0.1:2", staleMs: 1e6 } },
    keyFile: `${first.folder}/server.json`,
  });
  processes = [first, second];
  person = await createPerson();
  await first.register(person);
});
afterEach(async () => {
  for (const process of processes) {
    await process.close(true);
  }
  for (const store of stores) await store.close();
  for (const { folder } of processes) rmSync(folder, { recursive: true, force: true });
});

const put = async (server: Harness, keyring: unknown) =>
  (await server.post("/v1/keyring", { keyring })).json<KeyringAnswer>().verdict;

test("40 wrong codes at once at two processes: ten are compared; the right one opens nothing then, at either", async () => {
  const [one, two] = processes;
  const card = newCard();
  const { locator } = card;
  const first = await newKeyring(person, one.keys.box.box, { epoch: 1, card });
  expect((await put(two, first.signed)).type).toBe("ok");
  const tries = Array.from({ length: 40 }, (_, at) =>
    (at % 2 === 0 ? one : two).post("/v1/ways/open", { locator, card: card.card, code: b64(random.bytes(32)) }),
  );
  const answers = (await Promise.all(tries)).map((answer) => answer.json<ErrorAnswer>());
  const count = (code: string) => answers.filter(({ error }) => error === code).length;
  expect([count("wrong-code"), count("frozen")]).toEqual([10, 30]);
  expect(answers.flatMap(({ left }) => left ?? []).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const right = { locator, card: card.card, code: card.code };
  for (const server of processes)
    expect((await server.post("/v1/ways/open", right)).json<ErrorAnswer>().error).toBe("frozen");
  const second = await newKeyring(person, one.keys.box.box, { epoch: 2, card, opens: first.key });
  expect((await put(one, second.signed)).type).toBe("ok");
  expect((await two.post("/v1/ways/open", right)).json<WayOpenAnswer>().share).toBe(b64(card.share));
});

test("keyrings, blocks and erasing that meet each other at two processes end in one of the orders in which they may come", async () => {
  const [one, two] = processes;
  const card = newCard();
  const first = await newKeyring(person, one.keys.box.box, { epoch: 1, card });
  await put(one, first.signed);
  const made = await Promise.all(
    Array.from({ length: 10 }, () => newKeyring(person, one.keys.box.box, { epoch: 2, card, opens: first.key })),
  );
  const verdicts = await Promise.all(made.map(({ signed }, at) => put(at % 2 === 0 ? one : two, signed)));
  expect(verdicts.filter(({ type }) => type === "ok").length).toBe(1);
  expect(verdicts.filter(({ type }) => type === "conflict").length).toBe(9);
  const right = { locator: card.locator, card: card.card, code: card.code };
  const statement = await signErase(person.identity.privateKey, person.id, one.time.now);
  const [opened, blocked, erased] = await Promise.all([
    one.post("/v1/ways/open", right),
    two.post("/v1/block", { number: card.number }),
    one.post("/v1/erase", { statement }),
  ]);
  expect([200, 404, 423, 503]).toContain(opened.statusCode);
  expect([200, 404]).toContain(blocked.statusCode);
  expect([200, 423]).toContain(erased.statusCode);
  const after = await two.post("/v1/ways/open", right);
  expect(after.statusCode).toBe(erased.statusCode === 200 ? 404 : 423);
});
