/**
 * Numbers with a shape: named ones (social security, tax, ...) and the masks of authors. Pure.
 *
 * A mask is a closed little language (model.ts), not a regular expression: what an author writes cannot run for long.
 * Spaces, dots and dashes count for nothing where they are typed; what is stored is compact, in capitals.
 */

import { ibanKeyFits, luhnFits, nirKeyFits, siretKeyFits, westernDigits } from "../shared/keys.ts";
import type { FormatName } from "./model.ts";

interface Format {
  readonly shape: RegExp;
  readonly fits?: (value: string) => boolean;
}

const taxKeyFits = (value: string): boolean => Number(value.slice(0, 10)) % 511 === Number(value.slice(10));

/** The key of a tax number is checked where the number begins with 0 to 3, as those of natural persons do. */
const formats: Readonly<Record<FormatName | "iban" | "siret", Format>> = {
  iban: { shape: /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/, fits: ibanKeyFits },
  siret: { shape: /^\d{14}$/, fits: siretKeyFits },
  siren: { shape: /^\d{9}$/, fits: luhnFits },
  nir: { shape: /^[1-478]\d{4}(\d{2}|2[AB])\d{6}(\d{2})?$/, fits: nirKeyFits },
  caf: { shape: /^\d{7}[A-Z]?$/ },
  "tax-number": { shape: /^[0-3]\d{12}$/, fits: taxKeyFits },
  "tax-reference": { shape: /^[A-Z0-9]{13}$/ },
  "identity-card": { shape: /^(\d{12}|[A-Z0-9]{9})$/ },
  passport: { shape: /^\d{2}[A-Z]{2}\d{5}$/ },
  foreigner: { shape: /^\d{10}$/ },
  "delivery-point": { shape: /^\d{14}$/ },
  rna: { shape: /^W\d{9}$/ },
  "postal-code": { shape: /^\d{5}$/ },
  year: { shape: /^(19|20|21)\d{2}$/ },
};

export const formatNames: readonly string[] = Object.keys(formats).filter(
  (name) => name !== "iban" && name !== "siret",
);

/** Compact: western digits, capitals, without what only parts groups. */
export const compact = (typed: string): string =>
  westernDigits(typed)
    .replace(/[\s\u00a0\u202f.\-\u2010-\u2014_/]/g, "")
    .toUpperCase();

/** `key`: its shape is right and its check key is not, so one character was mistyped. */
export function formatFault(name: FormatName | "iban" | "siret", value: string): "format" | "key" | null {
  const { shape, fits } = formats[name];
  if (!shape.test(value)) return "format";
  return fits === undefined || fits(value) ? null : "key";
}

/** Where a new group begins. */
const breaks: Readonly<Record<string, readonly number[]>> = {
  iban: [4, 8, 12, 16, 20, 24, 28, 32],
  siret: [3, 6, 9],
  siren: [3, 6],
  nir: [1, 3, 5, 7, 10, 13],
};

/** Printed in groups as on the paper; put it in a left-to-right element. */
export const grouped = (name: string, value: string): string =>
  [...value].map((letter, at) => (breaks[name]?.includes(at) ? `\u00a0${letter}` : letter)).join("");

type Slot = "A" | "9" | "X" | { readonly literal: string };

/** Undefined for a mask that asks for nothing, or ends in a backslash. */
export function maskSlots(mask: string): readonly Slot[] | undefined {
  const slots: Slot[] = [];
  const letters = [...mask];
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at] ?? "";
    if (letter === "\\") {
      const next = letters[++at];
      if (next === undefined) return undefined;
      slots.push(...[...compact(next)].map((literal) => ({ literal })));
    } else if (letter === "A" || letter === "9" || letter === "X") slots.push(letter);
    else slots.push(...[...compact(letter)].map((literal) => ({ literal })));
  }
  return slots.some((slot) => typeof slot === "string") ? slots : undefined;
}

const fills = (slot: Slot, letter: string): boolean => {
  if (typeof slot !== "string") return slot.literal === letter;
  if (slot === "9") return /^\d$/.test(letter);
  if (slot === "A") return /^\p{Lu}$/u.test(letter);
  return /^[\d\p{Lu}]$/u.test(letter);
};

/** True when a compact value fills one of the masks. */
export const maskFits = (masks: readonly string[], value: string): boolean =>
  masks.some((mask) => {
    const slots = maskSlots(mask) ?? [];
    const letters = [...value];
    return slots.length === letters.length && slots.every((slot, at) => fills(slot, letters[at] ?? ""));
  });

/** A value with the parting characters of the first mask that it fills. */
export function maskShown(masks: readonly string[], value: string): string {
  const mask = masks.find((each) => maskFits([each], value));
  if (mask === undefined) return value;
  const left = [...value];
  let shown = "";
  let escaped = false;
  for (const letter of mask) {
    if (letter === "\\" && !escaped) {
      escaped = true;
      continue;
    }
    escaped = false;
    shown += compact(letter) === "" ? letter : (left.shift() ?? "");
  }
  return shown;
}
