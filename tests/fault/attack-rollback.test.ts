/**
 * A server that goes back: it shows a record's older state as if it were news, after a restored backup or on purpose.
 * Pages, pinned keys and answers must not go back with it (INV-1, INV-2; sync SPEC S-R2).
 */
import { describe, expect, test } from "vitest";
import { opHead } from "../../src/protocol/ops.ts";
import type { Cursor } from "../../src/protocol/wire.ts";
import { prepareDesk } from "../../src/server/desks.ts";
import type { RecordId } from "../../src/shared/ids.ts";
import type { SatchelStore } from "../../src/storage/ports.ts";
import { createHarness } from "../unit/server/harness.ts";
import { file, jpeg } from "../unit/workers/files.ts";
import {
  createBrowser,
  createConnectedBrowser,
  createLine,
  createServer,
  eventually,
  must,
  openDesk,
  openTab,
  random,
} from "../unit/workers/world.ts";

/** A server that accepts whatever waits, in order. */
async function acceptAll(store: SatchelStore, seqs: { next: number }): Promise<void> {
  for (let waiting = 1; waiting > 0; ) {
    const { ops } = must(await store.queue());
    waiting = ops.length;
    for (const { op } of ops) {
      must(await store.freezeOps([op]));
      must(await store.bookOk(op, seqs.next));
      seqs.next += 1;
    }
  }
}

async function serverStateOf(store: SatchelStore, record: RecordId) {
  const op = must(await store.getRecord(record))?.server;
  const head = op === null || op === undefined ? undefined : opHead(op);
  if (op === null || op === undefined || head?.ok !== true) throw new Error("the server has this record");
  return { record, op, opId: head.value.op };
}

const show = async (
  store: SatchelStore,
  states: readonly Awaited<ReturnType<typeof serverStateOf>>[],
  seq: number,
  reset: boolean,
) =>
  must(
    await store.storePull({
      records: states.map((state, at) => ({ ...state, seq: seq + at })),
      letters: [],
      proofs: [],
      blobs: [],
      cursor: `e.${seq + states.length}` as Cursor,
      reset,
    }),
  );

const baseOfNext = async (store: SatchelStore, record: RecordId) =>
  must(await store.queue()).ops.find((op) => op.record === record)?.base;

async function openPerson() {
  const browser = createBrowser();
  const tab = openTab(browser);
  const profile = must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
  const store = await tab.store(profile.database);
  return { browser, tab, store, seqs: { next: 1 } };
}

