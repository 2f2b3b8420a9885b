/** One signature of P-256 on node:crypto, checked at once, in whichever thread asks. Runs in Node. */

import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { rawKeyBytes } from "../protocol/sign.ts";
import { concat, fromBase64Url } from "../shared/bytes.ts";

export interface Question {
  /** Raw uncompressed point, base64url. */
  readonly key: string;
  readonly bytes: Uint8Array;
  /** r||s, base64url. */
  readonly sig: string;
}

/** Everything that stands before the point in the DER of a P-256 public key (RFC 5480). */
const spkiHead = Uint8Array.from(Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex"));
const signatureBytes = 64;
/** Keys kept ready: the oldest leaves. */
const keyLimit = 4096;
const keys = new Map<string, KeyObject | undefined>();

function readKey(raw: string): KeyObject | undefined {
  const bytes = fromBase64Url(raw);
  if (bytes === undefined || bytes.length !== rawKeyBytes || bytes[0] !== 4) return undefined;
  try {
    return createPublicKey({ key: Buffer.from(concat(spkiHead, bytes)), format: "der", type: "spki" });
  } catch {
    // Not a point of the curve: the caller hears it as "does not verify".
    return undefined;
  }
}

function keyOf(raw: string): KeyObject | undefined {
  if (keys.has(raw)) return keys.get(raw);
  if (keys.size >= keyLimit)
    for (const oldest of keys.keys()) {
      keys.delete(oldest);
      break;
    }
  const key = readKey(raw);
  keys.set(raw, key);
  return key;
}

/** False for anything malformed. */
export function verifyNow({ key: raw, bytes, sig }: Question): boolean {
  const signature = fromBase64Url(sig);
  const key = keyOf(raw);
  if (signature?.length !== signatureBytes || key === undefined) return false;
  return verify("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }, signature);
}
