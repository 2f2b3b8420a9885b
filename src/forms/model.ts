/**
 * A procedure as data: pages, fields, requirements. Words are not here: they live in locales/<lang>/form-<form id>.json, or
 * in the `words` of a FormFile, under `<field>.label|hint|why|choices.<id>`, so that one form speaks every language and the
 * sent answers are ids. README.md of this folder has every key.
 *
 * Surprising fact: forms, answers and dossiers of older versions are valid as they are. Everything that came later is
 * optional, and a field type or an answer that this version does not know is kept and shown as it is.
 */

import type { OfficialMap } from "./official/model.ts";

/* ---- expressions: what they mean is in expr.ts ---- */

export type Literal = string | number | boolean;
/** A string is a text, an id or, beside a date, a date. */
export type Operand = Expr | Literal;

export type Expr =
  /** An answer. From outside a repeat, the answers of all its rows. Where a condition stands: true only for "yes". */
  | readonly ["answer", string]
  | readonly ["=" | "!=" | "<" | "<=" | ">" | ">=", Operand, Operand]
  | AllOrAny
  | readonly ["not", Expr]
  | readonly ["in", Expr, readonly string[]]
  | readonly ["contains", Expr, string]
  | readonly ["empty", Expr]
  /** Of the two values, the first where the condition holds. */
  | readonly ["if", Expr, Operand, Operand]
  /** Blank as soon as one side is. */
  | readonly ["-" | "/", Operand, Operand]
  | Many
  /** Ticked choices, rows, answers in rows; with a condition: rows for which it holds. */
  | readonly ["count", Expr]
  | readonly ["count", Expr, Expr]
  | readonly ["today"]
  /** Whole years from a date to today, or to another date. */
  | readonly ["age", Operand]
  | readonly ["age", Operand, Operand]
  /** Days from the first to the second. */
  | readonly ["days-between", Operand, Operand]
  /** That day so many months or days later, a whole number; blank for a date known in part. */
  | readonly ["add-months" | "add-days", Operand, number]
  /** Of a commune, département or address: codes as the INSEE writes them ("01", "2A", "974"). */
  | readonly ["in-departement" | "in-region", Expr, readonly string[]];

/** ["and", a, b, ...] and ["or", a, b, ...]: an interface, because a tuple type cannot spread its own alias. */
export interface AllOrAny extends ReadonlyArray<"and" | "or" | Expr> {
  readonly 0: "and" | "or";
}

/**
 * ["+", a, b, ...] and ["*", ...]: blank as soon as one is. ["sum", ...], ["min", ...], ["max", ...]: over what is answered,
 * rows of a repeat too; the sum of nothing is 0.
 */
export interface Many extends ReadonlyArray<"+" | "*" | "sum" | "min" | "max" | Operand> {
  readonly 0: "+" | "*" | "sum" | "min" | "max";
}

export interface Choice {
  readonly id: string;
  /** Icon of the design language. */
  readonly icon?: string;
}

/** First level of a linked list; its second level is asked only where there is one. Ids are unique in the whole field. */
export interface LinkedChoice extends Choice {
  readonly choices: readonly Choice[];
}

/*
 * What the engine reads of a dossier. The same shapes as in satchel/model.ts, written again because the two folders know
 * nothing of each other (DESIGN 2); a DossierRecord is a FormState as it is, and tests/unit/forms/model.test.ts holds the
 * two together.
 */

export type AnswerValue =
  /** Also what was typed into any field and could not be read as its type: it is kept, and reported on "Continuer". */
  | { readonly v: "text"; readonly text: string }
  | { readonly v: "choice"; readonly id: string }
  /** "Autre", in the person's words; they may be empty. */
  | { readonly v: "other"; readonly text: string }
  /** `other`: "autre" is ticked too, with these words. */
  | { readonly v: "choices"; readonly ids: readonly string[]; readonly other?: string }
  /** Linked list; `second` null: not chosen yet, or there is none. */
  | { readonly v: "pair"; readonly first: string; readonly second: string | null }
  /** "YYYY-MM-DD"; partial ones leave the end out. */
  | { readonly v: "date"; readonly date: string }
  /** "YYYY-MM-DDTHH:MM" by the clock of the place. */
  | { readonly v: "datetime"; readonly at: string }
  /** Canonical decimal: "-12.5", no exponent, no zeros that say nothing. */
  | { readonly v: "number"; readonly number: string }
  | { readonly v: "yesno"; readonly yes: boolean }
  /** Commune, département, région or country. `code`: of the INSEE, null where the person typed a name. */
  | { readonly v: "place"; readonly code: string | null; readonly name: string; readonly postal?: string }
  /** An address in parts. One in free words is a "text". */
  | {
      readonly v: "address";
      /** Number and street. */
      readonly street: string;
      /** Building, floor, "chez ...". */
      readonly more: string;
      readonly postal: string;
      readonly city: string;
      /** INSEE code of the commune; null where it is not known. */
      readonly code: string | null;
      /** Empty: France. */
      readonly country: string;
    }
  | {
      readonly v: "signature";
      /** What was drawn, see signature.ts; null where the name was typed. */
      readonly ink: string | null;
      /** The name as typed; with a drawing, empty or the name beside it. */
      readonly name: string;
      /** The declaration, word for word as it was shown, and its language. */
      readonly text: string;
      readonly language: string;
      /** By the clock of the device, ms. */
      readonly at: number;
    }
  | { readonly v: "unknown" };

