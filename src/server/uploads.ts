/**
 * From staged bytes to a verified blob: root, fsync, one transaction. Runs in Node.
 *
 * Every step can be done again, so a start-up sweep finishes what a crash interrupted. One verification per blob runs at
 * a time; whoever asks meanwhile gets the same answer.
 */

import { blobRootOf } from "../protocol/blob-root.ts";
import { blobs as limits } from "../protocol/limits.ts";
import type { ServerTime } from "../protocol/wire.ts";
import type { BlobId, PrincipalId } from "../shared/ids.ts";
import type { Log } from "../shared/ports.ts";
import type { Letters } from "./letters.ts";
import type { BlobPlace, Store } from "./stores/ports.ts";

/** What a client hears in the besace-blob header. */
export type Progress = "incomplete" | "verified" | "again";

export interface Uploads {
  /** Verifies when every byte is there. "again": they did not give the root and were thrown away. */
  readonly settle: (owner: PrincipalId, blob: BlobId) => Promise<Progress>;
  /** At start: verifies what was whole, drops what was never finished in time, says "complete" where it was due. */
  readonly sweep: () => Promise<void>;
}

export const blobName = (owner: PrincipalId, blob: BlobId): string => `${owner}.${blob}`;

export function createUploads(deps: {
  readonly store: Store;
  readonly place: BlobPlace;
  readonly letters: Letters;
  readonly now: () => ServerTime;
  readonly log: Log;
}): Uploads {
  const { store, place, now } = deps;
  const running = new Map<string, Promise<Progress>>();

  const verify = async (owner: PrincipalId, blob: BlobId): Promise<Progress> => {
    const row = await store.blob(owner, blob);
    if (row === undefined) return "incomplete";
    if (row.state === "verified") return "verified";
    const name = blobName(owner, blob);
    const size = await place.size(name);
    if (size === undefined || size < row.length) return row.state === "again" && !size ? "again" : "incomplete";
    const found = await blobRootOf(place.read(name));
    if (found.length !== row.length || found.root !== row.root) {
      // The state first: a crash in between leaves whole bytes with a wrong root, which the sweep meets again.
      await store.markBlob(owner, blob, "again", now());
      await place.empty(name);
      deps.log.note("blob-again");
      return "again";
    }
    await place.sync(name);
    await store.markBlob(owner, blob, "verified", now());
    await deps.letters.complete(owner);
    return "verified";
  };

  const settle = (owner: PrincipalId, blob: BlobId): Promise<Progress> => {
    const name = blobName(owner, blob);
    const known = running.get(name);
    if (known !== undefined) return known;
    const work = verify(owner, blob).finally(() => running.delete(name));
    running.set(name, work);
    return work;
  };

  return {
    settle,
    sweep: async () => {
      for (const row of await store.unverifiedBlobs()) {
        const progress = await settle(row.owner, row.blob);
        if (progress !== "verified" && row.createdAt + limits.unfinishedMs < now()) {
          await store.forgetUpload(row.owner, row.blob);
          await place.remove(blobName(row.owner, row.blob));
        }
      }
      await deps.letters.complete(null);
    },
  };
}
