/**
 * Sealed streams: a page, a preview, an original, cut into segments that can be sent, stored and resumed one by one
 * (SPEC C-B). Runs in workers that hold keys, and Node.
 *
 * Surprising: every attempt to seal draws a new key and a new blob id, even for the same content; a key seals one stream
 * only, so the counter nonces can never meet again.
 */

import { blobLayout, blobRootFromHashes, sealedLengthOf } from "../protocol/blob-root.ts";
import { labels } from "../protocol/labels.ts";
import { padme } from "../protocol/padding.ts";
import { b64 } from "../protocol/sign.ts";
import { assert } from "../shared/assert.ts";
import { type B64, type Bytes, concat, equalBytes, fromBase64Url, u32, u64, utf8 } from "../shared/bytes.ts";
import { type BlobId, idBytes, randomId } from "../shared/ids.ts";
import type { Random } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { allZero } from "./padding.ts";
import { aesOpen, aesSeal, hkdf, importAesKey, keyBytes, nonceBytes, sha256 } from "./primitives.ts";

const magic = utf8("BSS1");
const suiteByte = 1;
const { headerBytes, segmentBytes } = blobLayout;
const lengthBytes = 8;

/** What opens a sealed stream: kept in the paper's record, never in clear. */
export interface StreamKey {
  readonly blob: BlobId;
  /** 32 bytes. */
  readonly key: Bytes;
}

export interface SealedBlob extends StreamKey {
  /** SHA-256 of the plain content. */
  readonly hash: B64;
  readonly header: Bytes;
  readonly segments: readonly Bytes[];
  /** Sealed length, header included: what the wire carries. */
  readonly length: number;
  readonly root: B64;
}

export type StreamError =
  | { readonly type: "bad-header" }
  | { readonly type: "other-blob" }
  /** The commitment in the header is not this key's: checked before anything is decrypted. */
  | { readonly type: "wrong-key" }
  | { readonly type: "missing-segment"; readonly index: number }
  | { readonly type: "bad-segment"; readonly index: number }
  /** The stream goes on, or ends, elsewhere than the segments at hand. */
  | { readonly type: "truncated" }
  | { readonly type: "extended" }
  | { readonly type: "bad-length" }
  | { readonly type: "bad-padding" };

interface Cipher {
  readonly seal: (index: number, last: boolean, plain: Bytes) => Promise<Bytes>;
  readonly open: (index: number, last: boolean, sealed: Bytes) => Promise<Bytes | undefined>;
}

/** Number of segments of a stream with this content length. */
const paddedLengthOf = (contentLength: number): number => padme(lengthBytes + contentLength);
const segmentCountOf = (contentLength: number): number => Math.ceil(paddedLengthOf(contentLength) / segmentBytes);

/** Sealed bytes, header included, of a content of this length: known before it is sealed. */
export const sealedStreamLength = (contentLength: number): number => sealedLengthOf(paddedLengthOf(contentLength));

async function createCipher(key: Bytes, blob: BlobId, header: Bytes): Promise<Cipher> {
  const aes = await importAesKey(await hkdf(key, idBytes(blob), labels.streamKey, keyBytes));
  const place = (index: number, last: boolean): Bytes => concat(u32(index), Uint8Array.of(last ? 1 : 0));
  const nonce = (at: Bytes): Bytes => concat(new Uint8Array(nonceBytes - at.length), at);
  return {
    seal: async (index, last, plain) => {
      const at = place(index, last);
      return await aesSeal(aes, nonce(at), plain, concat(header, at));
    },
    open: async (index, last, sealed) => {
      const at = place(index, last);
      return await aesOpen(aes, nonce(at), sealed, concat(header, at));
    },
  };
}

async function headerOf(key: Bytes, blob: BlobId): Promise<Bytes> {
  const commitment = await hkdf(key, idBytes(blob), labels.streamCommitment, 32);
  return concat(magic, Uint8Array.of(suiteByte), u32(segmentBytes), idBytes(blob), commitment);
}

/** Refuses a foreign header; the commitment is checked before any segment (SPEC C-B5). */
async function checkHeader({ blob, key }: StreamKey, header: Bytes): Promise<Result<void, StreamError>> {
  const fixed = concat(magic, Uint8Array.of(suiteByte), u32(segmentBytes));
  if (header.length !== headerBytes || !equalBytes(header.subarray(0, fixed.length), fixed))
    return err({ type: "bad-header" });
  const expected = await headerOf(key, blob);
  const idEnd = fixed.length + 16;
  if (!equalBytes(header.subarray(0, idEnd), expected.subarray(0, idEnd))) return err({ type: "other-blob" });
  return equalBytes(header, expected) ? ok(undefined) : err({ type: "wrong-key" });
}

/** What sealing tells, piece by piece. Store pieces as they come; only "done" makes them a blob. */
export type SealedPiece =
  | {
      readonly type: "header";
      readonly blob: BlobId;
      readonly key: Bytes;
      readonly header: Bytes;
      readonly count: number;
    }
  | { readonly type: "segment"; readonly index: number; readonly segment: Bytes }
  | { readonly type: "done"; readonly length: number; readonly root: B64; readonly hash: B64 }
  /** The content was shorter or longer than promised (a file that changed while it was read): drop the pieces. */
  | { readonly type: "length-differs" };

