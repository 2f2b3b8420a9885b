/**
 * Room on this phone: making it where the disk refuses, and what the browser has erased by itself (DESIGN 5); space-part.ts shows
 * what may leave and brings it back. Runs in the satchel worker.
 *
 * Surprising fact: nothing here decides that bytes may go; the store does, in the transaction that drops them
 * (storage/may-go.ts).
 */

import { inLeavingOrder } from "../../satchel/leaving.ts";
import { streamsNamed } from "../../satchel/paper.ts";
import type { BlobId, RecordId } from "../../shared/ids.ts";
import { ok, type Result } from "../../shared/result.ts";
import { createDoor } from "../common/door.ts";
import { storageErr } from "../common/errors.ts";
import { createLoader } from "../common/loaded.ts";
import type { DataChoice, Lost, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { isDossier } from "./dossiers.ts";
import { isPaper } from "./paper-view.ts";
import type { SpacePart } from "./space-part.ts";

export interface Space extends SpacePart {
  /**
   * When the disk refuses: drops what nobody misses here, as far as it may go. Streams that only letters name, because
   * their paper has changed since; originals whose readable page is here. Readable pages leave by the person's choice only.
   * @returns bytes freed.
   */
  readonly makeRoom: (session: Session) => Promise<Result<number, WorkerError>>;
  /** Streams whose bytes do not open here although their rows stand: found when they are read, mended by `fetchBack`. */
  readonly damaged: Set<BlobId>;
  /** Bytes that have come of a paper under way, for `PaperView.fetching`. */
  readonly fetching: (paper: RecordId) => { readonly done: number; readonly of: number } | undefined;
  readonly choose: (session: Session, choice: Pick<DataChoice, "photosOnWifi">) => Promise<Result<void, WorkerError>>;
  /** Before anything of an opened satchel is written: a database that began anew is remembered until it closes. */
  readonly notice: (session: Session) => Promise<Result<void, WorkerError>>;
  /**
   * When a list is empty: the database may have begun anew under the open satchel, made again by the service worker before
   * this worker missed it. Screens are told to ask `lost`.
   */
  readonly lookAgain: (session: Session) => Promise<Result<void, WorkerError>>;
  readonly lost: (session: Session) => Promise<Result<Lost, WorkerError>>;
}

export function createSpace(deps: SatchelDeps): Space {
  const damaged = new Set<BlobId>();
  const coming = new Map<RecordId, { done: number; of: number }>();
  const noticed = new WeakMap<Session, Promise<Result<void, WorkerError>>>();
  /** When a database was found to have begun anew, by its name. */
  const emptied = new Map<string, number>();

  async function look({ store, profile: { database } }: Session): Promise<Result<void, WorkerError>> {
    const rows = await store.listRecords();
    if (!rows.ok) return storageErr(rows.error);
    if (rows.value.length > 0) await deps.marks.put(database);
    else if (await deps.marks.has(database)) emptied.set(database, deps.clock.now());
    return ok(undefined);
  }

  function notice(session: Session): Promise<Result<void, WorkerError>> {
    const before = noticed.get(session) ?? look(session);
    noticed.set(session, before);
    return before;
  }

  return {
    ...createDoor<SpacePart>(
      createLoader(deps, "space-not-loaded", async () =>
        (await import("./space-part.ts")).createSpacePart(deps, { damaged, coming }),
      ),
      { view: true, free: true, fetchBack: true },
    ),
    damaged,

    async makeRoom(session) {
      // What does not open might name any stream: then nothing is dropped by itself.
      if (session.records.aside() > 0) return ok(0);
      const blobs = await session.store.listBlobs();
      if (!blobs.ok) return storageErr(blobs.error);
      const all = await session.records.listNow();
      if (!all.ok) return all;
      const named = new Set(all.value.flatMap(({ record }) => streamsNamed(record)));
      const originals = all.value
        .filter(isPaper)
        .flatMap((kept) => inLeavingOrder(kept.record))
        .filter(({ role }) => role === "original")
        .map(({ pointer }) => pointer.blob);
      const unnamed = blobs.value.map((row) => row.blob).filter((blob) => !named.has(blob));
      const dropped = await session.store.dropLocal([...unnamed, ...originals]);
      return dropped.ok ? ok(dropped.value.bytes) : storageErr(dropped.error);
    },

    fetching: (id) => coming.get(id),

    async choose(session, { photosOnWifi }) {
      const set = await session.store.setMeta({ photosOnWifi });
      if (!set.ok) return storageErr(set.error);
      deps.couriers.kick("commit", session.profile.database);
      deps.emit({ type: "outbox" });
      return ok(undefined);
    },

    notice,

    async lookAgain(session) {
      const { database } = session.profile;
      if (emptied.has(database)) return ok(undefined);
      const looked = await look(session);
      if (emptied.has(database)) deps.emit({ type: "opening" });
      return looked;
    },

    async lost(session) {
      const noticed = await notice(session);
      if (!noticed.ok) return noticed;
      const since = emptied.get(session.profile.database);
      if (since === undefined) return ok({ type: "nothing" });
      const [meta, all] = await Promise.all([session.store.meta(), session.records.list()]);
      if (!meta.ok) return storageErr(meta.error);
      if (!all.ok) return all;
      return ok({
        type: "emptied",
        pulled: meta.value.lastPullAt >= since,
        papers: all.value.filter(isPaper).length,
        dossiers: all.value.filter(isDossier).length,
      });
    },
  };
}
