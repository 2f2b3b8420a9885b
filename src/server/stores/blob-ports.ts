/**
 * What the server asks of the two places where sealed bytes lie, and a blob's name there.
 *
 * Staging is a folder of this process, to which tus appends; the vault holds verified blobs for every process. On one
 * machine both are the same folder, and a blob that was verified stays the file it was staged in.
 */

import type { Readable } from "node:stream";
import type { B64, ServerTime } from "../../protocol/wire.ts";
import type { BlobId, PrincipalId } from "../../shared/ids.ts";

/** First and last byte, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A blob as the vault knows it: a row of the database has all of this. */
export interface BlobItem {
  readonly owner: PrincipalId;
  readonly blob: BlobId;
  readonly length: number;
  readonly root: B64;
  /** Start of this life of the id: a blob that was collected and came again lies elsewhere. */
  readonly createdAt: ServerTime;
}

/** `name` is `<owner>.<blob>`, checked by the caller. */
export interface BlobStaging {
  readonly folder: string;
  /** Makes an empty blob unless there is one; what is there is never cut. */
  readonly create: (name: string) => Promise<void>;
  /** Bytes that lie there; undefined when there is no such blob. */
  readonly size: (name: string) => Promise<number | undefined>;
  readonly read: (name: string, range?: ByteRange) => Readable;
  /** Throws every byte away, durably; the blob stays, empty. */
  readonly empty: (name: string) => Promise<void>;
  /** Returns when the bytes and the name are on the disk itself. */
  readonly sync: (name: string) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  readonly names: () => Promise<readonly string[]>;
  /** Rejects when nothing can be written there. */
  readonly check: () => Promise<void>;
  /** Bytes of all that lies there. */
  readonly bytes: () => Promise<number>;
  /** Space left on its disk, in bytes. */
  readonly free: () => Promise<number>;
}

/** Something that lies in the vault, whoever put it there. */
export interface VaultEntry {
  readonly key: string;
  readonly length: number;
}

export interface BlobVault {
  /** True when a verified blob stays the file it was staged in: then there is nothing to move and nothing to read back. */
  readonly inPlace: boolean;
  /** Copies a whole staged blob in; durable when it resolves. Repeatable. */
  readonly put: (item: BlobItem) => Promise<void>;
  readonly size: (item: BlobItem) => Promise<number | undefined>;
  /** Rejects when the blob is not there. */
  readonly read: (item: BlobItem, range?: ByteRange) => Promise<Readable>;
  readonly remove: (item: BlobItem) => Promise<void>;
  /** Where the item lies, or would. */
  readonly keyOf: (item: BlobItem) => string;
  /** All that lies there. A key begins with the blob's name, unless something else put it there. */
  readonly entries: () => AsyncIterable<VaultEntry>;
  /** Rejects when the vault cannot be reached or does not let us in. */
  readonly check: () => Promise<void>;
  readonly close: () => void;
}

export const blobName = (owner: PrincipalId, blob: BlobId): string => `${owner}.${blob}`;
