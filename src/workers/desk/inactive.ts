/**
 * People who have not opened their satchel for years, by the names that only this desk knows (SPEC P-Z2). Runs in the desk
 * worker.
 */

import { err, ok, type Result } from "../../shared/result.ts";
import { storageErr } from "../common/errors.ts";
import type { InactivePerson } from "../inactive-desk.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";
import { nameOf } from "./inbox.ts";
import type { ReceivedRecord } from "./records.ts";

export async function inactivePeople(
  { link }: Pick<DeskDeps, "link">,
  session: DeskSession,
): Promise<Result<readonly InactivePerson[], WorkerError | { readonly type: "no-network" }>> {
  const meta = await session.store.meta();
  if (!meta.ok) return storageErr(meta.error);
  if (meta.value.session === null) return err({ type: "no-network" });
  const answer = await link.inactive(meta.value.session);
  if (answer.type !== "answer") return err({ type: "no-network" });
  const kept = await session.records.list();
  if (!kept.ok) return kept;
  const newest = new Map<string, ReceivedRecord>();
  for (const { record } of kept.value)
    if (record.t === "received" && record.depositedAt > (newest.get(record.from)?.depositedAt ?? -1))
      newest.set(record.from, record);
  const people = answer.value.satchels.map(({ satchel, removedFrom }) => {
    const record = newest.get(satchel);
    return { name: record === undefined ? "" : nameOf(record), removedFrom };
  });
  return ok(people.sort((a, b) => a.removedFrom - b.removedFrom));
}
