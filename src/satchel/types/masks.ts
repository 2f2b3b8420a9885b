/**
 * Numbers that are printed on papers: how they are typed, checked and shown. Pure.
 *
 * Surprising fact: a mask never refuses. A number that looks wrong is kept as typed and said to look wrong, because papers of
 * other countries, old series and misprints exist, and the person has the paper in hand.
 */
import { assert } from "../../shared/assert.ts";
import { ibanKeyFits, nirKeyFits, siretKeyFits, westernDigits } from "../../shared/keys.ts";

export type Mask =
  /** Any text. */
  | "text"
  | "date"
  /** "2026". */
  | "year"
  /** Euros, "84,50". */
  | "amount"
  | "iban"
  /** Number of social security: 13 characters and a key of 2. */
  | "nir"
  /** French identity card: 12 digits on the old one, 9 letters and digits on the new one. */
  | "identity-card"
  /** French passport: 2 digits, 2 letters, 5 digits. */
  | "passport"
  /** Tax number: 13 digits. */
  | "tax-number"
  /** Reference of a tax notice: 13 letters and digits. */
  | "tax-reference"
  /** SIRET: 14 digits with a Luhn key. */
  | "siret"
  /** Delivery point of electricity: 14 digits. */
  | "delivery-point"
  /** Number of a person at the CAF: 7 digits, sometimes a letter. */
  | "caf"
  /** Number of a foreigner (AGDREF): 10 digits. */
  | "foreigner";

export interface Masked {
  /** To keep: without spaces and points, in capitals where the number has letters. */
  readonly value: string;
  /** For a screen: in groups. */
  readonly shown: string;
  readonly looksRight: boolean;
}

const shapes: Readonly<Record<Exclude<Mask, "text" | "date" | "year" | "amount">, { form: RegExp; groups: number }>> = {
  iban: { form: /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/, groups: 4 },
  nir: { form: /^[1-478]\d{4}(\d{2}|2[AB])\d{6}(\d{2})?$/, groups: 0 },
  "identity-card": { form: /^(\d{12}|[A-Z0-9]{9})$/, groups: 0 },
  passport: { form: /^\d{2}[A-Z]{2}\d{5}$/, groups: 0 },
  "tax-number": { form: /^\d{13}$/, groups: 0 },
  "tax-reference": { form: /^[A-Z0-9]{13}$/, groups: 0 },
  siret: { form: /^\d{14}$/, groups: 0 },
  "delivery-point": { form: /^\d{14}$/, groups: 0 },
  caf: { form: /^\d{7}[A-Z]?$/, groups: 0 },
  foreigner: { form: /^\d{10}$/, groups: 0 },
};

const keys: Partial<Readonly<Record<Mask, (value: string) => boolean>>> = {
  iban: ibanKeyFits,
  nir: nirKeyFits,
  siret: siretKeyFits,
};

const inGroups = (value: string, size: number): string =>
  size === 0 ? value : (value.match(new RegExp(`.{1,${size}}`, "g")) ?? []).join(" ");

/** NIR as it is printed: 1 85 05 78 006 084 36. */
const nirGroups = /^(.)(..)(..)(..)(...)(...)(..)?$/;

const shownNir = (value: string): string =>
  (nirGroups.exec(value)?.slice(1) ?? [value]).filter((part) => part !== undefined).join(" ");

const plain: Readonly<Record<"text" | "date" | "year" | "amount", RegExp>> = {
  text: /^/,
  date: /^\d{4}(-\d{2}){0,2}$/,
  year: /^(19|20)\d{2}$/,
  amount: /^\d{1,9}([.,]\d{1,2})?$/,
};

/** Reads a number as somebody typed it. Digits of any script; spaces, points and dashes between groups do not count. */
export function masked(mask: Mask, typed: string): Masked {
  const western = westernDigits(typed).trim();
  if (mask === "text" || mask === "date" || mask === "year" || mask === "amount") {
    const value = mask === "amount" ? western.replace(/[\s€\u202f\u00a0]/g, "") : western.replace(/\s+/g, " ");
    return { value, shown: value, looksRight: plain[mask].test(value) };
  }
  const shape = shapes[mask];
  assert(shape !== undefined, "every mask has a shape");
  const value = western.replace(/[\s.\-\u00a0\u202f]/g, "").toUpperCase();
  const looksRight = shape.form.test(value) && (keys[mask]?.(value) ?? true);
  return { value, shown: mask === "nir" && looksRight ? shownNir(value) : inGroups(value, shape.groups), looksRight };
}

/** For a list that others may see: all but the last four letters and digits are dots; short ones are all dots. */
export function hidden(value: string): string {
  const letters = [...value.replace(/\s/g, "")];
  const open = letters.length > 8 ? 4 : 0;
  return letters.map((letter, place) => (place < letters.length - open ? "•" : letter)).join("");
}
