/**
 * Looks at a PDF's ends only: is it a whole file, and does it ask for a password? It is never parsed further and kept
 * as it is. Pure; runs in workers and in Node. ISO 32000-1, 7.5.5 (trailer), 7.5.8 (cross-reference streams), 7.6.
 */

import { find } from "./inspect.ts";
import type { ByteSource } from "./source.ts";

const tailBytes = 4096;
const dictionaryBytes = 64 * 1024;

const latin = (bytes: Uint8Array): string => {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
};

/** "locked" when the newest trailer has an /Encrypt entry; "damaged" when header or end are not there. */
export async function inspectPdf(source: ByteSource): Promise<"whole" | "locked" | "damaged"> {
  if (find(await source.read(0, 1024), "%PDF-") < 0) return "damaged";
  const tailAt = Math.max(0, source.size - tailBytes);
  const tail = latin(await source.read(tailAt, tailBytes));
  const end = tail.lastIndexOf("%%EOF");
  if (end < 0) return "damaged";
  const start = /startxref\s+(\d{1,12})\s*$/.exec(tail.slice(0, end));
  const from = Number(start?.[1] ?? Number.NaN);
  if (Number.isFinite(from) && from > 0 && from < source.size) {
    const section = await newestTrailer(source, from);
    if (section !== undefined) return encrypts(section) ? "locked" : "whole";
  }
  // No readable cross-reference: readers rebuild it, and so the last trailer near the end decides.
  const trailer = tail.lastIndexOf("trailer");
  return trailer >= 0 && encrypts(tail.slice(trailer, end)) ? "locked" : "whole";
}

const encrypts = (dictionary: string): boolean => /\/Encrypt(?=[\s/<\d])/.test(dictionary);

/** The dictionary that ends a cross-reference table, or starts a cross-reference stream; undefined when neither is there. */
async function newestTrailer(source: ByteSource, from: number): Promise<string | undefined> {
  const first = latin(await source.read(from, 1024)).trimStart();
  if (/^\d+\s+\d+\s+obj\b/.test(first)) {
    const text = latin(await source.read(from, dictionaryBytes));
    const end = text.search(/\bstream\r?\n/);
    return end < 0 ? undefined : text.slice(0, end);
  }
  if (!first.startsWith("xref")) return undefined;
  // A table has 20 bytes per object; the trailer follows it.
  for (let at = from; at < source.size; at += dictionaryBytes) {
    const text = latin(await source.read(at, dictionaryBytes + 16));
    const found = text.indexOf("trailer");
    if (found < 0) continue;
    const whole = latin(await source.read(at + found, dictionaryBytes));
    const end = whole.indexOf("startxref");
    return end < 0 ? whole : whole.slice(0, end);
  }
  return undefined;
}
