/**
 * What was pulled, once the satchel is open: rows of other devices are merged, the desk's replies booked (DESIGN 4).
 * Runs in the satchel worker after unlock and after every pull; each row is its own restartable step.
 *
 * Surprising fact: what cannot be opened is set aside and counted, never deleted: a newer version may read it.
 */

import * as v from "valibot";
import { type LetterKind, type OpenedLetter, openLetter } from "../../crypto/letter.ts";
import { openRecord } from "../../crypto/record.ts";
import { randomIdField } from "../../protocol/fields.ts";
import { letterHead } from "../../protocol/letters.ts";
import { opHead } from "../../protocol/ops.ts";
import { readOpenedProof, signProof } from "../../protocol/proofs.ts";
import { readChain } from "../../protocol/statements.ts";
import { addReply } from "../../satchel/dossier.ts";
import { incoming, joinUnrelated } from "../../satchel/incoming.ts";
import { mergeRecords, sameValue } from "../../satchel/merge.ts";
import type { SatchelRecord } from "../../satchel/model.ts";
import { settleOther } from "../../satchel/others.ts";
import type { LetterId, OpId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { InboxRow } from "../../storage/ports.ts";
import { readDeposit } from "../common/deposits.ts";
import { storageErr } from "../common/errors.ts";
import { restartLost } from "../common/lost.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { isDossier } from "./dossiers.ts";
import { pinsOf } from "./pins.ts";

const statusShape = v.object({
  t: v.literal("status"),
  about: randomIdField<LetterId>(),
  status: v.picklist(["received", "missing-piece", "message"]),
  requirement: v.nullable(v.pipe(v.string(), v.maxLength(200))),
  text: v.pipe(v.string(), v.maxLength(8000)),
});

type RecordInbox = Extract<InboxRow, { type: "record" }>;
type LetterInbox = Extract<InboxRow, { type: "letter" }>;

/** merged: it leaves the inbox by being merged, or waits for what is not there yet; drop: it is done; aside: cannot be used. */
type Outcome = "merged" | "drop" | "aside";

/** Kept against a deletion: "Effacé sur un autre appareil" (satchel/others.ts). The profile is never erased by a person. */
const wasErased = <R extends SatchelRecord>(record: R): R =>
  record.t === "profile" ? record : { ...record, others: { ...record.others, erased: [true] } };

const notErased = (record: SatchelRecord): SatchelRecord => settleOther(record, "erased");

/** Reads letters of one kind, from a pinned organisation, in a part that is loaded for them. "aside": of no use here. */
export type LetterTaker = (
  session: Session,
  letter: OpenedLetter,
  heardAt: number,
) => Promise<Result<"drop" | "aside", WorkerError>>;
export type LetterTakers = { readonly [Kind in LetterKind]?: LetterTaker };

export interface Inbox {
  /** Works through everything that can be worked through; one run at a time, a call during a run adds another. */
  readonly work: (session: Session) => Promise<Result<void, WorkerError>>;
}

export function createInbox(deps: SatchelDeps, takers: LetterTakers): Inbox {
  async function adopt(
    session: Session,
    row: RecordInbox,
    op: { readonly id: OpId; readonly deleted: boolean },
    revision: number,
  ): Promise<Result<Outcome, WorkerError>> {
    const adopted = await session.store.adoptRecord({
      record: row.record,
      op: row.op,
      opId: op.id,
      deleted: op.deleted,
      expectedRevision: revision,
    });
    // "stale": somebody wrote meanwhile; the row is still there and comes again.
    if (!adopted.ok) return adopted.error.type === "stale" ? ok("merged") : storageErr(adopted.error);
    return ok("merged");
  }

  async function takeRecord(session: Session, row: RecordInbox): Promise<Result<Outcome, WorkerError>> {
    const opened = await openRecord(session.identity, row.op);
    // Sealed under a root that this device has not followed yet: it waits for the keyring that brings it.
    if (!opened.ok && opened.error.type === "unknown-epoch") return ok("merged");
    if (!opened.ok || opened.value.head.record !== row.record) return ok("aside");
    const { op: opId, base: rowBase, deleted } = opened.value.head;
    const held = await session.store.getRecord(row.record);
    if (!held.ok) return storageErr(held.error);
    const mine = held.value;
    const server = mine?.server == null ? undefined : opHead(mine.server);
    const what = incoming(
      mine === undefined
        ? null
        : {
            untouched: mine.server?.sig === mine.local.sig,
            deleted: mine.deleted,
            past: mine.past ?? [],
            unseen: mine.unseen === true,
            serverOp: server?.ok === true ? server.value.op : null,
          },
      { op: opId, base: rowBase, deleted },
    );
    if (mine === undefined || what === "adopt") return adopt(session, row, { id: opId, deleted }, mine?.revision ?? 0);
    if (what === "again") {
      const again = await session.records.save<never>(row.record, (current) =>
        ok({ next: current ?? null, merged: row.op }),
      );
      return again.ok ? ok("merged") : again;
    }
    // An edit is never lost to a deletion made elsewhere, in either direction; that there was one is said, and can be chosen.
    const theirs = deleted ? ok(null) : await session.records.open(row.op);
    if (!theirs.ok) return ok("aside");
    const base = mine.server === null ? ok(null) : await session.records.open(mine.server);
    if (mine.deleted) {
      const edited = theirs.value;
      const seen = mine.server === null && mine.before !== undefined ? await session.records.open(mine.before) : base;
      if (edited === null) return adopt(session, row, { id: opId, deleted }, mine.revision);
      // Nothing was written there that was not seen here when it was erased: it stays erased.
      const nothingNew = seen.ok && seen.value !== null && sameValue(notErased(edited), notErased(seen.value));
      const back = await session.records.save<never>(row.record, (current) =>
        ok({ next: current ?? (nothingNew ? null : wasErased(edited)), merged: row.op }),
      );
      return back.ok ? ok("merged") : back;
    }
    if (what === "unrelated" && theirs.value !== null && mine.server?.sig === mine.local.sig && base.ok) {
      // Nothing here that the server does not show: no op of our own for it.
      const known = base.value;
      if (known?.t === theirs.value.t && sameValue(joinUnrelated(known, known, theirs.value), theirs.value))
        return adopt(session, row, { id: opId, deleted }, mine.revision);
    }
    if (theirs.value === null && base.ok && base.value !== null && mine.server?.sig !== mine.local.sig) {
      // What waits here says nothing that the deletion had not seen (a merge of its own): the deletion stands.
      const waiting = await session.records.open(mine.local);
      if (waiting.ok && sameValue(notErased(waiting.value), notErased(base.value)))
        return adopt(session, row, { id: opId, deleted }, mine.revision);
    }
    const merged = await session.records.save<"cannot-merge">(row.record, (current) => {
      if (current === undefined) return err("cannot-merge");
      const other = theirs.value;
      if (other === null) return ok({ next: wasErased(current), merged: row.op });
      if (other.t !== current.t) return err("cannot-merge");
      const ancestor = base.ok && base.value !== null && base.value.t === current.t ? base.value : null;
      if (what === "unrelated")
        return ok({ next: joinUnrelated<SatchelRecord>(ancestor, current, other), merged: row.op });
      return ok({
        next: mergeRecords<SatchelRecord>({ base: ancestor, mine: current, theirs: other }),
        merged: row.op,
      });
    });
    if (merged.ok) return ok("merged");
    return merged.error === "cannot-merge" ? ok("aside") : err(merged.error);
  }

  /** One record of a deposit, merged into what stands here. */
  async function mergeDeposited(
    session: Session,
    { id, base, next }: NonNullable<ReturnType<typeof readDeposit>>[number],
  ): Promise<Result<"merged" | "other-kind", WorkerError>> {
    const held = await session.store.getRecord(id);
    if (!held.ok) return storageErr(held.error);
    const erased = held.value?.deleted === true && base !== null;
    const saved = await session.records.save<"other-kind">(id, (current) => {
      if (current === undefined) return ok({ next: erased ? wasErased(next) : next });
      if (current.t !== next.t) return err("other-kind");
      const merged = mergeRecords<SatchelRecord>({ base, mine: current, theirs: next });
      // Taken in before, by this device or by another: nothing to save.
      return ok({ next: sameValue(merged, current) ? current : merged });
    });
    if (saved.ok) return ok("merged");
    return saved.error === "other-kind" ? ok(saved.error) : err(saved.error);
  }

  /** Work that another session of the person left for this device; acknowledged once every record is kept. */
  async function takeDeposit(session: Session, row: LetterInbox): Promise<Result<Outcome, WorkerError>> {
    const { identity, store } = session;
    const opened = await openLetter(identity, row.letter, identity.principal);
    if (!opened.ok || opened.value.inner.kind !== "deposit") return ok("aside");
    // Another device has merged it and said so: what it brought may have been erased since.
    const told = await store.listProofs(opened.value.head.letter);
    if (!told.ok) return storageErr(told.error);
    for (const { proof } of told.value) if ((await readOpenedProof(proof, identity.principal)).ok) return ok("drop");
    const deposited = readDeposit(opened.value.inner.payload);
    if (deposited === undefined) return ok("aside");
    for (const each of deposited) {
      const merged = await mergeDeposited(session, each);
      if (!merged.ok) return merged;
      if (merged.value === "other-kind") return ok("aside");
    }
    const { manifest, head } = opened.value;
    const at = deps.clock.now();
    const proof = await signProof(identity.sign, {
      t: "opened",
      v: 1,
      letter: head.letter,
      manifest,
      by: identity.id,
      at,
    });
    const queued = await store.queueProof(head.letter, proof, at);
    return queued.ok ? ok("drop") : storageErr(queued.error);
  }

  /** `absent`: kinds whose part could not be loaded in this run. Undefined: what needs a part is "later". */
  async function takeLetter(
    session: Session,
    row: LetterInbox,
    absent?: Set<LetterKind>,
  ): Promise<Result<Outcome | "later", WorkerError>> {
    const from = letterHead(row.letter);
    if (from.ok && from.value.from === session.identity.id) return takeDeposit(session, row);
    const pins = await pinsOf(session);
    if (!pins.ok) return pins;
    const head = letterHead(row.letter);
    const pinned = head.ok
      ? Object.values(pins.value.organisations).find((each) => each.id === head.value.from)
      : undefined;
    if (pinned === undefined) return ok("aside");
    const sender = await readChain(pinned.statements);
    if (!sender.ok) return ok("aside");
    const opened = await openLetter(session.identity, row.letter, sender.value);
    if (!opened.ok) return ok("aside");
    const { kind } = opened.value.inner;
    const take = takers[kind];
    if (take !== undefined) {
      if (absent === undefined) return ok("later");
      if (absent.has(kind)) return ok("merged");
      const taken = await take(session, opened.value, row.at);
      if (taken.ok || taken.error.type !== "unavailable" || taken.error.mark !== "not-loaded") return taken;
      // The part that reads it is not on this device yet: it waits, and is waited for once, not once for each.
      absent.add(kind);
      return ok("merged");
    }
    if (kind !== "status") return ok("aside");
    const payload = v.safeParse(statusShape, opened.value.inner.payload);
    if (!payload.success) return ok("aside");
    const { about, status, requirement, text } = payload.output;
    const all = await session.records.listNow();
    if (!all.ok) return all;
    const dossier = all.value.filter(isDossier).find(({ record }) => record.sent[about] !== undefined);
    if (dossier === undefined) return ok("aside");
    const { id, record } = dossier;
    // Only the organisation that the dossier was sent to may answer it, in the dossier's own thread.
    const own = pins.value.organisations[record.organisation]?.id === pinned.id;
    if (!own || opened.value.inner.thread !== record.thread) return ok("aside");
    const reply = { at: row.at, status, requirement, text, about, n: opened.value.inner.n };
    const saved = await session.records.save<never>(id, (current) =>
      ok({
        next: current?.t === "dossier" ? addReply(current, opened.value.head.letter, reply, deps.clock.now()) : record,
      }),
    );
    return saved.ok ? ok("drop") : saved;
  }

  /** Two devices that each began a profile before they met: one record with everything that either says. */
  async function joinProfiles(session: Session): Promise<Result<void, WorkerError>> {
    const all = await session.records.list();
    if (!all.ok) return all;
    const profiles = all.value
      .flatMap(({ id, record }) => (record.t === "profile" ? [{ id, record }] : []))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const [first, ...more] = profiles;
    for (const { id, record } of first === undefined ? [] : more) {
      const kept = await session.records.save<never>(first?.id ?? id, (current) =>
        ok({ next: current?.t === "profile" ? mergeRecords({ base: null, mine: current, theirs: record }) : record }),
      );
      if (!kept.ok) return kept;
      const gone = await session.records.save<never>(id, () => ok({ next: null }));
      if (!gone.ok) return gone;
    }
    return ok(undefined);
  }

  /** Takes the row out of the inbox, unless it has to come again. */
  async function settle(
    session: Session,
    row: RecordInbox | LetterInbox,
    outcome: Outcome | "later",
  ): Promise<Result<void, WorkerError>> {
    if (outcome === "merged" || outcome === "later") return ok(undefined);
    if (outcome === "aside") deps.log.note("inbox-set-aside", { type: row.type });
    const dropped = await session.store.dropInbox([row.order], outcome === "aside");
    return dropped.ok ? ok(undefined) : storageErr(dropped.error);
  }

  async function once(session: Session): Promise<Result<void, WorkerError>> {
    const rows = await session.store.listInbox();
    if (!rows.ok) return storageErr(rows.error);
    const later: LetterInbox[] = [];
    for (const row of rows.value) {
      if (row.type === "record" && row.early === true) continue;
      const outcome = row.type === "record" ? await takeRecord(session, row) : await takeLetter(session, row);
      if (!outcome.ok) return outcome;
      if (outcome.value === "later" && row.type === "letter") later.push(row);
      const done = await settle(session, row, outcome.value);
      if (!done.ok) return done;
    }
    // What needs a part never holds up an answer (INV-5): it may be fetched over a silent line.
    const absent = new Set<LetterKind>();
    for (const row of later) {
      const outcome = await takeLetter(session, row, absent);
      if (!outcome.ok) return outcome;
      const done = await settle(session, row, outcome.value);
      if (!done.ok) return done;
    }
    const joined = await joinProfiles(session);
    if (!joined.ok) return joined;
    const restarted = await restartLost(
      session.store,
      session.records,
      new Set(rows.value.flatMap((row) => (row.type === "record" ? [row.record] : []))),
    );
    if (!restarted.ok) return restarted;
    if (rows.value.length > 0) {
      deps.emit({ type: "papers" });
      deps.emit({ type: "dossiers" });
    }
    return ok(undefined);
  }

  let running: Promise<Result<void, WorkerError>> | undefined;
  let again = false;

  return {
    async work(session) {
      again = true;
      running ??= (async () => {
        let result: Result<void, WorkerError> = ok(undefined);
        while (again && result.ok) {
          again = false;
          result = await once(session);
        }
        return result;
      })().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}
