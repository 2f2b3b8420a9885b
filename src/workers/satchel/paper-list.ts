/**
 * The list of papers, whole or a part at a time (decisions/0031). Runs in the satchel worker.
 *
 * Surprising facts: parts of one list have the same stamp, and a change gives another one: whoever gathers parts begins again
 * then, so that no paper falls between two of them (INV-1). And before anything was read, an early part shows the papers that
 * stood first the last time (list-hint.ts), each read from its own record.
 */

import type { PaperRecord, SatchelRecord } from "../../satchel/model.ts";
import { pagesInOrder, paperBlobs, sortPapers } from "../../satchel/paper.ts";
import { likelyFirst } from "../../satchel/paper-index.ts";
import { daysUntil, soonDays } from "../../satchel/where.ts";
import type { BlobId, RecordId } from "../../shared/ids.ts";
import type { Clock, Log, Random } from "../../shared/ports.ts";
import { ok, type Result } from "../../shared/result.ts";
import { voiceKind } from "../../shared/voice.ts";
import type { BlobRow, QueueView, RecordWithChain } from "../../storage/ports.ts";
import { storageErr } from "../common/errors.ts";
import { sealHint } from "../common/hint.ts";
import type { Kept } from "../common/records.ts";
import { noTurns, type Turns } from "../common/turns.ts";
import type { CopyState, PapersAsked, PapersPart, PaperView, PocketView, WorkerError } from "../satchel.contract.ts";
import type { Session } from "./deps.ts";
import { type ListHint, openListHint } from "./list-hint.ts";
import { type Around, isPaper, type KeptPaper, stateOf, viewOf } from "./paper-view.ts";

export interface PaperListDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly turns?: Turns | undefined;
  /** A shorter list is read as soon as a hint would be. Default 40. */
  readonly hintFrom?: number;
  /** What no row says of a paper. */
  readonly around: (id: RecordId, drilledElsewhere: boolean) => Around;
  /** INV-2: a way in without this device was drilled. */
  readonly elsewhere: (session: Session) => Promise<Result<boolean, WorkerError>>;
}

export interface PaperLists {
  /** Every paper, drafts and the bin too, the newest first. */
  readonly list: (session: Session) => Promise<Result<readonly PaperView[], WorkerError>>;
  readonly part: (session: Session, asked: PapersAsked) => Promise<Result<PapersPart, WorkerError>>;
  readonly pocket: (session: Session, day: string) => Promise<Result<PocketView, WorkerError>>;
  /**
   * After a save, an unlock, an arrival of records: leaves the hint for the next opening, where it would say something new. Where
   * no list was asked for yet and a hint that would be used is there, that one stays: nothing is read for it.
   */
  readonly remember: (session: Session) => Promise<Result<void, WorkerError>>;
}

/** Remembered to be read first: a screenful, and some for those that are gone by then. */
const hintRows = 12;
const hintDrafts = 4;
/** So many more than are shown are read early, for those that are gone. */
const spareRows = 2;
/** Read before all else, for whoever taps "Papiers" while home still waits. */
const firstRows = 6;
/** Views made in one go. */
const viewsAtOnce = 32;
/** Of so few papers the rows are read one by one, where not all of them were read. */
const fewPapers = 16;

/** What is shown early, as of one moment of records and queue. */
interface Early {
  readonly records: number;
  readonly queue: number;
  readonly count: number;
  readonly part: Promise<PapersPart | undefined>;
}

/** What a list is made of, as read at one time. What stands beside each paper (`Beside`) is read for those that are shown. */
interface Read {
  readonly all: readonly Kept<SatchelRecord>[];
  readonly drilled: boolean;
  /** Of the queue. */
  readonly at: number;
}

interface Sorted extends Read {
  readonly day: string;
  readonly stamp: number;
  /** In the order of `likelyFirst`. */
  readonly kept: readonly KeptPaper[];
  readonly kinds: Readonly<Record<string, number>>;
  readonly drafts: readonly KeptPaper[];
  readonly binned: number;
  readonly used: ReadonlyMap<RecordId, number>;
}

interface Beside {
  readonly blobs: ReadonlyMap<BlobId, BlobRow>;
  /** Codes of records that were set aside, by record. */
  readonly aside: ReadonlyMap<RecordId, string>;
}

