/**
 * What helpers do with a dossier (decisions/0042): decisions and papers sealed to the person, notes and marks for each other. Runs
 * in the desk worker.
 *
 * Surprising fact: a note travels nowhere by itself. It stands in the dossier's own record, which is sealed under the organisation's
 * root and pulled by its other browsers; two that write at once both stay, since each has an id of its own.
 */

import { sealLetter } from "../../crypto/letter.ts";
import { letterManifest } from "../../protocol/letters.ts";
import { proofClaim, readServerProof } from "../../protocol/proofs.ts";
import { readChain } from "../../protocol/statements.ts";
import type { Deployment } from "../../protocol/wire.ts";
import type { GivenPaper, GivenPayload } from "../../satchel/model.ts";
import { dayPattern } from "../../shared/day.ts";
import { type LetterId, type PrincipalId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { ProofRow } from "../../storage/ports.ts";
import { type PutBlob, putBlob } from "../common/blobs.ts";
import { admit } from "../imaging/admit.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { DeskWork, GivenStage, GiveRefusal, PaperToGive, ToGive } from "../work-desk.contract.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";
import { recordOf } from "./ids.ts";
import type { DeskInbox } from "./inbox.ts";
import { type MarkKept, markOf, type ReceivedRecord, type SentGiven } from "./records.ts";

/** What one handing over may hold; the person's side refuses more. */
export const giveLimits = { papers: 20, words: 4000, title: 200, note: 4000 } as const;

export interface DeskWorkModule {
  readonly give: (
    session: DeskSession,
    letter: LetterId,
    given: ToGive,
  ) => Promise<Result<void, WorkerError | GiveRefusal>>;
  readonly addNote: (session: DeskSession, letter: LetterId, text: string) => Promise<Result<void, WorkerError>>;
  readonly assign: (
    session: DeskSession,
    letter: LetterId,
    helper: PrincipalId | null,
  ) => Promise<Result<void, WorkerError>>;
  readonly close: (session: DeskSession, letter: LetterId, closed: boolean) => Promise<Result<void, WorkerError>>;
}

const isFine = ({ text, decision, papers }: ToGive): boolean => {
  const said = [text, decision?.reason ?? "", decision?.remedies ?? ""];
  if (said.some((words) => words.length > giveLimits.words)) return false;
  if (papers.length > giveLimits.papers || papers.some(({ title }) => title.length > giveLimits.title)) return false;
  if (decision !== null && (decision.reason.trim() === "" || !dayPattern.test(decision.on))) return false;
  return decision !== null || papers.length > 0;
};

/** What of an organisation's work stands in a record; undefined: nothing. */
export function workOf(record: ReceivedRecord): DeskWork | undefined {
  if (record.notes === undefined && record.marks === undefined) return undefined;
  const notes = Object.entries(record.notes ?? {})
    .map(([id, note]) => ({ id, ...note }))
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  return {
    notes,
    assigned: markOf(record, "assigned")?.to ?? null,
    closed: markOf(record, "closed")?.to ?? false,
  };
}

/** How far a letter of this organisation has come, by what the server signed. */
export async function stageOfGiven(
  { manifest }: SentGiven,
  proofs: readonly ProofRow[],
  serverKeys: Deployment["serverKeys"],
): Promise<GivenStage> {
  let stage: GivenStage = "waits";
  for (const { proof } of proofs) {
    const claim = proofClaim(proof);
    if (!claim.ok || claim.value.manifest !== manifest) continue;
    const read = await readServerProof(proof, serverKeys);
    if (!read.ok || read.value.manifest !== manifest) continue;
    if (read.value.t === "complete") return "complete";
    if (read.value.t === "deposited") stage = "deposited";
  }
  return stage;
}

export function createDeskWork(deps: DeskDeps, inbox: Pick<DeskInbox, "letter" | "nextCounter">): DeskWorkModule {
  /** Seals every file, or says which one is none; on any refusal nothing is left behind. */
  async function putAll(
    session: DeskSession,
    papers: readonly PaperToGive[],
  ): Promise<Result<readonly PutBlob[], WorkerError | GiveRefusal>> {
    const put: PutBlob[] = [];
    const giveUp = async (error: WorkerError | GiveRefusal) => {
      await session.store.deleteBlobs(put.map(({ pointer }) => pointer.blob));
      return err(error);
    };
    for (const [at, { file }] of papers.entries()) {
      const admitted = await admit(file, null);
      if (!admitted.ok) return giveUp({ type: "paper", at, refusal: admitted.error });
      const mime = admitted.value.type === "pdf" ? "application/pdf" : admitted.value.mime;
      const one = await putBlob({ ...session, random: deps.random }, file, { mime, sendClass: 4, localOnly: false });
      if (!one.ok)
        return giveUp(
          one.error.type === "changed" ? { type: "paper", at, refusal: { type: "picture-damaged" } } : one.error,
        );
      put.push(one.value);
    }
    return ok(put);
  }

  /** Adds one entry to a map of the dossier's record. */
  async function add(
    session: DeskSession,
    letter: LetterId,
    apply: (record: ReceivedRecord, id: string) => ReceivedRecord,
  ): Promise<Result<void, WorkerError>> {
    const id = randomId(deps.random);
    const saved = await session.records.save<WorkerError>(recordOf(letter), (current) =>
      current?.t === "received" ? ok({ next: apply(current, id) }) : err({ type: "not-found" }),
    );
    if (!saved.ok) return saved;
    deps.emit({ type: "inbox" });
    return ok(undefined);
  }

  const mark = (session: DeskSession, letter: LetterId, set: Pick<MarkKept, "set" | "to">) =>
    add(session, letter, (record, id) => ({
      ...record,
      marks: {
        ...record.marks,
        [id]: { at: deps.clock.now(), by: session.helper?.id ?? null, ...set } as MarkKept,
      },
    }));

  return {
    async give(session, letter, given) {
      if (!isFine(given)) return err({ type: "give-fault" });
      const kept = await inbox.letter(session, letter);
      if (!kept.ok) return kept;
      const { record } = kept.value;
      const to = await readChain(record.senderStatements);
      if (!to.ok) return err({ type: "unavailable", mark: "sender-chain" });
      const n = await inbox.nextCounter(session, record);
      if (!n.ok) return n;
      const put = await putAll(session, given.papers);
      if (!put.ok) return put;
      const pointers = put.value.map(({ pointer }) => pointer);
      const papers = given.papers.map(({ kind, title }, at): GivenPaper => {
        const pointer = pointers[at];
        if (pointer === undefined) throw new Error("assertion failed: each paper was sealed");
        return { kind, title: title.trim(), blob: pointer.blob, mime: pointer.mime, bytes: pointer.sealedLength };
      });
      const id = randomId<LetterId>(deps.random);
      const at = deps.clock.now();
      const { text, decision } = given;
      const payload: GivenPayload = {
        t: "given",
        about: letter,
        text,
        decision,
        papers: papers.map(({ kind, title, blob }) => ({ kind, title, blob })),
      };
      const wire = await sealLetter({
        identity: session.identity,
        to: to.value,
        letter: id,
        blobs: pointers.map(({ blob, sealedLength, root }) => ({ blob, length: sealedLength, root })),
        inner: {
          thread: record.thread,
          n: n.value,
          replaces: null,
          kind: "deposit",
          sentAt: at,
          blobs: pointers.map(({ blob, root, key, hash, mime }) => ({ blob, root, key, hash, mime, role: "paper" })),
          payload,
        },
      });
      const sent: SentGiven = { at, text, decision, papers, manifest: await letterManifest(wire) };
      const blobs = pointers.map(({ blob }) => blob);
      const saved = await session.records.save<WorkerError>(recordOf(letter), (current) =>
        current?.t === "received"
          ? ok({
              next: { ...current, given: { ...current.given, [id]: sent } },
              blobs: put.value.map(({ blob }) => blob),
              letters: [{ letter: id, wire, blobs }],
            })
          : err({ type: "not-found" }),
      );
      if (!saved.ok) {
        await session.store.deleteBlobs(blobs);
        return saved;
      }
      deps.emit({ type: "inbox" });
      return ok(undefined);
    },

    addNote: (session, letter, text) =>
      add(session, letter, (record, id) => ({
        ...record,
        notes: {
          ...record.notes,
          [id]: { at: deps.clock.now(), by: session.helper?.id ?? null, text: text.slice(0, giveLimits.note) },
        },
      })),
    assign: (session, letter, to) => mark(session, letter, { set: "assigned", to }),
    close: (session, letter, to) => mark(session, letter, { set: "closed", to }),
  };
}
