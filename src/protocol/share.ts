/**
 * S, the server's share, on its way: sealed to the server's box key by the person's device, or by the server to an
 * organisation at the end of an escrow (SPEC P-Y7, P-Y8). Runs in workers that hold keys, and in the server.
 *
 * Surprising: the hash of a share stands beside it, signed with the keyring. Without it a server that gives a changed
 * share could not be told from a person who mistyped her code.
 */

import { type B64, type Bytes, equalBytes, fromBase64Url, lengthPrefixed, u32, utf8 } from "../shared/bytes.ts";
import { idBytes, type PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { type BoxKey, hpkeOpen, hpkeSeal, type Sealed } from "./hpke.ts";
import { labels } from "./labels.ts";
import { b64, labelled, sha256 } from "./sign.ts";
import { boxKeyIdOf } from "./statements.ts";

export const shareBytes = 32;

/** What a share is for; nothing sealed for one opens for another. */
export interface ShareContext {
  /** "card": C+P+S. "desk": S+O, to the server. "escrow": S+O, from the server to the organisation. */
  readonly use: "card" | "desk" | "escrow";
  readonly principal: PrincipalId;
  /** Root epoch of the wrap that the share belongs to. */
  readonly root: number;
  /** The card's locator (20 bytes), or the organisation's id. */
  readonly name: B64 | PrincipalId;
}

export interface SealedShare extends Sealed {
  /** Id of the box key that it is sealed to (SPEC P-S9). */
  readonly key: B64;
  /** SHA-256(label || 0 || share). */
  readonly hash: B64;
}

export type ShareError =
  /** Sealed to another box key. */
  | { readonly type: "other-key" }
  | { readonly type: "cannot-open" }
  /** Opens, but is not the share that the keyring speaks of. */
  | { readonly type: "other-share" };

const contextOf = ({ use, principal, root, name }: ShareContext): Bytes =>
  lengthPrefixed(utf8(use), idBytes(principal), u32(root), idBytes(name));

/** What a keyring says about a share. */
export const shareHash = async (share: Bytes): Promise<B64> => b64(await sha256(labelled(labels.shareHash, share)));

/** True when the share is the one that the keyring speaks of; takes the same time for every wrong one. */
export const isShare = async (share: Bytes, hash: B64): Promise<boolean> =>
  share.length === shareBytes &&
  equalBytes(await sha256(labelled(labels.shareHash, share)), fromBase64Url(hash) ?? new Uint8Array(0));

/** @param to raw box key. @returns undefined when that is no point. */
export async function sealShare(to: B64, context: ShareContext, share: Bytes): Promise<SealedShare | undefined> {
  const sealed = await hpkeSeal(to, labels.shareSeal, contextOf(context), share);
  return sealed && { key: await boxKeyIdOf(to), ...sealed, hash: await shareHash(share) };
}

/** The 32 bytes of a share by its context alone: whoever uses it holds it against the keyring's hash (`isShare`). */
export async function openShareBytes(key: BoxKey, context: ShareContext, sealed: Sealed): Promise<Bytes | undefined> {
  const share = await hpkeOpen(key, labels.shareSeal, contextOf(context), sealed);
  return share?.length === shareBytes ? share : undefined;
}

/** The 32 bytes of a share, held against its hash. */
export async function openShare(
  key: BoxKey,
  context: ShareContext,
  sealed: SealedShare,
): Promise<Result<Bytes, ShareError>> {
  if ((await boxKeyIdOf(key.box)) !== sealed.key) return err({ type: "other-key" });
  const share = await hpkeOpen(key, labels.shareSeal, contextOf(context), sealed);
  if (share === undefined) return err({ type: "cannot-open" });
  return (await isShare(share, sealed.hash)) ? ok(share) : err({ type: "other-share" });
}
