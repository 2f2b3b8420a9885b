/**
 * Crockford's base32 in capitals (no I, L, O, U): texts that fit the alphanumeric mode of QR codes. Runs everywhere.
 *
 * Strict: every byte string has one text, and a text that is not the one of some bytes is refused.
 */

import type { Bytes } from "../shared/bytes.ts";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Big-endian; unused bits of the last letter are zero. */
export function toBase32(bytes: Bytes): string {
  let text = "";
  let pending = 0;
  let bits = 0;
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((pending >> bits) & 31);
    }
  }
  return bits === 0 ? text : text + alphabet.charAt((pending << (5 - bits)) & 31);
}

/** @returns undefined when a letter is foreign or the text is not the one text of some bytes. */
export function fromBase32(text: string): Bytes | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let pending = 0;
  let bits = 0;
  let at = 0;
  for (const letter of text) {
    const value = alphabet.indexOf(letter);
    if (value < 0) return undefined;
    pending = ((pending << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (pending >> bits) & 0xff;
      at += 1;
    }
  }
  return toBase32(bytes) === text ? bytes : undefined;
}
