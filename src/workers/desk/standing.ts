/**
 * Whether what a person gave for a time still stands: by the later of two clocks, and by her own signature (SPEC P-L7, P-P6). Runs in
 * the desk worker; shares and mandates ask it.
 */

import { readEndedProof, readWithdrawnProof } from "../../protocol/proofs.ts";
import { readChain } from "../../protocol/statements.ts";
import type { LetterId } from "../../shared/ids.ts";
import { ok, type Result } from "../../shared/result.ts";
import { storageErr } from "../common/errors.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";
import type { SharedRecord } from "./records.ts";

/** The later of this computer's clock and what the server said last: one that was set back opens nothing again. */
export async function deskNow(
  deps: Pick<DeskDeps, "clock">,
  session: DeskSession,
): Promise<Result<number, WorkerError>> {
  const meta = await session.store.meta();
  if (!meta.ok) return storageErr(meta.error);
  const { lastAnswerAt, clockOffset, epoch } = meta.value;
  const here = deps.clock.now();
  if (lastAnswerAt === 0 || epoch === "") return ok(here);
  return ok(Math.max(here + clockOffset, lastAnswerAt + clockOffset));
}

type Given = Pick<SharedRecord, "from" | "senderStatements" | "manifest" | "until">;

/** When the person ended it, by her own signature; null: she did not, as far as is known here. */
async function endedAt(session: DeskSession, id: LetterId, record: Given): Promise<Result<number | null, WorkerError>> {
  const proofs = await session.store.listProofs(id);
  if (!proofs.ok) return storageErr(proofs.error);
  if (proofs.value.length === 0) return ok(null);
  const sender = await readChain(record.senderStatements);
  if (!sender.ok) return ok(null);
  for (const { proof } of proofs.value) {
    const ended = await readEndedProof(proof, sender.value);
    const said = ended.ok ? ended : await readWithdrawnProof(proof, sender.value);
    if (!said.ok || said.value.letter !== id || said.value.manifest !== record.manifest) continue;
    if (said.value.by === record.from) return ok(said.value.at);
  }
  return ok(null);
}

/** Null: it stands. */
export async function overSince(
  deps: Pick<DeskDeps, "clock">,
  session: DeskSession,
  id: LetterId,
  record: Given,
): Promise<Result<{ readonly at: number; readonly why: "time" | "person" } | null, WorkerError>> {
  const [time, ended] = [await deskNow(deps, session), await endedAt(session, id, record)];
  if (!time.ok) return time;
  if (!ended.ok) return ended;
  if (ended.value !== null) return ok({ at: ended.value, why: "person" });
  return ok(time.value >= record.until ? { at: record.until, why: "time" } : null);
}