describe("a server that goes back", () => {
  test.each([
    ["shows an older state under a newer number", false],
    ["was restored from a backup", true],
  ])("%s: the page that came after stays, and is sent again", async (_name, reset) => {
    const { tab, store, seqs } = await openPerson();
    const { id } = must(await tab.api.startPaper({ title: "Avis" }));
    await acceptAll(store, seqs);
    const old = await serverStateOf(store, id);
    const { page } = must(await tab.api.addPage(id, file(jpeg({ width: 400, height: 300 }), "a.jpg")));
    must(await tab.api.keepPaper(id));
    await acceptAll(store, seqs);
    await show(store, [old], reset ? 1 : seqs.next + 5, reset);
    const base = await eventually(() => baseOfNext(store, id));
    expect(base).toBe(old.opId);
    expect(Object.keys(must(await tab.api.paper(id)).record.pages)).toEqual([page]);
    expect(must(await tab.api.readPage(id, page, "readable")).bytes.byteLength).toBeGreaterThan(0);
  });

  test("a refused op whose answer shows an older state takes nothing back", async () => {
    const { tab, store, seqs } = await openPerson();
    const { id } = must(await tab.api.startPaper({ title: "Un" }));
    await acceptAll(store, seqs);
    const old = await serverStateOf(store, id);
    must(await tab.api.describePaper(id, { title: "Deux" }));
    await acceptAll(store, seqs);
    must(await tab.api.describePaper(id, { holder: "Amina" }));
    const waiting = must(await store.queue()).ops.find((op) => op.record === id);
    if (waiting === undefined) throw new Error("the change waits");
    must(await store.freezeOps([waiting.op]));
    must(await store.bookConflict(waiting.op, old.op, seqs.next + 5));
    // Nothing is merged before a pull has shown which server this is (S-R3).
    const { cursor } = must(await store.meta());
    must(await store.storePull({ records: [], letters: [], proofs: [], blobs: [], cursor, reset: false, endedAt: 1 }));
    await eventually(async () => ((await baseOfNext(store, id)) === old.opId ? true : undefined));
    expect(must(await tab.api.paper(id)).record).toMatchObject({ title: "Deux", holder: "Amina" });
  });

  test("what was erased does not come back", async () => {
    const { tab, store, seqs } = await openPerson();
    const { id } = must(await tab.api.startPaper({ title: "Un" }));
    await acceptAll(store, seqs);
    const old = await serverStateOf(store, id);
    must(await tab.api.erasePaper(id));
    await acceptAll(store, seqs);
    await show(store, [old], seqs.next + 5, false);
    await eventually(async () => ((await baseOfNext(store, id)) === old.opId ? true : undefined));
    expect(await tab.api.paper(id)).toMatchObject({ ok: false, error: { type: "not-found" } });
  });

  test("keys that were pinned stay pinned: another organisation under the same name gets no letter", async () => {
    const { browser, tab, store, seqs } = await openPerson();
    await acceptAll(store, seqs);
    const [first] = must(await store.listRecords());
    if (first === undefined) throw new Error("the profile is there");
    const unpinned = await serverStateOf(store, first.record);
    browser.deployment = await (await createServer()).deployment();
    await tab.refresh();
    await eventually(async () => ((await baseOfNext(store, first.record)) === unpinned.opId ? true : undefined));
    await acceptAll(store, seqs);
    await show(store, [unpinned], seqs.next + 5, false);
    await eventually(async () => ((await baseOfNext(store, first.record)) === unpinned.opId ? true : undefined));
    browser.deployment = await (await createServer()).deployment();
    await tab.refresh();
    const { id } = must(
      await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas" }),
    );
    expect(must(await tab.api.send(id, null)).stage).toBe("needs-you");
    expect(must(await store.queue()).letters).toEqual([]);
  });
});

test("a desk that opened a dossier has it opened, whatever older state the server shows", {
  timeout: 120_000,
}, async () => {
  const server = await createHarness();
  try {
    const base = await server.http.listen({ port: 0, host: "127.0.0.1" });
    const slug = "ccas-brevigny";
    const deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
    const [line, deskLine] = [createLine(base), createLine(base)];
    const deskBrowser = createConnectedBrowser(deskLine);
    const desk = openDesk(deskBrowser);
    must(await desk.api.enrol({ slug, deskCode, code: "582914" }));
    const tab = openTab(createConnectedBrowser(line));
    await tab.refresh();
    must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
    const { id } = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }));
    must(await tab.api.send(id, null));
    must(await tab.api.sendNow());
    const [profile] = must(await deskBrowser.registry.list());
    const store = await desk.store(profile?.database ?? "");
    const row = await eventually(async () => {
      must(await desk.api.refresh());
      return must(await desk.api.inbox()).rows[0];
    });
    const record = row.letter as string as RecordId;
    const accepted = async (not?: string) => {
      const held = must(await store.getRecord(record));
      return held?.server?.sig === held?.local.sig && held?.server?.sig !== not ? true : undefined;
    };
    await eventually(() => accepted());
    const old = await serverStateOf(store, record);
    must(await desk.api.open(row.letter));
    await eventually(() => accepted(old.op.sig));
    deskLine.online = false;
    await show(store, [old], 10_000, false);
    expect(await eventually(() => baseOfNext(store, record))).toBe(old.opId);
    expect(must(await desk.api.inbox()).rows[0]?.status).toBe("opened");
  } finally {
    await server.close();
  }
});
