/**
 * The keys of one principal: a satchel, an organisation, a helper. Runs in workers that hold keys, and Node.
 *
 * Surprising: private keys are exportable for the few milliseconds between their making and their sealing, then only
 * non-extractable copies exist; so the sealed bytes are kept with the identity.
 */

import type { BoxKey } from "../protocol/hpke.ts";
import { labels } from "../protocol/labels.ts";
import { ways } from "../protocol/limits.ts";
import { b64, rawPublicKey, signBytes, verifyBytes } from "../protocol/sign.ts";
import {
  type ChainError,
  type Principal,
  readChain,
  signDevice,
  signDeviceRemoved,
  signGenesis,
} from "../protocol/statements.ts";
import type { PrincipalKind, Signed } from "../protocol/wire.ts";
import { assert } from "../shared/assert.ts";
import { type B64, type Bytes, concat, equalBytes, fromBase64Url, lengthPrefixed, u32, utf8 } from "../shared/bytes.ts";
import { type DeviceId, idBytes, type PrincipalId } from "../shared/ids.ts";
import type { Random } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";
import {
  agree,
  exportPrivate,
  generateBoxPair,
  generateExportablePair,
  hkdf,
  importAesKey,
  importBoxPublic,
  importPrivate,
  keyBytes,
  nonceBytes,
  openBox,
  sealBox,
} from "./primitives.ts";
import { createRootKey, type RootKey, rootKeyBytes } from "./secret.ts";

export interface Identity {
  readonly id: PrincipalId;
  readonly kind: PrincipalKind;
  /** The current root: `roots.get(epoch)`. */
  readonly root: RootKey;
  /** Root epoch, 0 first: one more with each rotation. */
  readonly epoch: number;
  /** Every root so far by its epoch, the current one too: records open with the one that they were sealed under. */
  readonly roots: ReadonlyMap<number, RootKey>;
  /** Private, non-extractable. */
  readonly sign: CryptoKey;
  readonly box: CryptoKey;
  /** Public keys and devices, as the chain says. */
  readonly principal: Principal;
  readonly statements: readonly Signed[];
  /** Both private keys sealed under the root (SPEC C-I). */
  readonly sealed: Bytes;
  /** An organisation's: keys that letters may still be sealed to, for 400 days (SPEC P-H5). */
  readonly formerBoxes?: readonly BoxKey[];
}

export type IdentityError =
  | { readonly type: "bad-chain"; readonly chain: ChainError }
  | { readonly type: "bad-format" }
  /** Another root, another principal, or damaged bytes. */
  | { readonly type: "cannot-open" };

const magic = utf8("BSI1");

/** AES key and clear bytes for the private keys of `id`. */
async function identitySealOf(root: RootKey, id: PrincipalId): Promise<{ key: CryptoKey; clear: Bytes }> {
  const key = await hkdf(root.reveal(), idBytes(id), labels.identitySeal, keyBytes);
  return { key: await importAesKey(key), clear: concat(magic, idBytes(id)) };
}

/** A fresh pair of each kind, exportable until they are sealed; with the raw public halves. */
async function createPairs() {
  const [signPair, boxPair] = await Promise.all([generateExportablePair("sign"), generateExportablePair("box")]);
  const [sign, box] = await Promise.all([rawPublicKey(signPair), rawPublicKey(boxPair)]);
  return { signPair, boxPair, sign, box };
}
type Pairs = Awaited<ReturnType<typeof createPairs>>;

/** The private halves sealed under a root (SPEC C-I2). */
async function sealPairs(
  { signPair, boxPair }: Pick<Pairs, "signPair" | "boxPair">,
  root: RootKey,
  id: PrincipalId,
  random: Random,
): Promise<Bytes> {
  const { key, clear } = await identitySealOf(root, id);
  const keys = lengthPrefixed(await exportPrivate(signPair.privateKey), await exportPrivate(boxPair.privateKey));
  const sealed = concat(magic, await sealBox(key, random.bytes(nonceBytes), keys, clear));
  keys.fill(0);
  return sealed;
}

/** A fresh principal, made without any server. */
export async function createIdentity(kind: PrincipalKind, random: Random): Promise<Identity> {
  const pairs = await createPairs();
  const { signPair, sign, box } = pairs;
  const genesis = await signGenesis(signPair.privateKey, { kind, sign, box, nonce: b64(random.bytes(16)) });
  const principal = await readChain([genesis]);
  assert(principal.ok, "SPEC P-S: a fresh genesis reads");
  const root = createRootKey(random.bytes(rootKeyBytes));
  const sealed = await sealPairs(pairs, root, principal.value.id, random);
  const identity = await openIdentity(root, sealed, [genesis]);
  assert(identity.ok, "SPEC C-I: what was sealed opens");
  return identity.value;
}

