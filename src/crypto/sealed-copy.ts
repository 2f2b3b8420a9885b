/**
 * The sealed copy: one file that opens with card and code, without Besace and without network (SPEC C-X). Runs in workers
 * that hold keys, in the offline reader, and in Node.
 *
 * Surprising: the file is one sealed stream behind a small clear head, so that its list and every file in it look alike
 * from outside, and any part of 200 MB is read without opening what comes before it.
 */

import * as v from "valibot";
import { blobLayout } from "../protocol/blob-root.ts";
import { fixedB64 } from "../protocol/fields.ts";
import { labels } from "../protocol/labels.ts";
import { b64, bodyBytes, parseBody } from "../protocol/sign.ts";
import { assert } from "../shared/assert.ts";
import {
  type B64,
  type Bytes,
  concat,
  equalBytes,
  fromBase64Url,
  lengthPrefixed,
  toBase64Url,
  u32,
  utf8,
} from "../shared/bytes.ts";
import { type BlobId, idBytes } from "../shared/ids.ts";
import type { Random } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { allZero } from "./padding.ts";
import { hkdf, importAesKey, keyBytes, nonceBytes, openBox, sealBox, tagBytes } from "./primitives.ts";
import type { Secret } from "./secret.ts";
import {
  createStreamReader,
  type RunningHash,
  type SealedPiece,
  type StreamError,
  type StreamKey,
  sealedStreamLength,
  sealStreamPieces,
} from "./stream.ts";
import { assertParameters, type StretchParameters, stretchSaltBytes } from "./stretch-parameters.ts";

/** Clear words of a sealed copy; their exact bytes are the associated data of its key. */
export interface CopyHead {
  readonly v: 1;
  readonly suite: 1;
  /** Number of the set of cards, to say which card is asked for. */
  readonly set: number;
  /** How the code is typed: six digits, or four pictures. */
  readonly code: "digits" | "pictures";
  /** Argon2id parameters of the code. */
  readonly params: StretchParameters;
  /** 16 random bytes, for Argon2id and for the key derivations. */
  readonly salt: B64;
  /** Bytes of the sealed stream: a file that was cut is told before a card or a code is asked for. */
  readonly stream: number;
  /** 16 bytes that only the right card gives: another card is told apart from a wrong code. */
  readonly card: B64;
}

/** Each has words in locales/<lang>/sortie.json. */
export type CopyError =
  | { readonly type: "not-sealed-copy" }
  /** Made by a newer Besace. */
  | { readonly type: "newer" }
  /** The file ends before its end: a download or a copy that was cut. */
  | { readonly type: "truncated" }
  | { readonly type: "damaged" }
  /** It asks for a stretching of the code below the floor, or above what a phone can do: nobody typed a code for it. */
  | { readonly type: "weak-parameters" }
  | { readonly type: "other-card"; readonly set: number }
  /** The card is right. Changed clear words look the same. */
  | { readonly type: "wrong-code" };

/** 32 bytes each: `card` from `cardFactor`, `code` from `stretch` with the head's salt and parameters. */
export interface CopyFactors {
  readonly card: Secret;
  readonly code: Secret;
}

const magic = utf8("BSX1");
const lengthBytes = 4;
const headLimit = 1024;
const idLength = 16;
const checkBytes = 16;
const sealedKeyBytes = nonceBytes + keyBytes + idLength + tagBytes;
const { headerBytes, sealedSegmentBytes } = blobLayout;

const headShape = v.strictObject({
  v: v.literal(1),
  suite: v.literal(1),
  set: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(15)),
  code: v.picklist(["digits", "pictures"]),
  params: v.strictObject({ memoryKiB: v.number(), passes: v.number(), lanes: v.literal(1) }),
  salt: fixedB64(stretchSaltBytes),
  stream: v.pipe(v.number(), v.safeInteger(), v.minValue(headerBytes)),
  card: fixedB64(checkBytes),
});

const cardCheck = async (card: Secret, salt: Bytes): Promise<Bytes> =>
  await hkdf(card.reveal(), salt, labels.copyCard, checkBytes);

/** KEK of the pair C+P (SPEC C-X3). */
async function copyKey({ card, code }: CopyFactors, salt: Bytes): Promise<CryptoKey> {
  const both = [card.reveal(), code.reveal()] as const;
  for (const bytes of both) assert(bytes.length === keyBytes && !allZero(bytes), "SPEC C-X3: a factor has 32 bytes");
  assert(!equalBytes(both[0], both[1]), "INV-7: two factors, not one twice");
  const secret = lengthPrefixed(...both);
  const key = await hkdf(secret, salt, labels.copyWrap, keyBytes);
  for (const bytes of [secret, ...both]) bytes.fill(0);
  return await importAesKey(key);
}

export interface CopyToSeal {
  readonly factors: CopyFactors;
  readonly set: number;
  readonly code: CopyHead["code"];
  readonly params: StretchParameters;
  /** 16 bytes, with which the code was stretched. */
  readonly salt: Bytes;
  /** Plain bytes that `chunks` will give. */
  readonly length: number;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** A fresh running hash; its value is not kept. */
  readonly hash: RunningHash;
}

