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
const reverse = new Map(Array.from(alphabet, (letter, value) => [letter.charCodeAt(0), value]));

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
  const parts: string[] = [];
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const a = bytes[at] ?? 0;
    const b = bytes[at + 1];
    const c = bytes[at + 2];
    text += alphabet.charAt(a >> 2) + alphabet.charAt(((a & 3) << 4) | ((b ?? 0) >> 4));
    if (b !== undefined) text += alphabet.charAt(((b & 15) << 2) | ((c ?? 0) >> 6));
    if (c !== undefined) text += alphabet.charAt(c & 63);
    if (text.length > 8192) {
      parts.push(text);
      text = "";
    }
  }
  parts.push(text);
  return parts.join("");
}

/** @returns undefined when `text` is not the one base64url text of some bytes. */
export function fromBase64Url(text: string): Bytes | undefined {
  const rest = text.length % 4;
  if (rest === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let write = 0;
  let buffer = 0;
  let bits = 0;
  for (let at = 0; at < text.length; at += 1) {
    const value = reverse.get(text.charCodeAt(at));
    if (value === undefined) return undefined;
    buffer = ((buffer << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[write] = (buffer >> bits) & 0xff;
      write += 1;
    }
  }
  return (buffer & ((1 << bits) - 1)) === 0 ? bytes : undefined;
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
export const lengthPrefixed = (...parts: readonly Uint8Array[]): Bytes =>
  concat(...parts.flatMap((part) => [u32(part.length), part]));

/** Same time for equal lengths, whatever differs. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at += 1) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
