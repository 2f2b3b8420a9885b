/**
 * How a try of the code is counted where nothing can be written (decisions/0008). Runs wherever a registry runs.
 *
 * Surprising fact: the count is in what is MISSING. Spare rows are laid with the profile while there is room; on a full
 * disk a try takes one away, which needs no room and is not undone by closing the tab.
 */

import type { Profile } from "./ports.ts";

/** Spare rows of one profile: as many tries as nobody waits for anyway. */
export const spareTries = 3;

/** A profile as it lies in the registry; `spare` is how many rows were laid with it (absent in rows of version 1). */
export type ProfileStored = Omit<Profile, "uncounted"> & { readonly spare?: number };

/** @param left spare rows still there. Each one taken counts as a change, so that a compare-and-set notices it. */
export function profileShown({ spare = 0, ...row }: ProfileStored, left: number): Profile {
  const uncounted = Math.max(0, spare - left);
  return uncounted === 0 ? row : { ...row, uncounted, revision: row.revision + uncounted };
}

/** The row of the next write: what was uncounted is counted, and all spare rows are there again. */
export function profileToStore(shown: Profile, patch: Partial<Profile>): ProfileStored {
  const { uncounted = 0, ...row } = { ...shown, wrongTries: shown.wrongTries + (shown.uncounted ?? 0), ...patch };
  return { ...row, spare: spareTries, revision: shown.revision + 1 };
}
