/**
 * Bytes and their texts. Encodings are strict: what does not decode to exactly what would be encoded again is refused,
 * so that one value has one text (ids and signatures are compared as texts).
 */

import { assert } from "./assert.ts";
import type { Brand } from "./brand.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

/** base64url of exact bytes. */
export type B64 = Brand<string, "B64">;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const letterOf = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0));
/** Tables, not a map: opening a thousand records reads five million letters. 64 = no letter of the alphabet. */
const digits = new Uint8Array(128).fill(64);
for (const [value, code] of letterOf.entries()) digits[code] = value;
const digitOf = (code: number): number => digits[code] ?? 64;

export const utf8 = (text: string): Bytes => encoder.encode(text) as Bytes;

/** @returns undefined when the bytes are not UTF-8. */
export function utf8ToText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** RFC 4648 section 5, without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  const letters = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  let write = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    // What lies behind the end of the array is not written.
    letters[write] = letterOf[word >> 18] ?? 0;
    letters[write + 1] = letterOf[(word >> 12) & 63] ?? 0;
    letters[write + 2] = letterOf[(word >> 6) & 63] ?? 0;
    letters[write + 3] = letterOf[word & 63] ?? 0;
    write += 4;
  }
  return decoder.decode(letters);
}

/** What `fromBase64Url` does on engines without a decoder of their own. */
export function fromBase64UrlByTable(text: string): Bytes | undefined {
  const { length } = text;
  if (length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let write = 0;
  let wrong = 0;
  for (let at = 0; at < length; at += 4) {
    const left = length - at;
    const a = digitOf(text.charCodeAt(at));
    const b = digitOf(text.charCodeAt(at + 1));
    const c = left > 2 ? digitOf(text.charCodeAt(at + 2)) : 0;
    const d = left > 3 ? digitOf(text.charCodeAt(at + 3)) : 0;
    wrong |= a | b | c | d;
    // Bits behind the last byte are zero, or it would be a second text of the same bytes.
    if (left === 2) wrong |= (b & 15) << 6;
    if (left === 3) wrong |= (c & 3) << 6;
    bytes[write] = (a << 2) | (b >> 4);
    bytes[write + 1] = (b << 4) | (c >> 2);
    bytes[write + 2] = (c << 6) | d;
    write += 3;
  }
  return wrong < 64 ? bytes : undefined;
}

/** Four times as fast where there is one; TypeScript's library does not know it yet. */
const native = (
  Uint8Array as unknown as {
    readonly fromBase64?: (text: string, options: { alphabet: "base64url"; lastChunkHandling: "loose" }) => Bytes;
  }
).fromBase64?.bind(Uint8Array);

/** @returns undefined when `text` is not the one base64url text of some bytes. */
export function fromBase64Url(text: string): Bytes | undefined {
  if (native === undefined) return fromBase64UrlByTable(text);
  const { length } = text;
  if (length % 4 === 1) return undefined;
  const behind = length % 4 === 2 ? 15 : length % 4 === 3 ? 3 : 0;
  if (behind !== 0 && (digitOf(text.charCodeAt(length - 1)) & (64 | behind)) !== 0) return undefined;
  try {
    const bytes = native(text, { alphabet: "base64url", lastChunkHandling: "loose" });
    // It skips white space and padding, which are no letters of ours: then bytes are missing.
    return bytes.length === Math.floor((length * 3) / 4) ? bytes : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const onlyLetters = /^[A-Za-z0-9_-]*$/;

/** True when `text` is the one base64url text of some bytes: what `fromBase64Url` reads, without making the bytes. */
export function isBase64Url(text: string): boolean {
  const { length } = text;
  if (length % 4 === 1 || !onlyLetters.test(text)) return false;
  const behind = length % 4 === 2 ? 15 : length % 4 === 3 ? 3 : 0;
  return behind === 0 || (digitOf(text.charCodeAt(length - 1)) & behind) === 0;
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Unsigned 32-bit big-endian. */
export function u32(value: number): Bytes {
  assert(Number.isInteger(value) && value >= 0 && value <= 0xffffffff, "u32 out of range");
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** Unsigned 64-bit big-endian of a safe integer. */
export function u64(value: number): Bytes {
  assert(Number.isSafeInteger(value) && value >= 0, "u64 out of range");
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/** Each part behind its u32 length: no two different lists give the same bytes. */
export function lengthPrefixed(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(whole.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    whole.set(part, at + 4);
    at += 4 + part.length;
  }
  return whole;
}

/** The parts of `lengthPrefixed`; undefined for bytes that are not exactly that. */
export function lengthPrefixedParts(bytes: Bytes): readonly Bytes[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Bytes[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + 4 > bytes.length) return undefined;
    const end = at + 4 + view.getUint32(at);
    if (end > bytes.length) return undefined;
    parts.push(bytes.slice(at + 4, end));
    at = end;
  }
  return parts;
}

/** Same time for equal lengths, whatever differs. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at += 1) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
