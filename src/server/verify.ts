/**
 * The checks of protocol/ on node:crypto: the same answers as WebCrypto's, with a third of the work around them. Runs in
 * Node.
 *
 * Surprising: hashing a record takes two microseconds here and twelve as a WebCrypto job; a signature takes eighty either
 * way and is checked by another thread, so that the one that runs JavaScript goes on.
 */

import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { labelled, rawKeyBytes, type Verifier } from "../protocol/sign.ts";
import { concat, fromBase64Url } from "../shared/bytes.ts";

/** Everything that stands before the point in the DER of a P-256 public key (RFC 5480). */
const spkiHead = Uint8Array.from(Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex"));
const signatureBytes = 64;
/** Keys kept ready: the oldest leaves. */
const keyLimit = 4096;

export function createNodeVerifier(): Verifier {
  const keys = new Map<string, KeyObject | undefined>();

  const readKey = (raw: string): KeyObject | undefined => {
    const bytes = fromBase64Url(raw);
    if (bytes === undefined || bytes.length !== rawKeyBytes || bytes[0] !== 4) return undefined;
    try {
      return createPublicKey({ key: Buffer.from(concat(spkiHead, bytes)), format: "der", type: "spki" });
    } catch {
      // Not a point of the curve: the caller hears it as "does not verify".
      return undefined;
    }
  };
  const keyOf = (raw: string): KeyObject | undefined => {
    if (keys.has(raw)) return keys.get(raw);
    if (keys.size >= keyLimit)
      for (const oldest of keys.keys()) {
        keys.delete(oldest);
        break;
      }
    const key = readKey(raw);
    keys.set(raw, key);
    return key;
  };

  return {
    sha256: (bytes) => new Uint8Array(hash("sha256", bytes, "buffer")),
    verify: (rawPublic, label, bytes, sig) =>
      new Promise((done, fail) => {
        const signature = fromBase64Url(sig);
        const key = keyOf(rawPublic);
        if (signature?.length !== signatureBytes || key === undefined) return done(false);
        verify("sha256", labelled(label, bytes), { key, dsaEncoding: "ieee-p1363" }, signature, (error, right) =>
          error === null ? done(right) : fail(error),
        );
      }),
  };
}
