/** The carrier's files in memory, for tests. A "disk" outlives the stores opened on it. Runs anywhere. */

import type { B64 } from "../../shared/bytes.ts";
import { err, ok } from "../../shared/result.ts";
import type { CarriedRow, CarriedStore } from "../carried-ports.ts";
import type { StorageError } from "../ports.ts";
import { bufferOf } from "../tables.ts";

export interface CarriedDisk {
  readonly rows: Map<B64, CarriedRow>;
  /** By database, then by number. */
  readonly pieces: Map<string, Map<number, ArrayBuffer>>;
  /** Bytes that fit; pieces beyond are refused as "full". */
  room: number;
}

export const createCarriedDisk = (): CarriedDisk => ({
  rows: new Map(),
  pieces: new Map(),
  room: Number.POSITIVE_INFINITY,
});

const byTime = (a: CarriedRow, b: CarriedRow): number => a.takenAt - b.takenAt || (a.file < b.file ? -1 : 1);
const done = ok(undefined);

export function createMemoryCarried(disk: CarriedDisk): CarriedStore {
  const used = (): number => {
    let bytes = 0;
    for (const pieces of disk.pieces.values()) for (const piece of pieces.values()) bytes += piece.byteLength;
    return bytes;
  };
  const drop = (file: B64): void => void disk.pieces.delete(disk.rows.get(file)?.database ?? "");
  return {
    list: async () => ok([...disk.rows.values()].sort(byTime)),
    get: async (file) => ok(disk.rows.get(file)),
    begin: async (row) => {
      drop(row.file);
      disk.rows.set(row.file, { ...row, state: "taking", said: null, saidAt: null, missing: row.count, given: false });
      return done;
    },
    putPieces: async (database, first, pieces) => {
      const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
      if (used() + size > disk.room) return err<StorageError>({ type: "full" });
      const held = disk.pieces.get(database) ?? new Map<number, ArrayBuffer>();
      disk.pieces.set(database, held);
      for (const [at, piece] of pieces.entries()) held.set(first + at, bufferOf(piece));
      return done;
    },
    piece: async (database, n) => {
      const piece = disk.pieces.get(database)?.get(n);
      return ok(piece === undefined ? undefined : new Uint8Array(piece));
    },
    update: async (file, patch) => {
      const row = disk.rows.get(file);
      if (row !== undefined) disk.rows.set(file, { ...row, ...patch });
      return done;
    },
    dropPieces: async (file) => {
      drop(file);
      return done;
    },
    remove: async (file) => {
      drop(file);
      disk.rows.delete(file);
      return done;
    },
    close: async () => undefined,
  };
}
