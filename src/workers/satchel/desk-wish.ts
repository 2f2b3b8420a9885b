/**
 * What a profile's row says of ways in with a desk: what is still wished for, and to which keys it was sealed. Pure.
 *
 * Surprising fact: a keyring that the server took keeps beside it what it settled; only when another device's takes its place is
 * that written down elsewhere (`foldDesks`).
 */

import type { DeskKeys, DeskWish, Profile } from "../../storage/ports.ts";

type Row = Pick<Profile, "keyring" | "deskWish" | "deskKeys">;

/** Null: the keyring at the server has it. */
export const wishedDesks = ({ keyring, deskWish }: Row): DeskWish | null =>
  deskWish == null || keyring?.desks === deskWish.n ? null : deskWish;

export const sealedKeys = ({ keyring, deskKeys }: Row): DeskKeys => keyring?.deskKeys ?? deskKeys ?? {};

/** What has to be kept when another keyring takes the place of this device's own. */
export const foldDesks = (row: Row): Pick<Profile, "deskWish" | "deskKeys"> =>
  row.keyring?.deskKeys === undefined ? {} : { deskKeys: sealedKeys(row), deskWish: wishedDesks(row) };
