/**
 * A reply while it is being written, and the ready sentences it starts from. Pure but for the catalogues it reads.
 *
 * Surprising: a ready sentence is French, whatever language the desk is shown in, because the helper answers for it;
 * when the person uses Besace in another language the same sentence stands below it in that language.
 */

import type { DecisionSaid } from "../../satchel/model.ts";
import { inFrench } from "../i18n/i18n.ts";
import type { DateParts } from "../ui/Field.tsx";

export const REPLY_KINDS = ["received", "missing-piece", "message", "decision", "papers"] as const;
export type ReplyKind = (typeof REPLY_KINDS)[number];
/** What hands something over, with or without papers (GivePart.tsx). */
export type GiveKind = Extract<ReplyKind, "decision" | "papers">;
export const isGive = (kind: ReplyKind): kind is GiveKind => kind === "decision" || kind === "papers";

export const OUTCOMES: readonly DecisionSaid["outcome"][] = ["granted", "refused", "partly", "other"];
/** Kinds of paper that a desk hands over, of satchel/paper-types.ts. */
export const GIVEN_KINDS = [
  "letter-received",
  "refusal-decision",
  "domicile-attestation",
  "hosting-attestation",
  "social-housing-attestation",
  "benefit-notice",
  "c2s-attestation",
  "other",
] as const;
export type GivenKind = (typeof GIVEN_KINDS)[number];

export interface PaperDraft {
  readonly key: number;
  readonly file: File;
  readonly title: string;
  readonly kind: GivenKind;
}

/** A decision and papers while they are prepared. */
export interface GiveDraft {
  readonly outcome: DecisionSaid["outcome"] | null;
  /** Null: today. */
  readonly on: DateParts | null;
  readonly reason: string;
  /** Null: the ready sentence, where there is one. */
  readonly remedies: string | null;
  readonly papers: readonly PaperDraft[];
}
export const EMPTY_GIVE: GiveDraft = { outcome: null, on: null, reason: "", remedies: null, papers: [] };

/** A decision that does not say yes to everything can be challenged: the sentence says how and until when. */
export const readyRemedies = (outcome: GiveDraft["outcome"]): string =>
  outcome === "refused" || outcome === "partly" ? inFrench("desk.ready.remedies") : "";

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
  readonly give?: GiveDraft;
}

export const EMPTY_DRAFT: ReplyDraft = { kind: "received", requirement: null, reason: "absent", text: null };

/** Key of the ready sentence under "desk.ready"; null when there is none to propose. */
export function readyKey(
  draft: ReplyDraft,
): "received" | "papers" | `decision.${DecisionSaid["outcome"]}` | `missing.${Reason}` | null {
  if (draft.kind === "received" || draft.kind === "papers") return draft.kind;
  if (draft.kind === "decision" && draft.give?.outcome != null) return `decision.${draft.give.outcome}`;
  if (draft.kind === "missing-piece" && draft.requirement !== null) return `missing.${draft.reason}`;
  return null;
}

/** The French ready sentence. `paper`: French words for the requirement. */
export function readySentence(draft: ReplyDraft, paper: string): string {
  const key = readyKey(draft);
  return key === null ? "" : inFrench(`desk.ready.${key}`, { paper });
}
