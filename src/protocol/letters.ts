/**
 * A sealed letter seen from outside: what is clear and whether its sender signed it (SPEC P-L). Runs everywhere;
 * nothing here can open the body.
 */

import * as v from "valibot";
import { type B64, type Bytes, fromBase64Url, lengthPrefixed } from "../shared/bytes.ts";
import type { BlobId, LetterId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { isBlobLength } from "./blob-root.ts";
import { allDifferent, fixedB64, principalIdField, randomIdField, serverTimeField } from "./fields.ts";
import { labels } from "./labels.ts";
import { tagBytes } from "./ops.ts";
import { isBucket } from "./padding.ts";
import { b64, bodyBytes, parseBody, rawKeyBytes, type SignKey, sha256, signBytes, verifyBytes } from "./sign.ts";
import type { Letter, LetterHead } from "./wire.ts";

export type LetterError =
  | { readonly type: "bad-format"; readonly what: "head" | "enc" | "body" }
  | { readonly type: "bad-signature" };

/** SPEC P-L6. */
export const letterLimits = { blobs: 1024 } as const;

const headFields = {
  suite: v.literal(1),
  letter: randomIdField<LetterId>(),
  from: principalIdField,
  to: principalIdField,
  toKey: fixedB64(16),
  blobs: v.pipe(
    v.array(
      v.strictObject({
        blob: randomIdField<BlobId>(),
        length: v.pipe(v.number(), v.check(isBlobLength)),
        root: fixedB64(32),
      }),
    ),
    v.maxLength(letterLimits.blobs),
    v.check((refs) => allDifferent(refs.map((ref) => ref.blob))),
  ),
};
const headShape = v.variant("v", [
  v.strictObject({ v: v.literal(1), ...headFields }),
  v.strictObject({ v: v.literal(2), until: serverTimeField, ...headFields }),
]);

/** Reads the clear part; says nothing yet about who wrote it. */
export function letterHead(letter: Letter): Result<LetterHead, LetterError> {
  const shape = v.safeParse(headShape, parseBody(letter.head)?.value);
  return shape.success ? ok(shape.output) : err({ type: "bad-format", what: "head" });
}

const letterSignedBytes = async (head: Bytes, enc: Bytes, body: Bytes): Promise<Bytes> =>
  lengthPrefixed(head, enc, await sha256(body));

export const letterHeadBytes = (head: LetterHead): Bytes => bodyBytes(head);

/** Signs sealed bytes under their head: `enc` is the HPKE encapsulated key, `body` ciphertext and tag. */
export async function signLetter(key: SignKey, head: Bytes, enc: Bytes, body: Bytes): Promise<Letter> {
  const sig = await signBytes(key, labels.letter, await letterSignedBytes(head, enc, body));
  return { head: b64(head), enc: b64(enc), body: b64(body), sig };
}

/** Checks form, bucket size and the sender's signature. `senderSign` is the raw identity key of `head.from`. */
export async function verifyLetter(letter: Letter, senderSign: B64): Promise<Result<LetterHead, LetterError>> {
  const head = letterHead(letter);
  if (!head.ok) return head;
  const headBytes = fromBase64Url(letter.head);
  const enc = fromBase64Url(letter.enc);
  const body = fromBase64Url(letter.body);
  if (headBytes === undefined || enc?.length !== rawKeyBytes || enc[0] !== 4)
    return err({ type: "bad-format", what: "enc" });
  if (body === undefined || !isBucket(body.length - tagBytes)) return err({ type: "bad-format", what: "body" });
  const signed = await letterSignedBytes(headBytes, enc, body);
  return (await verifyBytes(senderSign, labels.letter, signed, letter.sig)) ? head : err({ type: "bad-signature" });
}

/** SHA-256 of the head bytes: fixes sender, receiver and every blob root; proofs name it, and it is the HPKE `info`. */
export const letterManifest = async (letter: Letter): Promise<B64> =>
  b64(await sha256(fromBase64Url(letter.head) ?? new Uint8Array(0)));
