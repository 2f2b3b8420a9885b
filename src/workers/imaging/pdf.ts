/**
 * Looks at a PDF's ends only: is it a whole file, and is it encrypted? It is kept as it is. Pure; runs in workers and in
 * Node. ISO 32000-1, 7.5.5 (trailer), 7.5.8 (cross-reference streams). Whether it asks for a password: pdf-lock.ts.
 */

import { find } from "./inspect.ts";
import type { ByteSource } from "./source.ts";

const tailBytes = 4096;
const dictionaryBytes = 64 * 1024;

/** One character per byte. */
export const latin = (bytes: Uint8Array): string => {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
};

export type InspectedPdf =
  | { readonly type: "whole" }
  /** `trailer`: the text around the newest trailer's dictionary. */
  | { readonly type: "encrypted"; readonly trailer: string }
  | { readonly type: "damaged" };

/** "encrypted" when the newest trailer has an /Encrypt entry; "damaged" when header or end are not there. */
export async function inspectPdf(source: ByteSource): Promise<InspectedPdf> {
  if (find(await source.read(0, 1024), "%PDF-") < 0) return { type: "damaged" };
  const tailAt = Math.max(0, source.size - tailBytes);
  const tail = latin(await source.read(tailAt, tailBytes));
  const end = tail.lastIndexOf("%%EOF");
  if (end < 0) return { type: "damaged" };
  const start = /startxref\s+(\d{1,12})\s*$/.exec(tail.slice(0, end));
  const from = Number(start?.[1] ?? Number.NaN);
  const inside = Number.isFinite(from) && from > 0 && from < source.size;
  const found = inside ? await newestTrailer(source, from) : undefined;
  // No readable cross-reference: readers rebuild it, and so the last trailer near the end decides.
  const last = tail.lastIndexOf("trailer");
  const trailer = found ?? (last < 0 ? "" : tail.slice(last, end));
  return encrypts(trailer) ? { type: "encrypted", trailer } : { type: "whole" };
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
