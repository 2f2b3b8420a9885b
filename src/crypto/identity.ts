/**
 * The keys of one principal: a satchel, an organisation, a helper. Runs in workers that hold keys, and Node.
 *
 * Surprising: private keys are exportable for the few milliseconds between their making and their sealing, then only
 * non-extractable copies exist; so the sealed bytes are kept with the identity.
 */

import { labels } from "../protocol/labels.ts";
import { b64, rawPublicKey } from "../protocol/sign.ts";
import { type ChainError, type Principal, readChain, signDevice, signGenesis } from "../protocol/statements.ts";
import type { PrincipalKind, Signed } from "../protocol/wire.ts";
import { assert } from "../shared/assert.ts";
import { type B64, type Bytes, concat, fromBase64Url, lengthPrefixed, utf8 } from "../shared/bytes.ts";
import { type DeviceId, idBytes, type PrincipalId } from "../shared/ids.ts";
import type { Random } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";
import {
  exportPrivate,
  generateExportablePair,
  hkdf,
  importAesKey,
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
  readonly root: RootKey;
  /** Private, non-extractable. */
  readonly sign: CryptoKey;
  readonly box: CryptoKey;
  /** Public keys and devices, as the chain says. */
  readonly principal: Principal;
  readonly statements: readonly Signed[];
  /** Both private keys sealed under the root (SPEC C-I). */
  readonly sealed: Bytes;
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

/** A fresh principal, made without any server. */
export async function createIdentity(kind: PrincipalKind, random: Random): Promise<Identity> {
  const [signPair, boxPair] = await Promise.all([generateExportablePair("sign"), generateExportablePair("box")]);
  const [sign, box] = await Promise.all([rawPublicKey(signPair), rawPublicKey(boxPair)]);
  const genesis = await signGenesis(signPair.privateKey, { kind, sign, box, nonce: b64(random.bytes(16)) });
  const principal = await readChain([genesis]);
  assert(principal.ok, "SPEC P-S: a fresh genesis reads");
  const root = createRootKey(random.bytes(rootKeyBytes));
  const { key, clear } = await identitySealOf(root, principal.value.id);
  const keys = lengthPrefixed(await exportPrivate(signPair.privateKey), await exportPrivate(boxPair.privateKey));
  const sealed = concat(magic, await sealBox(key, random.bytes(nonceBytes), keys, clear));
  keys.fill(0);
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

/** Opens what `sealIdentity` gave. The statements say whose keys they are; another principal's do not open. */
export async function openIdentity(
  root: RootKey,
  sealed: Bytes,
  statements: readonly Signed[],
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
  return ok({ id: principal.id, kind: principal.kind, root, sign, box, principal, statements, sealed: sealed.slice() });
}

/**
 * The chain with one more statement: `transport` (raw public key of the device's own transport key) belongs to this
 * principal. A device that is certified already keeps its chain as it is.
 */
export async function certifyDevice(
  identity: Identity,
  statements: readonly Signed[],
  device: DeviceId,
  transport: B64,
): Promise<readonly Signed[]> {
  assert(fromBase64Url(transport)?.length === 65, "SPEC P-S3: a transport key is a raw point");
  const chain = await readChain(statements);
  assert(chain.ok && chain.value.id === identity.id, "SPEC P-S6: a chain is extended by its own principal");
  if (chain.value.devices.get(device)?.transport === transport) return statements;
  assert(!chain.value.devices.has(device), "SPEC P-S4: a device id stands once in a chain");
  return [...statements, await signDevice(identity.sign, chain.value, device, transport)];
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
