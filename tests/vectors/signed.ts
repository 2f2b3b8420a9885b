/**
 * Keys, signatures and principals for the makers of vectors, written after SPEC P-S alone: as in make-ways.ts, nothing here is
 * made with the code under test. Node only.
 */

import { createHash } from "node:crypto";
import { type B64, type Bytes, concat, fromBase64Url, utf8 } from "../../src/shared/bytes.ts";
import { own, random } from "./spec.ts";

const { subtle } = globalThis.crypto;
export const b64 = (bytes: Uint8Array): B64 => Buffer.from(bytes).toString("base64url") as B64;
export const raw = (text: string): Bytes => fromBase64Url(text) ?? new Uint8Array(0);
export const sha = (bytes: Uint8Array): Bytes => own(createHash("sha256").update(bytes).digest());
export const labelled = (label: string, bytes: Uint8Array): Bytes => concat(utf8(`${label}\0`), bytes);
export const json = (value: object): Bytes => utf8(JSON.stringify(value));
export const id = (length = 16): B64 => b64(random.bytes(length));

export interface Pair {
  readonly raw: B64;
  readonly key: CryptoKeyPair;
}
export interface Signed {
  readonly body: B64;
  readonly sig: B64;
}
export interface Cast {
  readonly id: B64;
  readonly sign: Pair;
  readonly box: B64;
  readonly statements: readonly Signed[];
}
export async function pair(): Promise<Pair> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = (await subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
  return { raw: b64(own(await subtle.exportKey("raw", key.publicKey))), key };
}
export const sign = async (by: Pair, label: string, bytes: Bytes): Promise<Signed> => ({
  body: b64(bytes),
  sig: b64(own(await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, by.key.privateKey, labelled(label, bytes)))),
});
export async function principal(kind: string): Promise<Cast> {
  const [signs, receives] = [await pair(), await pair()];
  const body = json({ t: "genesis", v: 1, suite: 1, kind, sign: signs.raw, box: receives.raw, nonce: id() });
  const name = b64(sha(labelled("besace/v1/principal-id", body)).slice(0, 20));
  return { id: name, sign: signs, box: receives.raw, statements: [await sign(signs, "besace/v1/statement", body)] };
}
