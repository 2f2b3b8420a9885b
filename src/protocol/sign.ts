/**
 * Signatures, hashes and the one key derivation that both sides need: the only file of protocol/ that touches
 * WebCrypto. Runs in workers, service workers and Node.
 *
 * Surprising: ECDSA signatures are malleable, so nothing here or elsewhere takes an id or a hash from a signature.
 */

import { type B64, type Bytes, concat, fromBase64Url, toBase64Url, utf8, utf8ToText } from "../shared/bytes.ts";
import { err, ok, type Result } from "../shared/result.ts";
import type { Label } from "./labels.ts";
import type { Signed } from "./wire.ts";

export type SignKey = CryptoKey;

export interface KeyPair {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

export type SignedError = { readonly type: "bad-format"; readonly what: string } | { readonly type: "bad-signature" };

const { subtle } = globalThis.crypto;
const curve = { name: "ECDSA", namedCurve: "P-256" } as const;
const scheme = { name: "ECDSA", hash: "SHA-256" } as const;
const signatureBytes = 64;
export const rawKeyBytes = 65;

/** Bytes as the base64url text that the wire carries. */
export const b64 = (bytes: Uint8Array): B64 => toBase64Url(bytes) as B64;

/** `label || 0x00 || bytes`: what is really signed or hashed (SPEC P-1). */
export const labelled = (label: Label, ...parts: readonly Uint8Array[]): Bytes =>
  concat(utf8(label), new Uint8Array(1), ...parts);

export const sha256 = async (bytes: Bytes): Promise<Bytes> => new Uint8Array(await subtle.digest("SHA-256", bytes));

/** A fresh P-256 signing pair; `extractable` speaks of the private key only. */
export async function generateSignPair(extractable: boolean): Promise<KeyPair> {
  return await subtle.generateKey(curve, extractable, ["sign", "verify"]);
}

/** Raw uncompressed point, 65 bytes, of a public key or of the public half of a pair (ECDSA or ECDH). */
export async function rawPublicKey(key: KeyPair | CryptoKey): Promise<B64> {
  return b64(new Uint8Array(await subtle.exportKey("raw", "publicKey" in key ? key.publicKey : key)));
}

/** ECDSA P-256 over SHA-256 of `label || 0x00 || bytes`; r||s, 64 bytes. */
export async function signBytes(key: SignKey, label: Label, bytes: Uint8Array): Promise<B64> {
  return b64(new Uint8Array(await subtle.sign(scheme, key, labelled(label, bytes))));
}

/** Imported public keys: a server verifies thousands of ops of few keys. Bounded; the oldest leaves. */
const imported = new Map<string, Promise<CryptoKey | undefined>>();
const importedLimit = 512;

async function importPublic(raw: B64): Promise<CryptoKey | undefined> {
  const bytes = fromBase64Url(raw);
  if (bytes === undefined || bytes.length !== rawKeyBytes || bytes[0] !== 4) return undefined;
  try {
    return await subtle.importKey("raw", bytes, curve, true, ["verify"]);
  } catch {
    // Not a point of the curve: the caller hears it as "does not verify".
    return undefined;
  }
}

function publicKeyOf(raw: B64): Promise<CryptoKey | undefined> {
  const known = imported.get(raw);
  if (known !== undefined) return known;
  const key = importPublic(raw);
  if (imported.size >= importedLimit) {
    for (const oldest of imported.keys()) {
      imported.delete(oldest);
      break;
    }
  }
  imported.set(raw, key);
  return key;
}

/** True when `raw` is an uncompressed point on P-256. */
export const isPublicKey = async (raw: B64): Promise<boolean> => (await publicKeyOf(raw)) !== undefined;

/** Never throws: a malformed key or signature is one that does not verify. */
export async function verifyBytes(rawPublic: B64, label: Label, bytes: Uint8Array, sig: B64): Promise<boolean> {
  const signature = fromBase64Url(sig);
  if (signature === undefined || signature.length !== signatureBytes) return false;
  const key = await publicKeyOf(rawPublic);
  return key !== undefined && (await subtle.verify(scheme, key, signature, labelled(label, bytes)));
}

/** What a verifier needs of a crypto library. A server that verifies all day brings its own (same answers, less work). */
export interface Verifier {
  readonly sha256: (bytes: Bytes) => Bytes | Promise<Bytes>;
  /** As `verifyBytes`: false for anything malformed, never throws. */
  readonly verify: (rawPublic: B64, label: Label, bytes: Uint8Array, sig: B64) => Promise<boolean>;
}

export const webVerifier: Verifier = { sha256, verify: verifyBytes };

/** The exact bytes that `signBody` signs and `parseBody` reads: UTF-8 of JSON.stringify. */
export const bodyBytes = (body: object): Bytes => utf8(JSON.stringify(body));

/** Signs `body` as the JSON text that it becomes here; nobody ever has to build the same text again. */
export async function signBody(key: SignKey, label: Label, body: object): Promise<Signed> {
  const bytes = bodyBytes(body);
  return { body: b64(bytes), sig: await signBytes(key, label, bytes) };
}

/**
 * Reads base64url of UTF-8 JSON. Refuses a text that JSON.stringify would not give again: white space, a key twice
 * (which one counts?), other spellings of a number (SPEC P-2).
 * @returns undefined when refused.
 */
export function parseBody(body: string): { readonly bytes: Bytes; readonly value: unknown } | undefined {
  const bytes = fromBase64Url(body);
  const text = bytes === undefined ? undefined : utf8ToText(bytes);
  if (bytes === undefined || text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? { bytes, value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Verifies, then parses. The value is still of unknown shape: the format's own reader checks it. */
export async function readSigned(rawPublic: B64, label: Label, signed: Signed): Promise<Result<unknown, SignedError>> {
  const bytes = fromBase64Url(signed.body);
  if (bytes === undefined) return err({ type: "bad-format", what: "body" });
  if (!(await verifyBytes(rawPublic, label, bytes, signed.sig))) return err({ type: "bad-signature" });
  const parsed = parseBody(signed.body);
  return parsed === undefined ? err({ type: "bad-format", what: "body" }) : ok(parsed.value);
}

/** HKDF-SHA-256 with `info = label || 0x00 || context`; `length` in bytes (at most 255 x 32). */
export async function hkdfBytes(
  secret: Bytes,
  salt: Bytes,
  label: Label,
  length: number,
  context: Uint8Array = new Uint8Array(0),
): Promise<Bytes> {
  const key = await subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt, info: labelled(label, context) };
  return new Uint8Array(await subtle.deriveBits(parameters, key, length * 8));
}
