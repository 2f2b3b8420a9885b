/** What only Dexie can get wrong: durability, versions, lost connections, full disks, other tabs. Over fake-indexeddb. */

import { Dexie } from "dexie";
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { afterEach, describe, expect, test } from "vitest";
import type { Op } from "../../../src/protocol/wire.ts";
import type { B64, Bytes } from "../../../src/shared/bytes.ts";
import type { BlobId, OpId, RecordId } from "../../../src/shared/ids.ts";
import { openDexieStore, openRegistry } from "../../../src/storage/dexie/index.ts";
import { satchelTables } from "../../../src/storage/dexie/migrations/001-first.ts";
import { satchelMigrations } from "../../../src/storage/dexie/schema.ts";
import type { Profile, SatchelStore, SaveInput } from "../../../src/storage/ports.ts";
import { spareTries } from "../../../src/storage/tries.ts";
import versionOne from "./version-1.json" with { type: "json" };

const clock = { now: () => 5 };
const opened: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

const op: Op = { head: "h" as B64, body: "b" as B64, sig: "s" as B64 };
const save = (revision: number, id = "a"): SaveInput => ({
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

async function open(name: string, indexedDB: IDBFactory): Promise<SatchelStore> {
  const store = await openDexieStore(name, { clock, indexedDB, IDBKeyRange });
  if (!store.ok) throw new Error(JSON.stringify(store.error));
  opened.push(store.value);
  return store.value;
}

/** Loads rows of a dump into a database of the given Dexie version. */
async function load(
  name: string,
  indexedDB: IDBFactory,
  version: number,
  tables: Readonly<Record<string, string>>,
  rows: Readonly<Record<string, readonly object[]>>,
): Promise<void> {
  const db = new Dexie(name, { indexedDB, IDBKeyRange });
  db.version(version).stores(tables);
  await db.open();
  for (const [table, list] of Object.entries(rows)) await db.table(table).bulkPut([...list].map(revive));
  db.close();
}

/** JSON has no bytes: `{"$bytes": [1, 2]}` stands for an ArrayBuffer. */
function revive(row: object): object {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]: [string, unknown]) => {
      const bytes = (value as { readonly $bytes?: readonly number[] } | null)?.$bytes;
      return [key, bytes === undefined ? value : new Uint8Array(bytes).buffer];
    }),
  );
}

describe("a database of version 1", () => {
  test("INV-8 every stored version opens with all it held and goes on working", async () => {
    const indexedDB = new IDBFactory();
    await load("old", indexedDB, 1, versionOne.schema, versionOne.rows);
    const store = await open("old", indexedDB);
    const view = await store.queue();
    expect(view.ok && view.value.ops.map((row) => [row.op, row.state])).toEqual([["op-2", "waiting"]]);
    expect(view.ok && view.value.letters.map((row) => row.state)).toEqual(["frozen"]);
    const records = await store.listRecords();
    expect(records.ok && records.value.map((row) => [row.record, row.localOp, row.revision])).toEqual([
      ["record-1", "op-2", 2],
    ]);
    const segment = await store.getSegment("blob-1" as BlobId, 0);
    expect(segment.ok && Array.from(segment.value ?? [])).toEqual([1, 2, 3]);
    const inbox = await store.listInbox();
    expect(inbox.ok && inbox.value.length).toBe(1);
    const meta = await store.meta();
    expect(meta.ok && meta.value.cursor).toBe("e.7");
    const saved = await store.saveRecord({ ...save(2), record: "record-1" as RecordId, base: "op-1" as OpId });
    expect(saved.ok).toBe(true);
  });

  test("the dump's schema is version 1's, and the chain begins with it", () => {
    expect(versionOne.schema).toEqual(satchelTables);
    expect(satchelMigrations.length).toBeGreaterThanOrEqual(1);
  });
});

describe("a database of a newer app", () => {
  test("INV-8 opens read-only: reading works, writing says so, nothing changes", async () => {
    const indexedDB = new IDBFactory();
    const newer = { ...versionOne.schema, somethingNew: "id" };
    await load("newer", indexedDB, satchelMigrations.length + 1, newer, versionOne.rows);
    const store = await open("newer", indexedDB);
    const row = await store.getRecord("record-1" as RecordId);
    expect(row.ok && row.value?.revision).toBe(2);
    expect(await store.saveRecord(save(0))).toEqual({ ok: false, error: { type: "read-only" } });
    expect(await store.setMeta({ registered: true })).toEqual({ ok: false, error: { type: "read-only" } });
    const version = (await indexedDB.databases()).find((database) => database.name === "newer")?.version;
    expect(version).toBe((satchelMigrations.length + 1) * 10);
  });
});

