/**
 * What the server asks of its database about journals (SPEC P-J). Part of `Store`; same rules (ports.ts). Runs in Node.
 *
 * Surprising: there is no call that changes or removes a line, and the database itself refuses both. A journal goes with its
 * satchel, when its person erases that or nobody opened it for years (SPEC P-Z3), and not before.
 */

import type { JournalLine, NumberedLine } from "../../protocol/journal.ts";
import type { B64, ServerTime } from "../../protocol/wire.ts";
import type { BlobId, LetterId, PrincipalId } from "../../shared/ids.ts";

export interface NewLine extends JournalLine {
  readonly principal: PrincipalId;
  /** What it is about, as a keyed hash: one line for each. */
  readonly about: B64;
}

/** Whose blob. */
export interface BlobOwner {
  readonly owner: PrincipalId;
  readonly blob: BlobId;
}

export interface JournalStore {
  /** "same": there is a line about that. "gone": nobody's, or of a satchel that was erased. */
  readonly addLine: (line: NewLine) => Promise<"added" | "same" | "gone">;
  /** Lines after number `after`, in order, how many there are, and the hash of line `after`. */
  readonly journal: (
    principal: PrincipalId,
    after: number,
    limit: number,
  ) => Promise<{ readonly lines: readonly NumberedLine[]; readonly length: number; readonly hash: B64 | null }>;
  /** The letter by which `reader` may read the blob of another; undefined where there is none (see `mayRead`). */
  readonly letterNaming: (
    reader: PrincipalId,
    owner: PrincipalId,
    blob: BlobId,
    at: ServerTime,
  ) => Promise<LetterId | undefined>;
  /** Satchels whose card has this block number. */
  readonly withBlockNumber: (block: B64) => Promise<readonly PrincipalId[]>;
}
