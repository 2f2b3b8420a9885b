/**
 * The worker half of papers.ts: a satchel of n papers, written, then opened and listed as after an unlock. Runs in Chromium.
 *
 * Surprising fact: a few papers are saved and delivered by the app's own code; all others are sealed one by one and put beside
 * them in rows of the same shape, a thousand in one transaction. Saved one by one, ten thousand take minutes.
 */

import { createIdentity, type Identity, openIdentity } from "../../src/crypto/identity.ts";
import { sealRecord } from "../../src/crypto/record.ts";
import { createRootKey } from "../../src/crypto/secret.ts";
import type { BlobPointer, PaperRecord, SatchelRecord } from "../../src/satchel/model.ts";
import { paperBlobs } from "../../src/satchel/paper.ts";
import { paperTypes } from "../../src/satchel/paper-types.ts";
import type { B64, Bytes } from "../../src/shared/bytes.ts";
import { type BlobId, type OpId, type RecordId, randomId } from "../../src/shared/ids.ts";
import { ok } from "../../src/shared/result.ts";
import { openDexieStore, openRegistry } from "../../src/storage/dexie/index.ts";
import type { NewBlob, SatchelStore } from "../../src/storage/ports.ts";
import { messageTurns } from "../../src/workers/common/browser.ts";
import { createShownQueue } from "../../src/workers/common/queue.ts";
import { createRecords } from "../../src/workers/common/records.ts";
import { createTurns } from "../../src/workers/common/turns.ts";
import { createAhead } from "../../src/workers/satchel/ahead.ts";
import type { SatchelDeps, Session } from "../../src/workers/satchel/deps.ts";
import { createOthers } from "../../src/workers/satchel/others.ts";
import { createPapers } from "../../src/workers/satchel/papers.ts";
import type { PapersAsked } from "../../src/workers/satchel.contract.ts";

const clock = { now: () => Date.now() };
const random = { bytes: (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length)) };
const name = "bench-papers";

const titles = ["Avis d’imposition", "Facture d’électricité", "Courrier de la mairie", "Bulletin de paie", "Contrat"];

const log = { note: () => undefined };
const turns = createTurns(messageTurns());

/** Only what listing asks for. The registry is a real one in which this satchel does not stand: no way in was tried. */
async function depsOf(): Promise<SatchelDeps> {
  const registry = await openRegistry({ name: `${name}-registry` });
  if (!registry.ok) throw new Error(registry.error.type);
  return { clock, random, log, turns, emit: () => undefined, registry: registry.value } as unknown as SatchelDeps;
}

async function openStore(): Promise<SatchelStore> {
  const store = await openDexieStore(name, { clock });
  if (!store.ok) throw new Error(store.error.type);
  return store.value;
}

async function identityOf(keys: { readonly root: Bytes; readonly sealed: Bytes; readonly statements: unknown }) {
  const identity = await openIdentity(createRootKey(keys.root), keys.sealed, keys.statements as never);
  if (!identity.ok) throw new Error(identity.error.type);
  return identity.value;
}

function sessionOver(store: SatchelStore, identity: Session["identity"]): Session {
  const blobsOf = (record: SatchelRecord) =>
    record.t === "paper" ? paperBlobs(record).map((pointer) => pointer.blob) : [];
  const { giveWay } = turns;
  const records = createRecords<SatchelRecord>({ store, identity, random, clock, log, blobsOf, giveWay });
  const profile = { database: name } as Session["profile"];
  return { store, identity, records, queue: createShownQueue(store), profile };
}

const b64Of = (length: number): B64 =>
  randomId<BlobId>(random)
    .repeat(3)
    .slice(0, Math.ceil((length * 4) / 3)) as never;

function pointer(): BlobPointer {
  const blob = randomId<BlobId>(random);
  const size = { width: 1200, height: 1600 };
  return {
    blob,
    key: b64Of(32),
    hash: b64Of(32),
    bytes: 73_000,
    sealedLength: 75_000,
    root: b64Of(32),
    mime: "image/webp",
    ...size,
  };
}

const blobOf = ({ blob, root, sealedLength }: BlobPointer, sendClass: 3 | 4): NewBlob => ({
  blob,
  header: random.bytes(80),
  segments: 1,
  length: sealedLength,
  root,
  ticket: { body: b64Of(200), sig: b64Of(64) },
  sendClass,
  localOnly: false,
});

/** Ops that one pull says to be taken: a transaction of ten thousand would be none that the app ever makes. */
const onePull = 500;

