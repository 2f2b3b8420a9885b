/**
 * An IndexedDB that takes a call and never answers (WebKit after its network process died; facts 2.1): no call of the store
 * waits for ever, nothing is written after it was told as not written. Time runs twenty times faster.
 */

import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { afterEach, expect, test } from "vitest";
import type { Op } from "../../../src/protocol/wire.ts";
import type { B64 } from "../../../src/shared/bytes.ts";
import type { OpId, RecordId } from "../../../src/shared/ids.ts";
import type { Timers } from "../../../src/shared/ports.ts";
import { openDexieStore } from "../../../src/storage/dexie/index.ts";
import type { SatchelStore, SaveInput } from "../../../src/storage/ports.ts";

const timers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs / 20);
    return () => clearTimeout(timer);
  },
};
const opened: SatchelStore[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

const op: Op = { head: "h" as B64, body: "b" as B64, sig: "s" as B64 };
const save = (revision: number, id: string): SaveInput => ({
  record: "r" as RecordId,
  op,
  opId: id as OpId,
  base: null,
  deleted: false,
  expectedRevision: revision,
  blobs: [],
  letters: [],
  release: [],
  merged: null,
  now: 1,
});

/** Databases whose next `opens` openings, or `transactions` transactions, never answer. */
function stuck() {
  const indexedDB = new IDBFactory();
  const left = { opens: 0, transactions: 0 };
  const original = indexedDB.open.bind(indexedDB);
  indexedDB.open = (name: string, version?: number) => {
    if (left.opens > 0) {
      left.opens -= 1;
      return new EventTarget() as IDBOpenDBRequest;
    }
    const request = version === undefined ? original(name) : original(name, version);
    request.addEventListener("success", () => {
      const db = request.result;
      const begin = db.transaction.bind(db);
      db.transaction = (...args: Parameters<IDBDatabase["transaction"]>) => {
        const tx = begin(...args);
        // Dexie looks at the whole schema when it opens: those are no calls of the store.
        if (left.transactions > 0 && [args[0]].flat().length < db.objectStoreNames.length) {
          left.transactions -= 1;
          // fake-indexeddb begins to serve a transaction by this call; what waits behind it waits too.
          Object.assign(tx, { _start: () => undefined });
        }
        return tx;
      };
    });
    return request;
  };
  return { indexedDB, left };
}

const openOn = (indexedDB: IDBFactory) =>
  openDexieStore("hung", { clock: { now: () => 5 }, indexedDB, IDBKeyRange, timers });
async function open(indexedDB: IDBFactory): Promise<SatchelStore> {
  const store = await openOn(indexedDB);
  if (!store.ok) throw new Error(JSON.stringify(store.error));
  opened.push(store.value);
  return store.value;
}

test("B4 an opening that never answers is told; the next one works", async () => {
  const { indexedDB, left } = stuck();
  left.opens = 1;
  expect(await openOn(indexedDB)).toEqual({ ok: false, error: { type: "unavailable", detail: "hung" } });
  const store = await open(indexedDB);
  expect((await store.saveRecord(save(0, "a"))).ok).toBe(true);
});

test("B4 a transaction that never ends is given up, and done again on a new connection, once", async () => {
  const { indexedDB, left } = stuck();
  const store = await open(indexedDB);
  left.transactions = 1;
  expect((await store.saveRecord(save(0, "a"))).ok).toBe(true);
  const row = await store.getRecord("r" as RecordId);
  expect(row.ok && [row.value?.localOp, row.value?.revision]).toEqual(["a", 1]);
});

test("B4 a database that hangs for good is told each time, reading and writing; what was not written stays so", async () => {
  const { indexedDB, left } = stuck();
  const store = await open(indexedDB);
  expect((await store.saveRecord(save(0, "a"))).ok).toBe(true);
  const hung = { ok: false, error: { type: "unavailable", detail: "hung" } };
  left.transactions = 4;
  expect(await store.saveRecord(save(1, "b"))).toEqual(hung);
  expect(await store.getRecord("r" as RecordId)).toEqual(hung);
  left.transactions = 0;
  const row = await store.getRecord("r" as RecordId);
  expect(row.ok && [row.value?.localOp, row.value?.revision], "well again").toEqual(["a", 1]);
  expect((await store.saveRecord(save(1, "c"))).ok).toBe(true);
  const queue = await store.queue();
  expect(queue.ok && queue.value.ops.map((one) => one.op)).toEqual(["c"]);
});

test("B4 closing does not wait for what hangs", async () => {
  const { indexedDB, left } = stuck();
  const store = await open(indexedDB);
  left.transactions = 2;
  const saving = store.saveRecord(save(0, "a"));
  await store.close();
  expect(await saving).toMatchObject({ ok: false, error: { type: "unavailable" } });
});
