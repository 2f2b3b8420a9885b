/**
 * A server that plays with letters: shows them twice, holds one back until it would say something else, hands a reply to
 * another dossier. What a person reads as the newest word is the newest that the organisation wrote (SPEC C-L6).
 */
import { expect, test } from "vitest";
import { createIdentity, type Identity } from "../../src/crypto/identity.ts";
import { sealLetter } from "../../src/crypto/letter.ts";
import { letterManifest } from "../../src/protocol/letters.ts";
import { signProof } from "../../src/protocol/proofs.ts";
import { generateSignPair } from "../../src/protocol/sign.ts";
import { readChain } from "../../src/protocol/statements.ts";
import type { Cursor, Letter, ServerTime } from "../../src/protocol/wire.ts";
import { dossierState } from "../../src/satchel/where.ts";
import { type LetterId, randomId, type ThreadId } from "../../src/shared/ids.ts";
import { createBrowser, createServer, eventually, must, openTab, random } from "../unit/workers/world.ts";

async function openThread() {
  const browser = createBrowser();
  const server = await createServer();
  browser.deployment = await server.deployment();
  const tab = openTab(browser);
  await tab.refresh();
  const { database } = must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
  const store = await tab.store(database);
  const { id } = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas" }));
  const { record } = must(await tab.api.send(id, null));
  const about = Object.keys(record.sent)[0] as LetterId;
  const to = must(await readChain(must(await browser.registry.get(database))?.statements ?? []));
  let seq = 0;
  const reply = async (
    n: number,
    status: "received" | "missing-piece",
    from: Identity = server.organisation,
    thread: ThreadId = record.thread,
  ) => {
    const letter = randomId<LetterId>(random);
    const payload = { t: "status", about, status, requirement: null, text: `n ${n}` };
    const inner = { thread, n, replaces: null, kind: "status", sentAt: 1, blobs: [], payload } as const;
    return { id: letter, letter: await sealLetter({ identity: from, to, letter, blobs: [], inner }) };
  };
  /** The server's row, under the date that it likes. */
  const show = async (letter: { readonly id: LetterId; readonly letter: Letter }, at: number) => {
    seq += 1;
    const letters = [{ ...letter, seq, at }];
    const cursor = `e.${seq}` as Cursor;
    must(await store.storePull({ records: [], letters, proofs: [], blobs: [], cursor, reset: false }));
    await eventually(async () => (must(await store.listInbox()).length === 0 ? true : undefined));
  };
  const heard = async () => must(await tab.api.dossier(id)).record;
  return { server, reply, show, heard, tab, store, about };
}

test("a reply that was held back is kept, and never becomes the newest", async () => {
  const { reply, show, heard } = await openThread();
  const first = await reply(1, "received");
  await show(await reply(2, "missing-piece"), 1000);
  await show(first, 9000);
  const record = await heard();
  expect(Object.keys(record.replies)).toHaveLength(2);
  expect(dossierState(record, [])).toMatchObject({ state: "missing-piece", text: "n 2" });
});

test("the same letter under a later date changes nothing", async () => {
  const { reply, show, heard } = await openThread();
  const first = await reply(1, "missing-piece");
  await show(first, 1000);
  const before = await heard();
  await show(first, 9000);
  expect(await heard()).toEqual(before);
});

test("two helpers who wrote at once are both heard", async () => {
  const { reply, show, heard } = await openThread();
  await show(await reply(1, "missing-piece"), 1000);
  await show(await reply(1, "received"), 2000);
  expect(Object.keys((await heard()).replies)).toHaveLength(2);
});

test("a stranger's reply, and one of another thread, are no replies", async () => {
  const { reply, show, heard } = await openThread();
  await show(await reply(1, "received", await createIdentity("organisation", random)), 1000);
  await show(await reply(1, "received", undefined, randomId<ThreadId>(random)), 1000);
  expect((await heard()).replies).toEqual({});
});

test("a yes without a proof, and a proof that does not verify, are no arrival (INV-2)", async () => {
  const { server, tab, store, about } = await openThread();
  const state = async () => must(await tab.api.outbox()).lines.find((line) => line.what === "dossier")?.state;
  must(await store.freezeLetter(about));
  must(await store.setLetter(about, { state: "accepted" }));
  expect(await state()).toBe("waits");
  const wire = must(await store.readLetter(about))?.wire;
  if (wire === undefined) throw new Error("the letter is kept");
  const proof = {
    t: "deposited",
    v: 1,
    letter: about,
    manifest: await letterManifest(wire),
    to: server.organisation.id,
    at: 7000 as ServerTime,
    have: [],
    of: 0,
  } as const;
  const stranger = await generateSignPair(false);
  must(await store.setLetter(about, { proofs: [await signProof(stranger.privateKey, proof)] }));
  expect(await state()).toBe("waits");
  must(
    await store.setLetter(about, {
      proofs: [await signProof(server.keys.privateKey, { ...proof, at: 8000 as ServerTime })],
    }),
  );
  expect(await state()).toBe("arrived");
});
