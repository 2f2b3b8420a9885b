/** Opens each satchel's database once for drainer and screens, and removes it. Runs in workers. */

import { ok, type Result } from "../../shared/result.ts";
import type { Registry, SatchelStore, StorageError } from "../../storage/ports.ts";
import type { WorkerError } from "../satchel.contract.ts";
import { storageErr } from "./errors.ts";

export interface Stores {
  readonly open: (database: string) => Promise<Result<SatchelStore, WorkerError>>;
  /** Closes it, then removes it with everything in it, and its registry row. */
  readonly remove: (database: string) => Promise<Result<void, WorkerError>>;
}

export function createStores(
  registry: Registry,
  openStore: (database: string) => Promise<Result<SatchelStore, StorageError>>,
): Stores {
  const opened = new Map<string, SatchelStore>();
  const opening = new Map<string, Promise<Result<SatchelStore, WorkerError>>>();
  return {
    open(database) {
      const held = opened.get(database);
      if (held !== undefined) return Promise.resolve(ok(held));
      const under =
        opening.get(database) ??
        openStore(database).then((store): Result<SatchelStore, WorkerError> => {
          opening.delete(database);
          if (!store.ok) return storageErr(store.error);
          opened.set(database, store.value);
          return ok(store.value);
        });
      opening.set(database, under);
      return under;
    },
    async remove(database) {
      await opened.get(database)?.close();
      opened.delete(database);
      const removed = await registry.remove(database);
      return removed.ok ? ok(undefined) : storageErr(removed.error);
    },
  };
}