/** Key: field id, or `${repeatId}/${rowId}/${fieldId}` in a repeated row. */
export type Answers = Readonly<Record<string, AnswerValue>>;

export interface FormState {
  readonly answers: Answers;
  readonly rows: Readonly<
    Record<string, { readonly repeat: string; readonly position: number; readonly removed: boolean }>
  >;
  readonly attached: Readonly<Record<string, { readonly papers: readonly string[]; readonly missing: boolean }>>;
  readonly notForeseen: string;
}

/* ---- fields ---- */

/** What must be true of an answer beyond its type. Judged only where every answer that it compares is there. */
export interface Constraint {
  readonly must: Expr;
  /** Word key: `<field>.problems.<message>`. */
  readonly message: string;
}

interface FieldBase {
  readonly id: string;
  /** A useful answer; the person may always say "I do not know" where `unknown` is true. */
  readonly required: boolean;
  readonly unknown: boolean;
  readonly if?: Expr;
  /** FranceConnect claim, or one of ours (profile.ts), that proposes this answer and that it is offered to. */
  readonly profile?: string;
  readonly constraints?: readonly Constraint[];
  /** Ids of the same question elsewhere: {"ds": "champ_..."}. */
  readonly ref?: Readonly<Record<string, string>>;
  /** The original is looked up on line (school, tax file, map); here it is asked as text. */
  readonly online?: true;
}

/** "2026-01-31", "today", or "today-18y", "today+3m", "today-90d". */
export type DateBound = string;

/** Shown behind a number. `own`: the word `<field>.unit`. */
export type Unit = "euro" | "percent" | "m2" | "km" | "own";

/** Numbers and codes with a known shape (formats.ts); some have a check key. */
export type FormatName =
  | "nir"
  | "caf"
  | "tax-number"
  | "tax-reference"
  | "identity-card"
  | "passport"
  | "foreigner"
  | "delivery-point"
  | "siren"
  | "rna"
  | "postal-code"
  | "year";

/** Each type of field, its answer and its codec: README.md, "Types". */
export type Field =
  | (FieldBase & { readonly type: "text" | "phone" | "email"; readonly maxLength: number })
  | (FieldBase & { readonly type: "longText"; readonly maxLength: number })
  | (FieldBase & {
      readonly type: "integer";
      readonly min?: number;
      readonly max?: number;
      readonly unit?: Unit;
    })
  | (FieldBase & {
      readonly type: "decimal";
      readonly min?: number;
      readonly max?: number;
      /** Digits kept after the comma, 0 to 6; 2 where it is not said. */
      readonly decimals?: number;
      readonly unit?: Unit;
    })
  /**
   * Exactly one of the two. A mask: A is a letter, 9 a digit, X either; anything else stands for itself, "\" before A, 9, X
   * makes it so; spaces, dots and dashes need not be typed. Several masks: one of them.
   */
  | (FieldBase & { readonly type: "formatted"; readonly format: FormatName; readonly masks?: never })
  | (FieldBase & { readonly type: "formatted"; readonly masks: readonly string[]; readonly format?: never })
  | (FieldBase & { readonly type: "iban" | "siret" })
  /** Answers with the choice "madame" or "monsieur"; their words are the application's. */
  | (FieldBase & { readonly type: "civility" })
  | (FieldBase & {
      readonly type: "choice";
      readonly choices: readonly Choice[];
      /** "Autre", with words of the person (its label: `<field>.other`). */
      readonly other?: boolean;
    })
  | (FieldBase & {
      readonly type: "choices";
      readonly choices: readonly Choice[];
      readonly other?: boolean;
      /** The one choice that excludes all others ("Aucune"). */
      readonly none?: string;
    })
  | (FieldBase & { readonly type: "linked"; readonly choices: readonly LinkedChoice[] })
  | (FieldBase & {
      readonly type: "date";
      readonly partial: boolean;
      readonly past?: boolean;
      readonly future?: boolean;
      readonly min?: DateBound;
      readonly max?: DateBound;
    })
  | (FieldBase & { readonly type: "datetime"; readonly min?: DateBound; readonly max?: DateBound })
  | (FieldBase & { readonly type: "yesno" })
  /** One box to tick; required means ticked. Never touched is blank, unticked again is "no". */
  | (FieldBase & { readonly type: "checkbox" })
  | (FieldBase & { readonly type: "commune" | "departement" | "region" | "country" })
  | (FieldBase & { readonly type: "address" })
  | (FieldBase & {
      readonly type: "repeat";
      readonly fields: readonly Field[];
      readonly max: number;
      readonly min?: number;
    })
  /** Something to read: `<field>.label` and `<field>.hint`. Never answered. */
  | (FieldBase & { readonly type: "info"; readonly icon?: string })
  /** Signs the words `<field>.declaration`. */
  | (FieldBase & { readonly type: "signature" })
  /** Worked out, shown, sent; never typed and never stored with the answers. */
  | (FieldBase & {
      readonly type: "calc";
      readonly value: Expr;
      /** Digits after the comma, 0 to 6; 2 where it is not said. Half rounds away from zero. */
      readonly decimals?: number;
      readonly unit?: Unit;
    });

