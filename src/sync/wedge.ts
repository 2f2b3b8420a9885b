/**
 * The wedge detector: something has waited for more than a day although the server answered since (I1; facts 3.8). Pure;
 * runs anywhere.
 *
 * Surprising fact: what was set aside, what waits for Wi-Fi because the person said so, and what the quota holds are no
 * wedge: each is told with its own reason.
 */

import type { QueueView, SyncMeta } from "../storage/ports.ts";

export interface Wedge {
  readonly count: number;
  /** Whole days of the oldest, at least 1. */
  readonly days: number;
}

/** What is held back on purpose now. */
export interface HeldBack {
  readonly photos: boolean;
  readonly originals: boolean;
}

const dayMs = 86_400_000;

/** @param now device clock, ms, as `queuedAt` and `lastPullAt` are. */
export function wedgeOf(
  queue: QueueView,
  meta: Pick<SyncMeta, "lastPullAt" | "pausedFor">,
  now: number,
  held: HeldBack,
): Wedge | null {
  const holdsPhotos = held.photos || meta.pausedFor === "quota";
  const dirty = [
    // A chain in conflict waits for a merge, which comes while the satchel is open.
    ...queue.ops.filter((op) => op.state === "waiting" || op.state === "frozen"),
    ...queue.letters.filter((letter) => letter.state === "waiting" || letter.state === "frozen"),
    ...queue.proofs.filter((proof) => proof.state === "waiting"),
    ...queue.blobs.filter(
      (blob) =>
        !blob.localOnly &&
        (blob.state === "waiting" || blob.state === "sending") &&
        !holdsPhotos &&
        !(held.originals && blob.sendClass === 5),
    ),
  ];
  // A pull that ended a day after it was queued had its chance to be followed by it.
  const stuck = dirty.filter(({ queuedAt }) => now - queuedAt >= dayMs && meta.lastPullAt - queuedAt >= dayMs);
  if (stuck.length === 0) return null;
  const oldest = Math.min(...stuck.map(({ queuedAt }) => queuedAt));
  return { count: stuck.length, days: Math.floor((now - oldest) / dayMs) };
}
