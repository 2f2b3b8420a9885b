/**
 * When the bytes of a blob may leave this device (DESIGN 5, SPEC S-L1): the one rule, pure. Runs anywhere.
 *
 * Surprising fact: "verified" is not enough. What nobody refers to is collected by the server, and what no backup holds
 * is gone with the server's disk.
 */

import type { BlobRow } from "./ports.ts";

export interface GoFacts {
  readonly blob: Pick<BlobRow, "state" | "verifiedAt" | "localOnly" | "complete">;
  /** An op that the server accepted, or a letter that it accepted and that was not taken back, names the blob. */
  readonly referred: boolean;
  /** False between a reset of the server and its word about this blob: what it said before counts for nothing. */
  readonly seen: boolean;
  /** `SyncMeta.backup`. */
  readonly backup: number | null;
}

/** Why the bytes have to stay; null = they may go. */
export type StayReason = "not-verified" | "kept-here" | "not-referred" | "server-was-reset" | "no-backup" | "away";

export function whyStay({ blob, referred, seen, backup }: GoFacts): StayReason | null {
  if (blob.state === "away") return "away";
  if (blob.localOnly) return "kept-here";
  if (blob.state !== "verified" || !blob.complete) return "not-verified";
  if (!seen) return "server-was-reset";
  if (!referred) return "not-referred";
  // The backup began after the blob was whole; a time that is not known is not before it.
  return backup !== null && blob.verifiedAt !== null && blob.verifiedAt <= backup ? null : "no-backup";
}

export const mayGo = (facts: GoFacts): boolean => whyStay(facts) === null;
