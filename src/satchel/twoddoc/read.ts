/**
 * Reads a 2D-Doc code (versions 1 to 4, text form) as a barcode reader gave it. Pure; nothing here says whether it is genuine: that is
 * check.ts.
 *
 * Surprising fact: a code that reads well proves nothing. Anybody can print one; only the signature over the exact bytes before
 * the unit separator counts, so these bytes are kept as they came and never written anew from what was read.
 */
import { type Bytes, utf8ToText } from "../../shared/bytes.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { type CivilDate, civilDate, dayNumber, isCivilDate } from "../deadlines/civil.ts";
import { type Form, fieldSpec, isSecret, type Whose } from "./fields.ts";

export interface TwoDDocHeader {
  readonly version: 1 | 2 | 3 | 4;
  /** Certification authority and certificate: four letters or digits each. */
  readonly authority: string;
  readonly certificate: string;
  /** Null where the code says that there is none (FFFF). */
  readonly issued: CivilDate | null;
  readonly signed: CivilDate | null;
  /** Two letters or digits (fields.ts, `documentKinds`). */
  readonly document: string;
  /** Since version 4. */
  readonly country: string | null;
}

export interface TwoDDocField {
  readonly id: string;
  /** As it is in the code, without its separator. */
  readonly value: string;
  /** Shortened by who made the code, because there was no room. */
  readonly truncated: boolean;
  /** False: an id of a later version; what it means and where it ends is a guess. */
  readonly known: boolean;
  /** Null for an unknown id. */
  readonly meaning: string | null;
  readonly whose: Whose;
  /** For dates that exist; null for all else. */
  readonly date: CivilDate | null;
  /** False: longer or shorter than the specification has it, or no date where there should be one. */
  readonly fits: boolean;
}

export interface TwoDDoc {
  readonly header: TwoDDocHeader;
  /** In the order of the code; an id may come again. */
  readonly fields: readonly TwoDDocField[];
  /** What the signature is over: header and message, as they came. */
  readonly signedBytes: Bytes;
  /** r and s, 32, 48 or 66 bytes each. */
  readonly signature: Bytes;
  /** Behind the signature, signed by nobody: never shown as a fact. */
  readonly annex: string;
}

/**
 * `not-2d-doc`: another code. `binary`: the binary form, which this version does not read. `newer`: a version after 4.
 * `other-perimeter`: its fields mean something else. `no-signature`: cut off, or never signed. `damaged`: not as the specification has it.
 */
export type TwoDDocRefusal = "not-2d-doc" | "binary" | "newer" | "other-perimeter" | "no-signature" | "damaged";

const groupSeparator = "\u001d";
const recordSeparator = "\u001e";
const unitSeparator = 0x1f;

/** A code that fits into a DataMatrix has at most 2,335 letters and digits; what is longer is no 2D-Doc. */
export const longestCode = 4096;

const headerLengths = { 1: 22, 2: 22, 3: 24, 4: 26 } as const;
const headerForm =
  /^DC(\d{2})([A-Z0-9]{4})([A-Z0-9]{4})([0-9A-F]{4})([0-9A-F]{4})([A-Z0-9]{2})(?:([A-Z0-9]{2})(?:([A-Z]{2}))?)?$/;

const firstDay = dayNumber("2000-01-01");
const daysSince2000 = (hex: string): CivilDate | null =>
  hex === "FFFF" ? null : civilDate(firstDay + Number.parseInt(hex, 16));

const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

/** The specification's C40 is plain ASCII; codes with accents exist, in UTF-8 or in Latin-1. */
const textOf = (bytes: Uint8Array): string => utf8ToText(bytes) ?? latin1(bytes);

const isVersion = (value: number): value is TwoDDocHeader["version"] => value >= 1 && value <= 4;

function readHeader(bytes: Uint8Array): Result<TwoDDocHeader, TwoDDocRefusal> {
  if (bytes[0] === 0xdc) return err("binary");
  const start = latin1(bytes.subarray(0, 4));
  if (!start.startsWith("DC")) return err("not-2d-doc");
  if (!/^DC\d{2}$/.test(start)) return err("damaged");
  const version = Number(start.slice(2));
  if (!isVersion(version)) return err(version > 4 ? "newer" : "damaged");
  const found = headerForm.exec(latin1(bytes.subarray(0, headerLengths[version])));
  const [, , authority, certificate, issued, signed, document, perimeter, country] = found ?? [];
  if (authority === undefined || certificate === undefined || issued === undefined) return err("damaged");
  if (signed === undefined || document === undefined) return err("damaged");
  if (version >= 3 !== (perimeter !== undefined) || version >= 4 !== (country !== undefined)) return err("damaged");
  if (perimeter !== undefined && perimeter !== "01") return err("other-perimeter");
  return ok({
    ...{ version, authority, certificate, document, country: country ?? null },
    issued: daysSince2000(issued),
    signed: daysSince2000(signed),
  });
}

