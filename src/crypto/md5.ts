/**
 * MD5, only because old PDFs check their passwords with it: nothing of ours may rest on it. Runs in the imaging worker and
 * in Node. WebCrypto does not have it.
 */

import { md5 } from "hash-wasm";
import type { Bytes } from "../shared/bytes.ts";

/** 16 bytes. */
export async function md5Of(bytes: Bytes): Promise<Bytes> {
  const hex = await md5(bytes);
  return Uint8Array.from({ length: 16 }, (_, n) => Number.parseInt(hex.slice(2 * n, 2 * n + 2), 16));
}
