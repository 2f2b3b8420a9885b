/**
 * What of a filled form another site (Démarches simplifiées) takes when a dossier is prepared there, and what it will not: told
 * before anything leaves, for the site drops it without a word (E6). Pure.
 *
 * Surprising: the form is held against the procedure as it stands at the site now, not as it was imported. A question that is gone
 * there, or that has other choices today, is left to the person with its answer to copy.
 */
import type { FormView } from "../engine.ts";
import { formatFault } from "../formats.ts";
import { cleanLine } from "../import/clean.ts";
import { dsTypeOf } from "../import/types.ts";
import { isEmail, isPhone } from "../input.ts";
import type { AnswerValue, Field, Words } from "../model.ts";
import { isoOf } from "../places/countries.ts";
import { departements, regions } from "../places/divisions.ts";
import { wordAt } from "../words.ts";

/** A question as it stands at the site. */
export interface SiteField {
  readonly key: string;
  /** "TextChampDescriptor". */
  readonly type: string;
  readonly options?: readonly string[] | undefined;
  readonly other?: boolean | undefined;
  readonly fields?: readonly SiteField[] | undefined;
}

export type SiteValue = string | readonly string[];
export type SiteRow = Readonly<Record<string, SiteValue>>;

export interface SiteLimits {
  readonly values: number;
  readonly letters: number;
  readonly choices: number;
  readonly rows: number;
}

/** What our server takes of one dossier (protocol/limits.ts, held equal by a test). */
export const siteLimits: SiteLimits = { values: 400, letters: 10_000, choices: 100, rows: 50 };

export type LeftReason =
  /** The site takes nothing prepared for this kind of question. */
  | "not-taken"
  /** The question is not there, or not there any more. */
  | "gone"
  /** It asks for something else now. */
  | "changed"
  | "choice-gone"
  /** A part is missing: of a date, the code of a place, words of "Autre". */
  | "incomplete"
  /** What was typed is not of its kind. */
  | "unreadable"
  | "unknown"
  | "too-long"
  | "too-many";

export interface Left {
  /** Key of the answer; of a repetition, its field. */
  readonly key: string;
  readonly reason: LeftReason;
}

export interface Prepared {
  readonly values: Readonly<Record<string, SiteValue | readonly SiteRow[]>>;
  /** Keys of the answers that go along. */
  readonly taken: readonly string[];
  /** Of these, those that the site may yet pass over: it looks them up in a register of its own. */
  readonly unsure: readonly string[];
  readonly left: readonly Left[];
  /** Requirements whose papers the person adds there. */
  readonly papers: readonly string[];
}

type Converted = { readonly value: SiteValue } | { readonly reason: LeftReason };

const one = (value: SiteValue): Converted => ({ value });
const left = (reason: LeftReason): Converted => ({ reason });

/** Types for which the site looks the value up. */
const looked = new Set(["address"]);

const textOf = (answer: AnswerValue): string | undefined =>
  answer.v === "text" ? answer.text.trim() : answer.v === "number" ? answer.number : undefined;

/** Of choices by their words as the site writes them now. */
function optionOf(site: SiteField, field: Field, words: Words | undefined, id: string): string | undefined {
  const label = wordAt(words, `${field.id}.choices.${id}`);
  return label === undefined ? undefined : (site.options ?? []).find((option) => cleanLine(option) === label);
}

function address(answer: AnswerValue): Converted {
  if (answer.v === "text") return answer.text.trim() === "" ? left("incomplete") : one(answer.text.trim());
  if (answer.v !== "address") return left("changed");
  const city = [answer.postal, answer.city].filter((part) => part.trim() !== "").join(" ");
  const whole = [answer.street, city].filter((part) => part.trim() !== "").join(" ");
  return whole === "" ? left("incomplete") : one(whole);
}

