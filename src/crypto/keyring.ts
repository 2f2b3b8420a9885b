/**
 * What opens the root key: pairs of factors, one independent wrap per pair (DESIGN 3, SPEC C-K, INV-7). Runs in workers
 * that hold keys, and Node.
 *
 * Surprising: there is no function that takes one factor. A wrap's clear words are its associated data, so changing
 * the pair, the epoch or the Argon2 parameters on the way makes it unopenable.
 */

import { type Label, labels } from "../protocol/labels.ts";
import { b64, bodyBytes } from "../protocol/sign.ts";
import { type Pair, type Wrap, type WrapHead, type WrapHeadError, wrapHead } from "../protocol/wrap-head.ts";
import { assert } from "../shared/assert.ts";
import { type Bytes, concat, equalBytes, fromBase64Url, lengthPrefixed, utf8 } from "../shared/bytes.ts";
import { idBytes, type PrincipalId } from "../shared/ids.ts";
import type { Random } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { allZero } from "./padding.ts";
import { hkdf, importAesKey, keyBytes, nonceBytes, openBox, sealBox } from "./primitives.ts";
import { createRootKey, createSecret, type RootKey, rootKeyBytes, type Secret } from "./secret.ts";
import { type StretchParameters, stretchSaltBytes } from "./stretch-parameters.ts";

/**
 * 32 bytes each: `device` from `openDeviceFactor`, `code` from `stretch`, `card` from `cardFactor`, `share` the server's,
 * `organisation` drawn for one desk.
 */
export interface PairFactors {
  readonly "D+P": { readonly device: Secret; readonly code: Secret };
  readonly "D+C": { readonly device: Secret; readonly card: Secret };
  readonly "C+P+S": { readonly card: Secret; readonly code: Secret; readonly share: Secret };
  readonly "C+O": { readonly card: Secret; readonly organisation: Secret };
  readonly "S+O": { readonly share: Secret; readonly organisation: Secret };
}
type Factor = "device" | "code" | "card" | "share" | "organisation";

/** The factors of each pair in the order in which they are hashed (SPEC C-K3). */
const factorsOf: { readonly [P in Pair]: readonly Factor[] } = {
  "D+P": ["device", "code"],
  "D+C": ["device", "card"],
  "C+P+S": ["card", "code", "share"],
  "C+O": ["card", "organisation"],
  "S+O": ["share", "organisation"],
};

export interface WrapMeta {
  readonly principal: PrincipalId;
  readonly epoch: number;
  readonly order: number;
  /** For a pair with a code, the salt that it was stretched with. */
  readonly salt: Bytes;
  readonly params: StretchParameters | null;
}

export { type Pair, type Wrap, type WrapHead, wrapHead } from "../protocol/wrap-head.ts";

export type WrapError =
  | WrapHeadError
  /** The factors are of another pair than the wrap. */
  | { readonly type: "other-pair" }
  /** A wrong code or card, another device, or changed bytes: they cannot be told apart. */
  | { readonly type: "wrong-factors" };

const pairLabels: Readonly<Record<Pair, Label>> = {
  "D+P": labels.wrapDeviceCode,
  "D+C": labels.wrapDeviceCard,
  "C+P+S": labels.wrapCardCodeShare,
  "C+O": labels.wrapCardOrganisation,
  "S+O": labels.wrapShareOrganisation,
};

/** A salt for the next wrap, 16 bytes. */
export const newSalt = (random: Random): Bytes => random.bytes(stretchSaltBytes);

/** The factors of a pair in their fixed order: at least two, each whole, no two equal. */
function factorBytes<P extends Pair>(pair: P, factors: PairFactors[P]): readonly Bytes[] {
  const given = factors as Readonly<Partial<Record<Factor, Secret>>>;
  const names = factorsOf[pair];
  const same = Object.keys(given).length === names.length && names.every((name) => given[name] !== undefined);
  assert(same && names.length >= 2, "SPEC C-K2: the factors are those of the pair");
  const all = names.map((name) => (given[name] as Secret).reveal());
  for (const bytes of all) assert(bytes.length === 32 && !allZero(bytes), "SPEC C-K2: a factor has 32 bytes");
  const different = all.every((one, at) => all.every((other, place) => place === at || !equalBytes(one, other)));
  assert(different, "INV-7: different factors, not one twice");
  return all;
}

async function wrapKey<P extends Pair>(pair: P, factors: PairFactors[P], salt: Bytes): Promise<CryptoKey> {
  const parts = factorBytes(pair, factors);
  const secret = lengthPrefixed(...parts);
  const key = await hkdf(secret, salt, pairLabels[pair], keyBytes);
  for (const bytes of [secret, ...parts]) bytes.fill(0);
  return await importAesKey(key);
}

