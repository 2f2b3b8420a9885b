/**
 * Garbage collection: blobs that nothing names, uploads that were never finished, bodies of old tombstones, the last
 * traces of replaced cards. Runs in Node.
 *
 * What a person deleted goes at once; the rest counts from the last reference's removal (limits.ts). Small slices with a
 * pause after each, so that requests go on. Among several processes the first one alive collects; the order of the steps
 * (row, bytes, row) makes two at once harmless. Surprising: a blob's id outlives its bytes, so that a reference to what
 * was collected is answered "missing" instead of being believed.
 */

import { dayOf } from "../protocol/inactive.ts";
import { blobs, inactivity, collection as limits, nodes, approvals as shown } from "../protocol/limits.ts";
import type { ServerTime } from "../protocol/wire.ts";
import type { Log, Timers } from "../shared/ports.ts";
import { describeError } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { type BlobStaging, type BlobVault, blobName } from "./stores/blob-ports.ts";
import type { Store, StoredBlob } from "./stores/ports.ts";
import type { Uploads } from "./uploads.ts";

export interface Collected {
  readonly blobs: number;
  readonly uploads: number;
  readonly tombstones: number;
}

export interface Collector {
  /** One whole collection; a second caller gets the running one. */
  readonly run: () => Promise<Collected>;
  /** Something was deleted by its person: what nothing names any more goes within a second. */
  readonly soon: () => void;
  /** Collects from now on by itself. */
  readonly start: () => void;
  /** No new slice begins; resolves when the running one is over. */
  readonly stop: () => Promise<void>;
}

