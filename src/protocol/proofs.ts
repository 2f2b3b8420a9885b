/**
 * Proofs of what became of a letter (SPEC P-P, INV-2): "deposited" and "complete" are signed by the server, "opened" by
 * the organisation, "withdrawn" and "ended" by the sender. Runs everywhere.
 *
 * Surprising: one label serves them all, so a valid signature is not enough; who may say what is checked by
 * `readServerProof`, `readOpenedProof`, `readWithdrawnProof` and `readEndedProof`. `readProof` is the bare reader below them.
 */

import * as v from "valibot";
import type { B64 } from "../shared/bytes.ts";
import type { BlobId, LetterId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { allDifferent, countField, fixedB64, principalIdField, randomIdField, serverTimeField } from "./fields.ts";
import { labels } from "./labels.ts";
import { parseBody, readSigned, type SignedError, type SignKey, signBody } from "./sign.ts";
import type { Principal } from "./statements.ts";
import type { LetterHead, ProofBody, Signed } from "./wire.ts";

export type ProofError = SignedError | { readonly type: "wrong-signer" } | { readonly type: "unknown-key" };
export type ServerProof = Extract<ProofBody, { readonly t: "deposited" | "complete" }>;
export type OpenedProof = Extract<ProofBody, { readonly t: "opened" }>;
export type WithdrawnProof = Extract<ProofBody, { readonly t: "withdrawn" }>;
export type EndedProof = Extract<ProofBody, { readonly t: "ended" }>;

const letter = randomIdField<LetterId>();
const manifest = fixedB64(32);

const proofShape = v.variant("t", [
  v.pipe(
    v.strictObject({
      t: v.literal("deposited"),
      v: v.literal(1),
      letter,
      manifest,
      to: principalIdField,
      at: serverTimeField,
      have: v.pipe(
        v.array(randomIdField<BlobId>()),
        v.check((ids) => allDifferent(ids)),
      ),
      of: countField,
    }),
    v.check((body) => body.have.length <= body.of),
  ),
  v.pipe(
    v.strictObject({
      t: v.literal("complete"),
      v: v.literal(1),
      letter,
      manifest,
      to: principalIdField,
      depositedAt: serverTimeField,
      at: serverTimeField,
    }),
    v.check((body) => body.depositedAt <= body.at),
  ),
  v.strictObject({
    t: v.literal("opened"),
    v: v.literal(1),
    letter,
    manifest,
    by: principalIdField,
    at: countField,
  }),
  v.strictObject({
    t: v.literal("withdrawn"),
    v: v.literal(1),
    letter,
    manifest,
    by: principalIdField,
    at: countField,
  }),
  v.strictObject({
    t: v.literal("ended"),
    v: v.literal(1),
    letter,
    manifest,
    by: principalIdField,
    at: countField,
  }),
]);

const byServer = (proof: ProofBody): proof is ServerProof => proof.t === "deposited" || proof.t === "complete";

export const signProof = (key: SignKey, body: ProofBody): Promise<Signed> => signBody(key, labels.proof, body);

const parse = (value: unknown): Result<ProofBody, SignedError> => {
  const shape = v.safeParse(proofShape, value);
  return shape.success ? ok(shape.output) : err({ type: "bad-format", what: "proof" });
};

/** The proof's own words, unverified: only to find out whose key to verify with. */
export const proofClaim = (signed: Signed): Result<ProofBody, SignedError> => parse(parseBody(signed.body)?.value);

/** Verifies and reads; the caller still has to check that this signer may say this. */
export async function readProof(signed: Signed, rawPublic: B64): Promise<Result<ProofBody, SignedError>> {
  const body = await readSigned(rawPublic, labels.proof, signed);
  return body.ok ? parse(body.value) : body;
}

/** A proof by one of the pinned server keys, old ones included. */
export async function readServerProof(
  signed: Signed,
  serverKeys: readonly { readonly sign: B64 }[],
): Promise<Result<ServerProof, ProofError>> {
  for (const { sign } of serverKeys) {
    const proof = await readProof(signed, sign);
    if (proof.ok) return byServer(proof.value) ? ok(proof.value) : err({ type: "wrong-signer" });
    if (proof.error.type === "bad-format") return proof;
  }
  return err(serverKeys.length === 0 ? { type: "unknown-key" } : { type: "bad-signature" });
}

/** "Opened", said by the principal that received the letter. */
export async function readOpenedProof(signed: Signed, by: Principal): Promise<Result<OpenedProof, ProofError>> {
  let proof = await readProof(signed, by.sign);
  for (const { sign } of by.former) if (!proof.ok) proof = await readProof(signed, sign);
  if (!proof.ok) return proof;
  return proof.value.t === "opened" && proof.value.by === by.id ? ok(proof.value) : err({ type: "wrong-signer" });
}

/** "Withdrawn", said by the principal that had sent the letter (SPEC P-P5). */
export async function readWithdrawnProof(signed: Signed, by: Principal): Promise<Result<WithdrawnProof, ProofError>> {
  const proof = await readProof(signed, by.sign);
  if (!proof.ok) return proof;
  return proof.value.t === "withdrawn" && proof.value.by === by.id ? ok(proof.value) : err({ type: "wrong-signer" });
}

/** "Ended", said by the principal that had shared (SPEC P-P6). */
export async function readEndedProof(signed: Signed, by: Principal): Promise<Result<EndedProof, ProofError>> {
  const proof = await readProof(signed, by.sign);
  if (!proof.ok) return proof;
  return proof.value.t === "ended" && proof.value.by === by.id ? ok(proof.value) : err({ type: "wrong-signer" });
}

/** True when the proof speaks of this letter, of these exact head bytes, and of blobs that the letter names. */
export function proofFits(
  proof: ProofBody,
  head: Pick<LetterHead, "letter" | "from" | "to"> & { readonly blobs: readonly { readonly blob: BlobId }[] },
  headManifest: B64,
): boolean {
  if (proof.letter !== head.letter || proof.manifest !== headManifest) return false;
  if (proof.t === "withdrawn" || proof.t === "ended") return proof.by === head.from;
  if ((proof.t === "opened" ? proof.by : proof.to) !== head.to) return false;
  if (proof.t !== "deposited") return true;
  const named = new Set(head.blobs.map((ref) => ref.blob));
  return proof.of === head.blobs.length && proof.have.every((blob) => named.has(blob));
}
