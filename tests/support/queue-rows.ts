/**
 * What a page's own databases hold of the queue, row by row, so that a test that finds something stuck can say which
 * item and why. Runs in Node over a Playwright page of the app; needs no key: these fields are clear (INV-3).
 */
import type { Page } from "playwright-core";

/** One item: its table, the start of its id, and the fields that say why it is where it is. */
export type QueueRow = Readonly<Record<string, string | number | boolean | null>>;

/** Every op, letter and blob that is not finished, letters that are, and the sync's own settings. */
export async function queueRows(page: Page): Promise<readonly QueueRow[]> {
  return await page.evaluate(async () => {
    const wanted = (request: IDBRequest): Promise<unknown> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const shown = [
      "state",
      "lastCode",
      "attempts",
      "nextAt",
      "queuedAt",
      "offset",
      "length",
      "sendClass",
      "complete",
      "localOnly",
      "bytes",
      "order",
    ];
    const rows: Record<string, string | number | boolean | null>[] = [];
    const now = Date.now();
    for (const { name } of await indexedDB.databases()) {
      if (name === undefined) continue;
      const db = (await wanted(indexedDB.open(name))) as IDBDatabase;
      for (const table of ["ops", "letters", "blobs", "outProofs", "inbox", "settings"]) {
        if (!db.objectStoreNames.contains(table)) continue;
        const all = (await wanted(db.transaction(table).objectStore(table).getAll())) as Record<string, unknown>[];
        for (const row of all) {
          if (table === "settings") {
            if (row.key === "sync")
              rows.push({ table: "meta", ...(row.value as object), session: null, now } as (typeof rows)[number]);
            continue;
          }
          if (table === "blobs" && row.state === "verified") continue;
          const id = String(row.op ?? row.letter ?? row.blob ?? row.order).slice(0, 8);
          const facts: (typeof rows)[number] = { table, id };
          for (const field of shown) {
            const value = row[field];
            if (field === "nextAt" && typeof value === "number") facts.dueInMs = Math.max(0, value - now);
            else if (["string", "number", "boolean"].includes(typeof value) || value === null)
              facts[field] = value as string;
          }
          if (Array.isArray(row.blobs)) facts.blobs = row.blobs.map((each) => String(each).slice(0, 8)).join(" ");
          rows.push(facts);
        }
      }
      db.close();
    }
    return rows;
  });
}

/** One line per row. */
export const describeRows = (rows: readonly QueueRow[]): string => rows.map((row) => JSON.stringify(row)).join("\n");
