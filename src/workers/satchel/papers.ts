/**
 * Papers of an open satchel: capture, reading, bin (DESIGN 4). Runs in the satchel worker.
 *
 * Surprising fact: while a paper is a draft its streams stay on this device, because its kind may turn out to be one
 * that is kept here only (health). They are released to travel by the very transaction that keeps the paper.
 */

import { staysHere } from "../../satchel/keeping.ts";
import type { BlobPointer, Page, PaperRecord, SatchelRecord } from "../../satchel/model.ts";
import * as paper from "../../satchel/paper.ts";
import { type BlobId, type RecordId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { BlobRow, QueueView } from "../../storage/ports.ts";
import { type BlobFacts, type PutBlob, putBlob, readBlob } from "../common/blobs.ts";
import { storageErr } from "../common/errors.ts";
import type { Save } from "../common/records.ts";
import { admit } from "../imaging/admit.ts";
import type { Reduced } from "../imaging.contract.ts";
import type {
  AddedPage,
  AddOptions,
  Bytes64,
  ImportRefusal,
  PaperPatch,
  PaperView,
  WorkerError,
} from "../satchel.contract.ts";
import { opensElsewhere } from "./asks.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { createPaperLists, type PaperLists } from "./paper-list.ts";
import { isPaper, type KeptPaper, viewOf } from "./paper-view.ts";
import type { Space } from "./space.ts";

const pdfAsItIs = { type: "file", mime: "application/pdf" } as const;

const blobIds = (record: PaperRecord): readonly BlobId[] => paper.paperBlobs(record).map((pointer) => pointer.blob);

/** Streams that may leave now: those of a kept paper that is not to stay here. */
export const released = (record: PaperRecord): readonly BlobId[] =>
  record.status === "draft" || staysHere(record) ? [] : blobIds(record);

/** Streams that may not leave: the kind says so now, whatever it said when they were sealed. */
const staying = (record: PaperRecord): readonly BlobId[] => (staysHere(record) ? blobIds(record) : []);

/**
 * The last server time that this device has seen, ms; null when it met no server, or heard nothing from it that says a time
 * (an upload's answer has none; the registration's, which names the epoch, has). Never the phone's clock alone.
 */
export async function serverTimeSeen(session: Session): Promise<Result<number | null, WorkerError>> {
  const meta = await session.store.meta();
  if (!meta.ok) return storageErr(meta.error);
  const { lastAnswerAt, clockOffset, epoch } = meta.value;
  return ok(lastAnswerAt === 0 || epoch === "" ? null : lastAnswerAt + clockOffset);
}

export interface Papers extends PaperLists {
  readonly one: (session: Session, id: RecordId) => Promise<Result<PaperView, WorkerError>>;
  readonly start: (session: Session, patch: PaperPatch) => Promise<Result<PaperView, WorkerError>>;
  readonly draft: (session: Session) => Promise<Result<PaperView | null, WorkerError>>;
  readonly addPage: (
    session: Session,
    id: RecordId,
    file: File,
    options?: AddOptions,
  ) => Promise<Result<AddedPage, WorkerError | ImportRefusal>>;
  readonly change: <E = never>(
    session: Session,
    id: RecordId,
    change: (record: PaperRecord) => Result<PaperRecord, E>,
  ) => Promise<Result<PaperView, WorkerError | E>>;
  readonly describe: (session: Session, id: RecordId, patch: PaperPatch) => Promise<Result<PaperView, WorkerError>>;
  readonly bin: (session: Session, id: RecordId) => Promise<Result<PaperView, WorkerError>>;
  readonly erase: (session: Session, id: RecordId) => Promise<Result<void, WorkerError>>;
  readonly readPage: (
    session: Session,
    id: RecordId,
    page: string,
    which: "preview" | "readable" | "original",
  ) => Promise<Result<Bytes64, WorkerError>>;
  /**
   * Reduces one picture that was kept as it is while the tool was absent, or on a device that cannot decode it. The
   * original goes only when the readable page is kept. "nothing" when there is none left that can be reduced now.
   */
  readonly reduceNext: (session: Session) => Promise<Result<"reduced" | "nothing", WorkerError>>;
  /** Erases what the bin has held for its days, drops streams that nothing names any more. After unlock and pulls. */
  readonly tidy: (session: Session) => Promise<Result<void, WorkerError>>;
}

/** Streams of letters that have not all arrived: their bytes stay, whatever becomes of the paper (INV-1). */
export function namedByLetters(queue: QueueView): ReadonlySet<BlobId> {
  return new Set(queue.letters.flatMap((letter) => letter.blobs));
}

function applyPatch(record: PaperRecord, patch: PaperPatch, now: number): PaperRecord {
  let next = record;
  if (patch.kind !== undefined) next = paper.setPaperKind(next, patch.kind, now);
  if (patch.title !== undefined) next = paper.renamePaper(next, patch.title, now);
  if (patch.holder !== undefined) next = paper.setPaperHolder(next, patch.holder, now);
  if (patch.expiry !== undefined) next = paper.setPaperExpiry(next, patch.expiry, now);
  if (patch.facts !== undefined) next = paper.setPaperFacts(next, patch.facts, now);
  if (patch.note !== undefined) next = paper.setPaperNote(next, patch.note, now);
  if (patch.stay !== undefined) next = paper.setPaperStay(next, patch.stay, now);
  return next;
}

export function createPapers(deps: SatchelDeps, space: Pick<Space, "fetching" | "makeRoom" | "damaged">): Papers {
  const now = (): number => deps.clock.now();
  const { damaged } = space;
  const around = (id: RecordId, elsewhere: boolean) => ({
    fetching: space.fetching(id),
    damaged,
    drilledElsewhere: elsewhere,
  });
  /** INV-2: read from the registry, because a keyring leaves and is confirmed without the session. */
  async function elsewhere({ profile }: Session): Promise<Result<boolean, WorkerError>> {
    const held = await deps.registry.get(profile.database);
    return held.ok ? ok(held.value !== undefined && opensElsewhere(held.value)) : storageErr(held.error);
  }
  const lists = createPaperLists({ ...deps, around, elsewhere });
  /** Originals that this browser cannot reduce (HEIC, damaged): asked once while the worker lives. */
  const irreducible = new Set<BlobId>();
  /** Shots whose corners a person may be looking at now: reducing them whole would be work for nothing. */
  const unconfirmed = new WeakMap<Session, Set<string>>();

  async function show(session: Session, kept: KeptPaper): Promise<Result<PaperView, WorkerError>> {
    const rows = new Map<BlobId, BlobRow>();
    for (const blob of blobIds(kept.record)) {
      const row = await session.store.getBlob(blob);
      if (!row.ok) return storageErr(row.error);
      if (row.value !== undefined) rows.set(blob, row.value);
    }
    const chain = await session.store.chain(kept.id);
    if (!chain.ok) return storageErr(chain.error);
    const aside = chain.value.find((op) => op.state === "aside");
    const drilled = await elsewhere(session);
    if (!drilled.ok) return drilled;
    const code = aside === undefined ? null : (aside.lastCode ?? "unknown");
    return ok(viewOf(kept, rows, code, around(kept.id, drilled.value)));
  }

  async function papersOf(session: Session): Promise<Result<readonly KeptPaper[], WorkerError>> {
    const all = await session.records.list();
    return all.ok ? ok(all.value.filter(isPaper)) : all;
  }

  async function saved<E>(
    session: Session,
    id: RecordId,
    change: (record: PaperRecord) => Result<Save<SatchelRecord>, E>,
  ): Promise<Result<KeptPaper, WorkerError | E>> {
    const result = await session.records.save<E | WorkerError>(id, (current) =>
      current?.t === "paper" ? change(current) : err({ type: "not-found" }),
    );
    if (!result.ok) return result;
    return result.value !== null && isPaper(result.value) ? ok(result.value) : err({ type: "not-found" });
  }

  async function change<E = never>(
    session: Session,
    id: RecordId,
    apply: (record: PaperRecord) => Result<PaperRecord, E>,
  ): Promise<Result<PaperView, WorkerError | E>> {
    const result = await saved<E>(session, id, (record) => {
      const next = apply(record);
      return next.ok ? ok({ next: next.value, release: released(next.value), hold: staying(next.value) }) : next;
    });
    if (!result.ok) return result;
    deps.emit({ type: "papers" });
    return show(session, result.value);
  }

  /** Seals each rendition of a page; on any error none is left behind. */
  async function putAll(
    session: Session,
    parts: readonly { readonly content: Blob; readonly facts: BlobFacts }[],
  ): Promise<Result<readonly PutBlob[], WorkerError | ImportRefusal>> {
    const put: PutBlob[] = [];
    for (const { content, facts } of parts) {
      const result = await putBlob({ ...session, random: deps.random }, content, facts);
      if (!result.ok) {
        await session.store.deleteBlobs(put.map((done) => done.blob.blob));
        // A file that changes while it is read: the camera has not finished it, or the card is failing.
        return err(result.error.type === "changed" ? { type: "picture-damaged" } : result.error);
      }
      put.push(result.value);
    }
    return ok(put);
  }

  /** A shot as it is: nothing is decoded before it is kept. */
  async function asShot(file: File): Promise<Result<Reduced, ImportRefusal>> {
    const admitted = await admit(file, null);
    if (!admitted.ok) return admitted;
    return ok(admitted.value.type === "pdf" ? pdfAsItIs : { type: "raw", mime: admitted.value.mime });
  }

  /** Seals the file itself beside its page. Null: there was no room. */
  async function putOriginal(
    session: Session,
    file: File,
    localOnly: boolean,
  ): Promise<Result<PutBlob | null, WorkerError | ImportRefusal>> {
    const admitted = await admit(file, null);
    if (!admitted.ok) return admitted;
    const mime = admitted.value.type === "pdf" ? pdfAsItIs.mime : admitted.value.mime;
    const put = await putAll(session, [{ content: file, facts: { mime, sendClass: 5, localOnly } }]);
    if (put.ok) return ok(put.value[0] ?? null);
    return put.error.type === "full" ? ok(null) : put;
  }

  async function addPage(
    session: Session,
    id: RecordId,
    file: File,
    { how, keepOriginal = false, shot = false, page: place }: AddOptions = {},
  ): Promise<Result<AddedPage, WorkerError | ImportRefusal>> {
    const before = await session.records.get(id);
    if (!before.ok) return before;
    if (!isPaper(before.value)) return err({ type: "not-found" });
    const reduced = await (shot
      ? asShot(file)
      : how === undefined
        ? deps.imaging.reduce(file)
        : deps.imaging.finish(file, how));
    if (!reduced.ok) return reduced;
    const isRaw = reduced.value.type === "raw";
    if (isRaw && !shot && place !== undefined && before.value.record.pages[place]?.state === "raw") {
      // The tool is gone since the shot, which is kept: it is reduced whole when the tool is there again.
      unconfirmed.get(session)?.delete(place);
      return ok({ page: place, state: "raw", revision: before.value.revision });
    }
    const localOnly = before.value.record.status === "draft" || staysHere(before.value.record);
    const parts = partsOf(reduced.value, file, localOnly);
    let put = await putAll(session, parts);
    let madeRoom = 0;
    // A shot is not worth what is put away for it: it is in the hands of the screen as well.
    if (!put.ok && put.error.type === "full" && !shot) {
      const freed = await space.makeRoom(session);
      if (!freed.ok) return freed;
      madeRoom = freed.value;
      if (madeRoom > 0) put = await putAll(session, parts);
    }
    if (!put.ok) return put;
    const wantsOriginal = keepOriginal && reduced.value.type === "picture";
    const original = wantsOriginal ? await putOriginal(session, file, localOnly) : ok(null);
    if (!original.ok) {
      await session.store.deleteBlobs(put.value.map((done) => done.pointer.blob));
      return original;
    }
    const kept = original.value === null ? put.value : [...put.value, original.value];
    const pointers = kept.map((done) => done.pointer);
    const pageId = place ?? (randomId<RecordId>(deps.random) as string);
    const page = pageOf(reduced.value, pointers, file.name);
    let replaced: readonly BlobId[] = [];
    const result = await saved<never>(session, id, (record) => {
      const next = paper.putPage(record, pageId, page, now());
      const named = new Set(blobIds(next));
      replaced = blobIds(record).filter((blob) => !named.has(blob));
      // Reducing and sealing took a while: what the paper has become since decides where its streams may go.
      const here = next.status === "draft" || staysHere(next);
      const blobs = kept.map((done) => ({ ...done.blob, localOnly: here }));
      return ok({ next, blobs, release: released(next), hold: staying(next) });
    });
    if (!result.ok) {
      await session.store.deleteBlobs(pointers.map((pointer) => pointer.blob));
      return result;
    }
    const waiting = unconfirmed.get(session) ?? new Set();
    if (shot && isRaw) unconfirmed.set(session, waiting.add(pageId));
    else waiting.delete(pageId);
    const dropped = replaced.length === 0 ? ok(undefined) : await dropStreams(session, replaced);
    deps.emit({ type: "papers" });
    if (!dropped.ok) return dropped;
    const state = reduced.value.type === "picture" ? "ready" : reduced.value.type;
    return ok({
      page: pageId,
      state,
      revision: result.value.revision,
      ...(madeRoom > 0 ? { madeRoom } : {}),
      ...(wantsOriginal && original.value === null ? { withoutOriginal: true as const } : {}),
    });
  }

  /** Drops streams that no record names any more, but for those that a letter still carries. */
  async function dropStreams(session: Session, blobs: readonly BlobId[]): Promise<Result<void, WorkerError>> {
    const queue = await session.store.queue();
    if (!queue.ok) return storageErr(queue.error);
    const needed = namedByLetters(queue.value);
    const dropped = await session.store.deleteBlobs(blobs.filter((blob) => !needed.has(blob)));
    return dropped.ok ? ok(undefined) : storageErr(dropped.error);
  }

  /** "moved": the page was turned into something else meanwhile. */
  async function reducePage(
    session: Session,
    id: RecordId,
    pageId: string,
    original: BlobPointer,
  ): Promise<Result<"reduced" | "absent" | "irreducible" | "moved", WorkerError>> {
    const bytes = await readBlob(session.store, original);
    // Gone, or away to make room: another time.
    if (!bytes.ok) return ["not-found", "unavailable"].includes(bytes.error.type) ? ok("irreducible") : bytes;
    const reduced = await deps.imaging.reduce(new File([bytes.value], "", { type: original.mime }));
    if (!reduced.ok || reduced.value.type !== "picture")
      return ok(reduced.ok && reduced.value.type === "raw" && reduced.value.absent === true ? "absent" : "irreducible");
    // As its original was: released by the transaction when the paper may travel.
    const put = await putAll(session, partsOf(reduced.value, new File([], ""), true));
    if (!put.ok) return put.error.type === "picture-damaged" ? ok("irreducible") : err(put.error as WorkerError);
    const [readable = null, preview = null] = put.value.map((done) => done.pointer);
    const result = await saved<"moved">(session, id, (record) => {
      const page = record.pages[pageId];
      if (page?.state !== "raw" || page.original?.blob !== original.blob) return err("moved");
      const next = paper.putPage(record, pageId, { ...page, state: "ready", readable, preview, original: null }, now());
      return ok({ next, blobs: put.value.map((done) => done.blob), release: released(next) });
    });
    if (!result.ok) {
      await session.store.deleteBlobs(put.value.map((done) => done.blob.blob));
      return result.error === "moved" ? ok("moved") : err(result.error);
    }
    const dropped = await dropStreams(session, [original.blob]);
    deps.emit({ type: "papers" });
    return dropped.ok ? ok("reduced") : dropped;
  }

  async function reduceNext(session: Session): Promise<Result<"reduced" | "nothing", WorkerError>> {
    const papers = await papersOf(session);
    if (!papers.ok) return papers;
    for (const { id, record } of papers.value) {
      if (record.status === "binned") continue;
      for (const [pageId, { state, original }] of Object.entries(record.pages)) {
        if (state !== "raw" || original === null || irreducible.has(original.blob)) continue;
        if (record.status === "draft" && unconfirmed.get(session)?.has(pageId) === true) continue;
        const done = await reducePage(session, id, pageId, original);
        if (!done.ok) return done;
        if (done.value === "absent") return ok("nothing");
        if (done.value === "irreducible") irreducible.add(original.blob);
        else return ok("reduced");
      }
    }
    return ok("nothing");
  }

  async function eraseNow(session: Session, id: RecordId): Promise<Result<void, WorkerError>> {
    const before = await session.records.get(id);
    if (!before.ok) return before;
    if (!isPaper(before.value)) return err({ type: "not-found" });
    const result = await session.records.save<never>(id, () => ok({ next: null }));
    if (!result.ok) return result;
    const dropped = await dropStreams(session, paper.streamsNamed(before.value.record));
    deps.emit({ type: "papers" });
    return dropped;
  }

  return {
    ...lists,
    change,
    addPage,
    reduceNext,
    erase: eraseNow,

    async one(session, id) {
      const kept = await session.records.get(id);
      if (!kept.ok) return kept;
      return isPaper(kept.value) ? show(session, kept.value) : err({ type: "not-found" });
    },

    async start(session, patch) {
      const id = randomId<RecordId>(deps.random);
      const result = await session.records.save<never>(id, () =>
        ok({ next: applyPatch(paper.createPaper(now()), patch, now()) }),
      );
      if (!result.ok) return result;
      deps.emit({ type: "papers" });
      return result.value !== null && isPaper(result.value) ? show(session, result.value) : err({ type: "not-found" });
    },

    async draft(session) {
      const papers = await papersOf(session);
      if (!papers.ok) return papers;
      const drafts = papers.value.filter((kept) => kept.record.status === "draft");
      const newest = drafts.sort((a, b) => b.record.updatedAt - a.record.updatedAt)[0];
      return newest === undefined ? ok(null) : show(session, newest);
    },

    describe: (session, id, patch) => change(session, id, (record) => ok(applyPatch(record, patch, now()))),

    async bin(session, id) {
      const time = await serverTimeSeen(session);
      if (!time.ok) return time;
      return change(session, id, (record) => ok(paper.binPaper(record, time.value, now())));
    },

    async readPage(session, id, pageId, which) {
      const kept = await session.records.get(id);
      if (!kept.ok) return kept;
      const page: Page | undefined = isPaper(kept.value) ? kept.value.record.pages[pageId] : undefined;
      if (page === undefined) return err({ type: "not-found" });
      const pointer: BlobPointer | null =
        which === "preview" ? page.preview : which === "original" ? page.original : (page.readable ?? page.original);
      if (pointer === null) return err({ type: "not-found" });
      const bytes = await readBlob(session.store, pointer);
      if (bytes.ok) damaged.delete(pointer.blob);
      else if (bytes.error.type === "unavailable" && !damaged.has(pointer.blob)) {
        const row = await session.store.getBlob(pointer.blob);
        // Whole at the server and no longer whole here: it can be fetched again.
        if (row.ok && row.value?.state === "verified") {
          damaged.add(pointer.blob);
          deps.emit({ type: "papers" });
        }
      }
      return bytes.ok ? ok({ bytes: bytes.value.buffer, mime: pointer.mime }) : bytes;
    },

    async tidy(session) {
      const time = await serverTimeSeen(session);
      if (!time.ok) return time;
      // Blobs first: whatever is listed was already named by a saved record when the records are read.
      const blobs = await session.store.listBlobs();
      if (!blobs.ok) return storageErr(blobs.error);
      const all = await session.records.listNow();
      if (!all.ok) return all;
      const papers = all.value.filter(isPaper);
      for (const { id, record } of papers) {
        if (time.value === null || record.status !== "binned") continue;
        const seen = time.value;
        const step = paper.isPurgeDue(record, seen)
          ? await eraseNow(session, id)
          : record.binnedAt === null
            ? await change(session, id, (held) => ok(paper.startBinClock(held, seen)))
            : ok(undefined);
        if (!step.ok) return step;
      }
      // What does not open might name any stream: then nothing is dropped.
      if (session.records.aside() > 0) return ok(undefined);
      const queue = await session.store.queue();
      if (!queue.ok) return storageErr(queue.error);
      const needed = new Set([
        ...namedByLetters(queue.value),
        ...all.value.flatMap(({ record }) => paper.streamsNamed(record)),
      ]);
      const unnamed = blobs.value.map((row) => row.blob).filter((blob) => !needed.has(blob));
      const dropped = unnamed.length === 0 ? ok(undefined) : await session.store.deleteBlobs(unnamed);
      return dropped.ok ? ok(undefined) : storageErr(dropped.error);
    },
  };
}

/** What is sealed of one picked file: a readable page and a preview, or the file itself. */
export function partsOf(
  reduced: Reduced,
  file: File,
  localOnly: boolean,
): readonly { readonly content: Blob; readonly facts: BlobFacts }[] {
  if (reduced.type !== "picture") {
    // It is what the receiver reads, so it travels with the readable pages.
    return [{ content: file, facts: { mime: reduced.mime, sendClass: 4, localOnly } }];
  }
  const part = ({ bytes, mime, width, height }: typeof reduced.readable, sendClass: 3 | 4) => ({
    content: new Blob([bytes]),
    facts: { mime, width, height, sendClass, localOnly },
  });
  return [part(reduced.readable, 4), part(reduced.preview, 3)];
}

export function pageOf(reduced: Reduced, pointers: readonly BlobPointer[], fileName: string): Omit<Page, "position"> {
  const [first = null, second = null, third = null] = pointers;
  const name = fileName === "" ? {} : { fileName };
  if (reduced.type === "picture") {
    return { turn: 0, state: "ready", readable: first, preview: second, original: third, ...name };
  }
  const state = reduced.type === "raw" ? "raw" : "ready";
  return { turn: 0, state, readable: null, preview: null, original: first, ...name };
}