function convert(answer: AnswerValue, field: Field, site: SiteField, words: Words | undefined): Converted {
  const type = dsTypeOf(site.type);
  if (type === undefined || !type.prefilled) return left("not-taken");
  if (answer.v === "unknown") return left("unknown");
  const text = textOf(answer);
  const shaped = (fits: (value: string) => boolean): Converted =>
    text === undefined ? left("changed") : fits(text) ? one(text) : left("unreadable");
  switch (type.name) {
    case "text":
    case "textarea":
    case "formatted":
      return shaped((value) => value !== "");
    case "email":
      return shaped(isEmail);
    case "phone":
      return shaped(isPhone);
    case "iban":
    case "siret": {
      const { name } = type;
      return shaped((value) => formatFault(name === "iban" ? "iban" : "siret", value) === null);
    }
    case "integernumber":
      return shaped((value) => /^-?\d+$/.test(value));
    case "decimalnumber":
      return shaped((value) => /^-?\d+(\.\d+)?$/.test(value));
    case "dossierlink":
      return shaped((value) => /^\d{1,12}$/.test(value));
    case "civilite":
      if (answer.v !== "choice") return left("changed");
      return answer.id === "madame" ? one("Mme") : answer.id === "monsieur" ? one("M.") : left("choice-gone");
    case "date":
      if (answer.v === "text") return left("unreadable");
      if (answer.v !== "date") return left("changed");
      return answer.date.length === 10 ? one(answer.date) : left("incomplete");
    case "datetime":
      if (answer.v === "text") return left("unreadable");
      if (answer.v !== "datetime") return left("changed");
      return answer.at.length === 16 ? one(answer.at) : left("incomplete");
    case "yesno":
    case "checkbox":
      return answer.v === "yesno" ? one(String(answer.yes)) : left("changed");
    case "pays": {
      if (answer.v === "text") return left("incomplete");
      if (answer.v !== "place") return left("changed");
      const iso = answer.code === null ? undefined : isoOf(answer.code);
      return iso === undefined ? left("incomplete") : one(iso);
    }
    case "regions":
    case "departements":
      if (answer.v === "text") return left("incomplete");
      if (answer.v !== "place") return left("changed");
      if (answer.code === null) return left("incomplete");
      return (type.name === "regions" ? regions : departements).some(({ code }) => code === answer.code)
        ? one(answer.code)
        : left("unreadable");
    case "communes":
      if (answer.v === "text") return left("incomplete");
      if (answer.v !== "place") return left("changed");
      if (answer.code === null || answer.postal === undefined) return left("incomplete");
      return /^\d{5}$/.test(answer.postal) && /^(\d{5}|2[AB]\d{3})$/.test(answer.code)
        ? one([answer.postal, answer.code])
        : left("unreadable");
    case "address":
      return address(answer);
    case "dropdownlist": {
      if (answer.v === "other") {
        if (site.other !== true) return left("choice-gone");
        return answer.text.trim() === "" ? left("incomplete") : one(answer.text.trim());
      }
      if (answer.v !== "choice") return left("changed");
      const option = optionOf(site, field, words, answer.id);
      return option === undefined ? left("choice-gone") : one(option);
    }
    case "multipledropdownlist": {
      if (answer.v !== "choices") return left("changed");
      const options = answer.ids.map((id) => optionOf(site, field, words, id));
      const known = options.filter((option) => option !== undefined);
      return known.length === options.length && answer.other === undefined && known.length > 0
        ? one(known)
        : left("choice-gone");
    }
    default:
      // An intercommunality has no pack here, so no code; a repetition is no answer.
      return left(type.name === "epci" ? "incomplete" : "not-taken");
  }
}

/** Names, which every procedure for persons takes. */
const identityTypes: Readonly<Record<string, string>> = {
  identite_prenom: "TextChampDescriptor",
  identite_nom: "TextChampDescriptor",
  identite_genre: "CiviliteChampDescriptor",
};

/**
 * @param words of the form, in French: choices are known to the site by their words.
 * @param site every question of the procedure as it stands there now.
 */
export function prepare(
  view: FormView,
  words: Words | undefined,
  site: readonly SiteField[],
  limits: SiteLimits,
): Prepared {
  const values: Record<string, SiteValue | readonly SiteRow[]> = {};
  const taken: string[] = [];
  const unsure: string[] = [];
  const leaves: Left[] = [];
  const bySite = new Map(site.map((each) => [each.key, each]));
  let count = 0;

  const siteOf = (field: Field, among: ReadonlyMap<string, SiteField>): SiteField | undefined => {
    const key = field.ref?.ds ?? "";
    const type = Object.hasOwn(identityTypes, key) ? identityTypes[key] : undefined;
    return type === undefined ? among.get(key) : { key, type };
  };

  /** Puts one answer into `into`, or says why not. */
  function put(key: string, field: Field, at: SiteField | undefined, into: Record<string, unknown>): void {
    const answer = view.answer(key);
    if (answer === undefined || field.type === "calc") return;
    const made = at === undefined ? left("gone") : convert(answer, field, at, words);
    const parts = "value" in made ? [made.value].flat() : [];
    const over =
      count >= limits.values || parts.length > limits.choices
        ? "too-many"
        : parts.some((part) => part.length > limits.letters)
          ? "too-long"
          : undefined;
    if ("reason" in made || over !== undefined || at === undefined) {
      leaves.push({ key, reason: "reason" in made ? made.reason : (over ?? "gone") });
      return;
    }
    count += 1;
    into[at.key] = made.value;
    taken.push(key);
    if (looked.has(dsTypeOf(at.type)?.name ?? "")) unsure.push(key);
  }

  for (const field of view.form.fields) {
    if (field.type === "info") continue;
    if (field.type !== "repeat") {
      put(field.id, field, siteOf(field, bySite), values);
      continue;
    }
    const rows = view.rows.get(field.id) ?? [];
    const at = siteOf(field, bySite);
    const repeats = at !== undefined && dsTypeOf(at.type)?.name === "repetition";
    const inner = new Map((repeats ? (at.fields ?? []) : []).map((each) => [each.key, each]));
    const sent: SiteRow[] = [];
    for (const [place, { row, fields }] of rows.entries()) {
      const into: Record<string, SiteValue> = {};
      for (const each of fields) {
        const key = `${field.id}/${row}/${each.id}`;
        if (place < limits.rows) put(key, each, siteOf(each, inner), into);
        else if (view.answer(key) !== undefined) leaves.push({ key, reason: "too-many" });
      }
      if (Object.keys(into).length > 0) sent.push(into);
    }
    if (sent.length > 0 && at !== undefined) values[at.key] = sent;
  }
  return { values, taken, unsure, left: leaves, papers: view.requirements.map(({ id }) => id) };
}
