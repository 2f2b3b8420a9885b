/**
 * How a server changes the key that signs its proofs (SPEC P-K, DESIGN 5): the old key signs the new one, so whoever
 * pinned the old one can follow. Runs everywhere.
 *
 * Surprising: nothing here removes a key. Old keys stay for verifying what they signed; a stolen one is a new start,
 * said by the operator and not by a file.
 */

import * as v from "valibot";
import type { B64 } from "../shared/bytes.ts";
import { fixedB64 } from "./fields.ts";
import { labels } from "./labels.ts";
import { isPublicKey, rawKeyBytes, readSigned, type SignKey, signBody } from "./sign.ts";
import type { ServerKey, Signed } from "./wire.ts";

const shape = v.strictObject({
  t: v.literal("server-key"),
  v: v.literal(1),
  /** Raw public key that speaks. */
  by: fixedB64(rawKeyBytes),
  /** Raw public key that is to be believed like it. */
  sign: fixedB64(rawKeyBytes),
});

/** The statement of an old key that `sign` follows it (SPEC P-K1). `by` is the public half of `key`. */
export const endorseServerKey = (key: SignKey, by: B64, sign: B64): Promise<Signed> =>
  signBody(key, labels.serverKey, { t: "server-key", v: 1, by, sign });

async function isEndorsedBy(by: B64, key: ServerKey): Promise<boolean> {
  if (key.endorsed === undefined) return false;
  const read = await readSigned(by, labels.serverKey, key.endorsed);
  const body = read.ok ? v.safeParse(shape, read.value) : undefined;
  return body?.success === true && body.output.by === by && body.output.sign === key.sign;
}

/**
 * The keys of `listed` that may be believed besides `pinned`: each endorsed by a pinned one or by one found so (SPEC
 * P-K2). At most one signature is checked for each pair of a believed and an unknown key.
 */
export async function followServerKeys(
  pinned: readonly B64[],
  listed: readonly ServerKey[],
): Promise<readonly ServerKey[]> {
  const found: ServerKey[] = [];
  const unasked = [...pinned];
  let unknown = listed.filter((key) => !pinned.includes(key.sign));
  for (let by = unasked.pop(); by !== undefined; by = unasked.pop()) {
    const left: ServerKey[] = [];
    for (const key of unknown) {
      if (await isEndorsedBy(by, key)) {
        found.push(key);
        unasked.push(key.sign);
      } else left.push(key);
    }
    unknown = left;
  }
  return found;
}

const boxShape = v.strictObject({
  t: v.literal("server-box"),
  v: v.literal(1),
  /** Raw public key that speaks: one that signs proofs. */
  by: fixedB64(rawKeyBytes),
  /** Raw point (ECDH) that shares are sealed to. */
  box: fixedB64(rawKeyBytes),
});

/** The statement of a server's signing key that shares are sealed to `box` (SPEC P-K3). `by` is the public half of `key`. */
export const signServerBox = (key: SignKey, by: B64, box: B64): Promise<Signed> =>
  signBody(key, labels.serverBox, { t: "server-box", v: 1, by, box });

/**
 * The raw box key of a server, said by a key that is pinned. @returns undefined when nobody who is believed says it: then
 * nothing is sealed to it.
 */
export async function readServerBox(
  statement: Signed,
  serverKeys: readonly { readonly sign: B64 }[],
): Promise<B64 | undefined> {
  for (const { sign } of serverKeys) {
    const read = await readSigned(sign, labels.serverBox, statement);
    const body = read.ok ? v.safeParse(boxShape, read.value) : undefined;
    if (body?.success !== true || body.output.by !== sign) continue;
    return (await isPublicKey(body.output.box)) ? body.output.box : undefined;
  }
  return undefined;
}
