/**
 * Exact decimals for amounts of money: whole numbers of millionths in a BigInt, so that 0.1 + 0.2 is 0.3 and a sum of a
 * thousand lines is right to the cent. Pure.
 *
 * Plus and minus are exact; times and divided by round the seventh digit after the comma, half away from zero. A result
 * over 24 digits is no amount of anything: it is blank, so that no formula can grow without end.
 */

import { westernDigits } from "../shared/keys.ts";

/** Millionths. */
export type Decimal = bigint;

const DIGITS = 6;
const ONE = 1_000_000n;
const LIMIT = 10n ** 24n;

const bounded = (value: Decimal): Decimal | undefined => (value > LIMIT || value < -LIMIT ? undefined : value);

/** Quotient of two whole numbers, half away from zero. */
function divided(a: bigint, b: bigint): bigint {
  const half = (b < 0n ? -b : b) / 2n;
  return (a < 0n ? a - half : a + half) / b;
}

const canonical = /^(-?)(0|[1-9]\d{0,17})(?:\.(\d{0,5}[1-9]))?$/;

/** Reads a canonical decimal ("-12.5"); undefined for anything else. */
export function decimalOf(text: string): Decimal | undefined {
  const match = canonical.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", part = ""] = match;
  const value = BigInt(whole + part.padEnd(DIGITS, "0"));
  return sign === "-" ? -value : value;
}

/** Written as a number is stored: "-12.5". */
export const isDecimal = (text: string): boolean => canonical.test(text);

/** A literal of a form as its author wrote it; undefined where that needs an exponent or more than six digits. */
export const decimalOfNumber = (value: number): Decimal | undefined => decimalOf(String(value));

export const decimalOfInteger = (value: number): Decimal => BigInt(value) * ONE;

export const plus = (a: Decimal, b: Decimal): Decimal | undefined => bounded(a + b);
export const times = (a: Decimal, b: Decimal): Decimal | undefined => bounded(divided(a * b, ONE));
/** Undefined for a division by nothing. */
export const over = (a: Decimal, b: Decimal): Decimal | undefined =>
  b === 0n ? undefined : bounded(divided(a * ONE, b));

/** To so many digits after the dot; -0.001 with two is 0. */
export function rounded(value: Decimal, decimals: number): Decimal {
  const step = 10n ** BigInt(DIGITS - Math.min(Math.max(decimals, 0), DIGITS));
  return divided(value, step) * step;
}

/** Canonical text. */
export function decimalText(value: Decimal): string {
  const digits = String(value < 0n ? -value : value).padStart(DIGITS + 1, "0");
  const part = digits.slice(-DIGITS).replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -DIGITS)}${part === "" ? "" : `.${part}`}`;
}

/**
 * What a person types as a number: "1 234,50 €", "1.234,5", "٣٥", "-3". Undefined when it cannot be read without doubt: with
 * both marks the last one is the comma, and one mark before exactly three digits is a comma too ("1.234" is not 1234 in
 * French), except where it is repeated ("1.234.567").
 */
export function readDecimal(typed: string): string | undefined {
  const text = westernDigits(typed)
    .replace(/[\s\u00a0\u202f'’€]/g, "")
    .replace(/[\u066b]/g, ",")
    .replace(/[\u066c]/g, "")
    .replace(/^[\u2212\u2013]/, "-")
    .replace(/^\+/, "");
  if (!/^-?\d[\d.,]*$/.test(text) && !/^-?[.,]\d+$/.test(text)) return undefined;
  const marks = text.match(/[.,]/g) ?? [];
  const last = Math.max(text.lastIndexOf("."), text.lastIndexOf(","));
  const repeated = marks.length > 1 && marks.every((mark) => mark === marks[0]);
  // More than one mark: those that group must stand before three digits each.
  if (repeated && !/^-?\d{1,3}([.,]\d{3})+$/.test(text)) return undefined;
  if (!repeated && marks.length > 1 && !/^-?\d{1,3}((\.\d{3})+,|(,\d{3})+\.)\d*$/.test(text)) return undefined;
  const at = repeated || last < 0 ? text.length : last;
  const whole =
    text
      .slice(0, at)
      .replace(/[^\d]/g, "")
      .replace(/^0+(?=\d)/, "") || "0";
  const part = text.slice(at + 1).replace(/0+$/, "");
  if (whole.length > 15 || part.length > DIGITS) return undefined;
  const value = part === "" ? whole : `${whole}.${part}`;
  return text.startsWith("-") && value !== "0" ? `-${value}` : value;
}
