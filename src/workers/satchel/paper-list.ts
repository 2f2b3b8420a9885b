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
import type { BlobId, RecordId } from "../../shared/ids.ts";
import type { Log, Random } from "../../shared/ports.ts";
import { ok, type Result } from "../../shared/result.ts";
import type { BlobRow, QueueView } from "../../storage/ports.ts";
import type { Kept, KeptWithChain } from "../common/records.ts";
import type { PapersAsked, PapersPart, PaperView, WorkerError } from "../satchel.contract.ts";
import type { Session } from "./deps.ts";
import { type ListHint, openHint, sealHint } from "./list-hint.ts";
import { type Around, isPaper, type KeptPaper, viewOf } from "./paper-view.ts";

export interface PaperListDeps {
  readonly random: Random;
  readonly log: Log;
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
}

/** Remembered to be read first: a screenful, and some for those that are gone by then. */
const hintRows = 12;
const hintDrafts = 4;

/** All that a list is made of, as read at one time. */
interface Read {
  readonly all: readonly Kept<SatchelRecord>[];
  readonly blobs: ReadonlyMap<BlobId, BlobRow>;
  readonly queue: QueueView;
  readonly drilled: boolean;
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

const codeOf = (chain: KeptWithChain<SatchelRecord>["chain"]): string | null => {
  const aside = chain.find((op) => op.state === "aside");
  return aside === undefined ? null : (aside.lastCode ?? "unknown");
};

const blobIds = (record: PaperRecord): readonly BlobId[] => paperBlobs(record).map((pointer) => pointer.blob);

const isDraft = ({ record }: KeptPaper): boolean => record.status === "draft" && pagesInOrder(record).length > 0;

function sort(read: Read, day: string, stamp: number): Sorted {
  const used = lastUses(read.all);
  const papers = read.all.filter(isPaper);
  const likely = papers
    .filter(({ record }) => record.status === "kept")
    .map((kept) => ({ id: kept.id, record: kept.record, usedAt: used.get(kept.id), kept }));
  const kinds: Record<string, number> = {};
  for (const { record } of likely) kinds[record.kind ?? ""] = (kinds[record.kind ?? ""] ?? 0) + 1;
  return {
    ...read,
    ...{ day, stamp, used, kinds, aside: asideOf(read.queue) },
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

export function createPaperLists({ around, elsewhere, random, log, hintFrom = 40 }: PaperListDeps): PaperLists {
  /** The last list of each session: its parts are asked one after the other. */
  const lists = new WeakMap<Session, Sorted>();
  let stamps = 0;
  /** What each session has left as its hint. */
  const hints = new WeakMap<Session, string>();

  async function read(session: Session): Promise<Result<Read, WorkerError>> {
    const [all, blobs, queue, drilled] = await Promise.all([
      session.records.list(),
      session.queue.blobs(),
      session.queue.view(),
      elsewhere(session),
    ]);
    if (!all.ok) return all;
    if (!drilled.ok) return drilled;
    if (!blobs.ok) return blobs;
    if (!queue.ok) return queue;
    return ok({ all: all.value, blobs: blobs.value, queue: queue.value, drilled: drilled.value });
  }

  function shown(
    { blobs, aside, used, drilled }: Pick<Sorted, "blobs" | "aside" | "used" | "drilled">,
    kept: KeptPaper,
  ): PaperView {
    const view = viewOf(kept, blobs, aside.get(kept.id) ?? null, around(kept.id, drilled));
    const usedAt = used.get(kept.id);
    return usedAt === undefined ? view : { ...view, usedAt };
  }

  /** The list that was sorted last, as long as everything it was made of is what would be read now. */
  async function sorted(session: Session, day: string): Promise<Result<Sorted, WorkerError>> {
    const now = await read(session);
    if (!now.ok) return now;
    const last = lists.get(session);
    const { all, blobs, queue, drilled } = now.value;
    if (
      last !== undefined &&
      last.day === day &&
      last.all === all &&
      last.blobs === blobs &&
      last.queue === queue &&
      last.drilled === drilled
    )
      return ok(last);
    stamps += 1;
    const next = sort(now.value, day, stamps);
    lists.set(session, next);
    return ok(next);
  }

  /** Papers that stood first the last time, as they are now; undefined where nothing tells which, or none is left. */
  async function early(session: Session, count: number): Promise<PapersPart | undefined> {
    const { store, identity, records } = session;
    const [sealed, drilled] = await Promise.all([store.hint(), elsewhere(session)]);
    const hint = sealed.ok && sealed.value !== undefined ? await openHint(identity, sealed.value) : undefined;
    if (hint === undefined || hint.kept < hintFrom || !drilled.ok) return undefined;
    const some = await records.some([...hint.first, ...hint.drafts]);
    if (!some.ok) return undefined;
    const papers = some.value.flatMap(({ kept, chain }) => (isPaper(kept) ? [{ kept, chain }] : []));
    const first = papers.filter(({ kept }) => kept.record.status === "kept").slice(0, count);
    const drafts = papers.filter(({ kept }) => isDraft(kept));
    const rows = await store.someBlobs([...first, ...drafts].flatMap(({ kept }) => blobIds(kept.record)));
    if (first.length === 0 || !rows.ok) return undefined;
    const blobs = new Map(rows.value.map((row) => [row.blob, row]));
    const shownNow = ({ kept, chain }: (typeof papers)[number]): PaperView =>
      viewOf(kept, blobs, codeOf(chain), around(kept.id, drilled.value));
    const { kinds, binned } = hint;
    return {
      ...{ stamp: 0, early: true, kinds, binned, kept: hint.kept },
      papers: first.map(shownNow),
      drafts: drafts.map(shownNow),
    };
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
      const { all, queue } = now.value;
      const rest = { ...now.value, used: lastUses(all), aside: asideOf(queue) };
      const papers = all.filter(isPaper).map((kept) => ({ record: kept.id, paper: kept.record, kept }));
      return ok(sortPapers(papers).map(({ kept }) => shown(rest, kept)));
    },

    async part(session, { from, count, day, early: isEarly = false }) {
      const known = isEarly && from === 0 && !session.records.isRead() ? await early(session, count) : undefined;
      if (known !== undefined) return ok(known);
      const list = await sorted(session, day);
      if (!list.ok) return list;
      // With the last part, which nobody waits for.
      if (from + count >= list.value.kept.length) await leaveHint(session, list.value);
      const { stamp, kept, kinds, drafts, binned } = list.value;
      return ok({
        ...{ stamp, kinds, binned, kept: kept.length },
        papers: kept.slice(from, from + count).map((each) => shown(list.value, each)),
        drafts: from === 0 ? drafts.map((each) => shown(list.value, each)) : [],
      });
    },
  };
}
