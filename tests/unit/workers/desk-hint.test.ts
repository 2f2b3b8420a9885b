/** F7: the inbox as it was shown last, for the first second after the code; and a search over thousands of rows. */
import { expect, test } from "vitest";
import { createSearch } from "../../../src/app/desk/rows.ts";
import { createIdentity } from "../../../src/crypto/identity.ts";
import { type LetterId, type RecordId, randomId } from "../../../src/shared/ids.ts";
import { createMemoryDisk, createMemoryStore } from "../../../src/storage/memory/index.ts";
import { sealHint } from "../../../src/workers/common/hint.ts";
import { createRecords } from "../../../src/workers/common/records.ts";
import type { DeskDeps, DeskSession } from "../../../src/workers/desk/deps.ts";
import { createDeskInbox } from "../../../src/workers/desk/inbox.ts";
import type { DeskMandates } from "../../../src/workers/desk/mandates.ts";
import type { DeskRecord } from "../../../src/workers/desk/records.ts";
import type { DeskShares } from "../../../src/workers/desk/shares.ts";
import type { DeskDossierRow } from "../../../src/workers/desk.contract.ts";
import { createClock, createServer, must, quietLog, random } from "./world.ts";

async function world() {
  const clock = createClock();
  const identity = await createIdentity("organisation", random);
  const disk = createMemoryDisk();
  const deployment = await (await createServer()).deployment();
  const deps = {
    ...{ clock, random, log: quietLog, emit: () => undefined },
    deployments: { current: async () => deployment },
  } as unknown as DeskDeps;
  const inbox = createDeskInbox(deps, {} as DeskShares, {} as DeskMandates);
  const open = (): DeskSession => {
    const store = createMemoryStore({ clock, disk });
    const records = createRecords<DeskRecord>({ store, identity, random, clock, log: quietLog, blobsOf: () => [] });
    return { identity, store, records } as unknown as DeskSession;
  };
  const takeBack = (session: DeskSession, number: string) =>
    session.records.save<never>(randomId<RecordId>(random), () => ({
      ok: true,
      value: {
        next: { t: "withdrawn", from: identity.id, number, procedure: "demande-libre", depositedAt: 5, at: 6 },
      },
    }));
  return { clock, identity, inbox, open, takeBack };
}

test("the next opening shows what was shown last at once, then only what was read", async () => {
  const { clock, identity, inbox, open, takeBack } = await world();
  const first = open();
  expect(await inbox.early(first)).toBeUndefined();
  must(await takeBack(first, "AAAA2222"));
  const rows = must(await inbox.rows(first));
  expect(rows.map((row) => row.number)).toEqual(["AAAA2222"]);
  expect(await inbox.early(first), "what was read stands").toBeUndefined();

  // A change right after it is not written at once: the list of thousands is a megabyte.
  must(await takeBack(first, "BBBB3333"));
  expect(must(await inbox.rows(first))).toHaveLength(2);
  const second = open();
  expect(await inbox.early(second)).toEqual(rows);
  expect(must(await inbox.rows(second))).toHaveLength(2);
  expect(await inbox.early(second)).toBeUndefined();
  clock.pass(60_000);
  expect(await inbox.early(open())).toHaveLength(2);

  const other = open();
  must(await other.store.setHint(await sealHint(identity, { v: 2, rows: [] }, random)));
  expect(await inbox.early(open()), "of another version").toBeUndefined();
  must(
    await other.store.setHint(await sealHint(await createIdentity("organisation", random), { v: 1, rows: [] }, random)),
  );
  expect(await inbox.early(open()), "of another organisation").toBeUndefined();
});

test("a search finds beginnings of names without accents, and parts of numbers", () => {
  const row = (name: string, number: string) =>
    ({ name, number, letter: randomId<LetterId>(random) }) as DeskDossierRow;
  const rows = [row("Camille Morel", "K7QF2M9D"), row("Zoé Le Goff-Quéffélec", "AAAA2222"), row("", "BBBB3333")];
  const find = createSearch(rows);
  const found = (typed: string) => find(typed).map((one) => one.number);
  expect(found("")).toHaveLength(3);
  expect(found("zoe quef")).toEqual(["AAAA2222"]);
  expect(found("k7qf 2m")).toEqual(["K7QF2M9D"]);
  expect(found("orel")).toEqual([]);
});
