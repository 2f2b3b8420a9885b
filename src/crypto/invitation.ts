/**
 * The answer to an invitation, sealed under its code, and what both screens compare (SPEC C-O5). Runs in the desk worker.
 *
 * Surprising: the server that carries it knows neither key nor name. It cannot put its own keys in their place, and since what
 * is compared depends on the code too, it cannot look for keys that would show the same pictures.
 */

import * as v from "valibot";
import { fixedB64, randomIdField } from "../protocol/fields.ts";
import { labels } from "../protocol/labels.ts";
import { b64, parseBody, rawKeyBytes, sha256 } from "../protocol/sign.ts";
import { readChain } from "../protocol/statements.ts";
import type { Signed } from "../protocol/wire.ts";
import { type B64, type Bytes, fromBase64Url, utf8 } from "../shared/bytes.ts";
import { type DeviceId, idBytes, type PrincipalId } from "../shared/ids.ts";
import type { Random } from "../shared/ports.ts";
import { hkdf, importAesKey, keyBytes, nonceBytes, openBox, sealBox } from "./primitives.ts";

/** Who wants to come in, and with which browser. */
export interface JoinAsk {
  readonly genesis: Signed;
  readonly device: DeviceId;
  /** Raw public key, 65 bytes. */
  readonly transport: B64;
  /** As she typed it. */
  readonly name: string;
}

/** What both screens show. */
export interface JoinCheck {
  /** Four of twelve pictures, 0 to 11. */
  readonly pictures: readonly number[];
  /** Eight digits. */
  readonly digits: string;
}

/** Of a helper's name. */
export const helperNameLetters = 60;

const askShape = v.strictObject({
  genesis: v.strictObject({ body: v.pipe(v.string(), v.maxLength(1024)), sig: fixedB64(64) }),
  device: randomIdField<DeviceId>(),
  transport: fixedB64(rawKeyBytes),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(helperNameLetters)),
});

const keyOf = async (secret: Bytes, organisation: PrincipalId): Promise<CryptoKey> =>
  importAesKey(await hkdf(secret, idBytes(organisation), labels.invitationAsk, keyBytes));

/** @param secret the code's 16 bytes. */
export async function sealAsk(secret: Bytes, organisation: PrincipalId, ask: JoinAsk, random: Random): Promise<B64> {
  const { genesis, device, transport, name } = ask;
  const plain = utf8(JSON.stringify({ genesis, device, transport, name }));
  const key = await keyOf(secret, organisation);
  return b64(await sealBox(key, random.bytes(nonceBytes), plain, idBytes(organisation)));
}

/** @returns undefined for what was not made with this code for this organisation, or whose genesis is no helper's. */
export async function openAsk(secret: Bytes, organisation: PrincipalId, sealed: B64): Promise<JoinAsk | undefined> {
  const bytes = fromBase64Url(sealed);
  if (bytes === undefined) return undefined;
  const plain = await openBox(await keyOf(secret, organisation), bytes, idBytes(organisation));
  const shape = v.safeParse(askShape, plain && parseBody(b64(plain))?.value);
  if (!shape.success) return undefined;
  const ask = shape.output as JoinAsk;
  const helper = await readChain([ask.genesis]);
  return helper.ok && helper.value.kind === "helper" ? ask : undefined;
}

/** The same on both screens for the same code and answer. */
export async function joinCheck(secret: Bytes, organisation: PrincipalId, sealed: B64): Promise<JoinCheck> {
  const hash = await sha256(fromBase64Url(sealed) ?? new Uint8Array(0));
  const bytes = await hkdf(secret, idBytes(organisation), labels.invitationCheck, 8, hash);
  const view = new DataView(bytes.buffer);
  let value = view.getUint32(0);
  const pictures = Array.from({ length: 4 }, () => {
    const picture = value % 12;
    value = Math.floor(value / 12);
    return picture;
  });
  return { pictures, digits: String(view.getUint32(4) % 100_000_000).padStart(8, "0") };
}
