/**
 * Ask once: what is known of the person proposes answers, and what a form learns is offered to what is known. Pure.
 *
 * Claims are named as FranceConnect names them, and ours beside (`nationality`, `family_status`, `nir`, ...). Surprising facts:
 * nothing is learned by itself; a proposal is not an answer before the person goes on with it. A birth date of FranceConnect
 * may carry zeros for what is not known ("1985-00-00"): they are left out, never made up.
 */

import { type FormView, reviewLines } from "./engine.ts";
import { spanOf } from "./expr.ts";
import type { AnswerValue, Field, Form, FormState } from "./model.ts";
import { storedAnswer } from "./stored.ts";
import { checkAnswer } from "./validity.ts";

/**
 * What is known, by claim: a text (as FranceConnect and older records write it) or an answer. `known` holds claims of ours
 * beside the named ones of a profile record.
 */
export type Profile = Readonly<Record<string, unknown>>;

/** What was kept as text becomes an answer again; what is none is left out. */
function answerIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A profile as it is stored, where each claim beside the named ones is JSON text, as it is read here. */
export const parsedProfile = <R extends { readonly known?: Readonly<Record<string, string>> }>(
  record: R,
): Profile & { readonly known: Profile } => ({
  ...record,
  known: Object.fromEntries(Object.entries(record.known ?? {}).map(([claim, text]) => [claim, answerIn(text)])),
});

const claimIn = (profile: Profile, claim: string): unknown => {
  if (Object.hasOwn(profile, claim) && profile[claim] !== undefined) return profile[claim];
  const known = profile.known;
  return typeof known === "object" && known !== null && Object.hasOwn(known, claim)
    ? (known as Profile)[claim]
    : undefined;
};

/** "1985-00-00" is the year 1985, "1985-07-00" is July; undefined for what is no date. */
function knownDate(text: string): string | undefined {
  const date = text.replace(/(-00)+$/, "");
  return spanOf(date) === undefined || date.length > 10 ? undefined : date;
}

const genders: Readonly<Record<string, string>> = { female: "madame", male: "monsieur" };

/** A claim as the answer of that field; undefined where it says nothing there. */
function asAnswer(field: Field, claim: unknown): AnswerValue | undefined {
  const answer = storedAnswer(claim);
  if (answer !== null) return answer;
  if (typeof claim !== "string" || claim.trim() === "") return undefined;
  const text = claim.trim();
  switch (field.type) {
    case "date": {
      const date = knownDate(text);
      return date === undefined ? undefined : { v: "date", date };
    }
    case "civility":
      return { v: "choice", id: genders[text] ?? text };
    case "choice":
      return { v: "choice", id: text };
    case "commune":
    case "country":
      // FranceConnect gives codes; a screen with the pack says the name.
      return /^(\d[\dAB]\d{3})$/.test(text)
        ? { v: "place", code: text, name: "" }
        : { v: "place", code: null, name: text };
    case "text":
    case "longText":
    case "phone":
    case "email":
    case "formatted":
    case "iban":
    case "siret":
      return { v: "text", text };
    default:
      return undefined;
  }
}

const farDay = "9999-12-31";

/** How to reach whoever fills in, and the family's file: the same when the request is for a child. */
const shared: readonly string[] = ["address", "email", "phone_number", "caf_number"];

/**
 * A request for somebody else: `for_whom` is answered, and not "me". Names, birth dates and numbers there are another person's;
 * one's own social security number on a child's form would be worse than a blank.
 */
const isForAnother = ({ answers }: FormState): boolean => {
  const whom = answers.for_whom;
  return whom?.v === "choice" && whom.id !== "me";
};

/** Every field that may be proposed to, with the key of its answer; in rows too where a screen asks for one. */
const claimed = (form: Form): readonly Field[] => form.fields.filter((field) => field.profile !== undefined);

/**
 * Answers to show as proposals: for fields with a claim and no answer yet, where what is known fits. The person sees each, can
 * change it, and nothing is stored before they continue.
 */