/** When a dossier last had to do with each paper, by the clocks of devices: it sorts a list and nothing else. */
function lastUses(records: readonly Kept<SatchelRecord>[]): ReadonlyMap<RecordId, number> {
  const uses = new Map<RecordId, number>();
  for (const { record } of records) {
    if (record.t !== "dossier") continue;
    for (const { papers } of Object.values(record.attached))
      for (const id of papers) uses.set(id, Math.max(record.updatedAt, uses.get(id) ?? 0));
  }
  return uses;
}

const asideOf = ({ ops }: QueueView): ReadonlyMap<RecordId, string> =>
  new Map(ops.filter((op) => op.state === "aside").map((op) => [op.record, op.lastCode ?? "unknown"]));

const asideIn = (rows: readonly { readonly id: RecordId; readonly chain: RecordWithChain["chain"] }[]) =>
  new Map(
    rows.flatMap(({ id, chain }) => {
      const aside = chain.find((op) => op.state === "aside");
      return aside === undefined ? [] : [[id, aside.lastCode ?? "unknown"] as const];
    }),
  );

const blobIds = (record: PaperRecord): readonly BlobId[] => paperBlobs(record).map((pointer) => pointer.blob);

const isDraft = ({ record }: KeptPaper): boolean => record.status === "draft" && pagesInOrder(record).length > 0;

/** A spoken answer is listed with its dossier; here only while none names it (voices.ts). */
const isListed =
  (used: ReadonlyMap<RecordId, number>) =>
  ({ id, record }: KeptPaper): boolean =>
    record.kind !== voiceKind || !used.has(id);

function sort(read: Read, day: string, stamp: number): Sorted {
  const used = lastUses(read.all);
  const papers = read.all.filter(isPaper).filter(isListed(used));
  const likely = papers
    .filter(({ record }) => record.status === "kept")
    .map((kept) => ({ id: kept.id, record: kept.record, usedAt: used.get(kept.id), kept }));
  const kinds: Record<string, number> = {};
  for (const { record } of likely) kinds[record.kind ?? ""] = (kinds[record.kind ?? ""] ?? 0) + 1;
  return {
    ...read,
    ...{ day, stamp, used, kinds },
    kept: likelyFirst(likely, day).map(({ kept }) => kept),
    drafts: papers.filter(isDraft),
    binned: papers.filter(({ record }) => record.status === "binned").length,
  };
}

const hintOf = ({ kept, drafts, kinds, binned }: Sorted): ListHint => ({
  v: 1,
  first: kept.slice(0, hintRows).map(({ id }) => id),
  drafts: drafts.slice(0, hintDrafts).map(({ id }) => id),
  ...{ kept: kept.length, kinds, binned },
});

/** Kept papers whose date is over or comes soon, the nearest first. */
const soonOnes = (kept: readonly KeptPaper[], day: string): readonly KeptPaper[] =>
  kept
    .flatMap((paper) => {
      const days = paper.record.expiry === null ? null : daysUntil(paper.record.expiry, day);
      return days === null || days > soonDays ? [] : [{ paper, days }];
    })
    .sort((a, b) => a.days - b.days)
    .map(({ paper }) => paper);

const changedLast = (kept: readonly KeptPaper[]): readonly KeptPaper[] =>
  [...kept].sort((a, b) => b.record.updatedAt - a.record.updatedAt);

/** On the home screen. */
const fewRows = 3;

