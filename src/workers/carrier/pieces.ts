/** A taken file's bytes: cut into pieces for the disk, and read back from any place. Runs in the carrier's worker. */

import { type Bytes, concat } from "../../shared/bytes.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { type CarriedStore, pieceBytes } from "../../storage/carried-ports.ts";
import type { StorageError } from "../../storage/ports.ts";

/** Pieces that one relaxed transaction writes: 1 MiB. */
const batch = 4;
/** What one look at a picked file reads. */
const sliceBytes = 1024 * 1024;

/** A file in slices, so that it is never whole in memory. A file that its system took away ends early. */
export async function* slicesOf(file: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.size; at += sliceBytes)
    yield new Uint8Array(await file.slice(at, at + sliceBytes).arrayBuffer());
}

export interface PieceWriter {
  readonly add: (bytes: Uint8Array) => Promise<Result<void, StorageError>>;
  readonly end: () => Promise<Result<void, StorageError>>;
}

export function createPieceWriter(store: CarriedStore, database: string): PieceWriter {
  let held: Uint8Array[] = [];
  let length = 0;
  let written = 0;
  const write = async (upTo: number): Promise<Result<void, StorageError>> => {
    const all = concat(...held);
    const pieces: Bytes[] = [];
    for (let at = 0; at < upTo; at += pieceBytes) pieces.push(all.slice(at, Math.min(at + pieceBytes, upTo)));
    held = [all.subarray(upTo)];
    length -= upTo;
    const put = await store.putPieces(database, written, pieces);
    written += pieces.length;
    return put;
  };
  return {
    async add(bytes) {
      // The reader goes on using its own memory.
      held.push(bytes.slice());
      length += bytes.length;
      return length >= batch * pieceBytes ? write(length - (length % pieceBytes)) : ok(undefined);
    },
    end: () => (length > 0 ? write(length) : Promise.resolve(ok(undefined))),
  };
}

export type ReadAt = (at: number, bytes: number) => Promise<Result<Bytes, unknown>>;

/** From the disk; a piece that is missing is "unavailable". */
export const readKept =
  (store: CarriedStore, database: string): ReadAt =>
  async (at, bytes) => {
    const parts: Uint8Array[] = [];
    for (let n = Math.floor(at / pieceBytes); n * pieceBytes < at + bytes; n += 1) {
      const piece = await store.piece(database, n);
      if (!piece.ok) return piece;
      if (piece.value === undefined) return err({ type: "unavailable", detail: "piece-missing" });
      parts.push(piece.value.subarray(Math.max(0, at - n * pieceBytes), at + bytes - n * pieceBytes));
    }
    return ok(concat(...parts));
  };

/** Straight from the picked file, whose items begin at `from`. */
export const readFile =
  (file: Blob, from: number): ReadAt =>
  async (at, bytes) => {
    try {
      return ok(new Uint8Array(await file.slice(from + at, from + at + bytes).arrayBuffer()));
    } catch (error) {
      // The file was moved, changed or taken away (NotReadableError, NotFoundError).
      if (error instanceof DOMException) return err({ type: "unavailable", detail: error.name });
      throw error;
    }
  };