/** The file, piece by piece. Gives null once when the chunks do not add up to `length`: drop what came before. */
export async function* sealCopy(copy: CopyToSeal, random: Random): AsyncGenerator<Bytes | null> {
  const { factors, salt, params } = copy;
  assert(salt.length === stretchSaltBytes && assertParameters(params).ok, "SPEC C-X2: salt and parameters of a code");
  const head: CopyHead = {
    v: 1,
    suite: 1,
    set: copy.set,
    code: copy.code,
    params,
    salt: b64(salt),
    stream: sealedStreamLength(copy.length),
    card: b64(await cardCheck(factors.card, salt)),
  };
  const headBytes = bodyBytes(head);
  const clear = concat(magic, u32(headBytes.length), headBytes);
  const pieces: AsyncGenerator<SealedPiece> = sealStreamPieces(copy.chunks, copy.length, random, copy.hash);
  for await (const piece of pieces) {
    if (piece.type === "length-differs") yield null;
    else if (piece.type === "segment") yield piece.segment;
    else if (piece.type === "header") {
      const plain = concat(piece.key, idBytes(piece.blob));
      const sealed = await sealBox(await copyKey(factors, salt), random.bytes(nonceBytes), plain, clear);
      plain.fill(0);
      yield concat(clear, sealed, piece.header);
    }
  }
}

/** Where a file is read: bytes from `from` up to `to`, fewer at its end. */
export interface CopySource {
  readonly size: number;
  readonly read: (from: number, to: number) => Promise<Bytes>;
}

export interface ReadHead {
  readonly head: CopyHead;
  readonly salt: Bytes;
  /** The associated data of the key, and where it ends in the file. */
  readonly clear: Bytes;
}

/** Reads the clear words; refuses weak parameters before any code is asked for. */
export async function readCopyHead(source: CopySource): Promise<Result<ReadHead, CopyError>> {
  const start = await source.read(0, magic.length + lengthBytes);
  const [kind, version] = [start.subarray(0, 3), start[3]];
  if (!equalBytes(kind, magic.subarray(0, 3))) return err({ type: "not-sealed-copy" });
  if (version !== magic[3]) return err({ type: version !== undefined && version > 0x31 ? "newer" : "not-sealed-copy" });
  if (start.length < magic.length + lengthBytes) return err({ type: "truncated" });
  const length = new DataView(start.buffer, start.byteOffset).getUint32(magic.length);
  if (length > headLimit) return err({ type: "damaged" });
  const end = start.length + length;
  const bytes = await source.read(start.length, end);
  if (bytes.length < length) return err({ type: "truncated" });
  const value = parseBody(b64(bytes))?.value;
  const named = v.safeParse(v.object({ v: v.number(), suite: v.number() }), value);
  if (named.success && (named.output.v > 1 || named.output.suite > 1)) return err({ type: "newer" });
  const shape = v.safeParse(headShape, value);
  const salt = shape.success ? fromBase64Url(shape.output.salt) : undefined;
  if (!shape.success || salt === undefined) return err({ type: "damaged" });
  const whole = end + sealedKeyBytes + shape.output.stream;
  if (source.size !== whole) return err({ type: source.size < whole ? "truncated" : "damaged" });
  if (!assertParameters(shape.output.params).ok) return err({ type: "weak-parameters" });
  return ok({ head: shape.output, salt, clear: concat(start, bytes) });
}

export interface OpenedCopy {
  /** Plain bytes. */
  readonly length: number;
  /** A part, verified piece by piece; ends after the first error. */
  readonly read: (from: number, to: number) => AsyncGenerator<Result<Bytes, CopyError>>;
}

const told = (error: StreamError): CopyError =>
  error.type === "truncated" || error.type === "missing-segment" ? { type: "truncated" } : { type: "damaged" };

/** True when the card is the one of this copy; asked before the code is stretched. */
export async function isCardOf({ head, salt }: ReadHead, card: Secret): Promise<boolean> {
  const check = fromBase64Url(head.card);
  return check !== undefined && equalBytes(check, await cardCheck(card, salt));
}

/** Opens with both factors. */
export async function openCopy(
  source: CopySource,
  read: ReadHead,
  factors: CopyFactors,
): Promise<Result<OpenedCopy, CopyError>> {
  if (!(await isCardOf(read, factors.card))) return err({ type: "other-card", set: read.head.set });
  const keyAt = read.clear.length;
  const streamAt = keyAt + sealedKeyBytes;
  const segmentsAt = streamAt + headerBytes;
  const key = await openBox(await copyKey(factors, read.salt), await source.read(keyAt, streamAt), read.clear);
  if (key === undefined) return err({ type: "wrong-code" });
  const stream: StreamKey = {
    key: key.slice(0, keyBytes),
    blob: toBase64Url(key.subarray(keyBytes)) as BlobId,
  };
  key.fill(0);
  const readSegment = async (index: number): Promise<Bytes | undefined> => {
    const at = segmentsAt + index * sealedSegmentBytes;
    const segment = await source.read(at, Math.min(source.size, at + sealedSegmentBytes));
    return segment.length === 0 ? undefined : segment;
  };
  const count = Math.ceil((source.size - segmentsAt) / sealedSegmentBytes);
  const opened = await createStreamReader(stream, await source.read(streamAt, segmentsAt), readSegment, count);
  if (!opened.ok) return err(told(opened.error));
  const { length, sealedLength } = opened.value;
  if (read.head.stream !== sealedLength) return err({ type: "damaged" });
  return ok({
    length,
    async *read(from, to) {
      for await (const piece of opened.value.read(from, to)) yield piece.ok ? piece : err(told(piece.error));
    },
  });
}