/** Running SHA-256 of the plain content; `sha256.ts` has one for contents too large for memory. */
export interface RunningHash {
  readonly update: (bytes: Uint8Array) => void;
  readonly digest: () => Promise<Bytes>;
}

/**
 * Cuts chunks of any size into exact pieces of the padded plain stream. Yields undefined once when the chunks do not add
 * up to `contentLength`.
 */
async function* plainSegments(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  contentLength: number,
  hash: RunningHash,
): AsyncGenerator<Bytes | undefined> {
  const total = paddedLengthOf(contentLength);
  let left = total;
  let segment = new Uint8Array(Math.min(left, segmentBytes));
  segment.set(u64(contentLength));
  let filled = lengthBytes;
  let taken = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    taken += chunk.length;
    if (taken > contentLength) {
      yield undefined;
      return;
    }
    let at = 0;
    while (at < chunk.length) {
      const part = chunk.subarray(at, at + segment.length - filled);
      segment.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === segment.length && left > segment.length) {
        yield segment;
        left -= segment.length;
        segment = new Uint8Array(Math.min(left, segmentBytes));
        filled = 0;
      }
    }
  }
  if (taken !== contentLength) {
    yield undefined;
    return;
  }
  while (left > 0) {
    yield segment;
    left -= segment.length;
    segment = new Uint8Array(Math.min(left, segmentBytes));
  }
}

/**
 * Seals a content of known length while it is read: one segment in memory at a time.
 * @param hash a fresh running hash (createSha256 of sha256.ts).
 */
export async function* sealStreamPieces(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  contentLength: number,
  random: Random,
  hash: RunningHash,
): AsyncGenerator<SealedPiece> {
  const blob = randomId<BlobId>(random);
  const key = random.bytes(keyBytes);
  const header = await headerOf(key, blob);
  const cipher = await createCipher(key, blob, header);
  const count = segmentCountOf(contentLength);
  yield { type: "header", blob, key, header, count };
  const hashes = [await sha256(header)];
  let index = 0;
  for await (const plain of plainSegments(chunks, contentLength, hash)) {
    if (plain === undefined) {
      yield { type: "length-differs" };
      return;
    }
    const segment = await cipher.seal(index, index === count - 1, plain);
    hashes.push(await sha256(segment));
    yield { type: "segment", index, segment };
    index += 1;
  }
  const length = sealedStreamLength(contentLength);
  yield { type: "done", length, root: await blobRootFromHashes(length, hashes), hash: b64(await hash.digest()) };
}

/** Seals a content that is in memory. */
export async function sealStream(content: Bytes, random: Random): Promise<SealedBlob> {
  const hash: RunningHash = { update: () => undefined, digest: () => sha256(content) };
  const segments: Bytes[] = [];
  let head: Extract<SealedPiece, { type: "header" }> | undefined;
  for await (const piece of sealStreamPieces([content], content.length, random, hash)) {
    if (piece.type === "header") head = piece;
    else if (piece.type === "segment") segments.push(piece.segment);
    else if (piece.type === "done" && head !== undefined) {
      const { blob, key, header } = head;
      return { blob, key, header, segments, hash: piece.hash, length: piece.length, root: piece.root };
    }
  }
  throw new Error("assertion failed: a content in memory has its own length");
}

/** Reads one sealed segment; undefined when it is not here. */
export type ReadSegment = (index: number) => Promise<Bytes | undefined>;

async function openSegment(
  cipher: Cipher,
  index: number,
  count: number,
  sealed: Bytes | undefined,
): Promise<Result<Bytes, StreamError>> {
  if (sealed === undefined) return err({ type: "missing-segment", index });
  const last = index === count - 1;
  const plain = await cipher.open(index, last, sealed);
  if (plain !== undefined) return ok(plain);
  // The same segment with the other flag: the stream was cut, or carried on, after it.
  if ((await cipher.open(index, !last, sealed)) === undefined) return err({ type: "bad-segment", index });
  return err({ type: last ? "truncated" : "extended" });
}

/**
 * Opens segment by segment; yields content as it is verified and ends after the first error. What was yielded is
 * authentic, but it is the whole content only when the generator ends without an error.
 * @param count number of sealed segments at hand.
 */