/** Wraps the root key under all factors of a pair. */
export async function wrapRoot<P extends Pair>(
  root: RootKey,
  pair: P,
  factors: PairFactors[P],
  meta: WrapMeta,
  random: Random,
): Promise<Wrap> {
  const head: WrapHead = {
    v: 1,
    suite: 1,
    pair,
    principal: meta.principal,
    epoch: meta.epoch,
    params: meta.params,
    salt: b64(meta.salt),
    order: meta.order,
  };
  const headBytes = bodyBytes(head);
  const readable = wrapHead({ head: b64(headBytes) });
  assert(readable.ok, "SPEC C-K: a wrap names a pair, its parameters if it has a code, and a salt of 16 bytes");
  const key = await wrapKey(pair, factors, meta.salt);
  const sealed = await sealBox(key, random.bytes(nonceBytes), root.reveal(), headBytes);
  return { head: b64(headBytes), sealed: b64(sealed) };
}

/** Opens a wrap with all factors of its pair. */
export async function unwrapRoot<P extends Pair>(
  wrap: Wrap,
  pair: P,
  factors: PairFactors[P],
): Promise<Result<RootKey, WrapError>> {
  const head = wrapHead(wrap);
  if (!head.ok) return head;
  if (head.value.pair !== pair) return err({ type: "other-pair" });
  const headBytes = fromBase64Url(wrap.head);
  const salt = fromBase64Url(head.value.salt);
  const sealed = fromBase64Url(wrap.sealed);
  if (headBytes === undefined || salt === undefined || sealed === undefined) return err({ type: "bad-format" });
  const root = await openBox(await wrapKey(pair, factors, salt), sealed, headBytes);
  if (root === undefined) return err({ type: "wrong-factors" });
  return root.length === rootKeyBytes ? ok(createRootKey(root)) : err({ type: "bad-format" });
}

/* ---- D: this device ---- */

const deviceMagic = utf8("BSD1");

/**
 * A fresh device factor and its bytes sealed under a non-extractable key of this browser (`generateDeviceKey`).
 * Both the key object and the sealed bytes go to IndexedDB; neither leaves the device.
 */
export async function createDeviceFactor(
  deviceKey: CryptoKey,
  random: Random,
): Promise<{ readonly factor: Secret; readonly sealed: Bytes }> {
  assert(!deviceKey.extractable, "SPEC C-K5: the device key never leaves the browser");
  const bytes = random.bytes(keyBytes);
  const clear = concat(deviceMagic, utf8(labels.deviceFactor));
  const sealed = concat(deviceMagic, await sealBox(deviceKey, random.bytes(nonceBytes), bytes, clear));
  return { factor: createSecret(bytes), sealed };
}

/** @returns "cannot-open" when the key is another browser's or the bytes are damaged. */
export async function openDeviceFactor(
  deviceKey: CryptoKey,
  sealed: Bytes,
): Promise<Result<Secret, { readonly type: "bad-format" } | { readonly type: "cannot-open" }>> {
  if (deviceMagic.some((byte, at) => sealed[at] !== byte)) return err({ type: "bad-format" });
  const clear = concat(deviceMagic, utf8(labels.deviceFactor));
  const bytes = await openBox(deviceKey, sealed.slice(deviceMagic.length), clear);
  return bytes === undefined ? err({ type: "cannot-open" }) : ok(createSecret(bytes));
}

/* ---- C: the card ---- */

/** The C factor of a card's 16 secret bytes. */
export const cardFactor = async (secret: Secret): Promise<Secret> =>
  createSecret(await hkdf(secret.reveal(), new Uint8Array(0), labels.cardFactor, keyBytes));

/* ---- the desk's one-time code ---- */

const codeMagic = utf8("BSO1");

async function codeSeal(secret: Bytes, principal: PrincipalId): Promise<{ key: CryptoKey; clear: Bytes }> {
  const key = await hkdf(secret, idBytes(principal), labels.deskEnrolSeal, keyBytes);
  return { key: await importAesKey(key), clear: concat(codeMagic, idBytes(principal)) };
}

/** An organisation's root key sealed under the 16 secret bytes of a one-time code (`readDeskCode`). */
export async function sealUnderCode(
  root: RootKey,
  secret: Bytes,
  principal: PrincipalId,
  random: Random,
): Promise<Bytes> {
  const { key, clear } = await codeSeal(secret, principal);
  return concat(codeMagic, await sealBox(key, random.bytes(nonceBytes), root.reveal(), clear));
}

/** Opens what `sealUnderCode` gave, for the principal that the organisation's statements name. */
export async function openUnderCode(
  sealed: Bytes,
  secret: Bytes,
  principal: PrincipalId,
): Promise<Result<RootKey, { readonly type: "bad-format" } | { readonly type: "cannot-open" }>> {
  if (codeMagic.some((byte, at) => sealed[at] !== byte)) return err({ type: "bad-format" });
  const { key, clear } = await codeSeal(secret, principal);
  const root = await openBox(key, sealed.slice(codeMagic.length), clear);
  if (root === undefined) return err({ type: "cannot-open" });
  return root.length === rootKeyBytes ? ok(createRootKey(root)) : err({ type: "bad-format" });
}