export function createCollector(deps: {
  readonly store: Store;
  readonly staging: BlobStaging;
  readonly vault: BlobVault;
  readonly uploads: Uploads;
  /** True for one process of those alive. */
  readonly isFirst: () => boolean;
  readonly timers: Timers;
  readonly now: () => ServerTime;
  readonly log: Log;
  readonly metrics: Metrics;
}): Collector {
  const { store, staging, vault, uploads, metrics } = deps;
  const before = (ageMs: number): ServerTime => (deps.now() - ageMs) as ServerTime;
  let stopped = false;
  let running: Promise<Collected> | undefined;
  let quick: Promise<unknown> = Promise.resolve();
  let soonPlanned = false;
  let restedOn: ServerTime | null = null;
  const cancels = new Set<() => void>();

  const after = (delayMs: number, task: () => void): void => {
    const cancel = deps.timers.after(delayMs, () => {
      cancels.delete(cancel);
      task();
    });
    cancels.add(cancel);
  };
  const pause = (): Promise<void> =>
    new Promise((done) => {
      deps.timers.after(limits.pauseMs, done);
    });

  /** Row first: from then on nobody is told that the blob is here. The row's second step lets its ticket in again. */
  const collect = (row: StoredBlob): Promise<boolean> =>
    uploads.alone(blobName(row.owner, row.blob), async () => {
      if (!(await store.markCollected(row.owner, row.blob, deps.now()))) return false;
      // As it is now: the id may have had another life since the slice was read.
      await vault.remove((await store.blob(row.owner, row.blob)) ?? row);
      if (!vault.inPlace) await staging.remove(blobName(row.owner, row.blob));
      await store.bytesRemoved(row.owner, row.blob);
      metrics.collected("blob", 1);
      return true;
    });

  /** Slices until nothing is left that was unreferenced before `unreferencedBefore`. */
  const collectBlobs = async (unreferencedBefore: ServerTime): Promise<number> => {
    let count = 0;
    while (!stopped) {
      const slice = await store.collectable(unreferencedBefore, limits.slice);
      if (slice.length === 0) break;
      for (const row of slice) if (await collect(row)) count += 1;
      await pause();
    }
    return count;
  };

  const forget = (row: StoredBlob): Promise<void> => {
    const name = blobName(row.owner, row.blob);
    return uploads.alone(name, async () => {
      const now = await store.blob(row.owner, row.blob);
      if (now === undefined || now.createdAt !== row.createdAt || !["staged", "again"].includes(now.state)) return;
      await store.forgetUpload(row.owner, row.blob);
      // It may have been moved by a process that ended before it could say so.
      if (!vault.inPlace) await vault.remove(row);
      await staging.remove(name);
      metrics.collected("upload", 1);
    });
  };
  const forgetUploads = async (rows: readonly StoredBlob[]): Promise<number> => {
    let count = 0;
    for (const row of rows) {
      if (stopped) break;
      await forget(row);
      count += 1;
      if (count % limits.slice === 0) await pause();
    }
    return count;
  };

  /** Those whom nobody opened for years: announced first, removed a year later at the earliest (SPEC P-Z); looked for once a day. */
  const rest = async (): Promise<{ readonly told: number; readonly removed: number }> => {
    const today = dayOf(deps.now());
    if (stopped || today === restedOn) return { told: 0, removed: 0 };
    restedOn = today;
    const told = await store.tellInactive(before(inactivity.toldMs), deps.now());
    let removed = 0;
    while (!stopped) {
      const slice = await store.toRemove(before(inactivity.removedMs), before(inactivity.noticeMs), limits.slice);
      for (const satchel of slice)
        if (await store.removeInactive(satchel, before(inactivity.removedMs), deps.now())) removed += 1;
      if (slice.length < limits.slice) break;
      await pause();
    }
    if (removed > 0) metrics.collected("satchel", removed);
    return { told, removed };
  };

  const collectAll = async (): Promise<Collected> => {
    // Each process keeps its own folder tidy; the first one does the rest.
    await uploads.tidy();
    if (!deps.isFirst()) return { blobs: 0, uploads: 0, tombstones: 0 };
    // First, so that their pages are collected in this very run.
    const shares = await store.expireShares(before(0));
    const result = {
      blobs: await collectBlobs(before(limits.unreferencedMs)),
      uploads: await forgetUploads(await store.staleUploads(before(blobs.unfinishedMs))),
      tombstones: stopped ? 0 : await store.expireTombstoneBodies(before(limits.tombstoneBodyMs)),
    };
    const cards = stopped ? 0 : await store.forgetReplaced(before(limits.replacedCardMs));
    const approvals = stopped ? 0 : await store.forgetApprovals(before(0), before(shown.shownMs));
    const { told, removed } = await rest();
    if (told > 0 || removed > 0) deps.log.note("inactive", { told, removed });
    if (!stopped) await store.forgetNodes(before(nodes.forgottenMs));
    if (shares > 0) metrics.collected("share", shares);
    if (approvals > 0) metrics.collected("approval", approvals);
    if (cards > 0) metrics.collected("card", cards);
    if (result.tombstones > 0) metrics.collected("tombstone", result.tombstones);
    if (result.blobs + result.uploads + result.tombstones > 0) deps.log.note("collected", result);
    return result;
  };

  const run = (): Promise<Collected> => {
    running ??= collectAll().finally(() => {
      running = undefined;
    });
    return running;
  };

  /** Only what a person deleted. */
  const collectDeleted = async (): Promise<void> => {
    await collectBlobs(1 as ServerTime);
    await forgetUploads((await store.staleUploads(before(-1))).filter((row) => row.unreferencedSince === 0));
  };
  const fault = (error: unknown): void => deps.log.note("collection-failed", { ...describeError(error) });

  const plan = (): void => {
    after(limits.everyMs, () => {
      run()
        .catch(fault)
        .finally(() => {
          if (!stopped) plan();
        });
    });
  };

  return {
    run,
    soon: () => {
      if (soonPlanned || stopped) return;
      soonPlanned = true;
      after(limits.soonMs, () => {
        soonPlanned = false;
        quick = quick.then(collectDeleted).catch(fault);
      });
    },
    start: plan,
    stop: async () => {
      stopped = true;
      for (const cancel of cancels) cancel();
      cancels.clear();
      await quick;
      await running?.catch(fault);
    },
  };
}