/** Where the device is, "YYYY-MM-DD". It sorts a list and nothing else. */
function dayAt(now: number): string {
  const date = new Date(now);
  return new Date(now - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

export function createPaperLists(deps: PaperListDeps): PaperLists {
  const { around, clock, elsewhere, random, log, hintFrom = 40, turns = noTurns } = deps;
  /** The last list of each session: its parts are asked one after the other. */
  const lists = new WeakMap<Session, Sorted>();
  let stamps = 0;
  const earlies = new WeakMap<Session, Early>();
  /** What each session has left as its hint. */
  const hints = new WeakMap<Session, string>();

  async function read(session: Session): Promise<Result<Read, WorkerError>> {
    const at = session.queue.stamp();
    const [all, drilled] = await Promise.all([session.records.list(), elsewhere(session)]);
    if (!all.ok) return all;
    return drilled.ok ? ok({ all: all.value, drilled: drilled.value, at }) : drilled;
  }

  /** One after the other: what is urgent gets in between two long readings. */
  async function besideAll(session: Session): Promise<Result<Beside, WorkerError>> {
    await turns.giveWay();
    const blobs = await session.queue.blobs();
    if (!blobs.ok) return blobs;
    await turns.giveWay();
    const queue = await session.queue.view();
    return queue.ok ? ok({ blobs: blobs.value, aside: asideOf(queue.value) }) : queue;
  }

  async function blobsOf(
    session: Session,
    papers: readonly KeptPaper[],
  ): Promise<Result<Beside["blobs"], WorkerError>> {
    const rows = await session.store.someBlobs(papers.flatMap(({ record }) => blobIds(record)));
    return rows.ok ? ok(new Map(rows.value.map((row) => [row.blob, row]))) : storageErr(rows.error);
  }

  async function besideFew(session: Session, papers: readonly KeptPaper[]): Promise<Result<Beside, WorkerError>> {
    const [rows, blobs] = await Promise.all([
      session.store.someRecords(papers.map(({ id }) => id)),
      blobsOf(session, papers),
    ]);
    if (!rows.ok) return storageErr(rows.error);
    const chains = rows.value.map(({ row, chain }) => ({ id: row.record, chain }));
    return blobs.ok ? ok({ blobs: blobs.value, aside: asideIn(chains) }) : blobs;
  }

  function shown({ used, drilled }: Pick<Sorted, "used" | "drilled">, beside: Beside, kept: KeptPaper): PaperView {
    const view = viewOf(kept, beside.blobs, beside.aside.get(kept.id) ?? null, around(kept.id, drilled));
    const usedAt = used.get(kept.id);
    return usedAt === undefined ? view : { ...view, usedAt };
  }

  /** Of many papers, in slices. */
  async function sliced<T>(papers: readonly KeptPaper[], make: (paper: KeptPaper) => T): Promise<readonly T[]> {
    const made: T[] = [];
    for (let at = 0; at < papers.length; at += viewsAtOnce) {
      if (at > 0) await turns.giveWay();
      made.push(...papers.slice(at, at + viewsAtOnce).map(make));
    }
    return made;
  }

  /** The list that was sorted last, as long as everything it was made of is what would be read now. */
  async function sorted(session: Session, day: string): Promise<Result<Sorted, WorkerError>> {
    const now = await read(session);
    if (!now.ok) return now;
    const last = lists.get(session);
    const { all, drilled, at } = now.value;
    if (last !== undefined && last.day === day && last.all === all && last.at === at && last.drilled === drilled)
      return ok(last);
    stamps += 1;
    const next = sort(now.value, day, stamps);
    lists.set(session, next);
    earlies.delete(session);
    return ok(next);
  }

  /** What the last opening left; undefined where that is nothing, or of another format. */
  async function leftHint({ store, identity }: Session): Promise<ListHint | undefined> {
    const sealed = await store.hint();
    return sealed.ok && sealed.value !== undefined ? openListHint(identity, sealed.value) : undefined;
  }

  /** Papers that stood first the last time, as they are now; undefined where nothing tells which, or none is left. */
  async function early(session: Session, count: number): Promise<PapersPart | undefined> {
    const { records } = session;
    const [hint, drilled] = await Promise.all([leftHint(session), elsewhere(session)]);
    if (hint === undefined || hint.kept < hintFrom || !drilled.ok) return undefined;
    const some = await records.some([...hint.first.slice(0, count + spareRows), ...hint.drafts]);
    if (!some.ok) return undefined;
    const papers = some.value.flatMap(({ kept, chain }) => (isPaper(kept) ? [{ id: kept.id, kept, chain }] : []));
    const first = papers.filter(({ kept }) => kept.record.status === "kept").slice(0, count);
    const drafts = papers.filter(({ kept }) => isDraft(kept));
    const blobs = await blobsOf(
      session,
      [...first, ...drafts].map(({ kept }) => kept),
    );
    if (first.length === 0 || !blobs.ok) return undefined;
    const beside: Beside = { blobs: blobs.value, aside: asideIn(papers) };
    const shownNow = ({ kept }: (typeof papers)[number]): PaperView =>
      shown({ used: new Map(), drilled: drilled.value }, beside, kept);
    const { kinds, binned } = hint;
    return {
      ...{ stamp: 0, early: true, kinds, binned, kept: hint.kept },
      papers: first.map(shownNow),
      drafts: drafts.map(shownNow),
    };
  }

  /** The same again as long as nothing was written: read once, before home reads everything. */
  async function earlyOnce(session: Session, count: number): Promise<PapersPart | undefined> {
    const moment = { records: session.records.stamp(), queue: session.queue.stamp() };
    const last = earlies.get(session);
    const isSame = last?.records === moment.records && last.queue === moment.queue && last.count >= count;
    const mine = isSame ? last : { ...moment, count, part: early(session, count) };
    earlies.set(session, mine);
    const part = await mine.part;
    return part && { ...part, papers: part.papers.slice(0, count) };
  }

  /** Left for the next opening, when it says something new. Where that fails the next opening reads everything first. */
  async function leaveHint(session: Session, list: Sorted): Promise<void> {
    const hint = hintOf(list);
    const text = JSON.stringify(hint);
    if (hints.get(session) === text) return;
    const left = await session.store.setHint(await sealHint(session.identity, hint, random));
    if (left.ok) hints.set(session, text);
    else log.note("list-hint", { error: left.error.type });
  }

  return {
    async list(session) {
      const now = await read(session);
      if (!now.ok) return now;
      const beside = await besideAll(session);
      if (!beside.ok) return beside;
      const { all, drilled } = now.value;
      const rest = { drilled, used: lastUses(all) };
      const papers = all
        .filter(isPaper)
        .filter(isListed(rest.used))
        .map((kept) => ({ record: kept.id, paper: kept.record, kept }));
      const inOrder = sortPapers(papers).map(({ kept }) => kept);
      return ok(await sliced(inOrder, (kept) => shown(rest, beside.value, kept)));
    },

    async part(session, { from, count, day, early: isEarly = false }) {
      const known =
        isEarly && from === 0 && !session.records.isRead()
          ? await turns.urgent(() => earlyOnce(session, count))
          : undefined;
      if (known !== undefined) return ok(known);
      const list = await sorted(session, day);
      if (!list.ok) return list;
      const { stamp, kept, kinds, drafts, binned } = list.value;
      const papers = kept.slice(from, from + count);
      const also = from === 0 ? drafts : [];
      // The first rows do not wait for the rows of all others.
      const isFew = papers.length + also.length <= fewPapers && !session.queue.isRead();
      const beside = await (isFew ? turns.urgent(() => besideFew(session, [...papers, ...also])) : besideAll(session));
      if (!beside.ok) return beside;
      // With the last part, which nobody waits for.
      if (from + count >= kept.length) await leaveHint(session, list.value);
      return ok({
        ...{ stamp, kinds, binned, kept: kept.length },
        papers: await sliced(papers, (each) => shown(list.value, beside.value, each)),
        drafts: also.map((each) => shown(list.value, beside.value, each)),
      });
    },

    async pocket(session, day) {
      if (!session.records.isRead()) await turns.urgent(() => earlyOnce(session, firstRows));
      const list = await sorted(session, day);
      if (!list.ok) return list;
      const beside = await besideAll(session);
      if (!beside.ok) return beside;
      const { kept, all, drilled } = list.value;
      const { blobs, aside } = beside.value;
      const states: Partial<Record<CopyState, number>> = {};
      await sliced(kept, (paper) => {
        const state = stateOf(paper, blobs, aside.get(paper.id) ?? null, around(paper.id, drilled));
        states[state] = (states[state] ?? 0) + 1;
      });
      await leaveHint(session, list.value);
      const draft = sortPapers(
        all
          .filter(isPaper)
          .flatMap(({ id, record }) => (record.status === "draft" ? [{ record: id, paper: record }] : [])),
      )[0];
      return ok({
        kept: kept.length,
        states,
        newest: changedLast(kept)
          .slice(0, fewRows)
          .map(({ record }) => record.kind),
        soon: soonOnes(kept, day)
          .slice(0, fewRows)
          .map((paper) => shown(list.value, beside.value, paper)),
        draft: draft === undefined ? null : Object.keys(draft.paper.pages).length,
      });
    },

    async remember(session) {
      const last = lists.get(session);
      const left = last === undefined ? await leftHint(session) : undefined;
      if (left !== undefined && left.kept >= hintFrom) return ok(undefined);
      const list = await sorted(session, last?.day ?? dayAt(clock.now()));
      if (!list.ok) return list;
      // Of few papers no hint is used: where there is none, it would only be one more write.
      if (left === undefined && !hints.has(session) && hintOf(list.value).kept < hintFrom) return ok(undefined);
      await leaveHint(session, list.value);
      return ok(undefined);
    },
  };
}