/** As if the server had taken all but the newest `waiting` papers. */
async function deliver(store: SatchelStore, waiting: number): Promise<void> {
  const [rows, queue] = [await store.listRecords(), await store.queue()];
  if (!rows.ok || !queue.ok) throw new Error("what was written reads");
  const ops = queue.value.ops.slice(0, Math.max(0, queue.value.ops.length - waiting));
  const wires = new Map(rows.value.map((row) => [row.localOp, row.local]));
  for (let at = 0; at < ops.length; at += onePull) {
    const done = await store.storePull({
      records: ops.slice(at, at + onePull).flatMap(({ op, record }, n) => {
        const wire = wires.get(op);
        return wire === undefined ? [] : [{ seq: at + n + 1, record, opId: op, op: wire }];
      }),
      letters: [],
      proofs: [],
      blobs: queue.value.blobs
        .slice(at * 4, Math.min(at + onePull, ops.length) * 4)
        .map(({ blob }) => ({ blob, state: "verified" })),
      cursor: "e.1" as never,
      reset: false,
    });
    if (!done.ok) throw new Error(done.error.type);
  }
}

/** The nth paper, of two pages; and its streams, of which the readable pages come second. */
function paperOf(n: number): PaperRecord {
  const pages = [0, 1].map((position) => ({ position, readable: pointer(), preview: pointer() }));
  return {
    t: "paper",
    kind: paperTypes[n % paperTypes.length]?.id ?? null,
    title: n % 3 === 0 ? "" : `${titles[n % titles.length]} numéro ${n}`,
    holder: n % 5 === 0 ? "Ayoub" : "me",
    expiry: n % 7 === 0 ? `20${27 + (n % 9)}-0${1 + (n % 9)}-14` : null,
    pages: Object.fromEntries(
      pages.map((page) => [
        randomId<RecordId>(random),
        { ...page, turn: 0, state: "ready", original: null, fileName: `IMG_2026_${n}.jpg` },
      ]),
    ),
    status: "kept",
    binnedAt: null,
    createdAt: n,
    updatedAt: n,
  };
}

const streamBytes = 16;

/** By the app's own code: saved, and as far as they do not wait delivered. */
async function save(records: Session["records"], store: SatchelStore, n: number): Promise<void> {
  const record = paperOf(n);
  const blobs = paperBlobs(record).map((each, at) => blobOf(each, at % 2 === 0 ? 4 : 3));
  await Promise.all(blobs.map(({ blob }) => store.putSegments(blob, 0, [random.bytes(streamBytes)])));
  const saved = await records.save<never>(randomId<RecordId>(random), () => ok({ next: record, blobs }));
  if (!saved.ok) throw new Error(saved.error.type);
}

type Row = Readonly<Record<string, unknown>>;

/** Resolves when the request has succeeded. */
const asked = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });

const inOneTransaction = 1000;

/** Papers `from` to `to` beside those that are there: each sealed by itself, in rows like those of a paper that was delivered. */
async function putMany(identity: Identity, from: number, to: number): Promise<void> {
  const database = await asked(indexedDB.open(name));
  const tables = ["records", "blobs", "segments"] as const;
  const sample = database.transaction(tables);
  const rows: readonly Row[] = await asked(sample.objectStore("records").getAll());
  const delivered = rows.find((row) => row.server !== null && row.deleted !== true);
  const streams: readonly Row[] = await asked(sample.objectStore("blobs").getAll());
  const verified = streams.find((row) => row.state === "verified");
  const segments: readonly Row[] = await asked(sample.objectStore("segments").getAll());
  const segment = segments[0];
  if (delivered === undefined || verified === undefined || segment === undefined) throw new Error("one was delivered");
  let order = streams.length + rows.length;
  for (let at = from; at < to; at += inOneTransaction) {
    const papers = Array.from({ length: Math.min(inOneTransaction, to - at) }, (_, n) => paperOf(at + n));
    const sealed = await Promise.all(
      papers.map(async (paper) => {
        const [record, op] = [randomId<RecordId>(random), randomId<OpId>(random)];
        const blobs = paperBlobs(paper).map(({ blob }) => blob);
        return {
          paper,
          record,
          op,
          wire: await sealRecord(identity, { record, op, base: null, deleted: false, blobs }, paper, random),
        };
      }),
    );
    const write = database.transaction(tables, "readwrite");
    const done = new Promise((end, fail) => {
      write.oncomplete = end;
      write.onabort = () => fail(write.error);
    });
    for (const { paper, record, op, wire } of sealed) {
      const held = { local: wire, localOp: op, server: wire, serverOp: op };
      write.objectStore("records").put({ ...delivered, record, ...held });
      for (const [n, each] of paperBlobs(paper).entries()) {
        order += 1;
        const { header, ...facts } = blobOf(each, n % 2 === 0 ? 4 : 3);
        write.objectStore("blobs").put({ ...verified, ...facts, header: header.buffer, order });
        write.objectStore("segments").put({ ...segment, blob: each.blob });
      }
    }
    await done;
  }
  database.close();
}

