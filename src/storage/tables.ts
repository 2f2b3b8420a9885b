/**
 * The tables of one satchel's database and what a transaction over them can do. Runs wherever a store runs.
 *
 * Surprising fact: the rules (rules.ts) are written once over this small port; dexie/ and memory/ only hold rows.
 */

import type { Op } from "../protocol/wire.ts";
import type { Bytes } from "../shared/bytes.ts";
import type { BlobId, LetterId, OpId, RecordId } from "../shared/ids.ts";
import type { Result } from "../shared/result.ts";
import type {
  BlobRow,
  InboxRow,
  LetterRow,
  OutOp,
  OutProof,
  ProofRow,
  RecordRow,
  StorageError,
  SyncMeta,
} from "./ports.ts";

export interface RecordStored extends RecordRow {
  /** Id of `server`'s op, and its sequence in the epoch that gave it (0 = not seen in this epoch). */
  readonly serverOp: OpId | null;
  readonly serverSeq: number;
}

export interface SegmentStored {
  readonly blob: BlobId;
  readonly n: number;
  /** An ArrayBuffer, never a Blob (DESIGN 5). */
  readonly bytes: ArrayBuffer;
  /** Device clock when it was put; only the sweep looks at it. */
  readonly at: number;
}

export interface BlobStored extends Omit<BlobRow, "header"> {
  readonly header: ArrayBuffer;
  /** False after a reset until the server spoke of it. */
  readonly seen: boolean;
}

export interface ProofStored extends ProofRow {
  /** False after a reset until the server showed it again. Absent in rows of the first version: seen. */
  readonly seen?: boolean;
}

export interface LetterStored extends LetterRow {
  readonly seen: boolean;
}

type InboxExtra = { readonly aside: boolean };
export type InboxStored =
  | (Extract<InboxRow, { readonly type: "record" }> & InboxExtra & { readonly opId: OpId | null })
  | (Extract<InboxRow, { readonly type: "letter" }> & InboxExtra);

export type SettingStored =
  | { readonly key: "sync"; readonly value: SyncMeta }
  | { readonly key: "order"; readonly value: number }
  | { readonly key: "hint"; readonly value: ArrayBuffer };

export interface Rows {
  readonly records: RecordStored;
  readonly ops: OutOp;
  readonly blobs: BlobStored;
  readonly segments: SegmentStored;
  readonly letters: LetterStored;
  readonly proofs: ProofStored;
  readonly outProofs: OutProof;
  readonly inbox: InboxStored;
  readonly settings: SettingStored;
}

export interface Keys {
  readonly records: RecordId;
  readonly ops: OpId;
  readonly blobs: BlobId;
  readonly segments: readonly [BlobId, number];
  readonly letters: LetterId;
  readonly proofs: number;
  readonly outProofs: LetterId;
  readonly inbox: number;
  readonly settings: SettingStored["key"];
}

/** Indexes: which field of which table can be asked with `by`. */
export interface Indexes {
  readonly records: never;
  readonly ops: "record";
  readonly blobs: "state";
  readonly segments: "blob";
  readonly letters: never;
  readonly proofs: "letter";
  readonly outProofs: never;
  readonly inbox: never;
  readonly settings: never;
}

export type Table = keyof Rows;

/** The key of a row, for backends that are not told. */
export const keyOf: { readonly [T in Table]: (row: Rows[T]) => Keys[T] } = {
  records: (row) => row.record,
  ops: (row) => row.op,
  blobs: (row) => row.blob,
  segments: (row) => [row.blob, row.n],
  letters: (row) => row.letter,
  proofs: (row) => row.order,
  outProofs: (row) => row.letter,
  inbox: (row) => row.order,
  settings: (row) => row.key,
};

export interface Transaction {
  readonly get: <T extends Table>(table: T, key: Keys[T]) => Promise<Rows[T] | undefined>;
  readonly all: <T extends Table>(table: T) => Promise<readonly Rows[T][]>;
  readonly by: <T extends Table>(table: T, index: Indexes[T], value: string) => Promise<readonly Rows[T][]>;
  readonly keysBy: <T extends Table>(table: T, index: Indexes[T], value: string) => Promise<readonly Keys[T][]>;
  readonly keys: <T extends Table>(table: T) => Promise<readonly Keys[T][]>;
  readonly put: <T extends Table>(table: T, row: Rows[T]) => Promise<void>;
  readonly delete: <T extends Table>(table: T, key: Keys[T]) => Promise<void>;
}

/** strict reaches the disk before it resolves; relaxed may be lost by a power cut, never torn. */
export type Durability = "read" | "relaxed" | "strict";

export interface Backend {
  /**
   * Runs `body` in one transaction over `tables`. `body` awaits nothing but the transaction. When it returns an error
   * value, it has written nothing. When it throws, nothing is kept.
   * @param reserve true when the ballast may be freed for this write (a form), not for photos.
   */
  readonly run: <V>(
    tables: readonly Table[],
    durability: Durability,
    body: (tx: Transaction) => Promise<Result<V, StorageError>>,
    reserve?: boolean,
  ) => Promise<Result<V, StorageError>>;
  readonly close: () => Promise<void>;
}

/** What crosses from one tab to another after a commit. */
export type ChangeKind = "records" | "queue" | "inbox" | "meta";

export interface ChangeChannel {
  readonly post: (kinds: readonly ChangeKind[]) => void;
  readonly listen: (listener: (kinds: readonly ChangeKind[]) => void) => void;
  readonly close: () => void;
}

/** An op is known by its signature where only its bytes are at hand: ids are inside its sealed head. */
export const sameOp = (a: Op, b: Op): boolean => a.sig === b.sig && a.head === b.head && a.body === b.body;

export const bufferOf = (bytes: Bytes): ArrayBuffer =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
