/**
 * What procedures share: short ways to write a question, and the questions that repeat from one form to the next. Data only.
 *
 * Surprising fact: nearly every question may be left blank and answered "I do not know" here; a form says so itself where it
 * differs. A shared question has the same id and profile claim everywhere, so that what was answered once can be proposed.
 */

import type { Choice, Expr, Field, FormPage, LinkedChoice, Requirement } from "../model.ts";

interface More {
  readonly if?: Expr;
  readonly profile?: string;
  readonly required?: boolean;
  readonly unknown?: boolean;
}

const asked = (id: string, more: More) => ({ id, required: false, unknown: true, ...more });
const listed = (choices: readonly (string | Choice)[]): readonly Choice[] =>
  choices.map((choice) => (typeof choice === "string" ? { id: choice } : choice));

export const text = (id: string, more: More = {}): Field => ({ ...asked(id, more), type: "text", maxLength: 150 });
export const longText = (id: string, more: More = {}): Field => ({
  ...asked(id, { unknown: false, ...more }),
  type: "longText",
  maxLength: 4000,
});
export const yesNo = (id: string, more: More = {}): Field => ({ ...asked(id, more), type: "yesno" });
export const choice = (id: string, choices: readonly (string | Choice)[], more: More = {}): Field => ({
  ...asked(id, more),
  type: "choice",
  choices: listed(choices),
});
/** Several may be ticked; `none`: the one that excludes the others. */
export const choices = (
  id: string,
  offered: readonly (string | Choice)[],
  { none, ...more }: More & { readonly none?: string } = {},
): Field => ({
  ...asked(id, more),
  type: "choices",
  choices: listed(offered),
  ...(none === undefined ? {} : { none }),
});
export const linked = (id: string, offered: readonly LinkedChoice[], more: More = {}): Field => ({
  ...asked(id, more),
  type: "linked",
  choices: offered,
});
/** A day that lies behind; the year alone, or month and year, will do. */
export const past = (id: string, more: More = {}): Field => ({
  ...asked(id, more),
  type: "date",
  partial: true,
  past: true,
});
export const euros = (id: string, more: More = {}): Field => ({
  ...asked(id, more),
  type: "decimal",
  min: 0,
  unit: "euro",
});
export const whole = (id: string, more: More = {}): Field => ({ ...asked(id, more), type: "integer", min: 0 });
export const address = (id: string, more: More = {}): Field => ({ ...asked(id, more), type: "address" });
export const rows = (id: string, max: number, fields: readonly Field[], more: More = {}): Field => ({
  ...asked(id, { unknown: false, ...more }),
  type: "repeat",
  max,
  fields,
});

/** The answer of that field is yes; is that choice; is one of those; several: that one is ticked. */
export const isYes = (id: string): Expr => ["=", ["answer", id], true];
export const is = (id: string, value: string): Expr => ["=", ["answer", id], value];
export const isOneOf = (id: string, ...values: readonly string[]): Expr => ["in", ["answer", id], values];
export const has = (id: string, value: string): Expr => ["contains", ["answer", id], value];

/** Answered, and not with yes: no, or "I do not know". */
export const isNotYes = (id: string): Expr => ["and", ["not", ["empty", ["answer", id]]], ["not", isYes(id)]];

/* ---- the questions that repeat ---- */

