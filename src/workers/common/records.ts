/**
 * The opened records of one store: reads rows, opens each once, seals each save as a whole op (DESIGN 4). Runs in the
 * workers that hold keys; tests run it on the memory store.
 *
 * Surprising fact: saves of one record stand in line, and those that wait while one is being written are sealed
 * together as ONE op. A person who types faster than the disk writes never makes a queue, and none is answered before
 * the transaction that holds its change has completed.
 */

import type { Identity } from "../../crypto/identity.ts";
import { type OpenedRecord, openRecord, sealRecord } from "../../crypto/record.ts";
import type { Op } from "../../protocol/wire.ts";
import { utf8ToText } from "../../shared/bytes.ts";
import { type BlobId, type LetterId, type OpId, type RecordId, randomId } from "../../shared/ids.ts";
import type { Clock, Log, Random } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { NewBlob, RecordRow, RecordWithChain, SatchelStore, SaveInput } from "../../storage/ports.ts";
import type { WorkerError } from "../satchel.contract.ts";
import { storageErr, workerError } from "./errors.ts";

export interface Kept<R> {
  readonly id: RecordId;
  readonly record: R;
  readonly revision: number;
  /** What the server holds, sealed; null before the first verdict. */
  readonly server: Op | null;
  /** The server holds exactly this save. */
  readonly accepted: boolean;
}

export interface KeptWithChain<R> {
  readonly kept: Kept<R>;
  readonly chain: RecordWithChain["chain"];
}

/** What one save does. `next` null deletes the record. */
export interface Save<R> {
  readonly next: R | null;
  /** Their segments were all put before. */
  readonly blobs?: readonly NewBlob[];
  readonly letters?: SaveInput["letters"];
  readonly release?: readonly BlobId[];
  /** Blobs that stay on this device from now on, unless a letter names them. */
  readonly hold?: readonly BlobId[];
  /** Letters to take back, as far as they have not begun to leave. */
  readonly recall?: readonly LetterId[];
  /** The server's op that this save has merged. */
  readonly merged?: Op;
  /** The server has lost the record: it starts again with a first op. */
  readonly restart?: boolean;
}

/** Computes a save from the newest state; called again when another tab was first. Must not wait on anything. */
export type Apply<R, E> = (current: R | undefined) => Result<Save<R>, E>;

export interface Records<R extends object> {
  /** All records that open and are not deleted; unordered. The same list again as long as nothing was written. */
  readonly list: () => Promise<Result<readonly Kept<R>[], WorkerError>>;
  /**
   * The same, read from the store now. Another tab's commit is heard of a moment later: whoever deletes what no record
   * names asks this one, after it has listed what it may delete.
   */
  readonly listNow: () => Promise<Result<readonly Kept<R>[], WorkerError>>;
  readonly get: (id: RecordId) => Promise<Result<Kept<R>, WorkerError>>;
  /** Those of these that are here and open, with their ops that wait; in the order asked, as of one moment. */
  readonly some: (ids: readonly RecordId[]) => Promise<Result<readonly KeptWithChain<R>[], WorkerError>>;
  /** Everything was read: `list` answers from memory. */
  readonly isRead: () => boolean;
  /** Another number: something was written since, here or by another tab. */
  readonly stamp: () => number;
  /** Sealed, written strictly, then resolved. */
  readonly save: <E>(id: RecordId, apply: Apply<R, E>) => Promise<Result<Kept<R> | null, WorkerError | E>>;
  /** Opens any op of this store's principal. */
  readonly open: (op: Op) => Promise<Result<R, "cannot-open">>;
  /** Records that could not be opened: kept as they are, and counted. */
  readonly aside: () => number;
  /** Resolves when no save waits any more. */
  readonly settled: () => Promise<void>;
  /** The root was changed: saves from now on are sealed under the new one, and what did not open is tried again. */
  readonly follow: (identity: Identity) => void;
  /** Lets go of the store; nothing is asked of these records afterwards. */
  readonly close: () => void;
}

export interface RecordsDeps<R extends object> {
  readonly store: SatchelStore;
  readonly identity: Identity;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Log;
  /** Streams that the record refers to: they stand in the clear head, so that the server keeps them. */
  readonly blobsOf: (record: R) => readonly BlobId[];
  /** Between slices of a full read, so that what is asked meanwhile does not wait for its end (turns.ts). */
  readonly giveWay?: () => Promise<void>;
  /** After each completed transaction: something may leave. */
  readonly onSaved?: () => void;
  /** What else goes into the transaction of a save: a kiosk's deposits (decisions/0018). */
  readonly beside?: Beside<R>;
}

