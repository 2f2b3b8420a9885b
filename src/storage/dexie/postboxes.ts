/** The list of a shared computer's postboxes in IndexedDB. Runs in the kiosk's worker. */

import type { Dexie } from "dexie";
import { ok, type Result } from "../../shared/result.ts";
import type { StorageError } from "../ports.ts";
import type { Postboxes, PostboxRow } from "../postbox-ports.ts";
import { type ConnectionKind, type DexieDeps, deleteDatabase, openConnection } from "./connection.ts";

/** Version 1. Never edited: a later shape is a migration of its own. */
const listKind: ConnectionKind = {
  migrations: [(db: Dexie) => void db.version(1).stores({ postboxes: "database", ballast: "id" })],
  ballastBytes: 0,
  remade: true,
};

export const postboxListName = "besace-poste";

export async function openPostboxes(
  deps: DexieDeps & { readonly name?: string },
): Promise<Result<Postboxes, StorageError>> {
  const opened = await openConnection(deps.name ?? postboxListName, listKind, deps);
  if (!opened.ok) return opened;
  const { run } = opened.value;
  const table = ["postboxes"];
  return ok({
    list: () =>
      run<readonly PostboxRow[]>(
        table,
        "read",
        async (tx) => ok((await tx.table("postboxes").toArray()) as PostboxRow[]),
        false,
      ),
    put: (row) =>
      run<void>(
        table,
        "strict",
        async (tx) => {
          await tx.table("postboxes").put(row);
          return ok(undefined);
        },
        true,
      ),
    update: (database, patch) =>
      run<void>(
        table,
        "strict",
        async (tx) => {
          const row = (await tx.table("postboxes").get(database)) as PostboxRow | undefined;
          if (row !== undefined) await tx.table("postboxes").put({ ...row, ...patch });
          return ok(undefined);
        },
        true,
      ),
    remove: async (database) => {
      const removed = await run<void>(
        table,
        "strict",
        async (tx) => {
          await tx.table("postboxes").delete(database);
          return ok(undefined);
        },
        false,
      );
      return removed.ok ? deleteDatabase(database, deps) : removed;
    },
  });
}