export type FieldType = Field["type"];

/** One question per page; a few belong together (given and family name). */
export interface FormPage {
  readonly id: string;
  readonly section: string;
  readonly fields: readonly string[];
  readonly if?: Expr;
  /** Set for a page that asks for papers instead of answers. */
  readonly requirement?: string;
}

/* ---- papers ---- */

/** What a paper must be like to fit. */
export interface PaperRule {
  /** Paper types that fit, best first; empty accepts any. */
  readonly kinds: readonly string[];
  /** For this procedure only: "freshness", not expiry. */
  readonly maxAgeDays?: number;
  /** How many are needed (three pay slips); 1 where it is not said. */
  readonly count?: number;
  /** Pages that must be there (both sides of a card: 2); 1 where it is not said. */
  readonly sides?: number;
}

export interface Requirement extends PaperRule {
  readonly id: string;
  readonly required: boolean;
  readonly maxPapers: number;
  readonly if?: Expr;
  /** "À défaut", best first: what is accepted instead. Words: `requirements.<id>.alternatives.<its id>`. */
  readonly alternatives?: readonly (PaperRule & { readonly id: string })[];
  /** What the receiver can open; anything where it is not said. */
  readonly accept?: readonly ("image" | "pdf")[];
  readonly maxBytes?: number;
  readonly ref?: Readonly<Record<string, string>>;
}

/* ---- the form ---- */

/** Time that a rule gives, counted by the application. `source`: place in `Form.sources`, from 0. */
export interface Delay {
  readonly days?: number;
  readonly months?: number;
  readonly source?: number;
}

/** Who can be talked to. Words: `humans.<id>.label|hours|hint`. */
export interface Human {
  readonly id: string;
  readonly phone?: string;
  readonly url?: string;
  /** Number of the source in `Form.sources`, from 0. */
  readonly source?: number;
}

/** What can be done after a decision. Words: `remedies.<id>.label|hint`. */
export interface Remedy {
  readonly id: string;
  readonly within: Delay;
  /** Id of the procedure that prepares it. */
  readonly procedure?: string;
}

/** From which form elsewhere this one was made. */
export interface FormOrigin {
  readonly kind: "ds" | "author";
  readonly number?: number;
  readonly revision?: string;
  readonly url?: string;
  /** SHA-256 of what was read, hex. */
  readonly hash?: string;
  /** "YYYY-MM-DD". */
  readonly fetchedOn?: string;
  /** Whether its conditions came with it, and whether a human looked at them. */
  readonly logic?: "missing" | "imported" | "reviewed";
}

export interface Form {
  /** Of this shape; absent: 1. A newer one is refused with a sentence. */
  readonly format?: 1;
  readonly id: string;
  readonly version: number;
  readonly icon: string;
  /** false: the procedure has no official form behind it ("Demande libre"). */
  readonly official: { readonly cerfa: string; readonly verified: boolean; readonly checked: string } | null;
  readonly sources: readonly { readonly title: string; readonly verifiedOn: string; readonly url?: string }[];
  readonly reviewBefore: string;
  readonly minutes: number;
  readonly fields: readonly Field[];
  readonly pages: readonly FormPage[];
  readonly requirements: readonly Requirement[];
  /** A last free page "my case is not foreseen". */
  readonly notForeseen: boolean;
  readonly declaration: boolean;
  /** Languages that have all the words, French first; absent: those of the application. */
  readonly languages?: readonly string[];
  readonly origin?: FormOrigin;
  /** In order, where they have more than words; absent: the sections of the pages, in their order. */
  readonly sections?: readonly { readonly id: string; readonly icon?: string }[];
  /** Who takes the dossier: a desk of Besace (absent too), a sheet of paper, or a portal that the person copies it to. */
  readonly receiver?: "besace" | "paper" | "portal";
  readonly portal?: string;
  /** Time for the answer; `silence`: what no answer within it means, where a source says so. */
  readonly answerWithin?: Delay & { readonly silence?: "accepted" | "refused" };
  readonly humans?: readonly Human[];
  readonly remedies?: readonly Remedy[];
}

/** Words of one language, nested as in locales/<lang>/form-<id>.json. */
export interface Words {
  readonly [key: string]: string | Words;
}

/** A form that comes from outside (an organisation, an import): one file with its words. */
export interface FormFile {
  readonly format: "besace-form";
  readonly form: Form;
  /** By language; "fr" is always there. */
  readonly words: Readonly<Record<string, Words>>;
  /** How its answers fill an official PDF that the server holds. */
  readonly official?: OfficialMap;
}
