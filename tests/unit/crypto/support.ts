/** What the crypto and protocol tests share: a random port, ready principals, ways to damage a text. */

import { createIdentity, type Identity } from "../../../src/crypto/identity.ts";
import { b64 } from "../../../src/protocol/sign.ts";
import type { PrincipalKind } from "../../../src/protocol/wire.ts";
import { type B64, type Bytes, fromBase64Url } from "../../../src/shared/bytes.ts";
import type { Random } from "../../../src/shared/ports.ts";

/** Fresh bytes of any length; getRandomValues gives at most 64 KiB at once. */
export const random: Random = {
  bytes: (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
    return bytes;
  },
};

export const anIdentity = (kind: PrincipalKind = "satchel"): Promise<Identity> => createIdentity(kind, random);

/** The bytes with one bit changed. */
export function withBit(bytes: Uint8Array, bit: number): Bytes {
  const copy = new Uint8Array(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

export const bytesOf = (text: B64): Bytes => {
  const bytes = fromBase64Url(text);
  if (bytes === undefined) throw new Error("not base64url");
  return bytes;
};

/** Every text that differs from `text` by one bit of its bytes: one per byte. */
export const damaged = (text: B64): readonly B64[] => {
  const bytes = bytesOf(text);
  return Array.from(bytes, (_, at) => b64(withBit(bytes, at * 8 + (at % 8))));
};

/** Every shorter text of the same bytes. */
export const cut = (text: B64): readonly B64[] => {
  const bytes = bytesOf(text);
  return Array.from(bytes, (_, length) => b64(bytes.slice(0, length)));
};