/** The private keys sealed under the root, to be stored or sent: `"BSI1" || nonce || ciphertext and tag`. */
export const sealIdentity = async (identity: Identity): Promise<Bytes> => identity.sealed.slice();

/** Two length-prefixed parts and nothing else. */
function twoParts(bytes: Bytes): readonly [Bytes, Bytes] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) return undefined;
  const middle = 4 + view.getUint32(0);
  if (middle + 4 > bytes.length || middle + 4 + view.getUint32(middle) !== bytes.length) return undefined;
  return [bytes.slice(4, middle), bytes.slice(middle + 4)];
}

/**
 * Opens what `sealIdentity` gave. The statements say whose keys they are; another principal's do not open.
 * @param older the roots before this one, oldest first (`openPast`): their number is the root epoch.
 */
export async function openIdentity(
  root: RootKey,
  sealed: Bytes,
  statements: readonly Signed[],
  older: readonly RootKey[] = [],
): Promise<Result<Identity, IdentityError>> {
  const chain = await readChain(statements);
  if (!chain.ok) return err({ type: "bad-chain", chain: chain.error });
  const principal = chain.value;
  if (magic.some((byte, at) => sealed[at] !== byte)) return err({ type: "bad-format" });
  const { key, clear } = await identitySealOf(root, principal.id);
  const keys = await openBox(key, sealed.slice(magic.length), clear);
  if (keys === undefined) return err({ type: "cannot-open" });
  const parts = twoParts(keys);
  keys.fill(0);
  if (parts === undefined) return err({ type: "bad-format" });
  const [sign, box] = await Promise.all([importPrivate("sign", parts[0]), importPrivate("box", parts[1])]);
  for (const part of parts) part.fill(0);
  if (sign === undefined || box === undefined) return err({ type: "bad-format" });
  const roots = new Map([...older, root].map((one, epoch) => [epoch, one]));
  const { id, kind } = principal;
  return ok({
    id,
    kind,
    root,
    epoch: older.length,
    roots,
    sign,
    box,
    principal,
    statements,
    sealed: sealed.slice(),
  });
}

/** The private keys are those whose public halves the chain names. */
export async function keysFit({ sign, box, principal }: Identity): Promise<boolean> {
  const probe = utf8("besace");
  if (!(await verifyBytes(principal.sign, labels.keyCheck, probe, await signBytes(sign, labels.keyCheck, probe))))
    return false;
  const [own, other] = [await importBoxPublic(principal.box), await generateBoxPair()];
  if (own === undefined) return false;
  return equalBytes(await agree(own, other.privateKey), await agree(other.publicKey, box));
}

/** Overwrites every root. The identity opens nothing any more; its private keys go with the worker. */
export function wipeIdentity(identity: Pick<Identity, "roots">): void {
  for (const root of identity.roots.values()) root.wipe();
}

/* ---- rotation ---- */

const pastMagic = utf8("BSP1");

async function pastSealOf(root: RootKey, id: PrincipalId, epoch: number): Promise<{ key: CryptoKey; clear: Bytes }> {
  const key = await hkdf(root.reveal(), idBytes(id), labels.pastRoots, keyBytes, u32(epoch));
  return { key: await importAesKey(key), clear: concat(pastMagic, idBytes(id), u32(epoch)) };
}

/** Every root before the current one, sealed under it (SPEC C-Y3): `"BSP1" || nonce || ciphertext and tag`. */
export async function sealPast(
  identity: Pick<Identity, "id" | "root" | "roots" | "epoch">,
  random: Random,
): Promise<Bytes> {
  const { key, clear } = await pastSealOf(identity.root, identity.id, identity.epoch);
  const older = concat(...olderRoots(identity).map((root) => root.reveal()));
  const sealed = concat(pastMagic, await sealBox(key, random.bytes(nonceBytes), older, clear));
  older.fill(0);
  return sealed;
}

/** The roots before the current one, oldest first: what `openIdentity` takes. */
export function olderRoots(identity: Pick<Identity, "roots" | "epoch">): readonly RootKey[] {
  return Array.from({ length: identity.epoch }, (_, epoch) => {
    const root = identity.roots.get(epoch);
    assert(root !== undefined, "SPEC C-Y2: an identity has every root so far");
    return root;
  });
}

/** Opens what `sealPast` gave: exactly `epoch` roots, oldest first. */
export async function openPast(
  root: RootKey,
  id: PrincipalId,
  epoch: number,
  sealed: Bytes,
): Promise<Result<readonly RootKey[], Exclude<IdentityError, { readonly type: "bad-chain" }>>> {
  if (pastMagic.some((byte, at) => sealed[at] !== byte)) return err({ type: "bad-format" });
  const { key, clear } = await pastSealOf(root, id, epoch);
  const older = await openBox(key, sealed.slice(pastMagic.length), clear);
  if (older === undefined) return err({ type: "cannot-open" });
  if (older.length !== epoch * rootKeyBytes) return err({ type: "bad-format" });
  const roots = Array.from({ length: epoch }, (_, at) =>
    createRootKey(older.subarray(at * rootKeyBytes, (at + 1) * rootKeyBytes)),
  );
  older.fill(0);
  return ok(roots);
}

