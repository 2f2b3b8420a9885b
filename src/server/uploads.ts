/**
 * From staged bytes to a verified blob: root, fsync, one PutObject, read back, one transaction, and only then does the
 * staging file go (decision 0010). Runs in Node.
 *
 * Every step can be done again, so a start-up sweep finishes what a crash interrupted, whichever step it was. One
 * verification per blob runs at a time; whoever asks meanwhile gets the same answer. Surprising: while the vault does not
 * take a blob, its upload stands at its full length and is "incomplete": the client asks HEAD again later, and we go on
 * trying by ourselves.
 */

import { blobRootOf } from "../protocol/blob-root.ts";
import { parseBlobName } from "../protocol/parse.ts";
import type { ServerTime } from "../protocol/wire.ts";
import type { BlobId, PrincipalId } from "../shared/ids.ts";
import type { Log, Timers } from "../shared/ports.ts";
import type { Letters } from "./letters.ts";
import { describeError } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { type BlobItem, type BlobStaging, type BlobVault, blobName } from "./stores/blob-ports.ts";
import type { Store } from "./stores/ports.ts";

/** What a client hears in the besace-blob header. */
export type Progress = "incomplete" | "verified" | "again";

export interface Uploads {
  /** Verifies when every byte is there. "again": they did not give the root and were thrown away. */
  readonly settle: (owner: PrincipalId, blob: BlobId) => Promise<Progress>;
  /** At start: finishes what a crash interrupted, says "complete" where it was due. */
  readonly sweep: () => Promise<void>;
  /** Looks through the staging folder for what is of no use any more, or was not moved. */
  readonly tidy: () => Promise<void>;
  /** Runs `work` while nothing else happens to this blob in this process. */
  readonly alone: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** No more tries by ourselves. */
  readonly stop: () => void;
}

/** Between two tries to move a blob into a vault that did not take it. */
const retryMs = { first: 10_000, most: 10 * 60_000 } as const;

export function createUploads(deps: {
  readonly store: Store;
  readonly staging: BlobStaging;
  readonly vault: BlobVault;
  readonly letters: Letters;
  readonly timers: Timers;
  readonly now: () => ServerTime;
  readonly log: Log;
  readonly metrics: Metrics;
}): Uploads {
  const { store, staging, vault, now } = deps;
  const running = new Map<string, Promise<Progress>>();
  const queues = new Map<string, Promise<unknown>>();
  /** Waiting for the vault: how to cancel the next try, and how long the last wait was. */
  const waiting = new Map<string, { readonly cancel: () => void; readonly waitMs: number }>();
  let stopped = false;

  const alone = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const before = queues.get(name) ?? Promise.resolve();
    const result = before.then(work, work);
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    queues.set(name, tail);
    tail.then(() => {
      if (queues.get(name) === tail) queues.delete(name);
    });
    return result;
  };

  /** True when the vault holds exactly these bytes: its length is asked, then they are read back and hashed again. */
  const holds = async (item: BlobItem): Promise<boolean> => {
    if ((await vault.size(item)) !== item.length) return false;
    const back = await blobRootOf(await vault.read(item));
    return back.length === item.length && back.root === item.root;
  };

  /** @returns false when the vault did not take it now; it is tried again later. */
  const promote = async (item: BlobItem): Promise<boolean> => {
    try {
      await vault.put(item);
      if (vault.inPlace || (await holds(item))) {
        deps.metrics.promoted(item.length);
        return true;
      }
      deps.metrics.promotionFailed("wrong-bytes");
      deps.log.note("vault-wrong-bytes");
    } catch (error) {
      if (vault.inPlace) throw error;
      deps.metrics.promotionFailed("unreachable");
      deps.log.note("vault-refused", { ...describeError(error) });
    }
    return false;
  };

  const tryLater = (owner: PrincipalId, blob: BlobId): void => {
    const name = blobName(owner, blob);
    const before = waiting.get(name);
    before?.cancel();
    if (stopped) return;
    const waitMs = before === undefined ? retryMs.first : Math.min(before.waitMs * 2, retryMs.most);
    const cancel = deps.timers.after(waitMs, () => {
      settle(owner, blob).catch((error: unknown) => deps.log.note("settle-failed", { ...describeError(error) }));
    });
    waiting.set(name, { cancel, waitMs });
  };

  const verify = async (owner: PrincipalId, blob: BlobId): Promise<Progress> => {
    const row = await store.blob(owner, blob);
    if (row === undefined || row.state === "collected") return "incomplete";
    if (row.state === "verified") return "verified";
    const name = blobName(owner, blob);
    const size = await staging.size(name);
    if (size === undefined || size < row.length) return row.state === "again" && !size ? "again" : "incomplete";
    const found = await blobRootOf(staging.read(name));
    if (found.length !== row.length || found.root !== row.root) {
      // The state first: a crash in between leaves whole bytes with a wrong root, which the sweep meets again.
      await store.markBlob(owner, blob, "again", now());
      await staging.empty(name);
      deps.log.note("blob-again");
      return "again";
    }
    await staging.sync(name);
    if (!(await promote(row))) {
      tryLater(owner, blob);
      return "incomplete";
    }
    await store.markBlob(owner, blob, "verified", now());
    waiting.get(name)?.cancel();
    waiting.delete(name);
    if (!vault.inPlace) await staging.remove(name);
    await deps.letters.complete(owner);
    return "verified";
  };

  const settle = (owner: PrincipalId, blob: BlobId): Promise<Progress> => {
    const name = blobName(owner, blob);
    const known = running.get(name);
    if (known !== undefined) return known;
    const work = alone(name, () => verify(owner, blob)).finally(() => running.delete(name));
    running.set(name, work);
    return work;
  };

  /** A file of the staging folder, after a crash or a change of `BLOB_URL`: settled, moved, or of no use any more. */
  const tidyOne = async (name: string): Promise<void> => {
    const read = parseBlobName(name);
    const row = read.ok ? await store.blob(read.value.owner, read.value.blob) : undefined;
    if (row === undefined || row.state === "collected") return staging.remove(name);
    if (row.state !== "verified") {
      await verify(row.owner, row.blob);
      return undefined;
    }
    // Verified, so its bytes are in the vault; unless they were verified here before there was a vault elsewhere.
    if (await holds(row)) return staging.remove(name);
    const found = await blobRootOf(staging.read(name));
    if (found.root === row.root && found.length === row.length && (await promote(row))) return staging.remove(name);
    deps.log.note("verified-blob-not-moved");
    return undefined;
  };

  const tidy = async (): Promise<void> => {
    if (vault.inPlace) return;
    for (const name of await staging.names()) {
      if (stopped) return;
      await alone(name, () => tidyOne(name)).catch((error: unknown) =>
        deps.log.note("tidy-failed", { ...describeError(error) }),
      );
    }
  };

  return {
    settle,
    alone,
    tidy,
    sweep: async () => {
      if (vault.inPlace) for (const { owner, blob } of await store.unverifiedBlobs()) await settle(owner, blob);
      await tidy();
      await deps.letters.complete(null);
    },
    stop: () => {
      stopped = true;
      for (const { cancel } of waiting.values()) cancel();
      waiting.clear();
    },
  };
}
