/**
 * "Mes envois" of an open satchel: queue rows told as things that the person knows. Runs in the satchel worker.
 *
 * Surprising fact: copies of a draft for the person's other devices travel too, but are no "envoi": they are shown only
 * when they need the person.
 */

import { type OutboxLine as Described, describeOutbox, type WaitFacts, waitReason } from "../../satchel/describe.ts";
import type { LetterId, RecordId } from "../../shared/ids.ts";
import { ok, type Result } from "../../shared/result.ts";
import type { QueueView } from "../../storage/ports.ts";
import { wedgeOf } from "../../sync/wedge.ts";
import type { CourierState } from "../common/couriers.ts";
import { createDoor } from "../common/door.ts";
import { storageErr } from "../common/errors.ts";
import { createLoader } from "../common/loaded.ts";
import type { OutboxLine, OutboxView, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { isDossier } from "./dossiers.ts";
import type { OutboxPart } from "./outbox-part.ts";
import { pinsOf } from "./pins.ts";
import type { ProofCheck } from "./proofs.ts";

export interface Outbox extends OutboxPart {
  readonly view: (session: Session) => Promise<Result<OutboxView, WorkerError>>;
  readonly retry: (session: Session, id: RecordId) => Promise<Result<void, WorkerError>>;
}

/** While the app is open a pull comes every two minutes: an older one says nothing about now. */
const freshPullMs = 10 * 60_000;

const states: Readonly<Record<Described["state"], OutboxLine["state"]>> = {
  waits: "waits",
  moving: "moving",
  "needs-person": "needs-you",
  arrived: "arrived",
};

/** Words for a record: dossiers by their spoken number, papers by their title; screens know kinds and procedures. */
const titleOf = (line: Described): string => line.number ?? line.title;

export function createOutbox(deps: SatchelDeps, checkProofs: ProofCheck): Outbox {
  /** Server time of a letter's first verified deposit; null: nothing proves that it arrived. */
  async function arrivedAt(session: Session, letter: LetterId | null): Promise<number | null> {
    const pins = await pinsOf(session);
    if (letter === null || !pins.ok) return null;
    const proven = await checkProofs.letter(session, pins.value, letter);
    if (!proven.ok) return null;
    const times = proven.value.proofs.flatMap((proof) =>
      proof.t === "deposited" ? [proof.at] : proof.t === "complete" ? [proof.depositedAt] : [],
    );
    return times.length === 0 ? null : Math.min(...times);
  }

  const held = (queue: QueueView, facts: WaitFacts): number =>
    facts.photosOnWifi && facts.metered
      ? queue.blobs
          .filter((blob) => !blob.localOnly && (blob.state === "waiting" || blob.state === "sending"))
          .reduce((sum, blob) => sum + Math.max(0, blob.length - blob.offset), 0)
      : 0;

  const isUnreachable = (trouble: CourierState["trouble"]): boolean =>
    trouble === "no-network" || trouble === "not-let-through";

  async function view(session: Session): Promise<Result<OutboxView, WorkerError>> {
    const [all, queue, meta] = await Promise.all([session.records.list(), session.queue.view(), session.store.meta()]);
    if (!all.ok) return all;
    if (!queue.ok) return queue;
    if (!meta.ok) return storageErr(meta.error);
    const records = new Map(all.value.map(({ id, record }) => [id, record]));
    // A chain that waits for a merge waits: the merge comes by itself while the satchel is open.
    const ops = queue.value.ops.map((op) => ({
      ...op,
      state: op.state === "conflict" ? ("waiting" as const) : op.state,
    }));
    const described = describeOutbox({ ...queue.value, ops }, records);
    const lines: OutboxLine[] = [];
    const courier = deps.couriers.state(session.profile.database);
    const now = deps.clock.now();
    const { metered, slow } = deps.hints();
    const facts: WaitFacts = {
      now,
      unreachable: isUnreachable(courier.trouble) || meta.value.lastAnswerAt === 0,
      quota: meta.value.pausedFor === "quota",
      photosOnWifi: meta.value.photosOnWifi,
      metered,
      slow,
    };
    for (const line of described) {
      // "unknown": the news of an erasure for the person's other devices.
      const copy = line.kind === "draft" || line.kind === "profile" || line.kind === "unknown";
      if (line.record === null || (copy && line.state !== "needs-person")) continue;
      const at = await arrivedAt(session, line.letter);
      // INV-2: a server's bare yes is no arrival; what is not proven waits.
      const sent = line.kind === "dossier" || line.kind === "share";
      const state = line.state === "arrived" && sent && at === null ? "waits" : states[line.state];
      const what = line.kind === "draft" ? "dossier" : line.kind;
      const parts = { done: line.n, of: line.m };
      const { bytesLeft, reason, pieces } = line;
      lines.push({
        id: line.record,
        what,
        title: titleOf(line),
        state,
        parts,
        bytesLeft,
        reason,
        at,
        waits: state === "waits" ? waitReason(line, facts) : null,
        pieces,
      });
    }
    for (const { id, record } of all.value.filter(isDossier)) {
      if (record.status !== "ready" || lines.some((line) => line.id === id && line.what === "dossier")) continue;
      const parts = { done: 0, of: 1 };
      lines.unshift({
        id,
        what: "dossier",
        title: record.number,
        state: "awaiting-desk",
        parts,
        bytesLeft: 0,
        reason: null,
        at: null,
        waits: null,
        pieces: [],
      });
    }
    const left = lines.filter((line) => line.state !== "arrived");
    const { pausedFor, lastAnswerAt, lastPullAt, offerDue } = meta.value;
    const trouble = pausedFor === "quota" ? "quota" : courier.trouble;
    const pullAge = now - lastPullAt;
    const isFresh = lastPullAt > 0 && pullAge >= 0 && pullAge < freshPullMs;
    const travelling =
      queue.value.ops.length +
      queue.value.proofs.length +
      queue.value.letters.filter((letter) => letter.state !== "accepted").length +
      queue.value.blobs.filter((blob) => !blob.localOnly && blob.state !== "verified").length;
    return ok({
      lines,
      waiting: left.length,
      bytesLeft: left.reduce((sum, line) => sum + line.bytesLeft, 0),
      lastAnswerAt,
      moving: courier.moving,
      trouble,
      upToDate: left.length === 0 && travelling === 0 && !offerDue && trouble === "none" && isFresh,
      pulledAt: lastPullAt,
      stuck: wedgeOf(queue.value, meta.value, now, { photos: facts.photosOnWifi && metered, originals: slow }),
      data: {
        photosOnWifi: facts.photosOnWifi,
        metered,
        lineKnown: deps.lineKnown(),
        held: held(queue.value, facts),
      },
    });
  }

  return {
    view,
    ...createDoor<OutboxPart>(
      createLoader(deps, "outbox-part-not-loaded", async () =>
        (await import("./outbox-part.ts")).createOutboxPart(deps, view),
      ),
      { exportItem: true, diagnostics: true },
    ),

    async retry(session, id) {
      const { store } = session;
      const [queue, all] = await Promise.all([store.queue(), session.records.list()]);
      if (!queue.ok) return storageErr(queue.error);
      if (!all.ok) return all;
      const again = { attempts: 0, nextAt: 0, lastCode: null } as const;
      const letters = queue.value.letters.filter((letter) => letter.about === id);
      const named = new Set(letters.flatMap((letter) => letter.blobs));
      const record = all.value.find((kept) => kept.id === id)?.record;
      const own = record?.t === "paper" ? Object.values(record.pages) : [];
      for (const page of own) {
        for (const pointer of [page.readable, page.preview, page.original])
          if (pointer !== null) named.add(pointer.blob);
      }
      for (const op of queue.value.ops) {
        if (op.record !== id || op.state !== "aside") continue;
        // Its bytes may be at the server: it stays frozen, so that a later save is based on it.
        const set = await store.setOpAttempt(op.op, { ...again, state: "frozen" });
        if (!set.ok) return storageErr(set.error);
      }
      for (const letter of letters) {
        if (letter.state !== "aside") continue;
        const set = await store.setLetter(letter.letter, { ...again, state: "frozen" });
        if (!set.ok) return storageErr(set.error);
      }
      for (const blob of queue.value.blobs) {
        if (!named.has(blob.blob) || blob.state !== "aside") continue;
        const set = await store.setBlob(blob.blob, { ...again, state: "waiting" });
        if (!set.ok) return storageErr(set.error);
      }
      deps.couriers.kick("person", session.profile.database);
      deps.emit({ type: "outbox" });
      return ok(undefined);
    },
  };
}
