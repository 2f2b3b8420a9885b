/**
 * Shares: how long, what they have become, what the organisation said it did (issue "The desk"). Pure, runs in page and worker.
 *
 * Surprising fact: an end takes back nothing that was seen. It stops what would still be handed out, here and at the server;
 * the screens say so before a share is made.
 */

import type { LetterId } from "../shared/ids.ts";
import type { SaidAct, ShareDays, SharedPaper, ShareRecord } from "./model.ts";

export const shareDays: readonly ShareDays[] = [1, 31, 182, 365];
export const usualDays: ShareDays = 31;

export const shareLimits = {
  papers: 20,
  /** Of all papers together: each page is sealed anew and carried by its own upload. */
  pages: 60,
  purpose: 300,
} as const;

const dayMs = 86_400_000;

/** End of a share that begins at `now`, both on the server's clock, in ms. */
export const shareEnd = (days: ShareDays, now: number): number => now + days * dayMs;

export type ShareFault = "no-paper" | "too-many" | "no-purpose" | "bad-end";

/** What is wrong with a share that is to be made; null when nothing is. @param now server time as far as it is known, ms. */
export function shareFault(
  share: Pick<ShareRecord, "purpose" | "until" | "days"> & { readonly papers: readonly Pick<SharedPaper, "pages">[] },
  now: number,
): ShareFault | null {
  const pages = share.papers.reduce((sum, paper) => sum + paper.pages, 0);
  if (pages === 0 || share.papers.some((paper) => paper.pages === 0)) return "no-paper";
  if (share.papers.length > shareLimits.papers || pages > shareLimits.pages) return "too-many";
  const said = share.purpose.trim();
  if (said === "" || said.length > shareLimits.purpose) return "no-purpose";
  if (!shareDays.includes(share.days)) return "bad-end";
  return share.until > now && share.until <= shareEnd(share.days, now) ? null : "bad-end";
}

/** Where a share stands, as one word for the screen (INV-2: from proofs that were verified before). */
export type ShareStage =
  | "waits"
  | "needs-you"
  /** The server has it. */
  | "deposited"
  | "complete"
  | "opened"
  /** Asked to end; the server does not know yet. */
  | "ending"
  | "ended"
  /** Its time is over. */
  | "over"
  /** Its time was over before it ever left. */
  | "late";

export interface ShareFacts {
  /** Types of the verified proofs about it. */
  readonly proofs: ReadonlySet<string>;
  /** The sealed letter on this device: its state; null where it is not here any more, or never was. */
  readonly letter: "waiting" | "frozen" | "accepted" | "aside" | null;
  /** This device sealed it. */
  readonly own: boolean;
  /** Server time as far as it is known, ms. */
  readonly now: number;
}

/** It was sealed here, is not here any more and no server ever spoke of it: it was taken back before it left. */
const neverLeft = ({ proofs, letter, own }: ShareFacts): boolean => own && letter === null && proofs.size === 0;

export function shareStage(share: ShareRecord, facts: ShareFacts): ShareStage {
  const { proofs, letter, own, now } = facts;
  if (share.ended !== undefined)
    return proofs.has("ended") || neverLeft(facts) || now >= share.until ? "ended" : "ending";
  // Of a letter of another device, or one that a server took, nobody here knows that it never left.
  if (now >= share.until) return proofs.size === 0 && own && letter !== "accepted" ? "late" : "over";
  for (const step of ["opened", "complete", "deposited"] as const) if (proofs.has(step)) return step;
  return letter === "aside" ? "needs-you" : "waits";
}

/** Nothing of it is handed out any more, or will be as soon as the server hears of it. */
export const isOver = (stage: ShareStage): boolean => ["ending", "ended", "over", "late"].includes(stage);

/** Said twice, the first time stands. */
export const endShare = (share: ShareRecord, now: number): ShareRecord =>
  share.ended === undefined ? { ...share, ended: { at: now } } : share;

/** Acts that one organisation may leave in one record: what comes after is not kept, a record is no log without end. */
export const mostActs = 400;

/** The record with what a letter says; the same record where the letter is known, or speaks of a paper that is not in it. */
export function withAct<R extends { readonly acts?: Readonly<Record<LetterId, SaidAct>> }>(
  record: R,
  letter: LetterId,
  act: SaidAct,
  papers: number,
): R {
  const known = record.acts ?? {};
  if (known[letter] !== undefined || act.paper >= papers || Object.keys(known).length >= mostActs) return record;
  return { ...record, acts: { ...known, [letter]: act } };
}
