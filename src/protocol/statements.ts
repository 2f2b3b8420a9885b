/**
 * Who a principal is: a chain of signed statements from its genesis (SPEC P-S). Runs everywhere.
 *
 * The id is a hash of the genesis, so it exists before any server knows it, and whoever has the id can check the keys.
 */

import * as v from "valibot";
import { type B64, fromBase64Url } from "../shared/bytes.ts";
import type { DeviceId, PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { fixedB64, principalIdField, randomIdField } from "./fields.ts";
import { labels } from "./labels.ts";
import {
  b64,
  isPublicKey,
  labelled,
  parseBody,
  rawKeyBytes,
  type SignKey,
  sha256,
  signBody,
  verifyBytes,
} from "./sign.ts";
import type { DeviceCertificate, Genesis, PrincipalKind, Signed } from "./wire.ts";

export interface Principal {
  readonly id: PrincipalId;
  readonly kind: PrincipalKind;
  /** Raw public keys, 65 bytes. */
  readonly sign: B64;
  readonly box: B64;
  /** First 16 bytes of SHA-256 of the raw box key: names it in letters. */
  readonly boxKeyId: B64;
  readonly devices: ReadonlyMap<DeviceId, { readonly transport: B64 }>;
  /** Number and body hash of the last statement. */
  readonly head: { readonly n: number; readonly hash: B64 };
}

export type ChainError =
  | { readonly type: "empty" }
  | { readonly type: "too-long" }
  /** Place in the chain of the statement that is refused. */
  | { readonly type: "bad-format"; readonly n: number }
  | { readonly type: "bad-signature"; readonly n: number }
  | { readonly type: "bad-key"; readonly n: number }
  /** `prev`, `n` or `principal` do not continue the chain. */
  | { readonly type: "broken-chain"; readonly n: number }
  | { readonly type: "device-twice"; readonly n: number };

/** SPEC P-S7: bounds that keep a hostile chain cheap to refuse. */
export const chainLimits = { statements: 256, bodyLetters: 2048 } as const;

const genesisShape = v.strictObject({
  t: v.literal("genesis"),
  v: v.literal(1),
  suite: v.literal(1),
  kind: v.picklist(["satchel", "organisation", "helper"]),
  sign: fixedB64(rawKeyBytes),
  box: fixedB64(rawKeyBytes),
  nonce: fixedB64(16),
});

const deviceShape = v.strictObject({
  t: v.literal("device"),
  v: v.literal(1),
  principal: principalIdField,
  n: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  prev: fixedB64(32),
  device: randomIdField<DeviceId>(),
  transport: fixedB64(rawKeyBytes),
});

/** The id that a genesis body has: first 20 bytes of SHA-256(label || 0x00 || body bytes), base64url. */
export async function principalIdOf(genesisBody: B64): Promise<PrincipalId> {
  const body = fromBase64Url(genesisBody) ?? new Uint8Array(0);
  return b64((await sha256(labelled(labels.principalId, body))).slice(0, 20)) as string as PrincipalId;
}

/** The name of a receiving key in letters. `rawBox` is a checked raw key. */
export const boxKeyIdOf = async (rawBox: B64): Promise<B64> =>
  b64((await sha256(fromBase64Url(rawBox) ?? new Uint8Array(0))).slice(0, 16));

/** SHA-256 of a statement's body bytes: what the next one calls `prev`. */
const bodyHash = async (body: B64): Promise<B64> => b64(await sha256(fromBase64Url(body) ?? new Uint8Array(0)));

const tooLarge = (signed: Signed): boolean => signed.body.length > chainLimits.bodyLetters;

async function readGenesis(signed: Signed): Promise<Result<Principal, ChainError>> {
  const parsed = tooLarge(signed) ? undefined : parseBody(signed.body);
  const shape = v.safeParse(genesisShape, parsed?.value);
  if (parsed === undefined || !shape.success) return err({ type: "bad-format", n: 0 });
  const { kind, sign, box } = shape.output;
  if (sign === box || !(await isPublicKey(sign)) || !(await isPublicKey(box))) return err({ type: "bad-key", n: 0 });
  if (!(await verifyBytes(sign, labels.statement, parsed.bytes, signed.sig)))
    return err({ type: "bad-signature", n: 0 });
  return ok({
    id: await principalIdOf(signed.body),
    kind,
    sign,
    box,
    boxKeyId: await boxKeyIdOf(box),
    devices: new Map(),
    head: { n: 0, hash: await bodyHash(signed.body) },
  });
}

async function readNext(before: Principal, signed: Signed): Promise<Result<Principal, ChainError>> {
  const n = before.head.n + 1;
  const parsed = tooLarge(signed) ? undefined : parseBody(signed.body);
  const shape = v.safeParse(deviceShape, parsed?.value);
  if (parsed === undefined || !shape.success) return err({ type: "bad-format", n });
  if (!(await verifyBytes(before.sign, labels.statement, parsed.bytes, signed.sig)))
    return err({ type: "bad-signature", n });
  const statement = shape.output;
  if (statement.n !== n || statement.prev !== before.head.hash || statement.principal !== before.id)
    return err({ type: "broken-chain", n });
  if (!(await isPublicKey(statement.transport))) return err({ type: "bad-key", n });
  if (before.devices.has(statement.device)) return err({ type: "device-twice", n });
  const devices = new Map(before.devices).set(statement.device, { transport: statement.transport });
  return ok({ ...before, devices, head: { n, hash: await bodyHash(signed.body) } });
}

/** Follows a chain from its genesis. Unknown statement types and unknown fields are refused (SPEC P-S5). */
export async function readChain(statements: readonly Signed[]): Promise<Result<Principal, ChainError>> {
  const [first, ...rest] = statements;
  if (first === undefined) return err({ type: "empty" });
  if (statements.length > chainLimits.statements) return err({ type: "too-long" });
  let result = await readGenesis(first);
  for (const signed of rest) {
    if (!result.ok) return result;
    result = await readNext(result.value, signed);
  }
  return result;
}

export type ExtendError =
  | ChainError
  /** Another principal, or another statement at a place that was known. */
  | { readonly type: "fork" }
  /** Shorter than what was known. */
  | { readonly type: "rollback" };

/** Reads a chain that has to continue, or equal, the one whose principal was read before (SPEC P-S6). */
export async function readExtendedChain(
  known: Principal,
  statements: readonly Signed[],
): Promise<Result<Principal, ExtendError>> {
  const read = await readChain(statements);
  if (!read.ok) return read;
  if (read.value.id !== known.id) return err({ type: "fork" });
  const same = statements[known.head.n];
  if (same === undefined) return err({ type: "rollback" });
  return (await bodyHash(same.body)) === known.head.hash ? read : err({ type: "fork" });
}

/** A signed genesis for a fresh pair of keys (`sign`, `box` raw, `nonce` 16 random bytes). */
export async function signGenesis(
  key: SignKey,
  facts: { readonly kind: PrincipalKind; readonly sign: B64; readonly box: B64; readonly nonce: B64 },
): Promise<Signed> {
  const body: Genesis = { t: "genesis", v: 1, suite: 1, ...facts };
  return await signBody(key, labels.statement, body);
}

/** The next statement of `principal`'s chain: this device's transport key belongs to it. */
export async function signDevice(
  key: SignKey,
  principal: Principal,
  device: DeviceId,
  transport: B64,
): Promise<Signed> {
  const body: DeviceCertificate = {
    t: "device",
    v: 1,
    principal: principal.id,
    n: principal.head.n + 1,
    prev: principal.head.hash,
    device,
    transport,
  };
  return await signBody(key, labels.statement, body);
}
