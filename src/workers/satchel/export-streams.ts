/**
 * Plain bytes of streams on their way out, piece by piece. Runs in the satchel worker.
 *
 * Surprising fact: a finished copy is a Blob made of small Blobs. The browser keeps those, on its disk when they are many,
 * so that 200 MB of papers never stand in this worker's memory (QUALITY: the reference phone has 2 GB).
 */

import type { RunningHash } from "../../crypto/stream.ts";
import { openStreamPieces, streamKeyFrom } from "../../crypto/stream.ts";
import { b64 } from "../../protocol/sign.ts";
import type { BlobPointer, SatchelRecord, ShareRecord, SignedText } from "../../satchel/model.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { LetterId, RecordId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { SatchelStore } from "../../storage/ports.ts";
import { storageErr, workerError } from "../common/errors.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { Session } from "./deps.ts";
import { isPaper } from "./paper-view.ts";
import type { Space } from "./space.ts";

const batchBytes = 1024 * 1024;

/** Collects pieces into Blobs of about a megabyte and forgets the pieces. */
export interface BlobParts {
  readonly add: (piece: Bytes) => void;
  readonly blob: (mime: string) => Blob;
}

export function createBlobParts(): BlobParts {
  const done: Blob[] = [];
  let waiting: Bytes[] = [];
  let bytes = 0;
  const flush = (): void => {
    if (bytes > 0) done.push(new Blob(waiting));
    waiting = [];
    bytes = 0;
  };
  return {
    add(piece) {
      waiting.push(piece);
      bytes += piece.length;
      if (bytes >= batchBytes) flush();
    },
    blob(mime) {
      flush();
      return new Blob(done, { type: mime });
    },
  };
}

/**
 * The plain bytes of a stream that is on this device. Ends after the first error; when it ends without one, their hash is
 * the one that the record names.
 */
export async function* plainPieces(
  store: SatchelStore,
  pointer: BlobPointer,
  hash: RunningHash,
): AsyncGenerator<Result<Bytes, WorkerError>> {
  const row = await store.getBlob(pointer.blob);
  if (!row.ok) {
    yield storageErr(row.error);
    return;
  }
  const key = streamKeyFrom(pointer.blob, pointer.key);
  if (row.value === undefined || row.value.state === "away" || key === undefined) {
    yield err({ type: "not-found" });
    return;
  }
  let failure: WorkerError | undefined;
  const read = async (n: number): Promise<Bytes | undefined> => {
    const segment = await store.getSegment(pointer.blob, n);
    if (segment.ok) return segment.value;
    failure = workerError(segment.error);
    return undefined;
  };
  for await (const piece of openStreamPieces(key, row.value.header, read, row.value.segments)) {
    if (!piece.ok) {
      yield err(failure ?? { type: "unavailable", mark: piece.error.type });
      return;
    }
    hash.update(piece.value);
    yield piece;
  }
  if (b64(await hash.digest()) !== pointer.hash) yield err({ type: "unavailable", mark: "other-content" });
}

/** Nothing that a second reading would give either: the copy goes on without these bytes and says so. */
export const isLostBytes = (error: WorkerError): boolean => error.type === "not-found" || error.type === "unavailable";

/** A share stays with the satchel that signed it: no other could end it, and it holds nothing that is not in the papers. */
export type CopiedRecord = Exclude<SatchelRecord, ShareRecord>;

export interface Everything {
  readonly records: readonly { readonly id: RecordId; readonly record: CopiedRecord }[];
  /** As signed, by letter. */
  readonly proofs: ReadonlyMap<LetterId, readonly SignedText[]>;
}

/** All that opens here, with the proofs that came back. */
export async function everythingOf(session: Session): Promise<Result<Everything, WorkerError>> {
  const all = await session.records.listNow();
  if (!all.ok) return all;
  const rows = await session.store.listProofs();
  if (!rows.ok) return storageErr(rows.error);
  const proofs = new Map<LetterId, SignedText[]>();
  for (const { letter, proof } of rows.value) proofs.set(letter, [...(proofs.get(letter) ?? []), proof]);
  const records = all.value.flatMap(({ id, record }) => (record.t === "share" ? [] : [{ id, record }]));
  return ok({ records, proofs });
}

/**
 * Brings back what has left this phone, as far as a network lets it; the first "no network" ends it. What stays away is
 * told as missing by whoever makes the copy.
 */
export async function fetchAway(session: Session, space: Pick<Space, "fetchBack">): Promise<Result<void, WorkerError>> {
  const all = await session.records.list();
  if (!all.ok) return all;
  for (const { id, record } of all.value.filter(isPaper)) {
    let isWhole = true;
    for (const page of Object.values(record.pages)) {
      for (const pointer of [page.readable, page.original]) {
        if (pointer === null) continue;
        const row = await session.store.getBlob(pointer.blob);
        if (!row.ok) return storageErr(row.error);
        if (row.value === undefined || row.value.state === "away") isWhole = false;
      }
    }
    if (isWhole) continue;
    const fetched = await space.fetchBack(session, id);
    // Full or gone: that paper is listed as missing, the others may still come.
    if (!fetched.ok && fetched.error.type === "no-network") return ok(undefined);
  }
  return ok(undefined);
}
