/**
 * Records that the server has lost (a conflict without a row, after a restored backup): each starts again with a first op,
 * deletions too (sync SPEC S-C4). Runs in the workers that hold keys.
 */

import type { RecordId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { SatchelStore } from "../../storage/ports.ts";
import type { WorkerError } from "../satchel.contract.ts";
import { storageErr } from "./errors.ts";
import type { Records } from "./records.ts";

/** @param waiting records whose row of the server is still to be looked at. */
export async function restartLost<R extends object>(
  store: SatchelStore,
  records: Records<R>,
  waiting: ReadonlySet<RecordId>,
): Promise<Result<void, WorkerError>> {
  const queue = await store.queue();
  if (!queue.ok) return storageErr(queue.error);
  const lost = queue.value.ops.filter((op) => op.state === "conflict" && !waiting.has(op.record));
  for (const record of new Set(lost.map((op) => op.record))) {
    const saved = await records.save<never>(record, (current) => ok({ next: current ?? null, restart: true }));
    // "stale": its row came meanwhile, and is merged; "not-found": what does not open is not sealed again.
    if (!saved.ok && saved.error.type !== "stale" && saved.error.type !== "not-found") return err(saved.error);
  }
  return ok(undefined);
}