/** An IndexedDB whose databases misbehave when told to. */
function faulty(): {
  readonly indexedDB: IDBFactory;
  readonly fail: { put: ((store: string) => Error | undefined) | null; transaction: (() => Error | undefined) | null };
  readonly durabilities: string[];
} {
  const indexedDB = new IDBFactory();
  const fail: ReturnType<typeof faulty>["fail"] = { put: null, transaction: null };
  const durabilities: string[] = [];
  const original = indexedDB.open.bind(indexedDB);
  indexedDB.open = (name: string, version?: number) => {
    const request = version === undefined ? original(name) : original(name, version);
    request.addEventListener("success", () => {
      const db = request.result;
      const begin = db.transaction.bind(db);
      db.transaction = (...args: Parameters<IDBDatabase["transaction"]>) => {
        const error = fail.transaction?.();
        if (error !== undefined) throw error;
        if (args[1] === "readwrite") durabilities.push(args[2]?.durability ?? "default");
        const tx = begin(...args);
        const objectStore = tx.objectStore.bind(tx);
        tx.objectStore = (table: string) => {
          const held = objectStore(table);
          const put = held.put.bind(held);
          held.put = ((value: unknown, key?: IDBValidKey) => {
            const refused = fail.put?.(table);
            if (refused !== undefined) throw refused;
            return key === undefined ? put(value) : put(value, key);
          }) as typeof held.put;
          return held;
        };
        return tx;
      };
    });
    return request;
  };
  return { indexedDB, fail, durabilities };
}

const quota = (): Error => new DOMException("no room", "QuotaExceededError");

describe("faults of the disk", () => {
  test("a full disk frees the ballast so that a form is still saved; photos do not get it", async () => {
    const { indexedDB, fail } = faulty();
    const store = await open("full", indexedDB);
    const ballast = async (): Promise<number> => {
      const db = new Dexie("full", { indexedDB, IDBKeyRange });
      await db.open();
      const count = await db.table("ballast").count();
      db.close();
      return count;
    };
    expect(await ballast()).toBe(1);
    fail.put = (table) => (table === "segments" ? quota() : undefined);
    const photo: Bytes = new Uint8Array([1]);
    expect(await store.putSegments("p" as BlobId, 0, [photo])).toEqual({ ok: false, error: { type: "full" } });
    expect(await ballast()).toBe(1);
    let left = 1;
    fail.put = (table) => {
      if (table !== "records" || left === 0) return undefined;
      left -= 1;
      return quota();
    };
    expect((await store.saveRecord(save(0))).ok).toBe(true);
    expect(await ballast()).toBe(0);
    fail.put = () => quota();
    expect(await store.saveRecord(save(1, "b"))).toEqual({ ok: false, error: { type: "full" } });
    fail.put = null;
    const row = await store.getRecord("r" as RecordId);
    expect(row.ok && row.value?.localOp).toBe("a");
  });

  test("a lost connection is reopened once, unseen; one that stays lost is told", async () => {
    const { indexedDB, fail } = faulty();
    const store = await open("lost", indexedDB);
    let times = 1;
    fail.transaction = () => {
      if (times === 0) return undefined;
      times -= 1;
      return new DOMException("Connection to Indexed Database server lost", "UnknownError");
    };
    expect((await store.saveRecord(save(0))).ok).toBe(true);
    times = 1000;
    const told = await store.saveRecord(save(1, "b"));
    expect(told.ok === false && told.error.type).toBe("unavailable");
  });

  test("DESIGN 4 saving and verdicts are strict, segments and attempts relaxed", async () => {
    const { indexedDB, durabilities } = faulty();
    const store = await open("durability", indexedDB);
    durabilities.length = 0;
    await store.putSegments("p" as BlobId, 0, [new Uint8Array([1])]);
    await store.saveRecord(save(0));
    await store.freezeOps(["a" as OpId]);
    await store.setOpAttempt("a" as OpId, { attempts: 1 });
    await store.bookOk("a" as OpId, 1);
    expect(durabilities).toEqual(["relaxed", "strict", "strict", "relaxed", "strict"]);
  });

  test("a deleted database is let go at once, and is not made again by a store that is still open", async () => {
    const indexedDB = new IDBFactory();
    const store = await open("gone", indexedDB);
    await store.saveRecord(save(0));
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase("gone");
      request.onsuccess = () => resolve();
      request.onerror = () => reject(request.error);
    });
    const erased = { ok: false, error: { type: "unavailable", detail: "erased" } };
    expect(await store.listRecords()).toEqual(erased);
    expect(await store.saveRecord(save(0, "b"))).toEqual(erased);
    expect(await indexedDB.databases()).toEqual([]);
  });
});

