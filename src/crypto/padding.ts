/** Content behind its length, filled with zeros up to a bucket, so that a sealed record or letter shows only its class. */

import { bucketOf } from "../protocol/padding.ts";
import { type Bytes, concat, u32 } from "../shared/bytes.ts";

const lengthBytes = 4;

/** `u32 length || content || zeros`, as long as the bucket that holds it (SPEC C-R4). */
export function pad(content: Uint8Array): Bytes {
  const used = lengthBytes + content.length;
  return concat(u32(content.length), content, new Uint8Array(bucketOf(used) - used));
}

/** @returns undefined unless the length fits, the bucket is the smallest one, and every byte after the content is zero. */
export function unpad(padded: Bytes): Bytes | undefined {
  if (padded.length < lengthBytes) return undefined;
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  const end = lengthBytes + length;
  if (end > padded.length || bucketOf(end) !== padded.length || !allZero(padded.subarray(end))) return undefined;
  return padded.slice(lengthBytes, end);
}

export function allZero(bytes: Uint8Array): boolean {
  let seen = 0;
  for (const byte of bytes) seen |= byte;
  return seen === 0;
}
