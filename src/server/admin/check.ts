/**
 * Is every byte that the database promises really there, and right? What lies there that it does not know? Would every
 * card open? Runs in Node, beside a working server.
 *
 * Surprising: what is found missing need not be lost. The phone that sent it keeps it until a backup covers it, so with
 * `mend` the server asks for it again instead of promising it.
 */

import { blobRootOf } from "../../protocol/blob-root.ts";
import { keyringClaim } from "../../protocol/keyring.ts";
import { labels } from "../../protocol/labels.ts";
import { parseBlobName } from "../../protocol/parse.ts";
import { isShare } from "../../protocol/share.ts";
import { readSigned } from "../../protocol/sign.ts";
import type { B64, ServerTime } from "../../protocol/wire.ts";
import type { SharePlace, Shares } from "../shares.ts";
import type { BlobItem, BlobVault, VaultEntry } from "../stores/blob-ports.ts";
import type { Store, StoredBlob } from "../stores/ports.ts";
import type { StoredKeyring } from "../stores/way-ports.ts";

export interface CheckReport {
  readonly blobs: number;
  readonly bytes: number;
  /** Of these something speaks: a record or a letter. */
  readonly referenced: number;
  readonly missing: number;
  /** Other length or other root than the ticket's. */
  readonly damaged: number;
  /** Asked for again. */
  readonly mended: number;
}

type State = "right" | "missing" | "damaged";

async function stateOf(vault: BlobVault, item: BlobItem, quick: boolean): Promise<State> {
  const size = await vault.size(item);
  if (size === undefined) return "missing";
  if (size !== item.length) return "damaged";
  if (quick) return "right";
  const found = await blobRootOf(await vault.read(item));
  return found.root === item.root ? "right" : "damaged";
}

/**
 * Looks at every verified blob: present, of its length and, unless `quick`, of its root. `mend` takes back the promise of
 * those that are not, so that their devices send them again. `onTrouble` hears of each, for the operator's eyes only.
 */
export async function checkBlobs(
  deps: { readonly store: Store; readonly vault: BlobVault; readonly now: () => ServerTime },
  options: {
    readonly quick: boolean;
    readonly mend: boolean;
    readonly onTrouble: (blob: StoredBlob, state: Exclude<State, "right">) => void;
  },
): Promise<CheckReport> {
  const counts = { blobs: 0, bytes: 0, referenced: 0, missing: 0, damaged: 0, mended: 0 };
  for await (const blob of deps.store.verifiedBlobs()) {
    counts.blobs += 1;
    counts.bytes += blob.length;
    if (blob.unreferencedSince === null) counts.referenced += 1;
    const state = await stateOf(deps.vault, blob, options.quick);
    if (state === "right") continue;
    // It may have been deleted while we looked: then nothing is promised any more.
    const now = await deps.store.blob(blob.owner, blob.blob);
    if (now?.state !== "verified" || now.createdAt !== blob.createdAt) continue;
    counts[state] += 1;
    options.onTrouble(blob, state);
    if (!options.mend) continue;
    await deps.store.loseBlob(blob.owner, blob.blob, deps.now());
    await deps.vault.remove(blob);
    counts.mended += 1;
  }
  return counts;
}

export interface StrayReport {
  readonly strays: number;
  readonly bytes: number;
}

/**
 * What lies in the vault and no row knows: left by a database of before a restore, by a process that died in between, or
 * by somebody else. Only told: removing it on the word of a wrong or empty database would empty the vault. What is being
 * moved or removed just now may be among it.
 */
export async function findStrays(
  deps: { readonly store: Pick<Store, "blob">; readonly vault: Pick<BlobVault, "entries" | "keyOf"> },
  onStray: (entry: VaultEntry) => void,
): Promise<StrayReport> {
  const counts = { strays: 0, bytes: 0 };
  for await (const entry of deps.vault.entries()) {
    const read = parseBlobName(entry.key.split(".").slice(0, 2).join("."));
    const row = read.ok ? await deps.store.blob(read.value.owner, read.value.blob) : undefined;
    if (row !== undefined && row.state !== "collected" && deps.vault.keyOf(row) === entry.key) continue;
    counts.strays += 1;
    counts.bytes += entry.length;
    onStray(entry);
  }
  return counts;
}

export interface KeyringReport {
  readonly keyrings: number;
  /** Not signed by its satchel any more, or other than the card that stands beside it. */
  readonly altered: number;
  /** A share of it does not open with this key file: the card, or the desk, would fail when it is needed. */
  readonly lost: number;
}

/** True when the kept share is the one that the keyring speaks of. */
async function opens(shares: Pick<Shares, "give">, place: SharePlace, kept: B64, hash: B64): Promise<boolean> {
  const share = shares.give(place, kept);
  return share !== undefined && (await isShare(share, hash));
}

async function keyringState(
  shares: Pick<Shares, "give">,
  keyring: StoredKeyring,
): Promise<"right" | "altered" | "lost"> {
  const { principal, epoch, card, desks } = keyring;
  const signed = await readSigned(keyring.sign, labels.keyring, keyring.signed);
  const claim = keyringClaim(keyring.signed);
  if (!signed.ok || !claim.ok || claim.value.epoch !== epoch) return "altered";
  const body = claim.value;
  if (body.card?.locator !== card?.locator) return "altered";
  const own = { principal, epoch };
  if (card !== null && body.card !== null) {
    const place = { ...own, use: "card", name: card.locator } as const;
    if (!(await opens(shares, place, card.share, body.card.share.hash))) return "lost";
  }
  for (const { organisation, share } of desks) {
    const named = body.desks.find((desk) => desk.organisation === organisation && desk.share !== null)?.share;
    if (named == null) return "altered";
    const place = { ...own, use: "desk", name: organisation } as const;
    if (!(await opens(shares, place, share, named.hash))) return "lost";
  }
  return "right";
}

/**
 * Looks at every keyring: signed by its satchel, beside the card that it names, its shares to be opened with this key file.
 * What is not right is put right by the next keyring that a phone makes; until then its card opens nothing.
 */
export async function checkKeyrings(deps: {
  readonly store: Pick<Store, "keyrings">;
  readonly shares: Pick<Shares, "give">;
}): Promise<KeyringReport> {
  const counts = { keyrings: 0, altered: 0, lost: 0 };
  for await (const keyring of deps.store.keyrings()) {
    counts.keyrings += 1;
    const state = await keyringState(deps.shares, keyring);
    if (state !== "right") counts[state] += 1;
  }
  return counts;
}
