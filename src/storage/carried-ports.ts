/**
 * Where a browser keeps the carrier's files that it took from others, until they are delivered and the receipt was given
 * back (SPEC P-C). Everything in them is sealed by somebody else; no key of this browser opens or seals anything here.
 *
 * Surprising fact: the bytes of each file lie in a database of their own under a random name, so that they go at once
 * and whole; only the list knows the names.
 */

import type { B64, Signed } from "../protocol/wire.ts";
import type { Bytes } from "../shared/bytes.ts";
import type { LetterId } from "../shared/ids.ts";
import type { Stored } from "./ports.ts";

/** Bytes of one stored piece; the last one may be shorter. */
export const pieceBytes = 256 * 1024;

/** taking: being read and checked; kept: whole and proven; done: its bytes are gone, what the server said stays. */
export type CarriedState = "taking" | "kept" | "done";

export interface CarriedRow {
  /** Name of the file, from its manifest. */
  readonly file: B64;
  /** Of several packs that came in one file (SPEC P-C11): that file's name. Absent: it came alone. */
  readonly set?: B64;
  /** Random name of the database that holds its pieces. */
  readonly database: string;
  readonly manifest: Signed;
  /** Items that are not the sender's chain or tickets, and bytes of all. */
  readonly count: number;
  readonly bytes: number;
  readonly takenAt: number;
  readonly state: CarriedState;
  /** The server's last word that verified. */
  readonly said: {
    readonly statement: Signed;
    readonly proofs: readonly { readonly letter: LetterId; readonly proofs: readonly Signed[] }[];
  } | null;
  /** Server time of that word. */
  readonly saidAt: number | null;
  /** Items that the server did not have then; `count` before it was asked. */
  readonly missing: number;
  /** The receipt was handed over. */
  readonly given: boolean;
}

export interface CarriedStore {
  /** Oldest first. */
  readonly list: () => Stored<readonly CarriedRow[]>;
  readonly get: (file: B64) => Stored<CarriedRow | undefined>;
  /** strict. A row in state "taking"; what an earlier try under the same name had left is dropped. */
  readonly begin: (
    row: Pick<CarriedRow, "file" | "set" | "database" | "manifest" | "count" | "bytes" | "takenAt">,
  ) => Stored<void>;
  /** relaxed. */
  readonly putPieces: (database: string, first: number, pieces: readonly Bytes[]) => Stored<void>;
  readonly piece: (database: string, n: number) => Stored<Bytes | undefined>;
  /** strict. Nothing when there is no such row. */
  readonly update: (file: B64, patch: Partial<Omit<CarriedRow, "file" | "database">>) => Stored<void>;
  /** Drops the bytes; the row stays. */
  readonly dropPieces: (file: B64) => Stored<void>;
  /** Drops bytes and row. */
  readonly remove: (file: B64) => Stored<void>;
  readonly close: () => Promise<void>;
}
