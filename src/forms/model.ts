/**
 * A procedure as data: pages, fields, requirements. Words are not here: they live in locales/<lang>/form-<form id>.json under
 * `<field>.label|hint|why|choices.<id>`, so that one form speaks every language and the sent answers are ids.
 */

export type Expr =
  | readonly ["answer", string]
  | readonly ["=" | "!=", Expr | string | boolean, Expr | string | boolean]
  | AllOrAny
  | readonly ["not", Expr]
  | readonly ["in", Expr, readonly string[]]
  | readonly ["contains", Expr, string]
  | readonly ["empty", Expr];

/** ["and", a, b, ...] and ["or", a, b, ...]: an interface, because a tuple type cannot spread its own alias. */
export interface AllOrAny extends ReadonlyArray<"and" | "or" | Expr> {
  readonly 0: "and" | "or";
}

export interface Choice {
  readonly id: string;
  /** Icon of the design language. */
  readonly icon?: string;
}

/*
 * What the engine reads of a dossier. The same shapes as in satchel/model.ts, written again because the two folders know
 * nothing of each other (DESIGN 2); a DossierRecord is a FormState as it is, and a test holds the two together.
 */

export type AnswerValue =
  | { readonly v: "text"; readonly text: string }
  | { readonly v: "choice"; readonly id: string }
  | { readonly v: "choices"; readonly ids: readonly string[] }
  /** "YYYY-MM-DD"; partial ones leave the end out. */
  | { readonly v: "date"; readonly date: string }
  | { readonly v: "yesno"; readonly yes: boolean }
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

interface FieldBase {
  readonly id: string;
  /** A useful answer; the person may always say "I do not know" where `unknown` is true. */
  readonly required: boolean;
  readonly unknown: boolean;
  readonly if?: Expr;
  /** FranceConnect claim that proposes and learns this answer. */
  readonly profile?: string;
}

export type Field =
  | (FieldBase & { readonly type: "text" | "phone" | "email"; readonly maxLength: number })
  | (FieldBase & { readonly type: "longText"; readonly maxLength: number })
  | (FieldBase & { readonly type: "choice"; readonly choices: readonly Choice[] })
  | (FieldBase & { readonly type: "choices"; readonly choices: readonly Choice[] })
  | (FieldBase & { readonly type: "date"; readonly partial: boolean; readonly past?: boolean })
  | (FieldBase & { readonly type: "yesno" })
  | (FieldBase & { readonly type: "repeat"; readonly fields: readonly Field[]; readonly max: number });

/** One question per page; a few belong together (given and family name). */
export interface FormPage {
  readonly id: string;
  readonly section: string;
  readonly fields: readonly string[];
  readonly if?: Expr;
  /** Set for a page that asks for papers instead of answers. */
  readonly requirement?: string;
}

export interface Requirement {
  readonly id: string;
  /** Paper types that fit, best first; empty accepts any. */
  readonly kinds: readonly string[];
  readonly required: boolean;
  /** For this procedure only: "freshness", not expiry. */
  readonly maxAgeDays?: number;
  readonly maxPapers: number;
  readonly if?: Expr;
}

export interface Form {
  readonly id: string;
  readonly version: number;
  readonly icon: string;
  /** false: the procedure has no official form behind it ("Demande libre"). */
  readonly official: { readonly cerfa: string; readonly verified: boolean; readonly checked: string } | null;
  readonly sources: readonly { readonly title: string; readonly verifiedOn: string }[];
  readonly reviewBefore: string;
  readonly minutes: number;
  readonly fields: readonly Field[];
  readonly pages: readonly FormPage[];
  readonly requirements: readonly Requirement[];
  /** A last free page "my case is not foreseen". */
  readonly notForeseen: boolean;
  readonly declaration: boolean;
}
