/**
 * The receipt of a dossier as a text that can be checked without an account and without network: proofs, and with them the letter's own
 * head (SPEC P-P8). Runs in the satchel worker, which writes it, and in the worker of the verifier page.
 *
 * Surprising: who hands a receipt in is not believed in anything. Words around the one line that counts are not read, and the keys that it
 * brings along only serve to follow a rotation from a key that is known here.
 */

import * as v from "valibot";
import type { B64, Bytes } from "../shared/bytes.ts";
import { fromBase64Url, toHex } from "../shared/bytes.ts";
import type { LetterId, PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { anyB64, fixedB64 } from "./fields.ts";
import { letterHead } from "./letters.ts";
import { proofClaim, readOpenedProof, readServerProof } from "./proofs.ts";
import { followServerKeys } from "./server-keys.ts";
import { b64, sha256 } from "./sign.ts";
import { readChain } from "./statements.ts";
import type { Deployment, ServerKey, Signed } from "./wire.ts";

const mark = "BESACE-RECU-1 ";
const anyMark = "BESACE-RECU-";
/** Longer texts are no receipts: a head has a thousand pages at most. */
const mostLetters = 400_000;

const signed = v.strictObject({ body: anyB64(2, 200_000), sig: fixedB64(64) });
const shape = v.strictObject({
  v: v.literal(1),
  /** Id of the server key that signed. */
  by: fixedB64(16),
  /** The letter's head; absent in the short form, for a code. */
  head: v.optional(anyB64(2, 300_000)),
  proofs: v.pipe(v.array(signed), v.minLength(1), v.maxLength(3), v.readonly()),
  /** The server's keys as the phone knows them, newest first. */
  keys: v.optional(
    v.pipe(
      v.array(v.strictObject({ id: fixedB64(16), sign: fixedB64(65), endorsed: v.optional(signed) })),
      v.maxLength(64),
      v.readonly(),
    ),
  ),
});

export interface DossierReceipt {
  readonly v: 1;
  readonly by: B64;
  readonly head?: B64 | undefined;
  readonly proofs: readonly Signed[];
  readonly keys?: readonly ServerKey[] | undefined;
}

export const writeDossierReceipt = (receipt: DossierReceipt): string => `${mark}${JSON.stringify(receipt)}`;

export type ReceiptFault =
  /** Nothing in it is a receipt. */
  | "not-receipt"
  /** Of a newer version. */
  | "newer"
  /** Cut short, or letters are missing in it. */
  | "damaged";

/** The one line that counts. Nothing of it is verified. */
export function readDossierReceipt(text: string): Result<DossierReceipt, ReceiptFault> {
  const line = text
    .slice(0, mostLetters)
    .split(/\r?\n/)
    .find((each) => each.startsWith(anyMark));
  if (line === undefined) return err("not-receipt");
  if (!line.startsWith(mark)) return err("newer");
  try {
    const read = v.safeParse(shape, JSON.parse(line.slice(mark.length).trim()));
    return read.success ? ok(read.output) : err("damaged");
  } catch (error) {
    if (error instanceof SyntaxError) return err("damaged");
    throw error;
  }
}

export interface JudgedReceipt {
  readonly letter: LetterId;
  /** Hexadecimal, 64 letters: what the proofs speak of. */
  readonly manifest: string;
  /** Slug of who it was for, where the deployment knows it. */
  readonly to: string | null;
  readonly depositedAt: number;
  /** Streams that it names, and how many had come at the first moment. */
  readonly of: number | null;
  readonly have: number | null;
  readonly completeAt: number | null;
  /** Signed by that organisation itself. */
  readonly openedAt: number | null;
  /** Hash of each sealed page (SPEC P-B2), hexadecimal; null in the short form. */
  readonly roots: readonly string[] | null;
}

export type ReceiptVerdict =
  | { readonly type: "good"; readonly receipt: JudgedReceipt }
  /** By a server that is not this deployment's. */
  | { readonly type: "other-operator" }
  /** By nobody: the words are not those that were signed, or the parts are of different letters. */
  | { readonly type: "forged" };

const hexOf = (text: B64): string => toHex(fromBase64Url(text) ?? new Uint8Array(0));

/** Held against what this device knows of the deployment. */
export async function judgeReceipt(
  receipt: DossierReceipt,
  deployment: Pick<Deployment, "serverKeys" | "organisations">,
): Promise<ReceiptVerdict> {
  const pinned = deployment.serverKeys.map(({ sign }) => sign);
  const followed = await followServerKeys(pinned, receipt.keys ?? []);
  const believed = [...deployment.serverKeys, ...followed];
  if (!believed.some(({ id }) => id === receipt.by)) return { type: "other-operator" };
  const forged = { type: "forged" } as const;

  let letter: LetterId | undefined;
  let manifest: B64 | undefined;
  let to: PrincipalId | undefined;
  let first: { readonly at: number; readonly of: number; readonly have: number } | undefined;
  let complete: { readonly depositedAt: number; readonly at: number } | undefined;
  let openedAt: number | null = null;
  for (const proof of receipt.proofs) {
    const claim = proofClaim(proof);
    if (!claim.ok) return forged;
    if (claim.value.t === "opened") {
      const { by } = claim.value;
      for (const { statements } of deployment.organisations) {
        const chain = await readChain(statements);
        if (!chain.ok || chain.value.id !== by) continue;
        if (!(await readOpenedProof(proof, chain.value)).ok) return forged;
        openedAt = claim.value.at;
      }
    } else {
      const read = await readServerProof(proof, believed);
      if (!read.ok) return forged;
      const said = read.value;
      if (said.t === "deposited") first = { at: said.at, of: said.of, have: said.have.length };
      else complete = said;
    }
    const receiver = claim.value.t === "deposited" || claim.value.t === "complete" ? claim.value.to : claim.value.by;
    letter ??= claim.value.letter;
    manifest ??= claim.value.manifest;
    to ??= receiver;
    if (claim.value.letter !== letter || claim.value.manifest !== manifest || receiver !== to) return forged;
  }
  const depositedAt = complete?.depositedAt ?? first?.at;
  if (letter === undefined || manifest === undefined || depositedAt === undefined) return forged;

  let roots: readonly string[] | null = null;
  if (receipt.head !== undefined) {
    const head = letterHead({ head: receipt.head, enc: "" as B64, body: "" as B64, sig: "" as B64 });
    const bytes: Bytes = fromBase64Url(receipt.head) ?? new Uint8Array(0);
    const isWhole =
      head.ok && b64(await sha256(bytes)) === manifest && head.value.letter === letter && head.value.to === to;
    if (!isWhole || (first !== undefined && first.of !== head.value.blobs.length)) return forged;
    roots = head.value.blobs.map(({ root }) => hexOf(root));
  }
  let slug: string | null = null;
  for (const organisation of deployment.organisations) {
    const chain = await readChain(organisation.statements);
    if (chain.ok && chain.value.id === to) slug = organisation.slug;
  }
  return {
    type: "good",
    receipt: {
      letter,
      manifest: hexOf(manifest),
      to: slug,
      depositedAt,
      of: first?.of ?? roots?.length ?? null,
      have: first?.have ?? null,
      completeAt: complete?.at ?? null,
      openedAt,
      roots,
    },
  };
}
