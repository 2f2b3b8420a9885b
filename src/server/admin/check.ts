/**
 * Is every byte that the database promises really there, and right? Runs in Node, beside a working server.
 *
 * Surprising: what is found missing need not be lost. The phone that sent it keeps it until a backup covers it, so with
 * `mend` the server asks for it again instead of promising it.
 */

import { blobRootOf } from "../../protocol/blob-root.ts";
import type { ServerTime } from "../../protocol/wire.ts";
import type { BlobItem, BlobVault } from "../stores/blob-ports.ts";
import type { Store, StoredBlob } from "../stores/ports.ts";

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
