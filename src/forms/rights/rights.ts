/**
 * Which rights are worth asking about, from a few answers and the profile. Pure; computed on the phone, stored nowhere.
 *
 * Surprising fact: there is no "no". A sign that is not known leaves a rule at "not enough answers", and only what the person
 * said themselves makes it "probably not": saying less never takes a right off the list. "Another situation" says nothing
 * against a right: no list foresees everybody.
 */

import { type Fact, type Facts, questions, type RightRule, rightRules } from "./rules.ts";

export type Verdict = "worth-asking" | "probably-not" | "not-enough";

/** What is known; a fact that is missing was not answered, or answered "I do not know" or "I would rather not say". */
export type Known = { readonly [F in Fact]?: Facts[F] };

/** What the profile may hold, as claims of forms hold them. */
export interface ProfileHints {
  /** "YYYY", "YYYY-MM" or "YYYY-MM-DD". */
  readonly birthdate?: string;
  /** Ids of choices. */
  readonly housing_status?: string;
  readonly work_situation?: string;
}

/** A profile record keeps an answer as JSON text. */
function told(claim: unknown): unknown {
  if (typeof claim !== "string" || !claim.startsWith("{")) return claim;
  try {
    return JSON.parse(claim);
  } catch {
    // Of a newer version, or torn: it says nothing here.
    return undefined;
  }
}

/** The claims of a profile that say something here, whether a text or an answer. */
export function profileHints(profile: Readonly<Record<string, unknown>>): ProfileHints {
  const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === "object" && value !== null;
  const known = isMap(profile.known) ? profile.known : {};
  const textOf = (claim: string): string | undefined => {
    const value = told(profile[claim] ?? known[claim]);
    if (typeof value === "string") return value;
    const said = isMap(value) ? (value.id ?? value.date) : undefined;
    return typeof said === "string" ? said : undefined;
  };
  const [birthdate, housing_status, work_situation] = ["birthdate", "housing_status", "work_situation"].map(textOf);
  return {
    ...(birthdate === undefined ? {} : { birthdate }),
    ...(housing_status === undefined ? {} : { housing_status }),
    ...(work_situation === undefined ? {} : { work_situation }),
  };
}

export interface RightHint {
  readonly rule: RightRule;
  readonly verdict: Verdict;
  /** Facts that speak for asking; those that speak against it; those that are missing, or were answered and settle nothing. */
  readonly because: readonly Fact[];
  readonly against: readonly Fact[];
  readonly missing: readonly Fact[];
}

/** Whole years on that day; a partial birth date has two bounds. */
function agesOn(birthdate: string, today: string): readonly [number, number] | undefined {
  if (!/^\d{4}(-\d\d){0,2}$/.test(birthdate)) return undefined;
  const between = (born: string): number =>
    Number(today.slice(0, 4)) - Number(born.slice(0, 4)) - (today.slice(5) < born.slice(5) ? 1 : 0);
  const oldest = `${birthdate}-01-01`.slice(0, 10);
  const youngest = birthdate.length === 4 ? `${birthdate}-12-31` : `${birthdate}-31`.slice(0, 10);
  return [between(youngest), between(oldest)];
}

const bandOf = (age: number): Facts["age"] => (age < 25 ? "under-25" : age < 60 ? "25-59" : "60-up");

const oneOf = <F extends Fact>(fact: F, id: string | undefined): Known => {
  const known = questions.find((each) => each.id === fact)?.choices.some((choice) => choice.id === id) === true;
  return known ? ({ [fact]: id } as Known) : {};
};

/** What the profile says by itself; an age that could be of two bands says nothing. */
export function knownFrom({ birthdate, housing_status, work_situation }: ProfileHints, today: string): Known {
  const ages = birthdate === undefined ? undefined : agesOn(birthdate, today);
  const [least, most] = (ages ?? []).map(bandOf);
  return {
    ...oneOf("housing", housing_status),
    ...oneOf("work", work_situation),
    ...(least !== undefined && least === most ? { age: least } : {}),
  };
}

/** The questions that are left to ask, in order. */
export const questionsLeft = (known: Known) => questions.filter((question) => known[question.id] === undefined);

function hintOf(rule: RightRule, known: Known): RightHint {
  const because: Fact[] = [];
  const against: Fact[] = [];
  const missing: Fact[] = [];
  for (const { fact, among, open = [] } of rule.signs) {
    const value = known[fact];
    if (value === undefined) missing.push(fact);
    else if ((among as readonly string[]).includes(value)) because.push(fact);
    else if (value === "other" || (open as readonly string[]).includes(value)) missing.push(fact);
    else against.push(fact);
  }
  const verdict = against.length > 0 ? "probably-not" : missing.length > 0 ? "not-enough" : "worth-asking";
  return { rule, verdict, because, against, missing };
}

const order: readonly Verdict[] = ["worth-asking", "not-enough", "probably-not"];

/**
 * Every rule that was checked lately, those worth asking about first.
 * @param today "YYYY-MM-DD".
 */
export const rightsWorthAsking = (known: Known, today: string, rules = rightRules): readonly RightHint[] =>
  rules
    .filter((rule) => today < rule.reviewBefore)
    .map((rule) => hintOf(rule, known))
    .sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));

/** Rules that are not shown because they should have been read again. */
export const rulesPast = (today: string, rules = rightRules): readonly RightRule[] =>
  rules.filter((rule) => today >= rule.reviewBefore);
