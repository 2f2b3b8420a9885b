/**
 * What a server says about a carrier's file, and the receipt that the carrier gives back (SPEC P-C8 to P-C10). Runs
 * everywhere.
 *
 * Surprising: the statement names ids and not bytes. An id is accepted once (P-R3, P-B5, P-L5), so whoever made the item
 * knows from its id alone which bytes the server holds.
 */

import * as v from "valibot";
import { type B64, fromBase64Url } from "../shared/bytes.ts";
import type { BlobId, LetterId, OpId, PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { countField, fixedB64, principalIdField, randomIdField, serverTimeField } from "./fields.ts";
import { labels } from "./labels.ts";
import { carrier as limits, sizes } from "./limits.ts";
import { readSigned, type SignKey, signBody } from "./sign.ts";
import type { Answered, ServerKey, ServerTime, Signed } from "./wire.ts";

/** "These items of that file are durably here." */
export interface CarriedStatement {
  readonly t: "carried";
  readonly v: 1;
  /** The file's name, and the hash of its manifest's body. */
  readonly file: B64;
  readonly manifest: B64;
  readonly from: PrincipalId;
  readonly at: ServerTime;
  readonly ops: readonly OpId[];
  readonly letters: readonly LetterId[];
  /** Letters whose proof by the sender of the file is here. */
  readonly proofs: readonly LetterId[];
  /** Verified. */
  readonly blobs: readonly BlobId[];
}

/** About a pack of a shared computer's postbox (P-C11): how much of chain and keyring is there, too. */
export interface PostboxStatement extends Omit<CarriedStatement, "v"> {
  readonly v: 2;
  /** Statements of the sender that the server knows. */
  readonly chain: number;
  /** Epoch of its keyring there; 0: none. */
  readonly keyring: number;
}

/** The server's proofs of one letter. */
export interface LetterProofs {
  readonly letter: LetterId;
  readonly proofs: readonly Signed[];
}

export interface CarriedAnswer extends Answered {
  readonly statement: Signed;
  readonly proofs: readonly LetterProofs[];
}

/** What the carrier gives back. */
export interface CarrierReceipt {
  readonly v: 1;
  readonly statement: Signed;
  readonly proofs: readonly LetterProofs[];
  /** The server's keys as the carrier knows them: a phone without network may have to follow a new one (P-K). */
  readonly keys: readonly ServerKey[];
}

const ids = <Id extends string>() => v.pipe(v.array(randomIdField<Id>()), v.maxLength(limits.items), v.readonly());

const statementWords = {
  t: v.literal("carried"),
  file: fixedB64(16),
  manifest: fixedB64(32),
  from: principalIdField,
  at: serverTimeField,
  ops: ids<OpId>(),
  letters: ids<LetterId>(),
  proofs: ids<LetterId>(),
  blobs: ids<BlobId>(),
};
const statementShape = v.variant("v", [
  v.strictObject({ v: v.literal(1), ...statementWords }),
  v.strictObject({ v: v.literal(2), ...statementWords, chain: countField, keyring: countField }),
]);

const text = (letters: number) =>
  v.custom<B64>((input) => typeof input === "string" && input.length <= letters && fromBase64Url(input) !== undefined);
const signedOf = (letters: number) => v.object({ body: text(letters), sig: fixedB64(64) });
const proofsShape = v.pipe(
  v.array(
    v.object({
      letter: randomIdField<LetterId>(),
      proofs: v.pipe(v.array(signedOf(sizes.signedBody)), v.maxLength(8), v.readonly()),
    }),
  ),
  v.maxLength(limits.items),
  v.readonly(),
);

const answerShape = v.object({
  nonce: v.pipe(v.string(), v.maxLength(sizes.nonceMax)),
  time: serverTimeField,
  statement: signedOf(limits.manifestBody),
  proofs: proofsShape,
});

const receiptShape = v.object({
  v: v.pipe(v.number(), v.literal(1)),
  statement: signedOf(limits.manifestBody),
  proofs: proofsShape,
  keys: v.pipe(
    v.array(v.object({ id: fixedB64(16), sign: fixedB64(65), endorsed: v.optional(signedOf(sizes.signedBody)) })),
    v.maxLength(64),
    v.readonly(),
  ),
});

export function parseCarriedAnswer(input: unknown): Result<CarriedAnswer, "bad-format"> {
  const shape = v.safeParse(answerShape, input);
  return shape.success ? ok(shape.output) : err("bad-format");
}

export const signCarried = (key: SignKey, said: Omit<CarriedStatement, "t" | "v">): Promise<Signed> =>
  signBody(key, labels.carried, { t: "carried", v: 1, ...said } satisfies CarriedStatement);

export const signPostboxCarried = (key: SignKey, said: Omit<PostboxStatement, "t" | "v">): Promise<Signed> =>
  signBody(key, labels.carried, { t: "carried", v: 2, ...said } satisfies PostboxStatement);

/** A statement by one of the pinned server keys, old ones included. */
export async function readCarried(
  signed: Signed,
  serverKeys: readonly { readonly sign: B64 }[],
): Promise<Result<CarriedStatement | PostboxStatement, "bad-format" | "bad-signature">> {
  for (const { sign } of serverKeys) {
    const body = await readSigned(sign, labels.carried, signed);
    if (!body.ok) {
      if (body.error.type === "bad-format") return err("bad-format");
      continue;
    }
    const shape = v.safeParse(statementShape, body.value);
    return shape.success ? ok(shape.output) : err("bad-format");
  }
  return err("bad-signature");
}

/* ---- the receipt as a file of text ---- */

const receiptMark = "BESACE-RECEPISSE-1 ";

/** `words` stand above, for whoever opens the file; they are not read. One line each. */
export const writeReceipt = (receipt: CarrierReceipt, words: readonly string[]): string =>
  writeReceipts([receipt], words);

/** One line for each pack of a postbox's file (P-C11). */
export function writeReceipts(receipts: readonly CarrierReceipt[], words: readonly string[]): string {
  const lines = words.map((line) => line.replaceAll(/\s*\n\s*/g, " "));
  return `${[...lines, "", ...receipts.map((receipt) => `${receiptMark}${JSON.stringify(receipt)}`)].join("\n")}\n`;
}

export type ReceiptError = { readonly type: "not-receipt" } | { readonly type: "newer" } | { readonly type: "damaged" };

/** Reads the one line that counts. Nothing of it is verified. */
export function readReceipt(file: string): Result<CarrierReceipt, ReceiptError> {
  const line = file.split("\n").find((each) => each.startsWith("BESACE-RECEPISSE-"));
  if (line === undefined) return err({ type: "not-receipt" });
  if (!line.startsWith(receiptMark)) return err({ type: "newer" });
  const shape = v.safeParse(receiptShape, jsonOf(line.slice(receiptMark.length)));
  return shape.success ? ok(shape.output) : err({ type: "damaged" });
}

/** Every line that counts. Nothing of it is verified; one that is damaged refuses the file. */
export function readReceipts(file: string): Result<readonly CarrierReceipt[], ReceiptError> {
  const lines = file.split("\n").filter((each) => each.startsWith("BESACE-RECEPISSE-"));
  const read = (lines.length === 0 ? [file] : lines).map(readReceipt);
  const wrong = read.find((each) => !each.ok);
  if (wrong?.ok === false) return wrong;
  return ok(read.flatMap((each) => (each.ok ? [each.value] : [])));
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
