/**
 * How the answers of a form fill an official PDF: the mapping that an author writes, and what it becomes. Data and types only.
 *
 * Surprising fact: conditions and calculations are those of forms (model.ts of the folder above), so that what ticks a box is
 * said in the words that show a question.
 */

import type { Expr } from "../model.ts";

/** What is taken of an answer that has parts. */
export const answerParts = [
  "street",
  "more",
  "postal",
  "city",
  "country",
  "name",
  "code",
  "first",
  "second",
  "other",
] as const;
export type AnswerPart = (typeof answerParts)[number];

/** How an answer is written. Where nothing is said: as people read it, in French. */
export interface Writing {
  /** Of a date: "DD/MM/YYYY", "DDMMYYYY", "DD", "MM", "YYYY", "YY", "hh", "mm" in any order. */
  readonly date?: string;
  readonly part?: AnswerPart;
  /** Digits after the comma, always so many. */
  readonly decimals?: number;
  readonly case?: "upper";
  /** Without spaces, dots, dashes and slashes: for boxes of one character. */
  readonly compact?: boolean;
  /** Between several answers or choices; a space, or ", " between choices. */
  readonly between?: string;
  /** What is written, or which button is pressed, by choice; "yes" and "no" of a yes or no. */
  readonly values?: Readonly<Record<string, string>>;
}

/** Writes one answer, or several one after the other. A list of PDF fields takes one character each. */
export interface MappedAnswer extends Writing {
  readonly pdf: string | readonly string[];
  readonly from: string | readonly string[];
}

/** Writes what an expression gives. */
export interface MappedValue extends Writing {
  readonly pdf: string | readonly string[];
  readonly value: Expr;
}

/** Ticks a box where the condition holds. `on`: which of its states, where several boxes have one name. */
export interface MappedTick {
  readonly pdf: string;
  readonly when: Expr;
  readonly on?: string;
}

export type Mapped = MappedAnswer | MappedValue | MappedTick;

/** The rows of a repeat, as far as the PDF has lines. In names of PDF fields, {n} is the row from 1, {n0} from 0. */
export interface MappedRows {
  readonly rows: string;
  readonly max: number;
  readonly fields: readonly Mapped[];
}

export type OfficialField = Mapped | MappedRows;

/** One mapping file. */
export interface OfficialMap {
  readonly format: "besace-official";
  /** Id of the form, and the version for which the mapping was made. */
  readonly form: string;
  readonly version: number;
  /** What people call the PDF: "Cerfa 12345*01". */
  readonly title: string;
  /** The blank PDF, exactly; SHA-256 in hex. */
  readonly pdf: { readonly sha256: string; readonly bytes: number };
  readonly fields: readonly OfficialField[];
  /** Fields of the PDF that stay empty on purpose: what the office fills in, what is signed by hand. */
  readonly blank?: readonly string[];
}

export const isRows = (field: OfficialField): field is MappedRows => "rows" in field;
export const isTick = (field: Mapped): field is MappedTick => "when" in field;

/* ---- what a PDF has ---- */

export interface PdfField {
  /** Full name, with dots. */
  readonly name: string;
  readonly kind: "text" | "tick" | "radio" | "choice" | "signature" | "button";
  /** Of ticks and radios the states that are on; of lists what can be chosen. */
  readonly states: readonly string[];
  readonly maxLength: number | null;
  readonly required: boolean;
}

export interface PdfForm {
  readonly pages: number;
  readonly fields: readonly PdfField[];
}

/* ---- what is put into it ---- */

/** Of which answer: an id of the form, and the row from 1 in a repeat. Null: of an expression. */
export interface About {
  readonly field: string | null;
  readonly row: number | null;
}

export type Fill =
  | { readonly kind: "text"; readonly pdf: string; readonly text: string; readonly about: About }
  /** One character each. */
  | { readonly kind: "boxes"; readonly pdf: readonly string[]; readonly text: string; readonly about: About }
  | {
      readonly kind: "tick";
      readonly pdf: string;
      readonly on: string | null;
      readonly ticked: boolean;
      readonly about: About;
    }
  /** Of a row beyond those that the PDF has lines for: written on a page at the end. */
  | { readonly kind: "beyond"; readonly text: string; readonly about: About };

export interface OfficialFills {
  readonly fills: readonly Fill[];
  /** Mapped, and there is no answer. */
  readonly unanswered: readonly About[];
}
