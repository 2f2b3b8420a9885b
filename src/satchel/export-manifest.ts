/**
 * The list inside a sealed copy: what it holds and where (SPEC C-X7). Pure; written by the satchel worker, read by it when a
 * copy is taken in and by the offline reader.
 *
 * Surprising: records stand in it as they are in the satchel, but for the keys of their streams: the bytes are in the file,
 * and a key that opens the server's copy has no business there.
 */

import * as v from "valibot";
import { type Bytes, concat, u32, utf8, utf8ToText } from "../shared/bytes.ts";
import {
  type BlobId,
  isPrincipalId,
  isRandomId,
  type LetterId,
  type PrincipalId,
  type RecordId,
} from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import type { ExportWords } from "./export-words.ts";
import { pointersIn } from "./join.ts";
import type { SatchelRecord, SignedText } from "./model.ts";

export interface CopyFile {
  readonly blob: BlobId;
  /** From the first byte after the list. */
  readonly at: number;
  readonly bytes: number;
  /** SHA-256, base64url. */
  readonly hash: string;
  readonly mime: string;
}

export interface CopyManifest {
  readonly format: "besace-sealed-copy";
  readonly version: 1;
  /** By the clock of the phone that made it. */
  readonly made: number;
  readonly satchel: PrincipalId;
  /** Words for people; the reader shows them as they are. */
  readonly words: ExportWords;
  readonly records: readonly { readonly id: RecordId; readonly record: SatchelRecord }[];
  readonly files: readonly CopyFile[];
  readonly proofs: Readonly<Record<LetterId, readonly SignedText[]>>;
}

const lengthBytes = 4;
/** Ten thousand records; a longer list is no list. */
const longest = 64 * 1024 * 1024;

/** `u32 length || JSON`: the beginning of the plain bytes of a copy. */
export function copyListBytes(manifest: CopyManifest): Bytes {
  const json = utf8(JSON.stringify(manifest));
  return concat(u32(json.length), json);
}

const id = v.custom<string>(isRandomId);
const text = v.string();
const map = <S extends v.GenericSchema>(shape: S) => v.record(text, shape);
const pointer = v.nullable(v.looseObject({ blob: id, hash: text, bytes: v.number(), mime: text }));
const facts = v.array(v.tuple([text, text]));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const paper = v.looseObject({
  t: v.literal("paper"),
  kind: v.nullable(text),
  title: text,
  holder: text,
  pages: map(
    v.looseObject({
      position: v.number(),
      turn: v.picklist([0, 90, 180, 270]),
      readable: pointer,
      preview: pointer,
      original: pointer,
    }),
  ),
  status: v.picklist(["draft", "kept", "binned"]),
  createdAt: v.number(),
  updatedAt: v.number(),
});
const dossier = v.looseObject({
  t: v.literal("dossier"),
  procedure: text,
  number: text,
  answers: map(v.looseObject({ v: text })),
  rows: map(v.looseObject({ repeat: text, position: v.number(), removed: v.boolean() })),
  attached: map(v.looseObject({ papers: v.array(text), missing: v.boolean() })),
  status: v.picklist(["draft", "ready", "sent"]),
  thread: id,
  sent: map(v.looseObject({ n: v.number(), at: v.number(), papers: v.number() })),
  replies: map(v.looseObject({ at: v.number(), status: text, text })),
  createdAt: v.number(),
  updatedAt: v.number(),
});
const profile = v.looseObject({ t: v.literal("profile") });

const shape = v.looseObject({
  format: v.literal("besace-sealed-copy"),
  version: v.number(),
  made: v.number(),
  satchel: v.custom<string>(isPrincipalId),
  words: v.looseObject({
    language: text,
    dir: v.picklist(["ltr", "rtl"]),
    title: text,
    made: text,
    sections: map(text),
    names: map(text),
    profile: facts,
    ahead: v.optional(facts),
    papers: map(v.looseObject({ title: text, facts })),
    dossiers: map(v.looseObject({ title: text, facts, answers: facts, replies: facts, proofs: facts })),
    unnamed: text,
  }),
  records: v.array(v.looseObject({ id, record: v.variant("t", [paper, dossier, profile]) })),
  files: v.array(v.looseObject({ blob: id, at: count, bytes: count, hash: text, mime: text })),
  proofs: map(v.array(v.looseObject({ body: text, sig: text }))),
});

export interface CopyList {
  readonly manifest: CopyManifest;
  /** Where the first file begins in the plain bytes. */
  readonly filesAt: number;
}

export type CopyListError = { readonly type: "newer" } | { readonly type: "damaged" };

/** How many plain bytes the list takes, from its first four. @returns undefined when that cannot be. */
export function copyListLength(start: Bytes, total: number): number | undefined {
  if (start.length < lengthBytes) return undefined;
  const length = lengthBytes + new DataView(start.buffer, start.byteOffset).getUint32(0);
  return length > total || length > longest ? undefined : length;
}

/** @param bytes as many as `copyListLength` said. @param total plain bytes of the whole copy. */
export function readCopyList(bytes: Bytes, total: number): Result<CopyList, CopyListError> {
  const json = utf8ToText(bytes.subarray(lengthBytes));
  let value: unknown;
  try {
    value = json === undefined ? undefined : JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return err({ type: "damaged" });
    throw error;
  }
  const named = v.safeParse(v.looseObject({ format: v.literal("besace-sealed-copy"), version: v.number() }), value);
  if (named.success && named.output.version > 1) return err({ type: "newer" });
  const read = v.safeParse(shape, value);
  if (!read.success) return err({ type: "damaged" });
  const manifest = read.output as unknown as CopyManifest;
  const inside = manifest.files.every((file) => bytes.length + file.at + file.bytes <= total);
  return inside ? ok({ manifest, filesAt: bytes.length }) : err({ type: "damaged" });
}

/** The record without the keys of its streams. */
export function withoutKeys<R extends SatchelRecord>(record: R): R {
  const keys = new Set<unknown>(pointersIn(record));
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).filter(([name]) => !(keys.has(value) && name === "key"));
    return Object.fromEntries(entries.map(([name, each]) => [name, plain(each)]));
  };
  return plain(record) as R;
}
