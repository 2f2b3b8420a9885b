/** Opens each satchel's database once for drainer and screens, and removes it. Runs in workers. */

import { err, ok, type Result } from "../../shared/result.ts";
import type { Registry, SatchelStore, StorageError } from "../../storage/ports.ts";
import type { WorkerError } from "../satchel.contract.ts";
import { storageErr } from "./errors.ts";

export interface Stores {
  readonly open: (database: string) => Promise<Result<SatchelStore, WorkerError>>;
  /** Closes it for good: its satchel was removed by another tab. */
  readonly forget: (database: string) => Promise<void>;
  /** Closes it; the next `open` begins anew: the browser erased it under the app. */
  readonly lose: (database: string) => Promise<void>;
  /** Closes it, then removes it with everything in it, and its registry row. */
  readonly remove: (database: string) => Promise<Result<void, WorkerError>>;
}

export function createStores(
  registry: Registry,
  openStore: (database: string) => Promise<Result<SatchelStore, StorageError>>,
): Stores {
  const opened = new Map<string, SatchelStore>();
  const opening = new Map<string, Promise<Result<SatchelStore, WorkerError>>>();
  /** Names are random and come once: what was removed is never opened, nor made, again. */
  const removed = new Set<string>();

  async function forget(database: string): Promise<void> {
    removed.add(database);
    await opened.get(database)?.close();
    opened.delete(database);
  }

  async function openNow(database: string): Promise<Result<SatchelStore, WorkerError>> {
    const store = await openStore(database);
    opening.delete(database);
    if (!store.ok) return storageErr(store.error);
    if (removed.has(database)) {
      await store.value.close();
      return err({ type: "not-found" });
    }
    opened.set(database, store.value);
    return store;
  }

  return {
    open(database) {
      const held = opened.get(database);
      if (held !== undefined) return Promise.resolve(ok(held));
      if (removed.has(database)) return Promise.resolve(err({ type: "not-found" }));
      const under = opening.get(database) ?? openNow(database);
      opening.set(database, under);
      return under;
    },
    forget,
    async lose(database) {
      const store = opened.get(database);
      opened.delete(database);
      await store?.close();
    },
    async remove(database) {
      await forget(database);
      const gone = await registry.remove(database);
      return gone.ok ? ok(undefined) : storageErr(gone.error);
    },
  };
}
