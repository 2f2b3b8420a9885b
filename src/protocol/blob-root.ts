/**
 * The root hash of a sealed blob: SHA-256 over the hashes of its header and sealed segments (SPEC P-B). Runs
 * everywhere: the phone computes it while sealing, the server while it reads what it staged.
 */

import { type B64, type Bytes, concat, u64 } from "../shared/bytes.ts";
import { labels } from "./labels.ts";
import { padme } from "./padding.ts";
import { b64, labelled, sha256 } from "./sign.ts";

/** A blob on the wire is its header, then sealed segments; all but the last are full. */
export const blobLayout = { headerBytes: 57, segmentBytes: 65536, tagBytes: 16, sealedSegmentBytes: 65552 } as const;

/** Plain bytes of the stream inside a blob of `length` sealed bytes; undefined when no blob has that length. */
export function plainLengthOf(length: number): number | undefined {
  const sealed = length - blobLayout.headerBytes;
  if (!Number.isSafeInteger(sealed) || sealed <= 0) return undefined;
  const segments = Math.ceil(sealed / blobLayout.sealedSegmentBytes);
  const plain = sealed - segments * blobLayout.tagBytes;
  const last = plain - (segments - 1) * blobLayout.segmentBytes;
  return last > 0 && plain >= 8 ? plain : undefined;
}

/** Sealed bytes, header included, of a stream of `plain` bytes (at least 1). */
export const sealedLengthOf = (plain: number): number =>
  blobLayout.headerBytes + plain + Math.ceil(plain / blobLayout.segmentBytes) * blobLayout.tagBytes;

/** True when a padded stream has this sealed length: a ticket may name no other (SPEC P-B4). */
export function isBlobLength(length: number): boolean {
  const plain = plainLengthOf(length);
  return plain !== undefined && padme(plain) === plain;
}

/** `hashes`: SHA-256 of the header, then of each sealed segment, in order. `length`: sealed bytes, header included. */
export async function blobRootFromHashes(length: number, hashes: readonly Bytes[]): Promise<B64> {
  return b64(await sha256(labelled(labels.blobRoot, u64(length), ...hashes)));
}

/**
 * Root and length of a blob read in chunks of any size, holding one segment at a time. A blob shorter than its header has
 * a root too: it equals no ticket's.
 */
export async function blobRootOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<{ readonly root: B64; readonly length: number }> {
  const hashes: Bytes[] = [];
  const piece = new Uint8Array(blobLayout.sealedSegmentBytes);
  let filled = 0;
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    let at = 0;
    while (at < chunk.length) {
      const size = hashes.length === 0 ? blobLayout.headerBytes : blobLayout.sealedSegmentBytes;
      const part = chunk.subarray(at, at + size - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === size) {
        hashes.push(await sha256(piece.subarray(0, filled)));
        filled = 0;
      }
    }
  }
  if (filled > 0 || hashes.length === 0) hashes.push(await sha256(piece.subarray(0, filled)));
  return { root: await blobRootFromHashes(length, hashes), length };
}

/** Root of the pieces that a sealer has in hand. */
export const blobRootOfPieces = async (header: Bytes, segments: readonly Bytes[]): Promise<B64> =>
  (await blobRootOf([header, ...segments])).root;

/** Header and segments as one text of bytes, as the wire carries them. */
export const blobWireBytes = (header: Bytes, segments: readonly Bytes[]): Bytes => concat(header, ...segments);