export async function* openStreamPieces(
  stream: StreamKey,
  header: Bytes,
  readSegment: ReadSegment,
  count: number,
): AsyncGenerator<Result<Bytes, StreamError>> {
  const checked = await checkHeader(stream, header);
  if (!checked.ok) {
    yield checked;
    return;
  }
  if (count < 1) {
    yield err({ type: "truncated" });
    return;
  }
  const cipher = await createCipher(stream.key, stream.blob, header);
  let left = 0;
  let plainLength = 0;
  let contentLength = 0;
  for (let index = 0; index < count; index += 1) {
    const opened = await openSegment(cipher, index, count, await readSegment(index));
    if (!opened.ok) {
      yield opened;
      return;
    }
    let plain = opened.value;
    plainLength += plain.length;
    const last = index === count - 1;
    if (index === 0) {
      const declared = plain.length < lengthBytes ? -1 : Number(new DataView(plain.buffer).getBigUint64(0));
      const declaredCount = Number.isSafeInteger(declared) && declared >= 0 ? segmentCountOf(declared) : 0;
      if (declaredCount !== count) {
        yield err({ type: declaredCount === 0 ? "bad-length" : declaredCount > count ? "truncated" : "extended" });
        return;
      }
      contentLength = declared;
      left = declared;
      plain = plain.subarray(lengthBytes);
    }
    if ((!last && opened.value.length !== segmentBytes) || (last && plainLength !== paddedLengthOf(contentLength))) {
      yield err({ type: "bad-length" });
      return;
    }
    const content = plain.slice(0, Math.min(left, plain.length));
    left -= content.length;
    if (!allZero(plain.subarray(content.length))) {
      yield err({ type: "bad-padding" });
      return;
    }
    if (content.length > 0) yield ok(content);
  }
}

/** Reads any part of a stream without opening what comes before it (a sealed copy: SPEC C-X). */
export interface StreamReader {
  /** Plain bytes. */
  readonly length: number;
  /** Sealed bytes, header included, that the whole stream has: more or fewer at hand is another file. */
  readonly sealedLength: number;
  /** The plain bytes from `from` up to `to`, piece by piece; ends after the first error. */
  readonly read: (from: number, to: number) => AsyncGenerator<Result<Bytes, StreamError>>;
}

/**
 * Checks the header, the commitment, the declared length against the number of segments, and nothing of what follows: each
 * part is verified when it is read.
 */
export async function createStreamReader(
  stream: StreamKey,
  header: Bytes,
  readSegment: ReadSegment,
  count: number,
): Promise<Result<StreamReader, StreamError>> {
  const checked = await checkHeader(stream, header);
  if (!checked.ok) return checked;
  if (count < 1) return err({ type: "truncated" });
  const cipher = await createCipher(stream.key, stream.blob, header);
  const first = await openSegment(cipher, 0, count, await readSegment(0));
  if (!first.ok) return first;
  if (first.value.length < lengthBytes) return err({ type: "bad-length" });
  const length = Number(new DataView(first.value.buffer, first.value.byteOffset).getBigUint64(0));
  if (!Number.isSafeInteger(length)) return err({ type: "bad-length" });
  const declared = segmentCountOf(length);
  if (declared !== count) return err({ type: declared > count ? "truncated" : "extended" });
  const total = paddedLengthOf(length);
  return ok({
    length,
    sealedLength: sealedStreamLength(length),
    async *read(from, to) {
      assert(from >= 0 && from <= to && to <= length, "SPEC C-X: a part lies inside its stream");
      let at = from + lengthBytes;
      const end = to + lengthBytes;
      while (at < end) {
        const index = Math.floor(at / segmentBytes);
        const opened = await openSegment(cipher, index, count, await readSegment(index));
        if (!opened.ok) {
          yield opened;
          return;
        }
        const start = index * segmentBytes;
        if (opened.value.length !== Math.min(segmentBytes, total - start)) {
          yield err({ type: "bad-length" });
          return;
        }
        const piece = opened.value.slice(at - start, Math.min(end - start, opened.value.length));
        at += piece.length;
        yield ok(piece);
      }
    },
  });
}

/** Opens a stream into memory. Whoever knows the content's hash (a letter does) compares it with `contentHash`. */
export async function openStream(
  stream: StreamKey,
  header: Bytes,
  readSegment: ReadSegment,
  count: number,
): Promise<Result<Bytes, StreamError>> {
  const parts: Bytes[] = [];
  for await (const piece of openStreamPieces(stream, header, readSegment, count)) {
    if (!piece.ok) return piece;
    parts.push(piece.value);
  }
  return ok(concat(...parts));
}

/** SHA-256 of plain content, as records and letters carry it. */
export const contentHash = async (content: Bytes): Promise<B64> => b64(await sha256(content));

/** The key of a stream as records and letters carry it. @returns undefined unless it has 32 bytes. */
export function streamKeyFrom(blob: BlobId, key: B64): StreamKey | undefined {
  const bytes = fromBase64Url(key);
  return bytes?.length === keyBytes ? { blob, key: bytes } : undefined;
}

/** Cuts a blob as the wire carries it into header and sealed segments. @returns undefined when it is too short. */
export function splitBlob(wire: Bytes): { readonly header: Bytes; readonly segments: readonly Bytes[] } | undefined {
  if (wire.length <= headerBytes) return undefined;
  const segments: Bytes[] = [];
  for (let at = headerBytes; at < wire.length; at += blobLayout.sealedSegmentBytes)
    segments.push(wire.slice(at, at + blobLayout.sealedSegmentBytes));
  return { header: wire.slice(0, headerBytes), segments };
}