/** DDMMYYYY; a year, or a month and year, alone ("00") are no date here. */
function writtenDay(value: string): CivilDate | null {
  const [, day, month, year] = /^(\d{2})(\d{2})(\d{4})(?:\d{4})?$/.exec(value) ?? [];
  const date = `${year}-${month}-${day}`;
  return year !== undefined && isCivilDate(date) ? date : null;
}

function dateOf(form: Form, value: string): CivilDate | null {
  if (form === "hex") return /^[0-9A-F]{4}$/.test(value) ? daysSince2000(value) : null;
  return form === "text" ? null : writtenDay(value);
}

const isSeparator = (sign: string | undefined): boolean => sign === groupSeparator || sign === recordSeparator;

/** Reads one field that begins at `at`. */
function readField(message: string, at: number): { readonly field: TwoDDocField; readonly next: number } | undefined {
  const id = message.slice(at, at + 2);
  if (!/^[A-Z0-9]{2}$/.test(id)) return undefined;
  const spec = fieldSpec(id);
  const limit = spec?.max ?? message.length;
  let end = at + 2;
  while (end < message.length && end - at - 2 < limit && !isSeparator(message[end])) end += 1;
  const value = message.slice(at + 2, end);
  const truncated = message[end] === recordSeparator;
  const date = spec === undefined ? null : dateOf(spec.form, value);
  const empty = value === "";
  const fits =
    spec !== undefined &&
    (value.length >= spec.min || (empty && spec.min === 0)) &&
    (spec.form === "text" || date !== null || value === "FFFF");
  return {
    field: {
      ...{ id, value, truncated, known: spec !== undefined, date, fits },
      meaning: spec?.meaning ?? null,
      whose: spec?.whose ?? "none",
    },
    // A field that is full needs no separator; some makers write one all the same.
    next: isSeparator(message[end]) ? end + 1 : end,
  };
}

function readFields(message: string): Result<readonly TwoDDocField[], TwoDDocRefusal> {
  const fields: TwoDDocField[] = [];
  let at = 0;
  while (at < message.length) {
    const read = readField(message, at);
    if (read === undefined) return err("damaged");
    fields.push(read.field);
    at = read.next;
  }
  return fields.length === 0 ? err("damaged") : ok(fields);
}

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648 without padding; undefined when bits are left that are not zero, so that a signature has one text. */
function fromBase32(text: string): Bytes | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let [held, bits, write] = [0, 0, 0];
  for (const letter of text) {
    held = ((held << 5) | base32.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[write] = (held >> bits) & 0xff;
    write += 1;
  }
  return (held & ((1 << bits) - 1)) === 0 && bits < 5 ? bytes : undefined;
}

/** P-256, P-384, P-521: r and s one behind the other. */
const signatureLengths: readonly number[] = [64, 96, 132];

/** In Base32, with what stands behind it; or, in codes of the first years, as bytes. */
function readSignature(
  bytes: Uint8Array,
): Result<{ readonly signature: Bytes; readonly annex: string }, TwoDDocRefusal> {
  if (bytes.length === 0) return err("no-signature");
  const text = latin1(bytes);
  const [, letters = "", rest = ""] = /^([A-Z2-7]*)={0,6}([\s\S]*)$/.exec(text) ?? [];
  const signature = fromBase32(letters);
  if (signature !== undefined && signatureLengths.includes(signature.length) && (rest === "" || isSeparator(rest[0])))
    return ok({ signature, annex: textOf(bytes.subarray(bytes.length - rest.length)) });
  if (signatureLengths.includes(bytes.length)) return ok({ signature: new Uint8Array(bytes), annex: "" });
  return err("damaged");
}

/** @param bytes as the reader of barcodes gives them, separators as they are (0x1D, 0x1E, 0x1F). */
export function readTwoDDoc(bytes: Uint8Array): Result<TwoDDoc, TwoDDocRefusal> {
  if (bytes.length > longestCode) return err("not-2d-doc");
  const header = readHeader(bytes);
  if (!header.ok) return header;
  const end = bytes.indexOf(unitSeparator);
  if (end < 0) return err("no-signature");
  const start = headerLengths[header.value.version];
  if (end < start) return err("damaged");
  const fields = readFields(textOf(bytes.subarray(start, end)));
  if (!fields.ok) return fields;
  const signed = readSignature(bytes.subarray(end + 1));
  if (!signed.ok) return signed;
  return ok({
    header: header.value,
    fields: fields.value,
    signedBytes: new Uint8Array(bytes.subarray(0, end)),
    ...signed.value,
  });
}

/** What a person may keep of a code, one by one. */
export interface TwoDDocOffer {
  readonly field: TwoDDocField;
  /** Ticked at first: plain facts about the person. Never numbers that open an account, nor what is of somebody else. */
  readonly proposed: boolean;
}

/** Fields that can be shown as facts: known, not empty, as the specification has them. In the order of the code. */
export const offersOf = (doc: TwoDDoc): readonly TwoDDocOffer[] =>
  doc.fields.flatMap((field) => {
    const { meaning, value, known, fits, truncated, whose } = field;
    if (!known || !fits || meaning === null || meaning === "other" || value.trim() === "") return [];
    return [{ field, proposed: !isSecret(meaning) && !truncated && (whose === "self" || whose === "none") }];
  });
