/**
 * Reads one value of a PDF's syntax (ISO 32000-1 7.3) from text of one character per byte. Pure; runs in the imaging
 * worker and in Node. Hostile text gives undefined, never an exception: depth is bounded and work is linear.
 */

import type { Bytes } from "../../shared/bytes.ts";

export type PdfDictionary = ReadonlyMap<string, PdfValue> & { readonly type?: undefined };

export type PdfValue =
  | { readonly type: "null" }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "text"; readonly bytes: Bytes }
  | { readonly type: "array"; readonly items: readonly PdfValue[] }
  | { readonly type: "reference"; readonly number: number; readonly generation: number }
  | PdfDictionary;

export const isDictionary = (value: PdfValue): value is PdfDictionary => value.type === undefined;

/** The value that begins at `from` (white space and comments before it are skipped); undefined when there is none. */
export const readPdfValue = (text: string, from: number): PdfValue | undefined => createReader(text, from).value(0);

const maxDepth = 16;
const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

const bytesOfLatin = (text: string): Bytes => Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 255);

function createReader(text: string, from: number) {
  let at = from;

  /** Matches a sticky pattern here and moves behind it. */
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };

  const skip = (): void => void take(/(?:[\0\t\n\f\r ]|%[^\r\n]*)*/y);

  /** A name without its slash; undefined when there is none here. */
  function name(): string | undefined {
    const found = take(/\/([^\0\t\n\f\r ()<>[\]{}/%]*)/y);
    return found?.[1]?.replace(/#([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }

  function hex(raw: string): PdfValue {
    const digits = raw.replace(/[^0-9a-fA-F]/g, "");
    const even = digits.length % 2 === 0 ? digits : `${digits}0`;
    const bytes = Uint8Array.from({ length: even.length / 2 }, (_, n) =>
      Number.parseInt(even.slice(2 * n, 2 * n + 2), 16),
    );
    return { type: "text", bytes };
  }

  /** Behind the opening bracket. */
  function literal(): PdfValue | undefined {
    const parts: string[] = [];
    for (let open = 1; at < text.length; ) {
      const plain = take(/[^()\\\r]+/y);
      if (plain !== null) parts.push(plain[0]);
      const octal = take(/\\([0-7]{1,3})/y);
      if (octal !== null) {
        parts.push(String.fromCharCode(Number.parseInt(octal[1] ?? "0", 8) & 255));
        continue;
      }
      // A line end that is escaped is none; one that is not is one line feed, however it was written.
      if (take(/\\(?:\r\n|\r|\n)/y) !== null) continue;
      if (take(/\r\n?/y) !== null) {
        parts.push("\n");
        continue;
      }
      const escaped = take(/\\(.)/sy);
      if (escaped !== null) {
        const letter = escaped[1] ?? "";
        parts.push(escapes[letter] ?? letter);
        continue;
      }
      const bracket = take(/[()]/y);
      if (bracket === null && plain === null) return undefined;
      if (bracket === null) continue;
      open += bracket[0] === "(" ? 1 : -1;
      if (open === 0) return { type: "text", bytes: bytesOfLatin(parts.join("")) };
      parts.push(bracket[0]);
    }
    return undefined;
  }

  function dictionary(depth: number): PdfValue | undefined {
    const entries = new Map<string, PdfValue>();
    for (;;) {
      skip();
      if (take(/>>/y) !== null) return entries as PdfDictionary;
      const key = name();
      const held = key === undefined ? undefined : value(depth + 1);
      if (key === undefined || held === undefined) return undefined;
      entries.set(key, held);
    }
  }

  function array(depth: number): PdfValue | undefined {
    const items: PdfValue[] = [];
    for (;;) {
      skip();
      if (take(/\]/y) !== null) return { type: "array", items };
      const item = value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    }
  }

  function value(depth: number): PdfValue | undefined {
    if (depth > maxDepth) return undefined;
    skip();
    if (take(/<</y) !== null) return dictionary(depth);
    const hexText = take(/<([0-9a-fA-F\0\t\n\f\r ]*)>/y);
    if (hexText !== null) return hex(hexText[1] ?? "");
    if (take(/\(/y) !== null) return literal();
    if (take(/\[/y) !== null) return array(depth);
    const named = name();
    if (named !== undefined) return { type: "name", name: named };
    const reference = take(/(\d{1,10})[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+R(?![A-Za-z0-9])/y);
    if (reference !== null)
      return { type: "reference", number: Number(reference[1]), generation: Number(reference[2]) };
    const number = take(/[+-]?(?:\d+\.?\d*|\.\d+)/y);
    if (number !== null) return { type: "number", value: Number(number[0]) };
    const word = take(/(true|false|null)(?![A-Za-z0-9])/y);
    if (word === null) return undefined;
    return word[1] === "null" ? { type: "null" } : { type: "boolean", value: word[1] === "true" };
  }

  return { value };
}