export const givenName: Field = {
  id: "given_name",
  type: "text",
  required: true,
  unknown: false,
  maxLength: 100,
  profile: "given_name",
};
export const familyName: Field = {
  id: "family_name",
  type: "text",
  required: true,
  unknown: true,
  maxLength: 100,
  profile: "family_name",
};
export const usedName: Field = {
  id: "used_name",
  type: "text",
  required: false,
  unknown: false,
  maxLength: 100,
  profile: "preferred_username",
};
export const birthdate: Field = past("birthdate", { profile: "birthdate" });
export const birthCountry: Field = {
  id: "birth_country",
  type: "country",
  required: false,
  unknown: true,
  profile: "birthcountry",
};
export const birthCommune: Field = {
  id: "birth_commune",
  type: "commune",
  required: false,
  unknown: true,
  profile: "birthplace",
};
export const nationality: Field = choice("nationality", ["french", "eu", "other"], { profile: "nationality" });
export const nir: Field = {
  id: "nir",
  type: "formatted",
  format: "nir",
  required: false,
  unknown: true,
  profile: "nir",
};
export const home: Field = address("address", { profile: "address" });
export const phone: Field = {
  id: "phone",
  type: "phone",
  required: false,
  unknown: true,
  maxLength: 40,
  profile: "phone_number",
};
export const email: Field = {
  id: "email",
  type: "email",
  required: false,
  unknown: true,
  maxLength: 200,
  profile: "email",
};
export const familyStatus: Field = choice(
  "family_status",
  ["single", "married", "pacs", "couple", "separated", "divorced", "widowed"],
  { profile: "family_status" },
);
export const hasPartner: Expr = isOneOf("family_status", "married", "pacs", "couple");
export const partnerGivenName: Field = text("partner_given_name", { if: hasPartner });
export const partnerFamilyName: Field = text("partner_family_name", { if: hasPartner });
export const partnerBirthdate: Field = past("partner_birthdate", { if: hasPartner });
export const housing: Field = choice(
  "housing_status",
  [
    { id: "tenant", icon: "maison" },
    { id: "owner", icon: "maison" },
    { id: "hosted", icon: "heberge" },
    { id: "shelter", icon: "lit" },
    { id: "no-home", icon: "abri" },
    { id: "other", icon: "autre" },
  ],
  { profile: "housing_status" },
);
export const iban: Field = { id: "iban", type: "iban", required: false, unknown: true, profile: "iban" };
export const civility: Field = { id: "civility", type: "civility", required: false, unknown: false, profile: "gender" };
export const cafNumber: Field = {
  id: "caf_number",
  type: "formatted",
  format: "caf",
  required: false,
  unknown: true,
  profile: "caf_number",
};
export const housingStatus: Field = choice(
  "housing_status",
  [
    { id: "tenant", icon: "maison" },
    { id: "owner", icon: "cle-carte" },
    { id: "hosted", icon: "heberge" },
    { id: "shelter", icon: "lit" },
    { id: "no-home", icon: "abri" },
    { id: "other", icon: "autre" },
  ],
  { profile: "housing_status" },
);
export const workSituations = [
  "employee",
  "self-employed",
  "jobseeker",
  "training",
  "student",
  "sick",
  "retired",
  "at-home",
  "none",
  "other",
] as const;
export const workSituation: Field = choice("work_situation", workSituations, { profile: "work_situation" });
/** What somebody is paid, by its source. Benefits that a form does not count are left out by it. */
export const payments = [
  "salary",
  "unemployment",
  "sick-pay",
  "pension",
  "disability",
  "maintenance",
  "self-employed",
  "grant",
  "family-help",
  "other",
] as const;
/** Something to read between two questions, or worked out: spread into a field. */
export const note = { type: "info", required: false, unknown: false } as const;
export const workedOut = { type: "calc", unit: "euro", required: false, unknown: false } as const;
/** A protection measure: somebody else may have to sign. */
export const hasGuardian: Field = yesNo("has_guardian");
export const guardianName: Field = text("guardian_name", { if: isYes("has_guardian") });
export const guardianPhone: Field = {
  id: "guardian_phone",
  type: "phone",
  required: false,
  unknown: true,
  maxLength: 40,
  if: isYes("has_guardian"),
};

/* ---- pages ---- */

/** Pages of a section: each is one question, or a few that belong together; named after the first of them. */
export const pages = (section: string, ...questions: readonly (string | readonly string[])[]): readonly FormPage[] =>
  questions.map((question) => {
    const fields = typeof question === "string" ? [question] : question;
    return { id: (fields[0] ?? "").replaceAll("_", "-"), section, fields };
  });

/** Pages that ask for papers, in the section "papers". */
export const papers = (...requirements: readonly string[]): readonly FormPage[] =>
  requirements.map((requirement) => ({ id: `papers-${requirement}`, section: "papers", fields: [], requirement }));

/* ---- papers that repeat ---- */

export const identityPaper: Requirement = {
  id: "identity",
  kinds: ["identity-card", "passport"],
  sides: 2,
  required: true,
  maxPapers: 2,
  alternatives: [
    { id: "permit", kinds: ["residence-permit", "recepisse"], sides: 2 },
    { id: "birth", kinds: ["birth-certificate", "family-book"] },
  ],
};
export const taxPaper: Requirement = {
  id: "tax",
  kinds: ["tax-notice"],
  required: true,
  maxPapers: 2,
  alternatives: [{ id: "situation", kinds: ["tax-situation-notice"] }],
};
export const bankPaper: Requirement = { id: "bank", kinds: ["bank-details"], required: true, maxPapers: 1 };
export const guardianPaper: Requirement = {
  id: "protection",
  kinds: ["protection-judgment"],
  required: false,
  maxPapers: 2,
  if: isYes("has_guardian"),
};

/** Where the phone numbers of `humans` were read (facts of the project, secondary pages). */
export const numbers = { title: "Public phone numbers, read in secondary pages", verifiedOn: "2026-11-21" } as const;
