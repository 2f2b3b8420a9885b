/**
 * The eight-character number of a dossier, made to be spoken on the phone and chosen offline. Pure.
 *
 * Surprising fact: the eighth character is computed so that a weighted sum over GF(32) is zero. Every single wrong
 * character and every swap of two characters is noticed; 35 bits of chance remain in the other seven.
 */

import type { Random } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";

/** 32 characters, without I, O, 0 and 1. */
export const spokenAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const length = 8;

/** Product in GF(32) with the polynomial x^5 + x^2 + 1. */
function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 5; bit += 1) if ((b >> bit) & 1) product ^= a << bit;
  for (let bit = 9; bit >= 5; bit -= 1) if ((product >> bit) & 1) product ^= 0b100101 << (bit - 5);
  return product;
}

/** Powers of the generator 2: eight different weights, none zero. */
const weights: readonly number[] = Array.from({ length }, (_, place) => {
  let weight = 1;
  for (let step = 0; step < place; step += 1) weight = times(weight, 2);
  return weight;
});

const sum = (values: readonly number[]): number =>
  values.reduce((total, value, place) => total ^ times(value, weights[place] ?? 0), 0);

/** The value that makes the sum zero: the only one, since its weight has an inverse. */
function checkValue(values: readonly number[]): number {
  const rest = sum(values);
  for (let value = 0; value < 32; value += 1) if (times(value, weights[length - 1] ?? 0) === rest) return value;
  throw new Error("assertion failed: GF(32) has an inverse for every weight");
}

/** A fresh number: eight characters, no separator. */
export function spokenNumber(random: Random): string {
  const values = Array.from(random.bytes(length - 1), (byte) => byte & 31);
  return [...values, checkValue(values)].map((value) => spokenAlphabet.charAt(value)).join("");
}

/** As it is shown and spoken: two groups of four, with a non-breaking space. */
export const showSpoken = (number: string): string => `${number.slice(0, 4)}\u00a0${number.slice(4)}`;

export type SpokenError =
  | { readonly type: "length"; readonly count: number }
  | { readonly type: "character"; readonly character: string }
  /** Well formed, but one character is wrong or two were swapped. */
  | { readonly type: "check" };

/** Reads what somebody typed: spaces, dashes, dots and small letters do not matter. */
export function readSpoken(typed: string): Result<string, SpokenError> {
  const text = typed.replace(/[\s\-._]/gu, "").toUpperCase();
  const stranger = Array.from(text).find((character) => !spokenAlphabet.includes(character));
  if (stranger !== undefined) return err({ type: "character", character: stranger });
  if (text.length !== length) return err({ type: "length", count: text.length });
  const values = Array.from(text, (character) => spokenAlphabet.indexOf(character));
  return sum(values) === 0 ? ok(text) : err({ type: "check" });
}
