/**
 * Shares as the database keeps them: AES-256-GCM under the key file's key, bound to satchel, epoch and use. Runs in Node.
 *
 * Neither the database nor its backup gives a share, and a share of one satchel put in the place of another opens nothing.
 */

import { createCipheriv, createDecipheriv } from "node:crypto";
import type { B64 } from "../protocol/wire.ts";
import { type Bytes, concat, fromBase64Url, lengthPrefixed, toBase64Url, u64, utf8 } from "../shared/bytes.ts";
import { idBytes, type PrincipalId } from "../shared/ids.ts";
import type { Random } from "../shared/ports.ts";

export interface SharePlace {
  readonly principal: PrincipalId;
  /** Epoch of the keyring. */
  readonly epoch: number;
  readonly use: "card" | "desk";
  /** The card's locator, or the organisation. */
  readonly name: B64 | PrincipalId;
}

export interface Shares {
  readonly keep: (place: SharePlace, share: Bytes) => B64;
  /** Undefined when it was kept under another key file, or for another place. */
  readonly give: (place: SharePlace, kept: B64) => Bytes | undefined;
}

const cipher = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

const boundTo = ({ principal, epoch, use, name }: SharePlace): Bytes =>
  lengthPrefixed(utf8("besace/v1/kept-share"), idBytes(principal), u64(epoch), utf8(use), idBytes(name));

/** @param key 32 bytes. */
export function createShares(key: Bytes, random: Random): Shares {
  return {
    keep: (place, share) => {
      const nonce = random.bytes(nonceBytes);
      const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
      sealing.setAAD(boundTo(place));
      const sealed = concat(sealing.update(share), sealing.final());
      return toBase64Url(concat(nonce, sealed, sealing.getAuthTag())) as B64;
    },
    give: (place, kept) => {
      const bytes = fromBase64Url(kept);
      if (bytes === undefined || bytes.length < nonceBytes + tagBytes) return undefined;
      const opening = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
      opening.setAAD(boundTo(place));
      opening.setAuthTag(bytes.subarray(bytes.length - tagBytes));
      const plain = opening.update(bytes.subarray(nonceBytes, bytes.length - tagBytes));
      try {
        return concat(plain, opening.final());
      } catch (error) {
        // Node says so when the tag does not fit.
        if (error instanceof Error) return undefined;
        throw error;
      }
    },
  };
}
