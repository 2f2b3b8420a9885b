/**
 * One sealed, signed save of one record, seen from outside: what is clear and whether its owner signed it (SPEC P-R).
 * Runs everywhere; nothing here can open the body.
 */

import * as v from "valibot";
import { type B64, type Bytes, fromBase64Url, lengthPrefixed } from "../shared/bytes.ts";
import type { BlobId, OpId, RecordId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { allDifferent, principalIdField, randomIdField } from "./fields.ts";
import { labels } from "./labels.ts";
import { isBucket } from "./padding.ts";
import { b64, bodyBytes, parseBody, type SignKey, sha256, signBytes, type Verifier, webVerifier } from "./sign.ts";
import type { Op, OpHead } from "./wire.ts";

export type OpError =
  | { readonly type: "bad-format"; readonly what: "head" | "body" }
  | { readonly type: "bad-signature" };

/** SPEC P-R6. */
export const opLimits = { blobs: 2048 } as const;

export const nonceBytes = 12;
export const tagBytes = 16;
const hashBytes = 32;

const headShape = v.strictObject({
  v: v.literal(1),
  suite: v.literal(1),
  epoch: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(0xffffffff)),
  satchel: principalIdField,
  record: randomIdField<RecordId>(),
  op: randomIdField<OpId>(),
  base: v.nullable(randomIdField<OpId>()),
  deleted: v.boolean(),
  blobs: v.pipe(
    v.array(randomIdField<BlobId>()),
    v.maxLength(opLimits.blobs),
    v.check((ids) => allDifferent(ids)),
  ),
});

/** Reads the clear part; says nothing yet about who wrote it. */
export function opHead(op: Op): Result<OpHead, OpError> {
  const parsed = parseBody(op.head);
  const shape = v.safeParse(headShape, parsed?.value);
  return shape.success && shape.output.base !== shape.output.op
    ? ok(shape.output)
    : err({ type: "bad-format", what: "head" });
}

/** Decoded length in bytes of base64url text. */
const decodedLength = (text: string): number => Math.floor((text.length * 3) / 4);

/** What an op weighs against quotas and request limits, in bytes: head, body and signature, decoded. */
export const sealedOpBytes = (op: Op): number =>
  decodedLength(op.head) + decodedLength(op.body) + decodedLength(op.sig);

const opSignedBytes = async (head: Bytes, body: Bytes, hash: Verifier["sha256"] = sha256): Promise<Bytes> =>
  lengthPrefixed(head, await hash(body));

/** The bytes that `headOf` becomes in an op, to be used as associated data and in `head`. */
export const opHeadBytes = (head: OpHead): Bytes => bodyBytes(head);

/** Signs a sealed body (nonce || ciphertext and tag) under its head. */
export async function signOp(key: SignKey, head: Bytes, body: Bytes): Promise<Op> {
  return { head: b64(head), body: b64(body), sig: await signBytes(key, labels.op, await opSignedBytes(head, body)) };
}

/** True for an old tombstone whose body the server dropped (SPEC P-R7). */
export const isErased = (op: Op): boolean => op.body === "" && op.bodyHash !== undefined;

/**
 * Checks form, bucket size and the owner's signature. `signKey` is the raw identity key of `head.satchel`. The signature
 * of an erased tombstone is checked against the hash that stands for its body. `head`: what `opHead(op)` had said, if asked.
 */
export async function verifyOp(
  op: Op,
  signKey: B64,
  verifier: Verifier = webVerifier,
  head: Result<OpHead, OpError> = opHead(op),
): Promise<Result<OpHead, OpError>> {
  if (!head.ok) return head;
  const headBytes = fromBase64Url(op.head);
  if (headBytes === undefined) return err({ type: "bad-format", what: "head" });
  let signed: Bytes;
  if (isErased(op)) {
    const hash = fromBase64Url(op.bodyHash ?? "");
    if (!head.value.deleted || hash?.length !== hashBytes) return err({ type: "bad-format", what: "body" });
    signed = lengthPrefixed(headBytes, hash);
  } else {
    const body = fromBase64Url(op.body);
    if (body === undefined || !isBucket(body.length - nonceBytes - tagBytes))
      return err({ type: "bad-format", what: "body" });
    signed = await opSignedBytes(headBytes, body, verifier.sha256);
  }
  return (await verifier.verify(signKey, labels.op, signed, op.sig)) ? head : err({ type: "bad-signature" });
}
