/**
 * The desk's inbox: letters become sealed records, rows of other helpers' browsers are merged, proofs say what is here.
 * Runs in the desk worker. Nothing that a letter carries is believed before it was opened and checked.
 *
 * Surprising fact: the server tells the receiver only that ALL of a letter's papers are here. Before that the desk asks
 * for one byte of each page that it looks at.
 */

import { openLetter } from "../../crypto/letter.ts";
import { openRecord } from "../../crypto/record.ts";
import { letterHead } from "../../protocol/letters.ts";
import { opHead } from "../../protocol/ops.ts";
import { proofClaim, readServerProof, readWithdrawnProof, type WithdrawnProof } from "../../protocol/proofs.ts";
import { readChain } from "../../protocol/statements.ts";
import type { Deployment } from "../../protocol/wire.ts";
import { sameValue } from "../../satchel/merge.ts";
import type { AnswerValue } from "../../satchel/model.ts";
import type { BlobId, LetterId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { notForeseenStep, voiceSlot } from "../../shared/voice.ts";
import type { InboxRow, ProofRow } from "../../storage/ports.ts";
import { storageErr } from "../common/errors.ts";
import { readForeign } from "../common/foreign-stream.ts";
import { sealHint } from "../common/hint.ts";
import { restartLost } from "../common/lost.ts";
import type { Kept } from "../common/records.ts";
import type { DeskDossier, DeskDossierRow } from "../desk.contract.ts";
import type { Bytes64, WorkerError } from "../satchel.contract.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";
import { letterOf, recordOf } from "./ids.ts";
import { inboxHint, openInboxHint } from "./list-hint.ts";
import type { DeskMandates } from "./mandates.ts";
import { createDeskPins } from "./pins.ts";
import { type DeskRecord, isDeskRecord, markOf, mergeDesk, type ReceivedRecord, receivedFrom } from "./records.ts";
import { returnFrom } from "./recovery.ts";
import type { DeskShares } from "./shares.ts";
import { stageOfGiven, workOf } from "./work.ts";

type DeskError = WorkerError | { readonly type: "no-network" };
export type KeptLetter = Kept<DeskRecord> & { readonly record: ReceivedRecord };

export interface DeskInbox {
  /**
   * Takes what has come. "behind": something is for keys of the organisation that this browser has not heard of; it stays in
   * the line, to be taken once it has. `isNewest`: they were asked for just now, so such a letter is shown with its trouble.
   */
  readonly work: (session: DeskSession, isNewest: boolean) => Promise<Result<"done" | "behind", WorkerError>>;
  readonly rows: (session: DeskSession) => Promise<Result<readonly DeskDossierRow[], WorkerError>>;
  /** The rows as they were shown last, until `rows` has answered once in this session; then undefined. */
  readonly early: (session: DeskSession) => Promise<readonly DeskDossierRow[] | undefined>;
  readonly letter: (session: DeskSession, letter: LetterId) => Promise<Result<KeptLetter, WorkerError>>;
  /** Counter of the next answer in a letter's thread (SPEC C-L6): it goes on over all versions of the dossier. */
  readonly nextCounter: (session: DeskSession, record: ReceivedRecord) => Promise<Result<number, WorkerError>>;
  readonly show: (session: DeskSession, kept: KeptLetter) => Promise<Result<DeskDossier, WorkerError>>;
  readonly page: (
    session: DeskSession,
    letter: LetterId,
    blob: BlobId,
  ) => Promise<Result<Bytes64, DeskError | { readonly type: "not-arrived" }>>;
}

const takenBack = ({ from, payload, depositedAt }: ReceivedRecord, at: number): DeskRecord => ({
  t: "withdrawn",
  from,
  number: payload.number,
  procedure: payload.procedure,
  depositedAt,
  at,
});

const isReceived = (kept: Kept<DeskRecord>): kept is KeptLetter => kept.record.t === "received";

const textOf = (answer: AnswerValue | undefined): string => (answer?.v === "text" ? answer.text.trim() : "");

/** As the person wrote it; empty where the procedure asks for no name. */
export const nameOf = (record: ReceivedRecord): string =>
  [textOf(record.payload.answers.given_name), textOf(record.payload.answers.family_name)].filter(Boolean).join(" ");

/** The newest answer that says a state; a plain message, and papers without a decision, say none. */
function statusOf(record: ReceivedRecord): DeskDossierRow["status"] {
  const decided = Object.values(record.given ?? {}).filter(({ decision }) => decision !== null);
  const said = [
    ...Object.values(record.answers).flatMap(({ at, status }) => (status === "message" ? [] : [{ at, status }])),
    ...decided.map(({ at }) => ({ at, status: "decided" as const })),
  ];
  return said.sort((a, b) => a.at - b.at).at(-1)?.status ?? (record.opened ? "opened" : "new");
}

const turnOf = (turn: number): number => (turn === 90 || turn === 180 || turn === 270 ? turn : 0);

/** What is known of one thread of one sender: versions of one dossier. */
interface Threads {
  readonly of: (record: ReceivedRecord) => { readonly highest: number; readonly replaced: ReadonlySet<LetterId> };
  readonly add: (record: ReceivedRecord) => void;
}

/** Threads by sender and name, so that each of many letters need not look at all that are here. */
function createThreads(records: readonly ReceivedRecord[]): Threads {
  const known = new Map<string, { highest: number; readonly replaced: Set<LetterId> }>();
  const at = ({ from, thread }: ReceivedRecord) => {
    const key = `${from} ${thread}`;
    const found = known.get(key) ?? { highest: Number.NEGATIVE_INFINITY, replaced: new Set<LetterId>() };
    known.set(key, found);
    return found;
  };
  const add = (record: ReceivedRecord): void => {
    const found = at(record);
    found.highest = Math.max(found.highest, record.n);
    if (record.replaces !== null) found.replaced.add(record.replaces);
  };
  for (const record of records) add(record);
  return { of: at, add };
}

/** Between two words about letters that are being taken, ms. */
const tellEveryMs = 2000;

/** Between two memories of the list, ms. */
const rememberEveryMs = 10_000;

/** Pages asked for in one look; a dossier with more shows the rest as not here until all is complete. */
const probesAtOnce = 60;

export function createDeskInbox(deps: DeskDeps, shares: DeskShares, mandates: DeskMandates): DeskInbox {
  /** Pages that the server gave a byte of: true for good, a blob never goes back. */
  const seenHere = new Set<BlobId>();
  /** Proofs that need no second look while this worker lives, by their order. */
  const looked = new Set<number>();
  const pins = createDeskPins(deps);
  /** What each session has left for the next opening, and when; a session stands here once its rows were read. */
  const left = new WeakMap<DeskSession, { readonly text: string; readonly at: number }>();

  /** Leaves the rows for the next opening: at most so often, since thousands of them are a megabyte. */
  async function remember(session: DeskSession, rows: readonly DeskDossierRow[]): Promise<void> {
    const now = deps.clock.now();
    const before = left.get(session);
    const text = JSON.stringify(rows);
    if (before !== undefined && (before.text === text || now - before.at < rememberEveryMs)) return;
    left.set(session, { text, at: now });
    const sealed = await sealHint(session.identity, inboxHint(rows), deps.random);
    const kept = await session.store.setHint(sealed);
    // Nothing is lost by it: the next opening reads everything first.
    if (!kept.ok) deps.log.note("inbox-hint", { error: kept.error.type });
  }

  /** Takes a dossier out of what was left: the next opening shows no name that was taken back. */
  async function forget({ identity, store }: DeskSession, letter: LetterId): Promise<void> {
    const sealed = await store.hint();
    const hint = sealed.ok && sealed.value !== undefined ? await openInboxHint(identity, sealed.value) : undefined;
    const rows = hint?.rows.filter((row) => row.letter !== letter);
    if (rows === undefined || rows.length === hint?.rows.length) return;
    const kept = await store.setHint(await sealHint(identity, inboxHint(rows), deps.random));
    if (!kept.ok) deps.log.note("inbox-hint", { error: kept.error.type });
  }

  const isSeen = ({ record }: KeptLetter): boolean => record.refs.every((ref) => seenHere.has(ref.blob));

  /** Looks among `proofs` for the server's word that every blob of the letter is here, and remembers it. */
  async function isComplete(
    session: DeskSession,
    kept: KeptLetter,
    serverKeys: Deployment["serverKeys"],
    proofs: readonly ProofRow[],
  ): Promise<boolean> {
    const { record, id } = kept;
    if (isSeen(kept)) return true;
    for (const { proof } of proofs) {
      const read = await readServerProof(proof, serverKeys);
      if (!read.ok || read.value.t !== "complete") continue;
      const { letter: about, manifest, to } = read.value;
      if (about === letterOf(id) && manifest === record.manifest && to === session.identity.id) {
        for (const ref of record.refs) seenHere.add(ref.blob);
        return true;
      }
    }
    return false;
  }

  const pagesOf = (paper: ReceivedRecord["payload"]["papers"][number]): readonly BlobId[] =>
    paper.pages.map((page) => page.blob);

  function rowOf(kept: KeptLetter): DeskDossierRow {
    const { record, id } = kept;
    const here = record.payload.papers.filter((paper) => pagesOf(paper).every((blob) => seenHere.has(blob))).length;
    const replies = [...Object.values(record.answers), ...Object.values(record.given ?? {})].map(({ at }) => at);
    const assigned = markOf(record, "assigned")?.to ?? null;
    return {
      letter: letterOf(id),
      number: record.payload.number,
      procedure: record.payload.procedure,
      name: nameOf(record),
      depositedAt: record.depositedAt,
      papers: { here, of: record.payload.papers.length },
      status: statusOf(record),
      notForeseen:
        record.payload.notForeseen.trim() !== "" ||
        record.payload.papers.some((paper) => paper.requirement === voiceSlot(notForeseenStep)),
      replaces: record.replaces,
      ...(replies.length === 0 ? {} : { repliedAt: Math.min(...replies) }),
      ...(assigned === null ? {} : { assigned }),
      ...(markOf(record, "closed")?.to === true ? { closed: true as const } : {}),
      trouble: null,
    };
  }

  const troubleRow = (kept: Kept<DeskRecord>, reason: string, at: number): DeskDossierRow => ({
    letter: letterOf(kept.id),
    number: "",
    procedure: "",
    name: "",
    depositedAt: at,
    papers: { here: 0, of: 0 },
    status: "new",
    notForeseen: false,
    replaces: null,
    trouble: reason,
  });

  async function keepTrouble(
    session: DeskSession,
    row: Extract<InboxRow, { type: "letter" }>,
    reason: string,
  ): Promise<Result<void, WorkerError>> {
    const head = letterHead(row.letter);
    const from = head.ok ? head.value.from : null;
    const saved = await session.records.save<never>(recordOf(row.id), (current) =>
      ok({ next: current ?? { t: "trouble", from, depositedAt: row.at, reason } }),
    );
    if (!saved.ok) return saved;
    deps.log.note("letter-set-aside", { reason });
    return ok(undefined);
  }

  /** The sender's own signed word that this letter is taken back. */
  async function withdrawalOf(
    proofs: readonly ProofRow[],
    letter: LetterId,
    record: ReceivedRecord,
  ): Promise<WithdrawnProof | null> {
    for (const { letter: about, proof } of proofs) {
      const claim = about === letter ? proofClaim(proof) : undefined;
      if (claim?.ok !== true || claim.value.t !== "withdrawn") continue;
      const sender = await readChain(record.senderStatements);
      const read = sender.ok ? await readWithdrawnProof(proof, sender.value) : undefined;
      if (read?.ok !== true || read.value.letter !== letter) continue;
      if (read.value.by === record.from && read.value.manifest === record.manifest) return read.value;
    }
    return null;
  }

  /** Letters that the person took back leave the inbox; their content leaves this desk. */
  async function takeWithdrawals(session: DeskSession): Promise<Result<void, WorkerError>> {
    const proofs = await session.store.listProofs();
    if (!proofs.ok) return storageErr(proofs.error);
    const fresh = proofs.value.filter((row) => !looked.has(row.order));
    for (const { order, letter, proof } of fresh) {
      const claim = proofClaim(proof);
      if (!claim.ok || claim.value.t !== "withdrawn") {
        looked.add(order);
        continue;
      }
      const kept = await session.records.get(recordOf(letter));
      if (!kept.ok && kept.error.type !== "not-found") return kept;
      // A letter that is still on its way here is asked again with the next run.
      if (!kept.ok || !isReceived(kept.value)) continue;
      looked.add(order);
      const withdrawn = await withdrawalOf([{ order, letter, proof }], letter, kept.value.record);
      if (withdrawn === null) continue;
      await forget(session, letter);
      const saved = await session.records.save<never>(recordOf(letter), (current) =>
        ok({ next: current?.t === "received" ? takenBack(current, withdrawn.at) : (current ?? null) }),
      );
      if (!saved.ok) return saved;
      deps.emit({ type: "inbox" });
    }
    return ok(undefined);
  }

  /** "aside": the raw letter is to stay, nothing else holds its bytes. */
  async function takeLetter(
    session: DeskSession,
    row: Extract<InboxRow, { type: "letter" }>,
    threads: Threads,
    isNewest: boolean,
  ): Promise<Result<"taken" | "aside" | "behind", WorkerError>> {
    // A known letter id says nothing new, whoever sends it again (INV-4).
    const known = await session.records.get(recordOf(row.id));
    if (!known.ok && known.error.type !== "not-found") return known;
    if (known.ok && known.value.record.t !== "trouble") return ok("taken");
    const opened = await openLetter(session.identity, row.letter, undefined);
    const trouble = async (reason: string) => {
      const kept = await keepTrouble(session, row, reason);
      return kept.ok ? ok("aside" as const) : kept;
    };
    if (!opened.ok && opened.error.type === "other-key" && session.helper !== null) {
      const shown = isNewest ? await keepTrouble(session, row, opened.error.type) : ok(undefined);
      return shown.ok ? ok("behind") : shown;
    }
    if (!opened.ok) return trouble(opened.error.type);
    if (opened.value.inner.kind === "share" || opened.value.inner.kind === "mandate") {
      const given = opened.value.inner.kind === "share" ? shares : mandates;
      const share = await given.take(session, opened.value, row.at);
      if (!share.ok) return share;
      const { value } = share;
      if (value === "bad-payload") return trouble(value);
      // Over before this desk ever showed it: nothing of it is kept.
      if (value === null) return ok("taken");
      const kept = await session.records.save<never>(recordOf(row.id), (current) =>
        ok({ next: current === undefined || current.t === "trouble" ? value : current }),
      );
      return kept.ok ? ok("taken") : kept;
    }
    if (opened.value.inner.kind === "return") {
      const agreed = returnFrom(opened.value, row.at);
      if (agreed === undefined) return trouble("bad-payload");
      const kept = await session.records.save<never>(recordOf(row.id), (current) =>
        ok({ next: current === undefined || current.t === "trouble" ? agreed : current }),
      );
      return kept.ok ? ok("taken") : kept;
    }
    const record = receivedFrom(opened.value, row.at);
    if (!record.ok) return trouble(record.error);
    // Taken back before this desk ever showed it: it never shows it.
    const proofs = await session.store.listProofs(row.id);
    if (!proofs.ok) return storageErr(proofs.error);
    if ((await withdrawalOf(proofs.value, row.id, record.value)) !== null) return ok("taken");
    // Two devices of the person may have sent the same number: both are shown. A lower one was held back by somebody, unless
    // a newer one itself says that it replaces it: then it was only slower.
    const { highest, replaced } = threads.of(record.value);
    if (!replaced.has(row.id) && highest > record.value.n) return trouble("lower-counter");
    threads.add(record.value);
    const saved = await session.records.save<never>(recordOf(row.id), (current) =>
      ok({ next: current?.t === "received" || current?.t === "withdrawn" ? current : record.value }),
    );
    return saved.ok ? ok("taken") : saved;
  }

  async function takeRecord(
    session: DeskSession,
    row: Extract<InboxRow, { type: "record" }>,
  ): Promise<Result<"taken" | "aside" | "behind", WorkerError>> {
    const head = opHead(row.op);
    if (session.helper !== null && head.ok && head.value.epoch > session.identity.epoch) return ok("behind");
    const opened = await openRecord(session.identity, row.op);
    if (!opened.ok || opened.value.head.record !== row.record) return ok("aside");
    const theirs = await session.records.open(row.op);
    if (!theirs.ok || !isDeskRecord(theirs.value)) return ok("aside");
    if (theirs.value.t === "withdrawn") await forget(session, letterOf(row.record));
    const held = await session.store.getRecord(row.record);
    if (!held.ok) return storageErr(held.error);
    const clean = held.value === undefined || held.value.server?.sig === held.value.local.sig;
    // What was opened or answered here stays so, even when the server shows an older state (sync SPEC S-R2).
    const mine = held.value === undefined ? undefined : await session.records.open(held.value.local);
    const nothingToAdd = mine?.ok !== true || sameValue(mergeDesk(mine.value, theirs.value), theirs.value);
    if (clean && nothingToAdd) {
      const adopted = await session.store.adoptRecord({
        record: row.record,
        op: row.op,
        opId: opened.value.head.op,
        deleted: opened.value.head.deleted,
        expectedRevision: held.value?.revision ?? 0,
      });
      return adopted.ok || adopted.error.type === "stale" ? ok("taken") : storageErr(adopted.error);
    }
    const merged = await session.records.save<never>(row.record, (current) =>
      ok({ next: current === undefined ? theirs.value : mergeDesk(current, theirs.value), merged: row.op }),
    );
    return merged.ok ? ok("taken") : merged;
  }

  async function once(session: DeskSession, isNewest: boolean): Promise<Result<"done" | "behind", WorkerError>> {
    const rows = await session.store.listInbox();
    if (!rows.ok) return storageErr(rows.error);
    const hasLetters = rows.value.some((row) => row.type === "letter");
    const all = hasLetters ? await session.records.list() : ok([]);
    if (!all.ok) return all;
    const threads = createThreads(all.value.filter(isReceived).map(({ record }) => record));
    let toldAt = deps.clock.now();
    let isBehind = false;
    for (const row of rows.value) {
      // A desk that was away for weeks sees its dossiers come, not only the last one.
      if (deps.clock.now() - toldAt >= tellEveryMs) {
        deps.emit({ type: "inbox" });
        toldAt = deps.clock.now();
      }
      if (row.type === "record" && row.early === true) continue;
      if (row.type === "record") {
        const taken = await takeRecord(session, row);
        if (!taken.ok) return taken;
        isBehind ||= taken.value === "behind";
        if (taken.value !== "aside") continue;
        const dropped = await session.store.dropInbox([row.order], true);
        if (!dropped.ok) return storageErr(dropped.error);
        continue;
      }
      const taken = await takeLetter(session, row, threads, isNewest);
      if (!taken.ok) return taken;
      isBehind ||= taken.value === "behind";
      if (taken.value === "behind") continue;
      const dropped = await session.store.dropInbox([row.order], taken.value === "aside");
      if (!dropped.ok) return storageErr(dropped.error);
    }
    const waiting = new Set(rows.value.flatMap((row) => (row.type === "record" ? [row.record] : [])));
    const restarted = await restartLost(session.store, session.records, waiting);
    if (!restarted.ok) return restarted;
    if (rows.value.length > 0) deps.emit({ type: "inbox" });
    const withdrawn = await takeWithdrawals(session);
    if (!withdrawn.ok) return withdrawn;
    const enforced = await shares.enforce(session);
    if (!enforced.ok) return enforced;
    const ended = await mandates.enforce(session);
    return ended.ok ? ok(isBehind && !isNewest ? "behind" : "done") : ended;
  }

  /** Asks for the first byte of pages that are not known to be here; quiet without network. */
  async function probe(session: DeskSession, record: ReceivedRecord): Promise<void> {
    const meta = await session.store.meta();
    if (!meta.ok || meta.value.session === null) return;
    for (const { blob } of record.refs.filter((ref) => !seenHere.has(ref.blob)).slice(0, probesAtOnce)) {
      const outcome = await deps.link.read(meta.value.session, record.from, blob, 1);
      if (outcome.type === "bytes") seenHere.add(blob);
      else if (outcome.type !== "absent") return;
    }
  }

  async function letter(session: DeskSession, id: LetterId): Promise<Result<KeptLetter, WorkerError>> {
    const kept = await session.records.get(recordOf(id));
    if (!kept.ok) return kept;
    return isReceived(kept.value) ? ok(kept.value) : err({ type: "not-found" });
  }

  async function givenOf(
    session: DeskSession,
    record: ReceivedRecord,
    serverKeys: Deployment["serverKeys"],
  ): Promise<Result<NonNullable<DeskDossier["given"]>, WorkerError>> {
    const shown: NonNullable<DeskDossier["given"]>[number][] = [];
    for (const [id, sent] of Object.entries(record.given ?? {})) {
      const proofs = await session.store.listProofs(id as LetterId);
      if (!proofs.ok) return storageErr(proofs.error);
      const { at, text, decision, papers } = sent;
      shown.push({ at, text, decision, papers, stage: await stageOfGiven(sent, proofs.value, serverKeys) });
    }
    return ok(shown.sort((a, b) => a.at - b.at));
  }

  let running: ReturnType<DeskInbox["work"]> | undefined;
  /** How it was asked last: keys may have changed since a run began. */
  let wanted: Parameters<DeskInbox["work"]> | undefined;
  /** Whoever asked while keys were being changed holds the session of before: the newest one is used. */
  let newest: DeskSession | undefined;

  const isOlder = (asked: DeskSession): boolean =>
    newest?.store === asked.store && newest.identity.statements.length > asked.identity.statements.length;

  async function workOff(): ReturnType<DeskInbox["work"]> {
    try {
      let result: Awaited<ReturnType<DeskInbox["work"]>> = ok("done");
      while (wanted !== undefined && result.ok) {
        const [session, isNewest] = wanted;
        wanted = undefined;
        result = await once(session, isNewest);
      }
      return result;
    } finally {
      // In the same turn as the last look at `wanted`: who asks a moment later starts a run, and joins none that is over.
      running = undefined;
    }
  }

  return {
    letter,

    async nextCounter(session, { from, thread }) {
      const all = await session.records.list();
      if (!all.ok) return all;
      const versions = all.value
        .filter(isReceived)
        .filter(({ record }) => record.from === from && record.thread === thread);
      const said = ({ answers, given = {} }: ReceivedRecord) => Object.keys(answers).length + Object.keys(given).length;
      return ok(versions.reduce((sum, { record }) => sum + said(record), 1));
    },

    async work(session, isNewest) {
      if (!isOlder(session)) newest = session;
      wanted = [newest ?? session, isNewest];
      running ??= workOff();
      return running;
    },

    async rows(session) {
      const all = await session.records.list();
      if (!all.ok) return all;
      const serverKeys = await pins.serverKeys(session, await deps.deployments.current());
      if (!serverKeys.ok) return serverKeys;
      const unsure = new Map<LetterId, ProofRow[]>();
      for (const kept of all.value) if (isReceived(kept) && !isSeen(kept)) unsure.set(letterOf(kept.id), []);
      if (unsure.size > 0) {
        const proofs = await session.store.listProofs();
        if (!proofs.ok) return storageErr(proofs.error);
        for (const proof of proofs.value) unsure.get(proof.letter)?.push(proof);
      }
      const rows: DeskDossierRow[] = [];
      for (const kept of all.value) {
        if (isReceived(kept)) {
          await isComplete(session, kept, serverKeys.value, unsure.get(letterOf(kept.id)) ?? []);
          rows.push(rowOf(kept));
        } else if (kept.record.t === "withdrawn") {
          const { number, procedure, depositedAt } = kept.record;
          rows.push({ ...troubleRow(kept, "", depositedAt), number, procedure, status: "withdrawn", trouble: null });
        } else if (kept.record.t === "trouble") {
          rows.push(troubleRow(kept, kept.record.reason, kept.record.depositedAt));
        }
      }
      rows.sort((a, b) => b.depositedAt - a.depositedAt || (a.letter < b.letter ? -1 : 1));
      await remember(session, rows);
      return ok(rows);
    },

    async early(session) {
      if (left.has(session)) return undefined;
      const sealed = await session.store.hint();
      if (!sealed.ok || sealed.value === undefined) return undefined;
      return (await openInboxHint(session.identity, sealed.value))?.rows;
    },

    async show(session, kept) {
      const serverKeys = await pins.serverKeys(session, await deps.deployments.current());
      if (!serverKeys.ok) return serverKeys;
      const proofs = await session.store.listProofs(letterOf(kept.id));
      if (!proofs.ok) return storageErr(proofs.error);
      const { record } = kept;
      if (!(await isComplete(session, kept, serverKeys.value, proofs.value))) await probe(session, record);
      const mimes = new Map(record.blobs.map((blob) => [blob.blob, blob.mime]));
      const given = await givenOf(session, record, serverKeys.value);
      if (!given.ok) return given;
      const work = workOf(record);
      return ok({
        row: rowOf(kept),
        payload: record.payload,
        papers: record.payload.papers.map(({ requirement, kind, title, holder, expiry, issued, pages }) => ({
          requirement,
          kind,
          title,
          holder,
          expiry,
          ...(issued === undefined ? {} : { issued }),
          pages: pages.map((page) => ({
            blob: page.blob,
            preview: page.preview,
            mime: mimes.get(page.blob) ?? "application/octet-stream",
            turn: turnOf(page.turn),
            here: seenHere.has(page.blob),
          })),
        })),
        sentStatuses: Object.values(record.answers).sort((a, b) => a.at - b.at),
        ...(given.value.length === 0 ? {} : { given: given.value }),
        ...(work === undefined ? {} : { work }),
      });
    },

    async page(session, id, blob) {
      const dossier = await letter(session, id);
      const kept = dossier.ok || dossier.error.type !== "not-found" ? dossier : await shares.letter(session, id);
      if (!kept.ok) return kept;
      const { record } = kept.value;
      const ref = record.refs.find((each) => each.blob === blob);
      const inside = record.blobs.find((each) => each.blob === blob);
      if (ref === undefined || inside === undefined) return err({ type: "not-found" });
      const { store, profile } = session;
      const line = { store, database: profile.database, couriers: deps.couriers, reader: deps.link };
      const { length, root } = ref;
      const content = await readForeign(line, { ...inside, owner: record.from, length, root });
      if (!content.ok)
        return content.error.type === "not-arrived" ? err({ type: "not-arrived" }) : err(content.error as DeskError);
      seenHere.add(blob);
      return ok({ bytes: content.value.buffer, mime: inside.mime });
    },
  };
}
