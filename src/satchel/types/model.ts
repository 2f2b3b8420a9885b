/** The shapes of what is known of a kind of paper beyond its short row in ../paper-types.ts. Types only. */

import type { Mask } from "./masks.ts";

/** Where something is printed, for a drawing and a sentence. Not checked on real papers: see README. */
export type Place =
  | "front"
  | "back"
  | "data-page"
  | "top"
  | "middle"
  | "bottom"
  | "first-page"
  | "last-page"
  | "letter";

export type FieldId =
  | "number"
  | "reference"
  | "issuer"
  | "issued"
  | "expires"
  | "starts"
  | "decided"
  | "deposited"
  | "appointment"
  | "answer-before"
  | "period"
  | "year"
  | "amount"
  | "reference-income"
  | "tax-number"
  | "social-number"
  | "caf-number"
  | "iban"
  | "foreigner-number"
  | "unique-number"
  | "delivery-point"
  | "siret";

/** One thing that is written on the paper and may be kept beside its pages. None is ever required. */
export interface PaperField {
  readonly id: FieldId;
  readonly mask: Mask;
  readonly printed: Place;
  /** Shown as dots until the person asks: who knows it can harm them. */
  readonly secret: boolean;
}

/**
 * How long it is usually good. `printed`: the date on it says so. `year`: a year from its start. `latest`: the newest one
 * counts. `last-three`: the last three are asked for. `recent`: no end of its own, and who asks wants a recent one.
 * `lasting`: no end is known. `unknown`: not found out.
 */
export type Validity = "printed" | "year" | "latest" | "last-three" | "recent" | "lasting" | "unknown";

/** What a stranger would learn from it. */
export type Sensitivity = "identity" | "health" | "money" | "justice" | "children";

/** The sheet that stands for it in drawings (the kinds of app/ui/Sheet.tsx). */
export type Drawing = "card" | "letter" | "table" | "bill" | "payslip" | "health";

export type AdviceId =
  | "keep-original"
  | "single-use-proof"
  | "ask-copy-town-hall"
  | "translation"
  | "asked-recent"
  | "keep-older"
  | "last-three"
  | "latest-year"
  | "keep-envelope"
  | "answer-soon"
  | "three-papers"
  | "go-every-three-months"
  | "renew-each-year"
  | "declare-each-quarter"
  | "update-each-month"
  | "file-early"
  | "photo-six-months"
  | "certificate-one-year"
  | "choose-who-sees"
  | "hide-numbers"
  | "guardian-signs"
  | "keep-proof";

/** `read`: in the primary source. `copy-2020`: official page, in a copy of 2020. `secondary`: other pages. `unread`: none. */
export type Reading = "read" | "copy-2020" | "secondary" | "unread";

export interface Source {
  readonly title: string;
  readonly reading: Reading;
  readonly verifiedOn: string;
}

export interface PaperTypeDetails {
  readonly id: string;
  readonly drawing: Drawing;
  readonly fields: readonly PaperField[];
  readonly validity: Validity;
  readonly sensitivity: readonly Sensitivity[];
  readonly advice: readonly AdviceId[];
  readonly sources: readonly Source[];
}
