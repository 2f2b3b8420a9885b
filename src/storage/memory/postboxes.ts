/** A shared computer's postboxes in memory, for tests. The rows outlive a worker, as a disk would. Runs anywhere. */

import { ok } from "../../shared/result.ts";
import type { Postboxes, PostboxRow } from "../postbox-ports.ts";

/** @param drop takes a database away. */
export function createMemoryPostboxes(rows: Map<string, PostboxRow>, drop: (database: string) => void): Postboxes {
  return {
    list: async () => ok([...rows.values()]),
    put: async (row) => {
      rows.set(row.database, row);
      return ok(undefined);
    },
    update: async (database, patch) => {
      const row = rows.get(database);
      if (row !== undefined) rows.set(database, { ...row, ...patch });
      return ok(undefined);
    },
    remove: async (database) => {
      rows.delete(database);
      drop(database);
      return ok(undefined);
    },
  };
}
