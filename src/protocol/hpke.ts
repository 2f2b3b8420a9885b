/**
 * HPKE base mode (RFC 9180, suite 1) of one short message to a raw point, bound to a label and a context. Runs in
 * workers that hold keys, and in the server for its own box key; the service worker never loads it.
 *
 * Surprising: the context is given twice, hashed under the label as `info` and plain as associated data, so that what was
 * sealed for one purpose, person or epoch opens for no other.
 */

import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { type B64, type Bytes, fromBase64Url } from "../shared/bytes.ts";
import type { Label } from "./labels.ts";
import { b64, labelled, sha256 } from "./sign.ts";

/** A private ECDH key (it may be non-extractable) and its raw public point. */
export interface BoxKey {
  readonly privateKey: CryptoKey;
  readonly box: B64;
}

export interface Sealed {
  /** HPKE's encapsulated key, 65 bytes. */
  readonly enc: B64;
  /** Ciphertext and tag. */
  readonly sealed: B64;
}

const createSuite = () =>
  new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

const toBuffer = (bytes: Bytes): ArrayBuffer => bytes.slice().buffer;
const infoOf = async (label: Label, context: Bytes): Promise<ArrayBuffer> =>
  toBuffer(await sha256(labelled(label, context)));

/** HPKE names its refusals; all of them mean the same to the receiver. */
function refusal(error: unknown): undefined {
  if (error instanceof Error && /^(Deserialize|Decap|Open)Error$/.test(error.name)) return undefined;
  throw error;
}

/** @returns undefined when `to` is no point of the curve. */
export async function hpkeSeal(to: B64, label: Label, context: Bytes, plain: Bytes): Promise<Sealed | undefined> {
  const suite = createSuite();
  const raw = fromBase64Url(to);
  if (raw === undefined) return undefined;
  try {
    const recipientPublicKey = await suite.kem.deserializePublicKey(toBuffer(raw));
    const sender = await suite.createSenderContext({ recipientPublicKey, info: await infoOf(label, context) });
    const sealed = await sender.seal(toBuffer(plain), toBuffer(context));
    return { enc: b64(new Uint8Array(sender.enc)), sealed: b64(new Uint8Array(sealed)) };
  } catch (error) {
    return refusal(error);
  }
}

/** @returns undefined when key, label, context or bytes are not those of the sealing. */
export async function hpkeOpen(
  key: BoxKey,
  label: Label,
  context: Bytes,
  { enc, sealed }: Sealed,
): Promise<Bytes | undefined> {
  const suite = createSuite();
  const [raw, encBytes, body] = [fromBase64Url(key.box), fromBase64Url(enc), fromBase64Url(sealed)];
  if (raw === undefined || encBytes === undefined || body === undefined) return undefined;
  try {
    const publicKey = await suite.kem.deserializePublicKey(toBuffer(raw));
    const receiver = await suite.createRecipientContext({
      recipientKey: { privateKey: key.privateKey, publicKey },
      enc: toBuffer(encBytes),
      info: await infoOf(label, context),
    });
    return new Uint8Array(await receiver.open(toBuffer(body), toBuffer(context)));
  } catch (error) {
    return refusal(error);
  }
}
