/**
 * One pushed op held against its owner's key on node:crypto, at once, in whichever thread asks. Runs in Node.
 *
 * Says what `verifyOp` of protocol/ says (a test holds them together), for ops whose texts were read by `parsePushItems`
 * before: then they are decoded without a look back, into the same piece of memory for every op. Surprising: with a piece
 * of its own for each text, hash and signature, making and sweeping them costs as much as a fifth of the signature check.
 */

import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { labels } from "../protocol/labels.ts";
import { bodies } from "../protocol/limits.ts";
import { nonceBytes, tagBytes } from "../protocol/ops.ts";
import { isBucket } from "../protocol/padding.ts";
import { labelled, rawKeyBytes } from "../protocol/sign.ts";
import type { B64, Op } from "../protocol/wire.ts";
import { assert } from "../shared/assert.ts";
import { concat, fromBase64Url } from "../shared/bytes.ts";
import { createMemory } from "./memory.ts";

export interface Question {
  /** Raw uncompressed point of the owner's key. */
  readonly key: B64;
  readonly op: Op;
}

/** What the database keeps of an op that is right, to know it again: SHA-256 of `<head>.<body>`, base64url. */
export type Digest = B64;

export type Checked = Digest | "bad-format" | "bad-signature";

/** The rest says why not. */
export const isRight = (checked: Checked): checked is Digest => checked !== "bad-format" && checked !== "bad-signature";

/** Everything that stands before the point in the DER of a P-256 public key (RFC 5480). */
const spkiHead = Uint8Array.from(Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex"));
const signatureBytes = 64;
const hashBytes = 32;
/** Keys kept ready; false: no key at all. */
const keys = createMemory<VerifyKey | false>(4096);

interface VerifyKey {
  readonly key: KeyObject;
  readonly dsaEncoding: "ieee-p1363";
}

function readKey(raw: string): VerifyKey | false {
  const bytes = fromBase64Url(raw);
  if (bytes === undefined || bytes.length !== rawKeyBytes || bytes[0] !== 4) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(concat(spkiHead, bytes)), format: "der", type: "spki" });
    return { key, dsaEncoding: "ieee-p1363" };
  } catch {
    // Not a point of the curve: the caller hears it as "does not verify".
    return false;
  }
}

/** Head and body of an op are less than the request that they came in. */
const scratch = Buffer.allocUnsafeSlow(bodies.push);
const label = labelled(labels.op);
scratch.set(label);
const headAt = label.length + 4;

/** `op` was read by `parsePushItems`. */
export function checkNow({ key: raw, op }: Question): Checked {
  // What is signed: label, then head and hash of the body, each behind its length (SPEC P-R).
  const headEnd = headAt + scratch.write(op.head, headAt, "base64url");
  const bodyAt = headEnd + 4 + hashBytes;
  const bodyEnd = bodyAt + scratch.write(op.body, bodyAt, "base64url");
  if (!isBucket(bodyEnd - bodyAt - nonceBytes - tagBytes)) return "bad-format";
  scratch.writeUInt32BE(headEnd - headAt, label.length);
  scratch.writeUInt32BE(hashBytes, headEnd);
  scratch.set(hash("sha256", scratch.subarray(bodyAt, bodyEnd), "buffer"), headEnd + 4);
  const sigEnd = bodyAt + scratch.write(op.sig, bodyAt, "base64url");
  const key = keys.get(raw) ?? keys.keep(raw, readKey(raw));
  if (key === false || sigEnd - bodyAt !== signatureBytes) return "bad-signature";
  return verify("sha256", scratch.subarray(0, bodyAt), key, scratch.subarray(bodyAt, sigEnd))
    ? (hash("sha256", `${op.head}.${op.body}`, "base64url") as Digest)
    : "bad-signature";
}

/** Many questions as one flat list of texts, the cheapest thing to hand to another thread. */
export const pack = (questions: readonly Question[]): readonly B64[] =>
  questions.flatMap(({ key, op }) => [key, op.head, op.body, op.sig]);

/** @param texts what `pack` made. */
export function checkPacked(texts: readonly B64[]): readonly Checked[] {
  const checked: Checked[] = [];
  for (let at = 0; at < texts.length; at += 4) {
    const [key, head, body, sig] = texts.slice(at, at + 4);
    assert(key !== undefined && head !== undefined && body !== undefined && sig !== undefined, "four texts each");
    checked.push(checkNow({ key, op: { head, body, sig } }));
  }
  return checked;
}
