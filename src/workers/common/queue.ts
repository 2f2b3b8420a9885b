/**
 * The queue and the streams of an open store, read once for all lists that a screen asks for after a change. Runs in the
 * workers that hold keys.
 *
 * Surprising fact: another tab's commit is heard of a moment later, so this is for showing only. Whoever deletes or sends
 * by what is queued asks the store itself.
 */

import type { BlobId } from "../../shared/ids.ts";
import { ok, type Result } from "../../shared/result.ts";
import type { BlobRow, QueueView, SatchelStore, Stored } from "../../storage/ports.ts";
import type { WorkerError } from "../satchel.contract.ts";
import { storageErr } from "./errors.ts";

export interface ShownQueue {
  readonly view: () => Promise<Result<QueueView, WorkerError>>;
  readonly blobs: () => Promise<Result<ReadonlyMap<BlobId, BlobRow>, WorkerError>>;
  /** Another number: something has changed since. */
  readonly stamp: () => number;
  /** All streams were read, and nothing has changed since: `blobs` answers from memory. */
  readonly isRead: () => boolean;
  /** Lets go of the store. */
  readonly close: () => void;
}

export function createShownQueue(store: SatchelStore): ShownQueue {
  let changes = 0;
  const close = store.onChange((what) => {
    if (what === "queue") changes += 1;
  });

  /** Joins a read of the same moment, and keeps what it found until something changes. */
  function once<T, U>(read: () => Stored<T>, shape: (value: T) => U, onRead?: (at: number) => void) {
    let held: { readonly at: number; readonly result: Promise<Result<U, WorkerError>> } | undefined;
    return async (): Promise<Result<U, WorkerError>> => {
      if (held?.at === changes) return held.result;
      const mine = {
        at: changes,
        result: read().then(
          (value): Result<U, WorkerError> => (value.ok ? ok(shape(value.value)) : storageErr(value.error)),
        ),
      };
      held = mine;
      const result = await mine.result;
      // A failure is asked again.
      if (!result.ok && held === mine) held = undefined;
      if (result.ok) onRead?.(mine.at);
      return result;
    };
  }

  /** Of what moment the streams were read last. */
  let readAt = -1;
  const noteRead = (at: number): void => {
    readAt = at;
  };

  return {
    view: once(store.queue, (view) => view),
    blobs: once(store.listBlobs, (rows) => new Map(rows.map((row) => [row.blob, row])), noteRead),
    stamp: () => changes,
    isRead: () => readAt === changes,
    close,
  };
}
