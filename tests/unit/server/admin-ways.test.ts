/** What the operator does about ways back in: the check of keyrings and their shares, and ending a block by its number. */
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { b64 } from "../../../src/protocol/sign.ts";
import type { KeyringAnswer, Signed } from "../../../src/protocol/wire.ts";
import { checkKeyrings } from "../../../src/server/admin/check.ts";
import { type AdminDeps, runAdmin } from "../../../src/server/admin/commands.ts";
import { createShares } from "../../../src/server/shares.ts";
import { createSqliteDriver } from "../../../src/server/stores/sqlite.ts";
import { kept, run } from "../../../src/server/stores/work.ts";
import { createHarness, type Harness } from "./harness.ts";
import { newCard, newKeyring, type TestCard } from "./keyrings.ts";
import { createPerson, random, type TestPerson } from "./people.ts";

let server: Harness;
let people: readonly TestPerson[];
let cards: readonly TestCard[];
let lines: string[];

const put = async (keyring: Signed) =>
  (await server.post("/v1/keyring", { keyring })).json<KeyringAnswer>().verdict.type;
beforeEach(async () => {
  server = await createHarness();
  people = await Promise.all(Array.from({ length: 3 }, () => createPerson()));
  cards = people.map(() => newCard());
  lines = [];
  const desk = await createPerson("organisation");
  for (const [at, person] of people.entries()) {
    await server.register(person);
    const desks = at === 0 ? [{ organisation: desk.id, share: random.bytes(32) }] : [];
    const made = await newKeyring(person, server.keys.box.box, { epoch: 1, card: cards[at] ?? null, desks });
    expect(await put(made.signed)).toBe("ok");
  }
});
afterEach(() => server.close());

const command = (...args: readonly string[]) => {
  const never = async () => expect.unreachable();
  const deps: AdminDeps = {
    withServer: (work) => work({ store: server.store, vault: server.vault }),
    openCopy: never,
    restoring: undefined,
    stopped: never,
    signEnding: never,
    rotateKey: never,
    shares: async () => createShares(server.keys.shareKey, random),
    at: (path) => path,
    now: () => server.time.now as never,
    print: (line) => lines.push(line),
  };
  return runAdmin(args, deps);
};
const change = async (sql: string, ...values: readonly string[]) => {
  const driver = createSqliteDriver(join(server.folder, "besace.sqlite"));
  await driver.write(function* () {
    expect(yield* run(sql, ...values)).toBe(1);
    return kept(undefined);
  });
  await driver.close();
};

test("check says that every keyring is as signed and every share opens; with another key file none does", async () => {
  const shares = createShares(server.keys.shareKey, random);
  expect(await checkKeyrings({ store: server.store, shares })).toEqual({ keyrings: 3, altered: 0, lost: 0 });
  const other = createShares(random.bytes(32), random);
  expect(await checkKeyrings({ store: server.store, shares: other })).toEqual({ keyrings: 3, altered: 0, lost: 3 });
  expect(await command("check")).toBe(0);
  expect(lines.at(-1)).toBe("3 keyrings; 0 not as signed, 0 whose share does not open with this key file");
});

test("check finds a body that was changed, a share of another satchel, and a card beside the wrong keyring", async () => {
  const [one, two, three] = people;
  if (one === undefined || two === undefined || three === undefined) throw new Error("three people");
  await change("UPDATE keyring SET sig = $2 WHERE principal = $1", one.id, b64(random.bytes(64)));
  await change(
    "UPDATE way SET share = (SELECT share FROM way WHERE principal = $2) WHERE principal = $1",
    two.id,
    three.id,
  );
  await change("UPDATE way SET locator = $2 WHERE principal = $1", three.id, b64(random.bytes(20)));
  const shares = createShares(server.keys.shareKey, random);
  expect(await checkKeyrings({ store: server.store, shares })).toEqual({ keyrings: 3, altered: 2, lost: 1 });
  expect(await command("check")).toBe(1);
});

test("unblock takes the number as it is read out, and says when it is mistyped, nobody's, or not blocked", async () => {
  const number = cards[1]?.number ?? "";
  await server.post("/v1/block", { number });
  const spoken = number.replace(/(.{4})/g, "$1 ").trim();
  expect(await command("unblock", ...spoken.split(" "))).toBe(0);
  expect(await command("unblock", spoken)).toBe(0);
  expect(await command("unblock", number.slice(1))).toBe(1);
  expect(await command("unblock", newCard().number)).toBe(1);
  expect(lines).toEqual([
    "unblocked",
    "it was not blocked",
    "a block number has twelve digits, and this one is mistyped",
    "no satchel here has a card with this number",
  ]);
});
