/**
 * A reply while it is being written, and the ready sentences it starts from. Pure but for the catalogues it reads.
 *
 * Surprising: a ready sentence is French, whatever language the desk is shown in, because the helper answers for it;
 * when the person uses Besace in another language the same sentence stands below it in that language.
 */

import { inFrench } from "../i18n/i18n.ts";

export const REPLY_KINDS = ["received", "missing-piece", "message"] as const;
export type ReplyKind = (typeof REPLY_KINDS)[number];

/** Why a paper is asked for. */
export const REASONS = ["absent", "unreadable", "page", "old"] as const;
export type Reason = (typeof REASONS)[number];

/** Stands for a paper that no requirement of the procedure names. */
export const OTHER_PAPER = "other";

export interface ReplyDraft {
  readonly kind: ReplyKind;
  /** Requirement id, `OTHER_PAPER`, or null while none is chosen. */
  readonly requirement: string | null;
  readonly reason: Reason;
  /** What the helper wrote; null while the ready sentence stands. */
  readonly text: string | null;
}

export const EMPTY_DRAFT: ReplyDraft = { kind: "received", requirement: null, reason: "absent", text: null };

/** Key of the ready sentence under "desk.ready"; null when there is none to propose. */
export function readyKey(draft: ReplyDraft): "received" | `missing.${Reason}` | null {
  if (draft.kind === "received") return "received";
  if (draft.kind === "missing-piece" && draft.requirement !== null) return `missing.${draft.reason}`;
  return null;
}

/** The French ready sentence. `paper`: French words for the requirement. */
export function readySentence(draft: ReplyDraft, paper: string): string {
  const key = readyKey(draft);
  return key === null ? "" : inFrench(`desk.ready.${key}`, { paper });
}
