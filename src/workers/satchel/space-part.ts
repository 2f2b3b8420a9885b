/**
 * What may leave this phone, what comes back (DESIGN 5). Runs in the satchel worker, loaded when it is asked for.
 *
 * Surprising fact: what is listed is for showing; the store decides (storage/may-go.ts), so the answer says how much really left.
 */

import { splitBlob } from "../../crypto/stream.ts";
import { blobRootOfPieces } from "../../protocol/blob-root.ts";
import { opHead } from "../../protocol/ops.ts";
import { signTicket } from "../../protocol/tickets.ts";
import { inLeavingOrder, type StreamRole, streamRoles } from "../../satchel/leaving.ts";
import type { BlobPointer } from "../../satchel/model.ts";
import type { BlobId, RecordId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { type StayReason, whyStay } from "../../storage/may-go.ts";
import type { BlobRow, NewBlob, SatchelStore, SendClass } from "../../storage/ports.ts";
import { downloadBlob } from "../common/blob-reader.ts";
import { storageErr } from "../common/errors.ts";
import type { FetchRefusal, PaperSpace, SpaceView, StaysReason, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { isPaper, type KeptPaper } from "./paper-view.ts";

export interface SpacePart {
  readonly view: (session: Session) => Promise<Result<SpaceView, WorkerError>>;
  readonly free: (session: Session, papers: readonly RecordId[]) => Promise<Result<{ freed: number }, WorkerError>>;
  readonly fetchBack: (session: Session, paper: RecordId) => Promise<Result<void, WorkerError | FetchRefusal>>;
}

/** What the rest of the satchel sees of it (space.ts). */
export interface SpaceSeen {
  /** Streams whose bytes do not open here: mended by `fetchBack`. */
  readonly damaged: Set<BlobId>;
  /** Bytes that have come of a paper under way. */
  readonly coming: Map<RecordId, { readonly done: number; readonly of: number }>;
}

const classOf: Readonly<Record<StreamRole, SendClass>> = { preview: 3, readable: 4, original: 5 };

const reasons: Readonly<Record<StayReason, StaysReason>> = {
  "kept-here": "kept-here",
  "not-verified": "not-copied",
  "not-referred": "not-copied",
  "server-was-reset": "not-copied",
  "no-backup": "no-backup",
  away: "not-copied",
};

const isHere = (row: BlobRow | undefined): row is BlobRow => row !== undefined && row.state !== "away";

/** True when every segment of the blob can be read; a row alone promises nothing after a fault of the browser. */
async function isWhole(store: SatchelStore, row: BlobRow): Promise<Result<boolean, WorkerError>> {
  for (let n = 0; n < row.segments; n += 1) {
    const segment = await store.getSegment(row.blob, n);
    if (!segment.ok) return storageErr(segment.error);
    if (segment.value === undefined) return ok(false);
  }
  return ok(true);
}

export function createSpacePart(deps: SatchelDeps, { damaged, coming }: SpaceSeen): SpacePart {
  const running = new Map<RecordId, Promise<Result<void, WorkerError | FetchRefusal>>>();

  async function papersOf(session: Session): Promise<Result<readonly KeptPaper[], WorkerError>> {
    const all = await session.records.list();
    return all.ok ? ok(all.value.filter(isPaper)) : all;
  }

  /** Blobs that an accepted record or an accepted letter names, as far as is known here. */
  async function referred(session: Session, papers: readonly KeptPaper[]) {
    const named = new Set<BlobId>();
    for (const { server } of papers) {
      const head = server === null ? undefined : opHead(server);
      if (head?.ok === true) for (const blob of head.value.blobs) named.add(blob);
    }
    const queue = await session.queue.view();
    if (!queue.ok) return queue;
    for (const letter of queue.value.letters)
      if (letter.state === "accepted") for (const blob of letter.blobs) named.add(blob);
    return ok(named);
  }

  /** Streams of a paper that leave when it leaves: all but the previews, by which it is recognised. */
  const leaving = (kept: KeptPaper): readonly BlobPointer[] =>
    inLeavingOrder(kept.record)
      .filter(({ role }) => role !== "preview")
      .map(({ pointer }) => pointer);

  async function view(session: Session): Promise<Result<SpaceView, WorkerError>> {
    const papers = await papersOf(session);
    if (!papers.ok) return papers;
    const [rows, meta, named, left] = await Promise.all([
      session.queue.blobs(),
      session.store.meta(),
      referred(session, papers.value),
      deps.room(),
    ]);
    if (!rows.ok) return rows;
    if (!meta.ok) return storageErr(meta.error);
    if (!named.ok) return named;
    const { backup, offerDue } = meta.value;
    let here = 0;
    const list: PaperSpace[] = [];
    for (const kept of papers.value) {
      for (const { pointer } of streamRoles(kept.record))
        if (isHere(rows.value.get(pointer.blob))) here += pointer.sealedLength;
      const pointers = leaving(kept);
      if (pointers.length === 0) continue;
      const bytes = pointers.reduce((sum, pointer) => sum + pointer.sealedLength, 0);
      const why = pointers.flatMap((pointer) => {
        const row = rows.value.get(pointer.blob);
        if (row === undefined) return [];
        const reason = whyStay({ blob: row, referred: named.value.has(pointer.blob), seen: !offerDue, backup });
        return reason === null || reason === "away" ? [] : [reasons[reason]];
      });
      const isAway = !pointers.some((pointer) => isHere(rows.value.get(pointer.blob)));
      const reason = kept.record.status === "draft" ? "unfinished" : (why[0] ?? null);
      list.push(
        isAway
          ? { id: kept.id, bytes, state: "away", why: null }
          : { id: kept.id, bytes, state: reason === null ? "may-go" : "stays", why: reason },
      );
    }
    list.sort((a, b) => b.bytes - a.bytes || (a.id < b.id ? -1 : 1));
    const freeable = list.reduce((sum, each) => sum + (each.state === "may-go" ? each.bytes : 0), 0);
    return ok({ left, here, freeable, papers: list });
  }

  async function bringBack(
    session: Session,
    id: RecordId,
    kept: KeptPaper,
  ): Promise<Result<void, WorkerError | FetchRefusal>> {
    const { store, profile, identity } = session;
    const missing: { readonly pointer: BlobPointer; readonly role: StreamRole; readonly row: BlobRow | undefined }[] =
      [];
    for (const { pointer, role } of streamRoles(kept.record)) {
      const row = await store.getBlob(pointer.blob);
      if (!row.ok) return storageErr(row.error);
      const mayBe = isHere(row.value) && !damaged.has(pointer.blob) ? row.value : undefined;
      const whole = mayBe === undefined ? ok(false) : await isWhole(store, mayBe);
      if (!whole.ok) return whole;
      if (!whole.value) missing.push({ pointer, role, row: row.value });
    }
    // What can be read soonest comes first.
    missing.sort((a, b) => a.pointer.sealedLength - b.pointer.sealedLength);
    const of = missing.reduce((sum, { pointer }) => sum + pointer.sealedLength, 0);
    let before = 0;
    const tell = (done: number): void => {
      coming.set(id, { done: before + done, of });
      deps.emit({ type: "papers" });
    };
    const line = { store, database: profile.database, couriers: deps.couriers, reader: deps.reader };
    for (const { pointer, role, row } of missing) {
      tell(0);
      const { blob, sealedLength: length, root } = pointer;
      const sealed = await downloadBlob(line, identity.id, blob, length, tell);
      if (!sealed.ok) return err(sealed.error.type === "absent" ? { type: "not-there" } : sealed.error);
      const parts = splitBlob(sealed.value);
      // The root is the one in the sealed record: other bytes are a server's fault or worse.
      if (parts === undefined || (await blobRootOfPieces(parts.header, parts.segments)) !== root)
        return err({ type: "other-bytes" });
      const put = await store.putSegments(blob, 0, parts.segments);
      if (!put.ok) return storageErr(put.error);
      const made: NewBlob = {
        blob,
        header: parts.header,
        segments: parts.segments.length,
        length,
        root,
        ticket: row?.ticket ?? (await signTicket(identity.sign, { owner: identity.id, blob, length, root })),
        sendClass: row?.sendClass ?? classOf[role],
        localOnly: row?.localOnly ?? false,
      };
      const restored = await store.restoreLocal({ ...made, verifiedAt: row?.verifiedAt ?? null });
      if (!restored.ok) return storageErr(restored.error);
      damaged.delete(blob);
      before += length;
    }
    return ok(undefined);
  }

  return {
    view,

    async free(session, ids) {
      const papers = await papersOf(session);
      if (!papers.ok) return papers;
      const chosen = papers.value.filter((kept) => ids.includes(kept.id));
      const dropped = await session.store.dropLocal(chosen.flatMap(leaving).map((pointer) => pointer.blob));
      if (!dropped.ok) return storageErr(dropped.error);
      deps.emit({ type: "papers" });
      return ok({ freed: dropped.value.bytes });
    },

    async fetchBack(session, id) {
      const kept = await session.records.get(id);
      if (!kept.ok) return kept;
      if (!isPaper(kept.value)) return err({ type: "not-found" });
      const under = running.get(id) ?? bringBack(session, id, kept.value);
      running.set(id, under);
      try {
        return await under;
      } finally {
        running.delete(id);
        coming.delete(id);
        deps.emit({ type: "papers" });
      }
    },
  };
}