/**
 * The same identity under a new root, one epoch on (SPEC C-Y1): its keys are sealed again, its papers stay as they are.
 * Nothing but the new root opens `sealed` afterwards; every way in has to be made again before the old one is dropped.
 */
export async function rotateRoot(identity: Identity, random: Random): Promise<Identity> {
  assert(identity.epoch < ways.roots, "SPEC P-Y2: so many roots and no more");
  const before = await identitySealOf(identity.root, identity.id);
  const keys = await openBox(before.key, identity.sealed.slice(magic.length), before.clear);
  assert(keys !== undefined, "SPEC C-I2: an identity's own keys open");
  const root = createRootKey(random.bytes(rootKeyBytes));
  const next = await identitySealOf(root, identity.id);
  const sealed = concat(magic, await sealBox(next.key, random.bytes(nonceBytes), keys, next.clear));
  keys.fill(0);
  const epoch = identity.epoch + 1;
  return { ...identity, root, epoch, roots: new Map(identity.roots).set(epoch, root), sealed };
}

/** New keys under a new root, for a principal that is about to say so in its chain (SPEC P-H5). */
export interface NewKeys {
  readonly root: RootKey;
  /** Raw public keys. */
  readonly sign: B64;
  readonly box: B64;
  /** The private ones under `root` (SPEC C-I2). */
  readonly sealed: Bytes;
  /** Every root before, under `root` (SPEC C-Y3). */
  readonly past: Bytes;
}

/** Made before the statement that names them; nothing is theirs until that statement stands. */
export async function createNewKeys(identity: Identity, random: Random): Promise<NewKeys> {
  assert(identity.epoch < ways.roots, "SPEC P-Y2: so many roots and no more");
  const pairs = await createPairs();
  const root = createRootKey(random.bytes(rootKeyBytes));
  const epoch = identity.epoch + 1;
  const roots = new Map(identity.roots).set(epoch, root);
  const [sealed, past] = await Promise.all([
    sealPairs(pairs, root, identity.id, random),
    sealPast({ id: identity.id, root, roots, epoch }, random),
  ]);
  return { root, sign: pairs.sign, box: pairs.box, sealed, past };
}

/**
 * The chain with one more statement: `transport` (raw public key of the device's own transport key) belongs to this
 * principal, and `box` (raw point of the device) if it has one. A device that is certified already keeps its chain as it
 * is; one that was known without a box gets it.
 */
export async function certifyDevice(
  identity: Identity,
  statements: readonly Signed[],
  device: DeviceId,
  transport: B64,
  box: B64 | null = null,
): Promise<readonly Signed[]> {
  for (const key of box === null ? [transport] : [transport, box])
    assert(fromBase64Url(key)?.length === 65, "SPEC P-S3: a device's key is a raw point");
  const principal = await ownChain(identity, statements);
  const known = principal.devices.get(device);
  if (known?.transport === transport && (box === null || known.box === box)) return statements;
  const adds = known?.transport === transport && known.box === null;
  assert(known === undefined || adds, "SPEC P-S4: a device id stands once in a chain");
  assert(!principal.removed.has(device), "SPEC P-S11: a removed device id never comes back");
  return [...statements, await signDevice(identity.sign, principal, device, transport, box)];
}

/** The chain with one more statement: `device` is put out. One that was put out already keeps its chain as it is. */
export async function removeDevice(
  identity: Identity,
  statements: readonly Signed[],
  device: DeviceId,
): Promise<readonly Signed[]> {
  const principal = await ownChain(identity, statements);
  if (principal.removed.has(device)) return statements;
  assert(principal.devices.has(device), "SPEC P-S11: a device of this principal");
  return [...statements, await signDeviceRemoved(identity.sign, principal, device)];
}

async function ownChain(identity: Identity, statements: readonly Signed[]): Promise<Principal> {
  const chain = await readChain(statements);
  assert(chain.ok && chain.value.id === identity.id, "SPEC P-S6: a chain is extended by its own principal");
  return chain.value;
}

/** The same identity with a longer chain, for instance after `certifyDevice`. */
export async function withStatements(
  identity: Identity,
  statements: readonly Signed[],
): Promise<Result<Identity, IdentityError>> {
  const chain = await readChain(statements);
  if (!chain.ok) return err({ type: "bad-chain", chain: chain.error });
  if (chain.value.id !== identity.id) return err({ type: "cannot-open" });
  return ok({ ...identity, principal: chain.value, statements });
}
