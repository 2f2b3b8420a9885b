/**
 * One signature of P-256 on node:crypto, checked at once, in whichever thread asks; and how many travel to another thread.
 * Runs in Node.
 */

import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { rawKeyBytes } from "../protocol/sign.ts";
import { type Bytes, concat, fromBase64Url } from "../shared/bytes.ts";
import { createMemory } from "./memory.ts";

export interface Question {
  /** Raw uncompressed point, base64url. */
  readonly key: string;
  readonly bytes: Uint8Array;
  /** r||s, base64url. */
  readonly sig: string;
}

/** Many questions in one piece of memory: an array of bytes each would cost more to copy than a third of the check. */
export interface Packed {
  readonly keys: readonly string[];
  readonly sigs: readonly string[];
  /** Where each one's bytes end. */
  readonly ends: readonly number[];
  readonly bytes: Bytes;
}

export function pack(questions: readonly Question[]): Packed {
  let end = 0;
  const ends = questions.map(({ bytes }) => {
    end += bytes.length;
    return end;
  });
  return {
    keys: questions.map(({ key }) => key),
    sigs: questions.map(({ sig }) => sig),
    ends,
    bytes: concat(...questions.map(({ bytes }) => bytes)),
  };
}

export const unpack = ({ keys, sigs, ends, bytes }: Packed): readonly Question[] =>
  ends.map((end, at) => ({ key: keys[at] ?? "", sig: sigs[at] ?? "", bytes: bytes.subarray(ends[at - 1] ?? 0, end) }));

/** Everything that stands before the point in the DER of a P-256 public key (RFC 5480). */
const spkiHead = Uint8Array.from(Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex"));
const signatureBytes = 64;
/** Keys kept ready; false: no key at all. */
const keys = createMemory<KeyObject | false>(4096);

function readKey(raw: string): KeyObject | false {
  const bytes = fromBase64Url(raw);
  if (bytes === undefined || bytes.length !== rawKeyBytes || bytes[0] !== 4) return false;
  try {
    return createPublicKey({ key: Buffer.from(concat(spkiHead, bytes)), format: "der", type: "spki" });
  } catch {
    // Not a point of the curve: the caller hears it as "does not verify".
    return false;
  }
}

/** False for anything malformed. */
export function verifyNow({ key: raw, bytes, sig }: Question): boolean {
  const signature = fromBase64Url(sig);
  const key = keys.get(raw) ?? keys.keep(raw, readKey(raw));
  if (signature?.length !== signatureBytes || key === false) return false;
  return verify("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }, signature);
}
