/**
 * The only file of crypto/ that touches WebCrypto: AES-256-GCM, P-256 keys, HKDF. Runs in workers and Node.
 *
 * Key pairs and HPKE's ephemeral keys are made by WebCrypto itself; every other random byte comes from the Random port.
 */

import type { Label } from "../protocol/labels.ts";
import { type KeyPair, labelled } from "../protocol/sign.ts";
import { type B64, type Bytes, concat, fromBase64Url } from "../shared/bytes.ts";

export { hkdfBytes as hkdf, sha256 } from "../protocol/sign.ts";

const { subtle } = globalThis.crypto;

export const keyBytes = 32;
export const nonceBytes = 12;
export const tagBytes = 16;

/** A P-256 key for ECDSA ("sign") or ECDH ("box"). */
export type KeyUse = "sign" | "box";
const algorithmOf = (use: KeyUse) => ({ name: use === "sign" ? "ECDSA" : "ECDH", namedCurve: "P-256" }) as const;
const usagesOf = (use: KeyUse): ["sign"] | ["deriveBits"] => (use === "sign" ? ["sign"] : ["deriveBits"]);

/** A fresh pair whose private half may be exported once, to be sealed. */
export async function generateExportablePair(use: KeyUse): Promise<KeyPair> {
  const usages: ("sign" | "verify" | "deriveBits")[] = use === "sign" ? ["sign", "verify"] : ["deriveBits"];
  const pair = await subtle.generateKey(algorithmOf(use), true, usages);
  if (!("publicKey" in pair)) throw new Error("assertion failed: an elliptic curve key is a pair");
  return pair;
}

/** A fresh pair for receiving whose private half never leaves this program. */
export async function generateBoxPair(): Promise<KeyPair> {
  const pair = await subtle.generateKey(algorithmOf("box"), false, ["deriveBits"]);
  if (!("publicKey" in pair)) throw new Error("assertion failed: an elliptic curve key is a pair");
  return pair;
}

export const exportPrivate = async (key: CryptoKey): Promise<Bytes> =>
  new Uint8Array(await subtle.exportKey("pkcs8", key));

/** Imports non-extractable. @returns undefined when the bytes are no such key. */
export async function importPrivate(use: KeyUse, pkcs8: Bytes): Promise<CryptoKey | undefined> {
  try {
    return await subtle.importKey("pkcs8", pkcs8, algorithmOf(use), false, usagesOf(use));
  } catch {
    // WebCrypto says only that it cannot be read: so does this function.
    return undefined;
  }
}

/** Public half for ECDH from its raw point. @returns undefined when it is no point of the curve. */
export async function importBoxPublic(raw: B64): Promise<CryptoKey | undefined> {
  const bytes = fromBase64Url(raw);
  if (bytes === undefined) return undefined;
  try {
    return await subtle.importKey("raw", bytes, algorithmOf("box"), true, []);
  } catch {
    // Not a point of the curve.
    return undefined;
  }
}

/** What two ECDH keys have in common, 32 bytes: the same from either side. */
export const agree = async (publicKey: CryptoKey, privateKey: CryptoKey): Promise<Bytes> =>
  new Uint8Array(await subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 256));

/** A non-extractable AES-256-GCM key for `bytes` (32). */
export const importAesKey = async (bytes: Bytes): Promise<CryptoKey> =>
  await subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);

/** A non-extractable HKDF key, to derive many AES keys from without an import each. */
export const importHkdfKey = async (bytes: Bytes): Promise<CryptoKey> =>
  await subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);

/** The AES key for `importAesKey(hkdf(secret, salt, label, 32))`, in one call. */
export async function deriveAesKey(secret: CryptoKey, salt: Bytes, label: Label): Promise<CryptoKey> {
  const parameters = { name: "HKDF", hash: "SHA-256", salt, info: labelled(label, new Uint8Array(0)) };
  return await subtle.deriveKey(parameters, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** A key that never leaves this browser: kept as an object in IndexedDB, it seals the device factor. */
export const generateDeviceKey = async (): Promise<CryptoKey> =>
  await subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

/** Ciphertext and tag. `nonce`: 12 bytes, never twice with one key. */
export async function aesSeal(key: CryptoKey, nonce: Bytes, plain: Bytes, clear: Bytes): Promise<Bytes> {
  const parameters = { name: "AES-GCM", iv: nonce, additionalData: clear };
  return new Uint8Array(await subtle.encrypt(parameters, key, plain));
}

/** @returns undefined when key, nonce, text, tag or clear bytes are not those that were sealed. */
export async function aesOpen(key: CryptoKey, nonce: Bytes, sealed: Bytes, clear: Bytes): Promise<Bytes | undefined> {
  if (sealed.length < tagBytes) return undefined;
  const parameters = { name: "AES-GCM", iv: nonce, additionalData: clear };
  try {
    return new Uint8Array(await subtle.decrypt(parameters, key, sealed));
  } catch (error) {
    if (error instanceof DOMException && error.name === "OperationError") return undefined;
    throw error;
  }
}

/** Seals under a key used for this once or with random nonces: `nonce || ciphertext and tag`. */
export async function sealBox(key: CryptoKey, nonce: Bytes, plain: Bytes, clear: Bytes): Promise<Bytes> {
  return concat(nonce, await aesSeal(key, nonce, plain, clear));
}

/** Opens `nonce || ciphertext and tag`. */
export async function openBox(key: CryptoKey, sealed: Bytes, clear: Bytes): Promise<Bytes | undefined> {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  return await aesOpen(key, sealed.slice(0, nonceBytes), sealed.slice(nonceBytes), clear);
}
