/**
 * A device's own pair to receive new roots with (SPEC C-Y8). Runs in workers that hold keys, and Node.
 *
 * Surprising: its private half is kept sealed under the root that this device's wraps hold, not as a key object. A bare key
 * beside the sealed entry in a keyring would open the root with this device alone, and one factor never opens (INV-7).
 */

import type { BoxKey } from "../protocol/hpke.ts";
import { labels } from "../protocol/labels.ts";
import { rawPublicKey } from "../protocol/sign.ts";
import { type B64, type Bytes, concat, lengthPrefixed, utf8 } from "../shared/bytes.ts";
import { type DeviceId, idBytes, type PrincipalId } from "../shared/ids.ts";
import type { Random } from "../shared/ports.ts";
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
import type { RootKey } from "./secret.ts";

const magic = utf8("BSB1");

async function sealOf(root: RootKey, id: PrincipalId, device: DeviceId): Promise<{ key: CryptoKey; clear: Bytes }> {
  const context = lengthPrefixed(idBytes(id), idBytes(device));
  const key = await hkdf(root.reveal(), idBytes(id), labels.deviceBox, keyBytes, context);
  return { key: await importAesKey(key), clear: concat(magic, context) };
}

async function sealPrivate(
  root: RootKey,
  id: PrincipalId,
  device: DeviceId,
  pkcs8: Bytes,
  random: Random,
): Promise<Bytes> {
  const { key, clear } = await sealOf(root, id, device);
  return concat(magic, await sealBox(key, random.bytes(nonceBytes), pkcs8, clear));
}

async function openPrivate(
  root: RootKey,
  id: PrincipalId,
  device: DeviceId,
  sealed: Bytes,
): Promise<Bytes | undefined> {
  if (magic.some((byte, at) => sealed[at] !== byte)) return undefined;
  const { key, clear } = await sealOf(root, id, device);
  return await openBox(key, sealed.slice(magic.length), clear);
}

/** A fresh pair: the raw public point for the chain, and the private half sealed under `root`. */
export async function createDeviceBox(
  root: RootKey,
  id: PrincipalId,
  device: DeviceId,
  random: Random,
): Promise<{ readonly box: B64; readonly sealed: Bytes }> {
  const pair = await generateExportablePair("box");
  const pkcs8 = await exportPrivate(pair.privateKey);
  const sealed = await sealPrivate(root, id, device, pkcs8, random);
  pkcs8.fill(0);
  return { box: await rawPublicKey(pair.publicKey), sealed };
}

/** The pair, its private half not extractable. @param box the point that the chain names. @returns undefined when it does not open. */
export async function openDeviceBox(
  root: RootKey,
  id: PrincipalId,
  device: DeviceId,
  sealed: Bytes,
  box: B64,
): Promise<BoxKey | undefined> {
  const pkcs8 = await openPrivate(root, id, device, sealed);
  const privateKey = pkcs8 && (await importPrivate("box", pkcs8));
  pkcs8?.fill(0);
  return privateKey && { privateKey, box };
}

/** The same pair under another root: the device follows a rotation. @returns undefined when it does not open. */
export async function moveDeviceBox(
  roots: { readonly from: RootKey; readonly to: RootKey },
  id: PrincipalId,
  device: DeviceId,
  sealed: Bytes,
  random: Random,
): Promise<Bytes | undefined> {
  const pkcs8 = await openPrivate(roots.from, id, device, sealed);
  const moved = pkcs8 && (await sealPrivate(roots.to, id, device, pkcs8, random));
  pkcs8?.fill(0);
  return moved;
}