/** `base`: the server's state as far as this device has merged it; null where it knows none. `next` null: deleted. */
export type Beside<R> = (save: {
  readonly id: RecordId;
  readonly base: R | null;
  readonly next: R | null;
  readonly blobs: readonly NewBlob[];
}) => Promise<Result<Pick<SaveInput, "letters" | "recall" | "release">, WorkerError>>;

interface Waiting<R> {
  readonly apply: Apply<R, unknown>;
  readonly resolve: (result: Result<Kept<R> | null, unknown>) => void;
  readonly reject: (error: unknown) => void;
}

interface Opened<R> {
  readonly op: OpId;
  readonly record: R | null;
}

/** Another tab can be first a few times; after that the caller hears "stale". */
const staleTries = 6;
/** Rows opened at the same time: WebCrypto works on several threads. A slice of a full read, too: 4 ms, on a slow phone 25. */
const openAtOnce = 32;

const releasesNothing = (save: Pick<Save<object>, "release" | "hold" | "restart">): boolean =>
  !save.release?.length && !save.hold?.length && save.restart !== true;

const unique = <T>(items: readonly T[]): readonly T[] => [...new Set(items)];

export function createRecords<R extends object>(deps: RecordsDeps<R>): Records<R> {
  const { store } = deps;
  let { identity } = deps;
  const opened = new Map<RecordId, Opened<R>>();
  /** Rows being opened: several questions after an unlock open each row once. */
  const underWay = new Map<OpId, Promise<R | null>>();
  /** What the last full read found; null when somebody else has written since. */
  let listed: Map<RecordId, Kept<R>> | null = null;
  /** `listed` as it was last given out. */
  let given: readonly Kept<R>[] | null = null;
  let listing: { readonly at: number; readonly result: Promise<Result<readonly Kept<R>[], WorkerError>> } | undefined;
  let changes = 0;
  const lines = new Map<RecordId, Waiting<R>[]>();
  const running = new Map<RecordId, Promise<void>>();
  let aside = 0;

  async function open(op: Op): Promise<Result<R, "cannot-open">> {
    return contentOf(await openRecord(identity, op));
  }

  function contentOf(result: Result<OpenedRecord, unknown>): Result<R, "cannot-open"> {
    if (!result.ok) return err("cannot-open");
    const text = utf8ToText(result.value.content);
    try {
      const value: unknown = text === undefined ? undefined : JSON.parse(text);
      return typeof value === "object" && value !== null ? ok(value as R) : err("cannot-open");
    } catch (error) {
      if (error instanceof SyntaxError) return err("cannot-open");
      throw error;
    }
  }

  /** The record of a row, null when it does not open. */
  async function recordOf(row: RecordRow): Promise<R | null> {
    const known = opened.get(row.record);
    if (known?.op === row.localOp) return known.record;
    const running = underWay.get(row.localOp);
    if (running !== undefined) return running;
    const opening = openRow(row).finally(() => underWay.delete(row.localOp));
    underWay.set(row.localOp, opening);
    return opening;
  }

  async function openRow(row: RecordRow): Promise<R | null> {
    const asWhom = identity;
    // Kept rows were sealed here, or verified before they were adopted.
    const result = contentOf(await openRecord(asWhom, row.local, "verified"));
    const record = result.ok ? result.value : null;
    // Other keys came meanwhile: with them it may open, and nobody would try it again.
    if (record === null && asWhom !== identity) return openRow(row);
    if (record === null) deps.log.note("record-cannot-open");
    opened.set(row.record, { op: row.localOp, record });
    return record;
  }

  const kept = (row: RecordRow, record: R): Kept<R> => ({
    id: row.record,
    record,
    revision: row.revision,
    server: row.server,
    accepted: row.server !== null && row.server.sig === row.local.sig,
  });

  // Every commit is told, this tab's own too: `written` takes its own ones back.
  const close = store.onChange((what) => {
    if (what !== "records") return;
    changes += 1;
    listed = null;
    given = null;
  });

  async function readAll(): Promise<Result<readonly Kept<R>[], WorkerError>> {
    const before = changes;
    await deps.giveWay?.();
    const rows = await store.listRecords();
    if (!rows.ok) return storageErr(rows.error);
    const found = new Map<RecordId, Kept<R>>();
    let unopened = 0;
    const living = rows.value.filter((row) => !row.deleted);
    for (let at = 0; at < living.length; at += openAtOnce) {
      await deps.giveWay?.();
      const part = living.slice(at, at + openAtOnce);
      const records = await Promise.all(part.map(recordOf));
      for (const [n, row] of part.entries()) {
        const record = records[n];
        if (record === null || record === undefined) unopened += 1;
        else found.set(row.record, kept(row, record));
      }
    }
    aside = unopened;
    const all = [...found.values()];
    if (before === changes) {
      listed = found;
      given = all;
    }
    return ok(all);
  }

  async function list(): Promise<Result<readonly Kept<R>[], WorkerError>> {
    if (listed !== null) {
      given ??= [...listed.values()];
      return ok(given);
    }
    // A read that began before the last change may miss it: only one of the same moment is joined.
    if (listing === undefined || listing.at !== changes) {
      const mine = { at: changes, result: readAll() };
      listing = mine;
      void mine.result.finally(() => {
        if (listing === mine) listing = undefined;
      });
    }
    return listing.result;
  }

  /** After this tab's own commit: the list at hand is brought up to date instead of being read again. */
  function written(id: RecordId, result: Kept<R> | null, before: Map<RecordId, Kept<R>> | null, at: number): void {
    if (before === null || changes !== at + 1) return;
    if (result === null) before.delete(id);
    else before.set(id, result);
    listed = before;
    given = null;
  }

  async function get(id: RecordId): Promise<Result<Kept<R>, WorkerError>> {
    const row = await store.getRecord(id);
    if (!row.ok) return storageErr(row.error);
    if (row.value === undefined || row.value.deleted) return err({ type: "not-found" });
    const record = await recordOf(row.value);
    return record === null ? err({ type: "not-found" }) : ok(kept(row.value, record));
  }

  async function some(ids: readonly RecordId[]): Promise<Result<readonly KeptWithChain<R>[], WorkerError>> {
    const rows = await store.someRecords(ids);
    if (!rows.ok) return storageErr(rows.error);
    const living = rows.value.filter(({ row }) => !row.deleted);
    const records = await Promise.all(living.map(({ row }) => recordOf(row)));
    return ok(
      living.flatMap(({ row, chain }, n) => {
        const record = records[n];
        return record === null || record === undefined ? [] : [{ kept: kept(row, record), chain }];
      }),
    );
  }

  /** Applies everything that waits, in order, on one state; gives what each of them said. */
  function applyAll(current: R | undefined, waiting: readonly Waiting<R>[]) {
    let state: R | null | undefined = current;
    const done: Waiting<R>[] = [];
    const refused: { readonly waiting: Waiting<R>; readonly error: unknown }[] = [];
    const saves: Save<R>[] = [];
    for (const each of waiting) {
      const result = each.apply(state ?? undefined);
      if (!result.ok) {
        refused.push({ waiting: each, error: result.error });
        continue;
      }
      state = result.value.next;
      saves.push(result.value);
      done.push(each);
    }
    return { next: state, done, refused, saves };
  }

  async function writeOnce(
    id: RecordId,
    waiting: readonly Waiting<R>[],
  ): Promise<"again" | { readonly left: readonly Waiting<R>[]; readonly result: Result<Kept<R> | null, WorkerError> }> {
    const failed = (error: WorkerError) => ({ left: waiting, result: err(error) });
    const row = await store.getRecord(id);
    if (!row.ok) return failed(workerError(row.error));
    const living = row.value !== undefined && !row.value.deleted ? row.value : undefined;
    const current = living === undefined ? undefined : ((await recordOf(living)) ?? undefined);
    if (living !== undefined && current === undefined) return failed({ type: "not-found" });
    const { next, done, refused, saves } = applyAll(current, waiting);
    for (const each of refused) each.waiting.resolve(err(each.error));
    if (done.length === 0) return { left: [], result: ok(null) };
    const plain = saves.every((save) => !save.blobs?.length && !save.letters?.length && save.merged === undefined);
    // Nothing to say: an answer typed again, a turn back. No op, no bytes on the line.
    if (living !== undefined && current !== undefined && next === current && plain && saves.every(releasesNothing)) {
      return { left: done, result: ok(kept(living, current)) };
    }
    const place = await store.baseFor(id);
    if (!place.ok) return failed(workerError(place.error));
    if (place.value.revision !== (row.value?.revision ?? 0)) return "again";
    const merged = saves.filter((save) => save.merged !== undefined).at(-1)?.merged ?? null;
    const mergedId = merged === null ? null : await opIdOf(merged);
    const base = mergedId ?? (saves.some((save) => save.restart === true) ? null : place.value.base);
    const deleted = next === null || next === undefined;
    const op = randomId<OpId>(deps.random);
    const blobs = deleted ? [] : unique(deps.blobsOf(next));
    const sealed = await sealRecord(
      identity,
      { record: id, op, base, deleted, blobs },
      deleted ? {} : next,
      deps.random,
    );
    const newBlobs = saves.flatMap((save) => save.blobs ?? []);
    const serverOp = base === null ? null : (merged ?? row.value?.server ?? null);
    const server = deps.beside === undefined || serverOp === null ? null : await open(serverOp);
    const beside = await deps.beside?.({
      id,
      base: server?.ok === true ? server.value : null,
      next: deleted ? null : next,
      blobs: newBlobs,
    });
    if (beside?.ok === false) return { left: done, result: beside };
    const more = beside?.value ?? { letters: [], recall: [], release: [] };
    const listBefore = listed;
    const changesBefore = changes;
    const saved = await store.saveRecord({
      record: id,
      op: sealed,
      opId: op,
      base,
      deleted,
      expectedRevision: place.value.revision,
      blobs: newBlobs,
      letters: [...saves.flatMap((save) => save.letters ?? []), ...more.letters],
      release: [...saves.flatMap((save) => save.release ?? []), ...more.release],
      // Of several saves in one turn the last one knows what the record has become.
      hold: deps.beside === undefined ? (saves.at(-1)?.hold ?? []) : [],
      recall: [...saves.flatMap((save) => save.recall ?? []), ...(more.recall ?? [])],
      merged,
      now: deps.clock.now(),
    });
    if (!saved.ok) {
      if (saved.error.type === "stale") return "again";
      return { left: done, result: err(workerError(saved.error)) };
    }
    opened.set(id, { op, record: deleted ? null : next });
    const result = deleted
      ? null
      : {
          id,
          record: next,
          revision: saved.value.revision,
          server: merged ?? row.value?.server ?? null,
          accepted: false,
        };
    written(id, result, listBefore, changesBefore);
    deps.onSaved?.();
    return { left: done, result: ok(result) };
  }

  async function opIdOf(op: Op): Promise<OpId | null> {
    const result = await openRecord(identity, op);
    return result.ok ? result.value.head.op : null;
  }

  async function work(id: RecordId): Promise<void> {
    for (let line = lines.get(id); line !== undefined && line.length > 0; line = lines.get(id)) {
      const waiting = line.splice(0);
      try {
        let outcome: Awaited<ReturnType<typeof writeOnce>> = "again";
        for (let tries = 0; tries < staleTries && outcome === "again"; tries += 1)
          outcome = await writeOnce(id, waiting);
        const { left, result } =
          outcome === "again" ? { left: waiting, result: err({ type: "stale" } as const) } : outcome;
        for (const each of left) each.resolve(result);
      } catch (error) {
        for (const each of waiting) each.reject(error);
      }
    }
  }

  function save<E>(id: RecordId, apply: Apply<R, E>): Promise<Result<Kept<R> | null, WorkerError | E>> {
    return new Promise((resolve, reject) => {
      const line = lines.get(id) ?? [];
      lines.set(id, line);
      line.push({ apply, resolve: resolve as Waiting<R>["resolve"], reject });
      if (running.has(id)) return;
      // Starts in the next turn: what is asked in the same turn becomes one op.
      const run = Promise.resolve()
        .then(() => work(id))
        .finally(() => running.delete(id));
      running.set(id, run);
    });
  }

  return {
    list,
    listNow: readAll,
    get,
    some,
    isRead: () => listed !== null,
    stamp: () => changes,
    save,
    open,
    aside: () => aside,
    follow(next) {
      identity = next;
      for (const [id, { record }] of opened) if (record === null) opened.delete(id);
      listed = null;
      given = null;
      changes += 1;
    },
    close,
    async settled() {
      while (running.size > 0) await Promise.allSettled(running.values());
    },
  };
}