export function proposals(form: Form, state: FormState, profile: Profile): Readonly<Record<string, AnswerValue>> {
  const found: Record<string, AnswerValue> = {};
  const another = isForAnother(state);
  for (const field of claimed(form)) {
    if (state.answers[field.id] !== undefined || field.profile === undefined) continue;
    if (another && !shared.includes(field.profile)) continue;
    const answer = asAnswer(field, claimIn(profile, field.profile));
    if (answer === undefined || answer.v === "unknown" || answer.v === "signature") continue;
    const wrong = checkAnswer(field, field.id, answer, farDay);
    if (wrong.every(({ code }) => code === "too-late" || code === "too-early" || code === "past"))
      found[field.id] = answer;
  }
  return found;
}

export interface Offer {
  readonly claim: string;
  readonly field: Field;
  readonly answer: AnswerValue;
  /** What is known so far; null: nothing. */
  readonly before: AnswerValue | null;
}

/**
 * What could be remembered from the visible, right answers: each is offered, taken only where the person says so. What is
 * known already is not offered again, nor what was written of somebody else. `today`: "YYYY-MM-DD".
 */
export function offers(view: FormView, profile: Profile, today: string): readonly Offer[] {
  if (isForAnother(view.state)) return [];
  const seen = new Set<string>();
  return reviewLines(view).flatMap((line): readonly Offer[] => {
    if (line.kind !== "answer" || line.row !== null || line.answer === null) return [];
    const { field, answer, key } = line;
    const claim = field.profile;
    if (claim === undefined || seen.has(claim) || answer.v === "unknown" || answer.v === "signature") return [];
    if (field.type === "calc" || checkAnswer(field, key, answer, today).length > 0) return [];
    seen.add(claim);
    const before = asAnswer(field, claimIn(profile, claim)) ?? null;
    return JSON.stringify(before) === JSON.stringify(answer) ? [] : [{ claim, field, answer, before }];
  });
}

/** Claims that a profile record has as plain text of its own; all others stand under `known`, as answers. */
export const plainClaims = ["given_name", "family_name", "birthdate", "phone_number", "email"] as const;
export type PlainClaim = (typeof plainClaims)[number];
export const isPlainClaim = (claim: string): claim is PlainClaim => plainClaims.some((each) => each === claim);

/** What is known under the claim of that field, as its answer; null: nothing that it could hold. */
export const knownAnswer = (field: Field, profile: Profile): AnswerValue | null =>
  (field.profile === undefined ? undefined : asAnswer(field, claimIn(profile, field.profile))) ?? null;

/**
 * Questions of a dossier that are answered with what the profile said before, and not with what it says now: both answers.
 * To be offered; nothing is changed here, and an answer that was written otherwise is the person's own.
 */
export function outdated(
  form: Form,
  state: FormState,
  before: Profile,
  now: Profile,
): readonly { readonly field: Field; readonly before: AnswerValue; readonly now: AnswerValue }[] {
  const another = isForAnother(state);
  return claimed(form).flatMap((field) => {
    if (another && !shared.includes(field.profile ?? "")) return [];
    const [old, next] = [knownAnswer(field, before), knownAnswer(field, now)];
    if (old === null || next === null || JSON.stringify(old) === JSON.stringify(next)) return [];
    return JSON.stringify(state.answers[field.id]) === JSON.stringify(old) ? [{ field, before: old, now: next }] : [];
  });
}

/** What to write into the profile record for the offers that were taken. */
export function taken(chosen: readonly Offer[]): {
  readonly plain: Readonly<Record<string, string>>;
  readonly known: Readonly<Record<string, AnswerValue>>;
} {
  const plain: Record<string, string> = {};
  const known: Record<string, AnswerValue> = {};
  for (const { claim, answer } of chosen) {
    if (!isPlainClaim(claim)) known[claim] = answer;
    else if (answer.v === "text") plain[claim] = answer.text;
    else if (answer.v === "date") plain[claim] = answer.date;
  }
  return { plain, known };
}
