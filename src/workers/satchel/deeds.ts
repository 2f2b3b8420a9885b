/** What an organisation says that it did for the person under her mandate. Runs in the satchel worker, part of shares.ts. */

import * as v from "valibot";
import type { OpenedLetter } from "../../crypto/letter.ts";
import { isMandate, withDeed } from "../../satchel/mandate.ts";
import { deedPayload } from "../../satchel/mandate-letters.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";

/** @returns null: the letter says nothing of the kind. */
export async function takeDeed(
  deps: Pick<SatchelDeps, "emit">,
  session: Session,
  { head, inner }: OpenedLetter,
  heardAt: number,
): Promise<Result<"drop" | "aside" | null, WorkerError>> {
  const payload = v.safeParse(deedPayload, inner.payload);
  if (!payload.success) return ok(null);
  const { about, domain, what, helper, at } = payload.output;
  const all = await session.records.listNow();
  if (!all.ok) return all;
  const target = all.value.find(({ id, record }) => (id as string) === about && isMandate(record));
  if (target === undefined || !isMandate(target.record)) return ok("aside");
  // Only who received it can say what was done under it, in its own thread.
  const { sent, thread, mandate } = target.record;
  if (sent.to !== head.from || inner.thread !== thread || !mandate.domains.includes(domain)) return ok("aside");
  const saved = await session.records.save<WorkerError>(target.id, (current) =>
    current !== undefined && isMandate(current)
      ? ok({ next: withDeed(current, head.letter, { domain, what, helper, at, heardAt }) })
      : err({ type: "not-found" }),
  );
  if (!saved.ok) return saved;
  deps.emit({ type: "shares" });
  return ok("drop");
}