describe("registry", () => {
  const profile = async (database: string): Promise<Profile> => {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    const deviceKey = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    return {
      database,
      principal: "p",
      kind: "satchel",
      pictogram: "boat",
      device: "d",
      statements: [],
      sealedIdentity: new Uint8Array([1, 2]),
      wraps: [],
      deviceKey,
      sealedDeviceFactor: new Uint8Array([3]),
      transportKey: pair.privateKey,
      cardDrilled: false,
      sealedCard: null,
      wrongTries: 0,
      nextTryAt: 0,
      createdAt: 1,
      revision: 1,
    };
  };

  test("profiles are added once, compared on change, and removed with their database", async () => {
    const indexedDB = new IDBFactory();
    const made = await openRegistry({ indexedDB, IDBKeyRange });
    if (!made.ok) throw new Error("registry");
    opened.push(made.value);
    const registry = made.value;
    expect((await registry.add(await profile("one"))).ok).toBe(true);
    expect(await registry.add(await profile("one"))).toEqual({ ok: false, error: { type: "stale", revision: 1 } });
    expect(await registry.update("one", 1, { wrongTries: 3 })).toEqual({ ok: true, value: { revision: 2 } });
    expect(await registry.update("one", 1, { wrongTries: 0 })).toEqual({
      ok: false,
      error: { type: "stale", revision: 2 },
    });
    const held = await registry.get("one");
    expect(held.ok && [held.value?.wrongTries, held.value?.transportKey.extractable]).toEqual([3, false]);
    const store = await open("one", indexedDB);
    await store.saveRecord(save(0));
    expect((await registry.remove("one")).ok).toBe(true);
    expect((await indexedDB.databases()).map((database) => database.name)).toEqual(["besace"]);
    const list = await registry.list();
    expect(list.ok && list.value).toEqual([]);
  });

  const openList = async (indexedDB: IDBFactory) => {
    const made = await openRegistry({ indexedDB, IDBKeyRange });
    if (!made.ok) throw new Error(JSON.stringify(made.error));
    opened.push(made.value);
    return made.value;
  };
  const countOf = async (indexedDB: IDBFactory, table: string): Promise<number> => {
    const db = new Dexie("besace", { indexedDB, IDBKeyRange });
    await db.open();
    const count = await db.table(table).count();
    db.close();
    return count;
  };

  test("a full disk frees the ballast for the count of a try; it is laid again when there is room", async () => {
    const { indexedDB, fail } = faulty();
    const registry = await openList(indexedDB);
    await registry.add(await profile("one"));
    expect(await countOf(indexedDB, "ballast")).toBe(1);
    let freed = false;
    fail.put = (table) => {
      if (table === "ballast") return quota();
      if (freed) return undefined;
      freed = true;
      return quota();
    };
    expect(await registry.update("one", 1, { wrongTries: 1 })).toEqual({ ok: true, value: { revision: 2 } });
    expect(await countOf(indexedDB, "ballast")).toBe(0);
    fail.put = null;
    expect((await registry.update("one", 2, { wrongTries: 2 })).ok).toBe(true);
    expect(await countOf(indexedDB, "ballast")).toBe(1);
  });

  test("where nothing can be written, spare tries are taken away, survive a restart, and are counted later", async () => {
    const { indexedDB, fail } = faulty();
    const before = await openList(indexedDB);
    await before.add(await profile("one"));
    await before.add(await profile("two"));
    fail.put = () => quota();
    expect(await before.update("one", 1, { wrongTries: 1 })).toEqual({ ok: false, error: { type: "full" } });
    expect(await before.spendTry("one", 1)).toEqual({ ok: true, value: { revision: 2 } });
    expect(await before.spendTry("one", 1)).toEqual({ ok: false, error: { type: "stale", revision: 2 } });
    await before.close();
    const registry = await openList(indexedDB);
    const held = await registry.get("one");
    expect(held.ok && held.value).toMatchObject({ wrongTries: 0, uncounted: 1, revision: 2 });
    for (let n = 2; n <= spareTries; n += 1) expect((await registry.spendTry("one", n)).ok).toBe(true);
    const revision = spareTries + 1;
    expect(await registry.spendTry("one", revision)).toEqual({ ok: false, error: { type: "full" } });
    const other = await registry.get("two");
    expect(other.ok && other.value).toMatchObject({ wrongTries: 0, revision: 1 });
    fail.put = null;
    expect(await registry.update("one", 1, { pictogram: "moon" })).toMatchObject({ error: { type: "stale" } });
    expect((await registry.update("one", revision, { pictogram: "moon" })).ok).toBe(true);
    const after = await registry.get("one");
    expect(after.ok && [after.value?.wrongTries, after.value?.uncounted]).toEqual([spareTries, undefined]);
    expect(await countOf(indexedDB, "tries")).toBe(2 * spareTries);
  });

  test("INV-8 a registry of version 1 opens: nothing counts as tried, the first change lays the spare tries", async () => {
    const indexedDB = new IDBFactory();
    const { transportKey: _t, deviceKey: _d, ...row } = await profile("old");
    await load("besace", indexedDB, 1, { profiles: "database" }, { profiles: [row] });
    const registry = await openList(indexedDB);
    const held = await registry.get("old");
    expect(held.ok && [held.value?.wrongTries, held.value?.uncounted, held.value?.revision]).toEqual([0, undefined, 1]);
    expect(await registry.spendTry("old", 1)).toEqual({ ok: false, error: { type: "full" } });
    expect((await registry.update("old", 1, { wrongTries: 0 })).ok).toBe(true);
    expect((await registry.spendTry("old", 2)).ok).toBe(true);
  });
});
