/**
 * Who a principal is: a chain of signed statements from its genesis (SPEC P-S). Runs everywhere.
 *
 * The id is a hash of the genesis, so it exists before any server knows it, and whoever has the id can check the keys.
 */

import * as v from "valibot";
import { type B64, fromBase64Url } from "../shared/bytes.ts";
import type { DeviceId, PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { anyB64, fixedB64, principalIdField, randomIdField } from "./fields.ts";
import { type HelperState, helpersAfter, noHelpers } from "./helpers.ts";
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
import type { DeviceCertificate, DeviceCertificate2, DeviceRemoved, Genesis, PrincipalKind, Signed } from "./wire.ts";

export interface PrincipalDevice {
  /** Raw public keys, 65 bytes. */
  readonly transport: B64;
  readonly box: B64 | null;
}

/** `helpers`, `putOut` and `former` are empty for whoever is no organisation with helpers (SPEC P-H). */
export interface Principal extends HelperState {
  readonly id: PrincipalId;
  readonly kind: PrincipalKind;
  /** Raw public keys, 65 bytes. */
  readonly sign: B64;
  readonly box: B64;
  /** First 16 bytes of SHA-256 of the raw box key: names it in letters. */
  readonly boxKeyId: B64;
  /** Those that belong to it now. `box` is null for one that only a version 1 statement names (SPEC P-S10). */
  readonly devices: ReadonlyMap<DeviceId, PrincipalDevice>;
  /** Put out: these ids never come back (SPEC P-S11). */
  readonly removed: ReadonlySet<DeviceId>;
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
  | { readonly type: "device-twice"; readonly n: number }
  /** A removal of a device that does not belong to it, or a device that was put out before. */
  | { readonly type: "no-device"; readonly n: number }
  /** Not signed by the helper that it names, or said for another place (SPEC P-H2). */
  | { readonly type: "bad-act"; readonly n: number }
  /** No helper's genesis, a helper twice or again, or a role that does not fit (SPEC P-H3, P-H4). */
  | { readonly type: "bad-helper"; readonly n: number }
  /** Whoever speaks may not say this: no manager, no organisation, or the last manager would go (SPEC P-H2, P-H5). */
  | { readonly type: "not-allowed"; readonly n: number };

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

const place = {
  principal: principalIdField,
  n: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  prev: fixedB64(32),
};
const linkFields = { ...place, device: randomIdField<DeviceId>() };
const transport = fixedB64(rawKeyBytes);

const nextShape = v.union([
  v.strictObject({ t: v.literal("device"), v: v.literal(1), ...linkFields, transport }),
  v.strictObject({ t: v.literal("device"), v: v.literal(2), ...linkFields, transport, box: fixedB64(rawKeyBytes) }),
  v.strictObject({ t: v.literal("device-removed"), v: v.literal(1), ...linkFields }),
  v.strictObject({
    t: v.literal("helpers"),
    v: v.literal(1),
    ...place,
    act: v.strictObject({ body: anyB64(1, chainLimits.bodyLetters), sig: fixedB64(64) }),
  }),
]);
type NextStatement = v.InferOutput<typeof nextShape>;
type DeviceStatement = Exclude<NextStatement, { readonly t: "helpers" }>;

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
    removed: new Set(),
    ...noHelpers,
    head: { n: 0, hash: await bodyHash(signed.body) },
  });
}

/** Devices and removals after one more statement, or why it cannot stand here. */
async function devicesAfter(
  before: Principal,
  statement: DeviceStatement,
): Promise<Result<Pick<Principal, "devices" | "removed">, "bad-key" | "device-twice" | "no-device" | "not-allowed">> {
  // From the first helper on a browser comes and goes with its helper (SPEC P-H2).
  if (before.helpers.size > 0) return err("not-allowed");
  const { device } = statement;
  const known = before.devices.get(device);
  const devices = new Map(before.devices);
  if (statement.t === "device-removed") {
    if (known === undefined) return err("no-device");
    devices.delete(device);
    return ok({ devices, removed: new Set(before.removed).add(device) });
  }
  if (before.removed.has(device)) return err("no-device");
  const { transport } = statement;
  const box = statement.v === 2 ? statement.box : null;
  const others = [before.sign, before.box, transport];
  if (!(await isPublicKey(transport))) return err("bad-key");
  if (box !== null && (others.includes(box) || !(await isPublicKey(box)))) return err("bad-key");
  // The one statement about a known device that says something new: the box key of one that version 1 had named.
  const adds = known?.transport === transport && known.box === null && box !== null;
  if (known !== undefined && !adds) return err("device-twice");
  return ok({ devices: devices.set(device, { transport, box }), removed: before.removed });
}

async function readNext(before: Principal, signed: Signed): Promise<Result<Principal, ChainError>> {
  const n = before.head.n + 1;
  const parsed = tooLarge(signed) ? undefined : parseBody(signed.body);
  const shape = v.safeParse(nextShape, parsed?.value);
  if (parsed === undefined || !shape.success) return err({ type: "bad-format", n });
  if (!(await verifyBytes(before.sign, labels.statement, parsed.bytes, signed.sig)))
    return err({ type: "bad-signature", n });
  const statement = shape.output;
  if (statement.n !== n || statement.prev !== before.head.hash || statement.principal !== before.id)
    return err({ type: "broken-chain", n });
  const after =
    statement.t === "helpers"
      ? await helpersAfter(before, statement, { readGenesis, boxKeyIdOf })
      : await devicesAfter(before, statement);
  if (!after.ok) return err({ type: after.error, n });
  return ok({ ...before, ...after.value, head: { n, hash: await bodyHash(signed.body) } });
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

const linkOf = (principal: Principal, device: DeviceId) => ({
  principal: principal.id,
  n: principal.head.n + 1,
  prev: principal.head.hash,
  device,
});

/**
 * The next statement of `principal`'s chain: this device's transport key belongs to it, and its box key if it has one
 * (SPEC P-S4, P-S10).
 */
export async function signDevice(
  key: SignKey,
  principal: Principal,
  device: DeviceId,
  transport: B64,
  box: B64 | null = null,
): Promise<Signed> {
  const link = linkOf(principal, device);
  const body: DeviceCertificate | DeviceCertificate2 =
    box === null ? { t: "device", v: 1, ...link, transport } : { t: "device", v: 2, ...link, transport, box };
  return await signBody(key, labels.statement, body);
}

/** The next statement of `principal`'s chain: this device is put out (SPEC P-S11). */
export async function signDeviceRemoved(key: SignKey, principal: Principal, device: DeviceId): Promise<Signed> {
  const body: DeviceRemoved = { t: "device-removed", v: 1, ...linkOf(principal, device) };
  return await signBody(key, labels.statement, body);
}