/** Writes `count` kept papers of two pages each, of which `waiting` have not left, the newest ones; and looks at them once. */
async function seed({ count, waiting }: { readonly count: number; readonly waiting: number }) {
  const identity = await createIdentity("satchel", random);
  const { records, store } = sessionOver(await openStore(), identity);
  const first = count - waiting - 1;
  for (let n = first; n < count; n += 1) await save(records, store, n);
  await deliver(store, waiting);
  await store.close();
  await putMany(identity, 0, first);
  return { root: identity.root.reveal(), sealed: identity.sealed, statements: identity.statements };
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly value: T }> {
  const started = performance.now();
  const value = await work();
  return { ms: performance.now() - started, value };
}

/** Ms of each step as the app does it after an unlock, and the list itself. */
async function open(keys: Awaited<ReturnType<typeof seed>>) {
  const papers = createPapers(await depsOf(), {
    fetching: () => undefined,
    makeRoom: async () => ok(0),
    damaged: new Set(),
  });
  const identity = await identityOf(keys);
  const database = await timed(openStore);
  const session = sessionOver(database.value, identity);
  const list = async () => {
    const listed = await papers.list(session);
    if (!listed.ok) throw new Error(listed.error.type);
    return listed.value;
  };
  const rows = await timed(() => session.store.listRecords());
  const blobs = await timed(() => session.store.listBlobs());
  const first = await timed(list);
  const again = await timed(list);
  const [newest] = first.value;
  if (newest === undefined) throw new Error("papers were written");
  const change = await timed(() => papers.describe(session, newest.id, { title: "Autre" }));
  const own = await timed(list);
  const queue = await session.store.queue();
  const [op] = queue.ok ? queue.value.ops : [];
  if (op === undefined) throw new Error("ops wait");
  await session.store.freezeOps([op.op]);
  await session.store.bookOk(op.op, 1);
  const booked = await timed(list);
  await session.store.close();
  const steps = {
    "open the database": database.ms,
    "read rows of records": rows.ms,
    "read rows of streams": blobs.ms,
    "first list": first.ms,
    "list again": again.ms,
    "change a title": change.ms,
    "list after an own change": own.ms,
    "list after an answer of the server": booked.ms,
  };
  return { steps, list: first.value };
}

interface Lists {
  /** All that the home screen asks about papers. */
  readonly home: (day: string) => Promise<unknown>;
  readonly part: (asked: PapersAsked) => Promise<unknown>;
}
let shown: Lists | undefined;

/** Opens the satchel and reads nothing: what is asked first does what the first question after an unlock does. */
async function ready(keys: Awaited<ReturnType<typeof seed>>): Promise<void> {
  const deps = await depsOf();
  const papers = createPapers(deps, { fetching: () => undefined, makeRoom: async () => ok(0), damaged: new Set() });
  const ahead = createAhead(deps, papers);
  const others = createOthers(deps, { papers, dossiers: undefined as never });
  const session = sessionOver(await openStore(), await identityOf(keys));
  shown = {
    home: (day) => Promise.all([papers.pocket(session, day), ahead.view(session), others.list(session)]),
    part: (asked) => papers.part(session, asked),
  };
}

/** No list was ever seen on this device. */
async function forget(): Promise<void> {
  const database = await asked(indexedDB.open(name));
  await asked(database.transaction("settings", "readwrite").objectStore("settings").delete("hint"));
  database.close();
}

/** Sealed bodies and nothing else, of the size of a paper's record. */
const floorBytes = 2048;

/**
 * What any satchel pays in which each paper is sealed by itself: `count` bodies opened and parsed, the answer handed over. In the
 * same run, on the same busy machine: its ratio to the list says more than either.
 */
async function floor({ count }: { readonly count: number }): Promise<{ readonly ms: number }> {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const plain = new TextEncoder().encode(JSON.stringify({ text: "a".repeat(floorBytes) }));
  const sealed = await Promise.all(
    Array.from({ length: count }, async () => {
      const iv = random.bytes(12);
      return { iv, body: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain) };
    }),
  );
  const { ms } = await timed(async () => {
    const opened = await Promise.all(
      sealed.map(({ iv, body }) => crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, body)),
    );
    return structuredClone(opened.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as unknown));
  });
  return { ms };
}

const tasks: Readonly<Record<string, (arg: never) => Promise<unknown>>> = {
  seed,
  open: async (keys) => {
    const { steps } = await open(keys);
    return { steps };
  },
  ready,
  floor,
  forget,
  home: async (day: string) => shown?.home(day),
  part: async (asked: PapersAsked) => shown?.part(asked),
};

addEventListener("message", async (event: MessageEvent) => {
  const [task, arg, id] = event.data as readonly [string, never, number];
  try {
    postMessage({ id, value: await tasks[task]?.(arg) });
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
});
