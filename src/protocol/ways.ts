/**
 * What the server is told to find, open, block and unblock a way in (SPEC P-Y): verifiers, the block number, and the
 * statements of organisations and satchels. Runs everywhere; nothing here opens anything.
 *
 * Surprising: the server keeps hashes of what proves a card and a code, never the proofs; a thief of its database can ask
 * nothing with them.
 */

import * as v from "valibot";
import { type B64, type Bytes, equalBytes, fromBase64Url, utf8 } from "../shared/bytes.ts";
import type { PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { latinDigits } from "./digits.ts";
import { anyB64, countField, fixedB64, principalIdField } from "./fields.ts";
import { isPerson } from "./helpers.ts";
import { type Label, labels } from "./labels.ts";
import {
  b64,
  labelled,
  parseBody,
  rawKeyBytes,
  readSigned,
  type SignedError,
  type SignKey,
  sha256,
  signBody,
} from "./sign.ts";
import type { Principal } from "./statements.ts";
import type { Signed } from "./wire.ts";

export const locatorBytes = 20;
export const proofBytes = 32;

/* ---- verifiers ---- */

const verifierOf = async (label: Label, proof: Bytes): Promise<B64> => b64(await sha256(labelled(label, proof)));

/** What a keyring says of the card's proof (32 bytes). */
export const cardVerifierOf = (proof: Bytes): Promise<B64> => verifierOf(labels.cardVerifier, proof);
/** What a keyring says of the code's proof (32 bytes). */
export const codeVerifierOf = (proof: Bytes): Promise<B64> => verifierOf(labels.codeVerifier, proof);

/** True when `proof` is what `verifier` speaks of; the comparison takes the same time for every wrong one. */
export async function isProved(which: "card" | "code", proof: B64, verifier: B64): Promise<boolean> {
  const bytes = fromBase64Url(proof);
  const known = fromBase64Url(verifier);
  const label = which === "card" ? labels.cardVerifier : labels.codeVerifier;
  // A malformed proof is hashed all the same.
  const hash = await sha256(labelled(label, bytes ?? new Uint8Array(0)));
  return known !== undefined && equalBytes(hash, known) && bytes?.length === proofBytes;
}

/* ---- the block number ---- */

const numberDigits = 11;

/** Damm's table: any wrong digit and any two neighbours swapped are seen. */
const damm = ["0317598642", "7092154863", "4206871359", "1750983426", "6123045978"].concat([
  "3674209581",
  "5869720134",
  "8945362017",
  "9438617205",
  "2581436790",
]);
const dammOf = (digits: string): string =>
  Array.from(digits).reduce((row, digit) => damm[Number(row)]?.charAt(Number(digit)) ?? "", "0");

/** Eleven digits and their check digit, in three fours: "1234 5678 9012". @param digits eleven of them. */
export function writeBlockNumber(digits: string): string {
  if (!/^[0-9]{11}$/.test(digits)) throw new Error("assertion failed: a block number has eleven digits");
  const whole = digits + dammOf(digits);
  return [whole.slice(0, 4), whole.slice(4, 8), whole.slice(8)].join(" ");
}

/** The twelve digits of a typed block number, white space and dashes left out. @returns undefined when a digit is wrong. */
export function readBlockNumber(typed: string): string | undefined {
  const digits = latinDigits(typed).replace(/[\s\-–—.·_]/gu, "");
  return /^[0-9]{12}$/.test(digits) && dammOf(digits) === "0" ? digits : undefined;
}

/** What a keyring says of a block number, and what finds it. @param number as `readBlockNumber` gave it. */
export const blockVerifierOf = (number: string): Promise<B64> =>
  verifierOf(labels.blockVerifier, utf8(number.slice(0, numberDigits)));

/* ---- statements ---- */

const unblockShape = v.strictObject({
  t: v.literal("unblock"),
  v: v.literal(1),
  /** Verifier of the block number: the organisation need not know whose it is. */
  block: fixedB64(32),
  by: principalIdField,
  at: countField,
});
const escrowShape = v.variant("t", [
  v.strictObject({
    t: v.literal("escrow-ask"),
    v: v.literal(1),
    principal: principalIdField,
    by: principalIdField,
    /** Which helper asks: random for each helper, no name. */
    helper: fixedB64(16),
    at: countField,
  }),
  v.strictObject({
    t: v.literal("escrow-open"),
    v: v.literal(1),
    principal: principalIdField,
    by: principalIdField,
    at: countField,
  }),
  v.strictObject({ t: v.literal("escrow-stop"), v: v.literal(1), principal: principalIdField, at: countField }),
]);
/** Two signatures, and a share that the desk does not see: what a desk says today. */
const namedShape = v.variant("t", [
  v.strictObject({
    t: v.literal("escrow-ask"),
    v: v.literal(2),
    principal: principalIdField,
    by: principalIdField,
    /** Who asks, by her place in the organisation's chain. */
    helper: principalIdField,
    /** The same, signed with her own key. */
    said: v.strictObject({ body: anyB64(1, 512), sig: fixedB64(64) }),
    at: countField,
  }),
  v.strictObject({
    t: v.literal("escrow-open"),
    v: v.literal(2),
    principal: principalIdField,
    by: principalIdField,
    /** Raw box key of the person's new device: the share is sealed to it. */
    to: fixedB64(rawKeyBytes),
    at: countField,
  }),
]);
const anyEscrow = v.union([escrowShape, namedShape]);
const helperAskShape = v.strictObject({
  t: v.literal("escrow-helper"),
  v: v.literal(1),
  principal: principalIdField,
  by: principalIdField,
  helper: principalIdField,
  at: countField,
});
const eraseShape = v.strictObject({
  t: v.literal("erase"),
  v: v.literal(1),
  principal: principalIdField,
  at: countField,
});

export type Unblock = v.InferOutput<typeof unblockShape>;
export type NamedEscrow = v.InferOutput<typeof namedShape>;
export type Escrow = v.InferOutput<typeof escrowShape> | NamedEscrow;
type HelperAsk = v.InferOutput<typeof helperAskShape>;
export type Erase = v.InferOutput<typeof eraseShape>;

export type WayStatementError = SignedError | { readonly type: "wrong-signer" };

export const signUnblock = (key: SignKey, facts: Omit<Unblock, "t" | "v">): Promise<Signed> =>
  signBody(key, labels.unblock, { t: "unblock", v: 1, block: facts.block, by: facts.by, at: facts.at });

export const signEscrow = (key: SignKey, statement: Escrow): Promise<Signed> => signBody(key, labels.escrow, statement);

/** "I ask too", by a helper of the organisation, signed with both keys (SPEC P-Y11). */
export async function signEscrowAsk(
  key: SignKey,
  helper: { readonly id: PrincipalId; readonly sign: SignKey },
  facts: Pick<HelperAsk, "principal" | "by" | "at">,
): Promise<Signed> {
  const { principal, by, at } = facts;
  const ask: HelperAsk = { t: "escrow-helper", v: 1, principal, by, helper: helper.id, at };
  const said = await signBody(helper.sign, labels.escrowHelper, ask);
  return signEscrow(key, { t: "escrow-ask", v: 2, principal, by, helper: helper.id, said, at });
}

/**
 * True when the helper who is named in an ask is a person of that organisation and has signed it herself. Whoever has only the
 * organisation's key, as every helper has, cannot ask in the name of another.
 */
export async function isHelpersAsk(statement: Escrow, { helpers }: Pick<Principal, "helpers">): Promise<boolean> {
  if (statement.t !== "escrow-ask" || statement.v !== 2) return false;
  const helper = helpers.get(statement.helper);
  if (helper === undefined || !isPerson(helper)) return false;
  const body = await readSigned(helper.sign, labels.escrowHelper, statement.said);
  const said = v.safeParse(helperAskShape, body.ok ? body.value : undefined);
  const { principal, by, helper: id, at } = statement;
  return (
    said.success &&
    said.output.principal === principal &&
    said.output.by === by &&
    said.output.helper === id &&
    said.output.at === at
  );
}

export const signErase = (key: SignKey, principal: PrincipalId, at: number): Promise<Signed> =>
  signBody(key, labels.erase, { t: "erase", v: 1, principal, at });

/** All that is asked of a signer: a server keeps it beside the chain that it checked once. */
export type Signer = Pick<Principal, "id" | "kind" | "sign">;

const claim = <T>(schema: v.GenericSchema<unknown, T>, signed: Signed): Result<T, SignedError> => {
  const shape = v.safeParse(schema, parseBody(signed.body)?.value);
  return shape.success ? ok(shape.output) : err({ type: "bad-format", what: "statement" });
};

/** Who says that he signed, unverified: only to find out whose key to verify with. */
export const unblockClaim = (signed: Signed): Result<Unblock, SignedError> => claim(unblockShape, signed);
export const escrowClaim = (signed: Signed): Result<Escrow, SignedError> => claim(anyEscrow, signed);
export const eraseClaim = (signed: Signed): Result<Erase, SignedError> => claim(eraseShape, signed);

async function read<T>(
  schema: v.GenericSchema<unknown, T>,
  label: Label,
  signed: Signed,
  by: Signer,
  signer: (statement: T) => PrincipalId,
  kind: Principal["kind"],
): Promise<Result<T, WayStatementError>> {
  const body = await readSigned(by.sign, label, signed);
  if (!body.ok) return body;
  const shape = v.safeParse(schema, body.value);
  if (!shape.success) return err({ type: "bad-format", what: "statement" });
  return signer(shape.output) === by.id && by.kind === kind ? ok(shape.output) : err({ type: "wrong-signer" });
}

/** "Unblock", said by an organisation (SPEC P-Y10). That it is one of the deployment's is the caller's to check. */
export const readUnblock = (signed: Signed, by: Signer): Promise<Result<Unblock, WayStatementError>> =>
  read(unblockShape, labels.unblock, signed, by, (statement) => statement.by, "organisation");

/** An escrow's ask or open by an organisation, its stop by the satchel (SPEC P-Y11). */
export const readEscrow = (signed: Signed, by: Signer): Promise<Result<Escrow, WayStatementError>> => {
  const stops = by.kind === "satchel";
  const signer = (statement: Escrow): PrincipalId | "" => {
    if (statement.t === "escrow-stop") return stops ? statement.principal : "";
    return stops ? "" : statement.by;
  };
  return read(
    anyEscrow,
    labels.escrow,
    signed,
    by,
    (one) => signer(one) as PrincipalId,
    stops ? "satchel" : "organisation",
  );
};

/** "Erase everything", said by the satchel itself (SPEC P-Y12). */
export const readErase = (signed: Signed, by: Signer): Promise<Result<Erase, WayStatementError>> =>
  read(eraseShape, labels.erase, signed, by, (statement) => statement.principal, "satchel");
