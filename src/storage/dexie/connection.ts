/**
 * One IndexedDB database through Dexie: opening, migrating, reopening after the browser dropped the connection.
 * Runs in workers, the service worker and (fake-indexeddb) Node.
 *
 * Surprising facts: durability is fixed per Dexie connection, so there are two on the same database, one strict, one
 * relaxed. Dexie opens a database of a newer version without a word: here that means read-only (INV-8). And Chromium keeps
 * values over 64 KiB as files that it removes seconds after their row: a ballast that was freed is room a moment later.
 */

import { Dexie, type DexieOptions, type Transaction as DexieTransaction } from "dexie";
import type { Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { StorageError } from "../ports.ts";
import type { Durability } from "../tables.ts";

export interface DexieDeps {
  /** The browser's own when absent. */
  readonly indexedDB?: IDBFactory;
  readonly IDBKeyRange?: typeof IDBKeyRange;
  readonly timers?: Timers;
}

/** How long an upgrade waits for other tabs to let go before opening answers "unavailable". */
const blockedAfterMs = 10_000;

/**
 * How long opening, and one transaction, may take: WebKit can leave a database that never answers again (facts 2.1). The
 * last part of it is counted anew, so that a tab that was frozen hears first what happened meanwhile.
 */
const openLimitMs = 20_000;
const transactionLimitMs = 30_000;
const secondLookMs = 2_000;
const hung = Symbol("hung");

/** How long a write waits, try after try, for the room of a ballast that was freed: 11 s in all. */
const roomAfterMs: readonly number[] = [250, 750, 2000, 3000, 5000];

/** Bytes that no browser can store smaller: Chromium compresses what it keeps, and a ballast of zeros weighs nothing. */
function ballast(bytes: number): ArrayBuffer {
  const words = new Uint32Array(bytes / 4);
  let word = 0x9e3779b9;
  for (let at = 0; at < words.length; at += 1) {
    // xorshift32
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    words[at] = word;
  }
  return words.buffer;
}

const errorNames = (error: unknown): readonly string[] => {
  const names: string[] = [];
  let current = error;
  while (typeof current === "object" && current !== null && names.length < 6) {
    const { name, inner } = current as { readonly name?: unknown; readonly inner?: unknown };
    names.push(String(name));
    current = inner;
  }
  return names;
};

/** WebKit says UnknownError ("connection lost"), others InvalidStateError on a dead handle. */
const lostNames = new Set(["DatabaseClosedError", "InvalidStateError", "UnknownError", "OpenFailedError"]);
const isFull = (names: readonly string[]): boolean => names.includes("QuotaExceededError");

/** Fixed words only: an error's message may quote what was written. */
const toStorageError = (error: unknown): StorageError => {
  const names = errorNames(error);
  if (isFull(names)) return { type: "full" };
  return { type: "unavailable", detail: names.at(-1) ?? "unknown" };
};

export interface Connection {
  readonly readOnly: () => boolean;
  /** As `Backend.run`; `reserve` frees the ballast once when the disk is full, and waits until its room is there. */
  readonly run: <V>(
    tables: readonly string[],
    durability: Durability,
    body: (tx: DexieTransaction) => Promise<Result<V, StorageError>>,
    reserve: boolean,
  ) => Promise<Result<V, StorageError>>;
  /** Lays the ballast again after it was freed, where there is room. */
  readonly refill: () => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Handles {
  readonly strict: Dexie;
  readonly relaxed: Dexie;
  readonly readOnly: boolean;
}

export interface ConnectionKind {
  readonly migrations: readonly ((db: Dexie) => void)[];
  readonly ballastBytes: number;
  /** Whether a database that was erased while it was open is made again by the next call. */
  readonly remade: boolean;
}

/** Opens, creates or migrates. @returns "unavailable" with detail "blocked" when another tab does not let go. */
export async function openConnection(
  name: string,
  { migrations, ballastBytes, remade }: ConnectionKind,
  deps: DexieDeps,
): Promise<Result<Connection, StorageError>> {
  const options: DexieOptions = {
    autoOpen: false,
    cache: "disabled",
    ...(deps.indexedDB === undefined ? {} : { indexedDB: deps.indexedDB }),
    ...(deps.IDBKeyRange === undefined ? {} : { IDBKeyRange: deps.IDBKeyRange }),
  };
  let handles: Handles | null = null;
  let opening: Promise<Result<Handles, StorageError>> | null = null;
  let closed = false;
  /** Opened once: a database that is no longer there was erased. */
  let existed = false;

  const listen = (db: Dexie): void => {
    // Another tab upgrades or deletes: let go at once, the next call reopens what is still there.
    db.on("versionchange", () => {
      drop();
      return false;
    });
    // The browser ended the connection (storage cleared, disk error).
    db.on("close", () => drop());
  };

  const drop = (): void => {
    const held = handles;
    handles = null;
    if (held === null) return;
    held.strict.close({ disableAutoOpen: true });
    held.relaxed.close({ disableAutoOpen: true });
  };

  /** The stored version (Dexie's count), 0 when there is no such database. */
  const storedVersion = async (): Promise<number> => {
    const probe = new Dexie(name, options);
    try {
      await probe.open();
      return probe.verno;
    } catch (error) {
      if (errorNames(error).includes("NoSuchDatabaseError")) return 0;
      throw error;
    } finally {
      probe.close({ disableAutoOpen: true });
    }
  };

  const openBoth = async (): Promise<Result<Handles, StorageError>> => {
    try {
      const stored = await storedVersion();
      if (existed && stored === 0 && !remade) return err({ type: "unavailable", detail: "erased" });
      if (stored > migrations.length) {
        const newer = new Dexie(name, options);
        listen(newer);
        await newer.open();
        return ok({ strict: newer, relaxed: newer, readOnly: true });
      }
      const strict = new Dexie(name, { ...options, chromeTransactionDurability: "strict" });
      const relaxed = new Dexie(name, { ...options, chromeTransactionDurability: "relaxed" });
      for (const db of [strict, relaxed]) {
        for (const migrate of migrations) migrate(db);
        listen(db);
      }
      const blocked = new Promise<"blocked">((resolve) => {
        strict.on("blocked", () => {
          if (deps.timers === undefined) resolve("blocked");
          else deps.timers.after(blockedAfterMs, () => resolve("blocked"));
        });
      });
      const opened = await Promise.race([strict.open(), blocked]);
      if (opened === "blocked") {
        strict.close({ disableAutoOpen: true });
        return err({ type: "unavailable", detail: "blocked" });
      }
      await relaxed.open();
      return ok({ strict, relaxed, readOnly: false });
    } catch (error) {
      return err(toStorageError(error));
    }
  };

  /** What `work` gives, or `hung` when its time is over; without timers there is no limit. */
  const within = async <T>(work: Promise<T>, limitMs: number): Promise<T | typeof hung> => {
    const { timers } = deps;
    if (timers === undefined) return await work;
    let cancel: () => void = () => undefined;
    const late = new Promise<typeof hung>((resolve) => {
      cancel = timers.after(limitMs - secondLookMs, () => {
        cancel = timers.after(secondLookMs, () => resolve(hung));
      });
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      cancel();
    }
  };

  const openInTime = async (): Promise<Result<Handles, StorageError>> => {
    const work = openBoth();
    const opened = await within(work, openLimitMs);
    if (opened !== hung) return opened;
    // When it comes after all, nobody holds it: another tab must not have to wait for it.
    void work.then((late) => {
      if (!late.ok) return;
      late.value.strict.close({ disableAutoOpen: true });
      late.value.relaxed.close({ disableAutoOpen: true });
    });
    return err({ type: "unavailable", detail: "hung" });
  };

  /** Ends a transaction that nobody waits for any more: what was told as not written must not be written later. */
  const giveUp = (transaction: DexieTransaction | undefined): void => {
    try {
      transaction?.abort();
    } catch (error) {
      // It ended in this moment.
      if (!errorNames(error).includes("InvalidStateError")) throw error;
    }
  };

  const current = async (): Promise<Result<Handles, StorageError>> => {
    if (handles !== null) return ok(handles);
    if (closed) return err({ type: "unavailable", detail: "closed" });
    opening ??= openInTime().finally(() => {
      opening = null;
    });
    const opened = await opening;
    if (!opened.ok) return opened;
    existed = true;
    if (closed) {
      opened.value.strict.close({ disableAutoOpen: true });
      opened.value.relaxed.close({ disableAutoOpen: true });
      return err({ type: "unavailable", detail: "closed" });
    }
    handles = opened.value;
    return opened;
  };

  const freeBallast = async (db: Dexie): Promise<boolean> => {
    try {
      if ((await db.table("ballast").count()) === 0) return false;
      await db.table("ballast").clear();
      return true;
    } catch (error) {
      if (isFull(errorNames(error))) return false;
      throw error;
    }
  };

  const layBallast = async (db: Dexie): Promise<void> => {
    try {
      if ((await db.table("ballast").count()) === 0)
        await db.table("ballast").put({ id: 1, bytes: ballast(ballastBytes) });
    } catch (error) {
      // A disk that is full already has no room for a reserve; anything else shows at the first real call.
      if (!isFull(errorNames(error)) && !errorNames(error).some((word) => lostNames.has(word))) throw error;
    }
  };

  /** The ballast was freed a moment ago: its room is on the way, for every write that may have it. */
  let roomComes = false;
  const waitForRoom = (tries: number): Promise<boolean> =>
    new Promise((resolve) => {
      const delayMs = roomAfterMs[tries];
      if (deps.timers === undefined || delayMs === undefined) resolve(tries === 0);
      else deps.timers.after(delayMs, () => resolve(true));
    });
  const makeRoom = async (db: Dexie): Promise<boolean> => {
    if (roomComes) return true;
    if (!(await freeBallast(db))) return false;
    roomComes = true;
    deps.timers?.after(2 * roomAfterMs.reduce((sum, ms) => sum + ms, 0), () => {
      roomComes = false;
    });
    return true;
  };

  const run: Connection["run"] = async (tables, durability, body, reserve) => {
    let reopened = false;
    let waits = 0;
    for (;;) {
      const opened = await current();
      if (!opened.ok) return opened;
      const { strict, relaxed, readOnly } = opened.value;
      if (readOnly && durability !== "read") return err({ type: "read-only" });
      const db = durability === "strict" ? strict : relaxed;
      let transaction: DexieTransaction | undefined;
      try {
        const work = db.transaction(durability === "read" ? "r" : "rw", [...tables], (tx) => {
          transaction = tx;
          return body(tx);
        });
        const done = await within(work, transactionLimitMs);
        if (done !== hung) return done;
        giveUp(transaction);
        drop();
        if (reopened) return err({ type: "unavailable", detail: "hung" });
        reopened = true;
      } catch (error) {
        const names = errorNames(error);
        if (isFull(names) && reserve && (await makeRoom(relaxed)) && (await waitForRoom(waits))) {
          waits += 1;
          continue;
        }
        if (isFull(names) || !names.some((word) => lostNames.has(word))) {
          // An assertion is a bug and goes up; what the database says becomes a value.
          if (names[0] === "Error") throw error;
          return err(toStorageError(error));
        }
        if (reopened) return err(toStorageError(error));
        reopened = true;
        drop();
      }
    }
  };

  const first = await current();
  if (!first.ok) return first;
  if (!first.value.readOnly) await layBallast(first.value.relaxed);
  return ok({
    readOnly: () => handles?.readOnly ?? false,
    run,
    refill: async () => {
      if (handles !== null && !handles.readOnly) await layBallast(handles.relaxed);
    },
    close: async () => {
      closed = true;
      drop();
    },
  });
}

/** Removes a database; other tabs let go through their versionchange handlers. */
export async function deleteDatabase(name: string, deps: DexieDeps): Promise<Result<void, StorageError>> {
  const db = new Dexie(name, {
    autoOpen: false,
    ...(deps.indexedDB === undefined ? {} : { indexedDB: deps.indexedDB }),
    ...(deps.IDBKeyRange === undefined ? {} : { IDBKeyRange: deps.IDBKeyRange }),
  });
  try {
    await db.delete();
    return ok(undefined);
  } catch (error) {
    return err(toStorageError(error));
  }
}
