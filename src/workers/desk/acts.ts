/**
 * What is done here with a person's papers, told to her: a letter signed with the organisation's key, sealed to her, about each
 * paper once a day (issue "The desk", journal). Runs in the desk worker, after the page was shown: looking waits for nothing.
 */

import { sealLetter } from "../../crypto/letter.ts";
import { readChain } from "../../protocol/statements.ts";
import type { ActPayload } from "../../satchel/model.ts";
import { localDay } from "../../shared/day.ts";
import { type BlobId, type LetterId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";
import { recordOf } from "./ids.ts";

/** Place of the paper of which this is a page; small pictures that stand for a paper are none. */
const paperOf = (papers: readonly { readonly pages: readonly { readonly blob: BlobId }[] }[], blob: BlobId): number =>
  papers.findIndex((paper) => paper.pages.some((page) => page.blob === blob));

/** @param helper who looked, as the person may read it; empty where this desk names nobody. */
export async function tellPaperOpened(
  deps: Pick<DeskDeps, "clock" | "random">,
  session: DeskSession,
  about: LetterId,
  blob: BlobId,
  helper: string,
): Promise<Result<void, WorkerError>> {
  const kept = await session.records.get(recordOf(about));
  if (!kept.ok) return kept;
  const { record } = kept.value;
  if (record.t !== "received" && record.t !== "shared") return ok(undefined);
  const paper = paperOf(record.payload.papers, blob);
  const at = deps.clock.now();
  const told = { paper, helper, day: localDay(at) };
  const isSaid = (acts: typeof record.acts): boolean =>
    Object.values(acts ?? {}).some((act) => act.paper === paper && act.helper === helper && act.day === told.day);
  if (paper < 0 || isSaid(record.acts)) return ok(undefined);
  const to = await readChain(record.senderStatements);
  if (!to.ok) return err({ type: "unavailable", mark: "sender-chain" });
  const id = randomId<LetterId>(deps.random);
  const payload: ActPayload = { t: "act", about, act: "paper-opened", paper, helper, at };
  const n = Object.keys(record.acts ?? {}).length + 1;
  const wire = await sealLetter({
    identity: session.identity,
    to: to.value,
    letter: id,
    blobs: [],
    inner: { thread: record.thread, n, replaces: null, kind: "act", sentAt: at, blobs: [], payload },
  });
  const saved = await session.records.save<"said">(recordOf(about), (current) => {
    if (current?.t !== "received" && current?.t !== "shared") return err("said");
    if (isSaid(current.acts)) return err("said");
    const next = { ...current, acts: { ...current.acts, [id]: told } };
    return ok({ next, letters: [{ letter: id, wire, blobs: [] }] });
  });
  return saved.ok || saved.error === "said" ? ok(undefined) : err(saved.error);
}
