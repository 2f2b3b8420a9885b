/**
 * Taking a keyring (SPEC P-Y): signature, chain, shares, and whether it follows the one that is stored. Runs in Node.
 *
 * The server opens of it what is sealed to its own box key and nothing else, to keep that under the key file's other key: a
 * share that does not open would be a way in that fails when it is needed, so it is refused now.
 */

import { type Keyring, keyringClaim, keyringFollows, readKeyring } from "../protocol/keyring.ts";
import { openShare, type ShareContext } from "../protocol/share.ts";
import type { B64, RejectCode, ServerTime, Signed } from "../protocol/wire.ts";
import { assert } from "../shared/assert.ts";
import type { PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import type { ServerKeys } from "./keys.ts";
import type { SharePlace, Shares } from "./shares.ts";
import type { Store } from "./stores/ports.ts";
import type { NewKeyring } from "./stores/way-ports.ts";

export type KeyringVerdict =
  | { readonly type: "ok"; readonly epoch: number }
  | { readonly type: "conflict"; readonly current: Signed }
  | { readonly type: "reject"; readonly code: RejectCode };

export interface Keyrings {
  /** Verified, and by whom; nothing is stored. */
  readonly read: (signed: Signed) => Promise<Result<Keyring, RejectCode>>;
  readonly take: (keyring: Keyring) => Promise<KeyringVerdict>;
}

export function createKeyrings(deps: {
  readonly store: Pick<Store, "principal" | "keyring" | "putKeyring">;
  readonly keys: Pick<ServerKeys, "box">;
  readonly shares: Shares;
  readonly now: () => ServerTime;
}): Keyrings {
  const { store, keys, shares } = deps;

  const read = async (signed: Signed): Promise<Result<Keyring, RejectCode>> => {
    const claim = keyringClaim(signed);
    if (!claim.ok) return err(claim.error.type === "weak-parameters" ? "weak-parameters" : "bad-format");
    const known = await store.principal(claim.value.principal);
    if (known === undefined) return err("unknown-principal");
    // Its chain was checked when it was stored: one signature is enough, however long it is.
    const keyring = await readKeyring(signed, { ...known, head: { n: known.statements.length - 1 } });
    if (keyring.ok) return keyring;
    switch (keyring.error.type) {
      case "bad-signature":
      case "weak-parameters":
        return err(keyring.error.type);
      // Its author knew statements that are not here yet: they are on their way, or have to be sent again.
      case "chain-behind":
        return err("unknown-principal");
      default:
        return err("bad-format");
    }
  };

  /** The shares of a keyring as the database keeps them. */
  const keepShares = async ({ body }: Keyring): Promise<Result<Pick<NewKeyring, "card" | "desks">, "bad-share">> => {
    const { principal, epoch, root } = body;
    const keep = async (
      use: "card" | "desk",
      name: B64 | PrincipalId,
      sealed: Parameters<typeof openShare>[2],
    ): Promise<B64 | undefined> => {
      const context: ShareContext = { use, principal, root, name };
      const share = await openShare(keys.box, context, sealed);
      const place: SharePlace = { principal, epoch, use, name };
      return share.ok ? shares.keep(place, share.value) : undefined;
    };
    let card: NewKeyring["card"] = null;
    if (body.card !== null) {
      const { locator, card: verifier, code, block, salt, params } = body.card;
      const share = await keep("card", locator, body.card.share);
      if (share === undefined) return err("bad-share");
      card = { locator, card: verifier, code, block, salt, params, share };
    }
    const desks: { readonly organisation: PrincipalId; readonly share: B64 }[] = [];
    for (const desk of body.desks) {
      if (desk.share === null) continue;
      const share = await keep("desk", desk.organisation, desk.share);
      if (share === undefined) return err("bad-share");
      desks.push({ organisation: desk.organisation, share });
    }
    return ok({ card, desks });
  };

  /** What is stored, read as it was when it was taken; chains only grow. */
  const stored = async (principal: PrincipalId): Promise<Keyring | undefined> => {
    const held = await store.keyring(principal);
    if (held === undefined) return undefined;
    const keyring = await read(held.signed);
    assert(keyring.ok, "a stored keyring was checked before");
    return keyring.value;
  };

  const take = async (keyring: Keyring): Promise<KeyringVerdict> => {
    const { principal, epoch } = keyring.body;
    for (;;) {
      const before = await stored(principal);
      const following = await keyringFollows(before, keyring);
      if (following === "same") return { type: "ok", epoch };
      if (following === "other-root") return { type: "reject", code: "other-root" };
      if (following === "conflict") {
        assert(before !== undefined, "what is not stored is in nobody's way");
        return { type: "conflict", current: before.signed };
      }
      const kept = await keepShares(keyring);
      if (!kept.ok) return { type: "reject", code: kept.error };
      const put = await store.putKeyring({
        principal,
        epoch,
        hash: keyring.hash,
        signed: keyring.signed,
        after: before?.hash ?? null,
        newRoot: before !== undefined && keyring.body.root > before.body.root,
        ...kept.value,
        at: deps.now(),
      });
      if (put === "ok") return { type: "ok", epoch };
      if (put !== "changed") return { type: "reject", code: put };
    }
  };

  return { read, take };
}
