/**
 * What becomes of a record's row that came from the server (DESIGN 4, sync SPEC S-P5, S-R2, S-R3). Pure; the worker that
 * holds the keys acts on it, and the simulation of tests/ plays it a million times.
 *
 * Surprising fact: "untouched here" is no reason to take a row over. After a reset the server may be older than this
 * device, and taking it over would lose what perhaps nobody else holds.
 */

import type { OpId } from "../shared/ids.ts";
import { mergeRecords } from "./merge.ts";
import type { SatchelRecord } from "./model.ts";

/** What this device holds of the record. */
export interface HeldRecord {
  /** The newest save here is the server's state as this device last knew it. */
  readonly untouched: boolean;
  readonly deleted: boolean;
  /** Ops known to be overtaken (S-R2). */
  readonly past: readonly OpId[];
  /** The server was reset and has not shown this device's state of it again (S-R3). */
  readonly unseen: boolean;
  /** The op of the server's state that was merged last. */
  readonly serverOp: OpId | null;
}

/**
 * adopt: the row becomes this device's state as it is. again: this device's state is sealed once more on top of it. merge: three
 * ways, against the server's state that was merged last. unrelated: nobody knows which of both is newer (`joinUnrelated`).
 */
export type Incoming = "adopt" | "again" | "merge" | "unrelated";

export function incoming(
  held: HeldRecord | null,
  row: { readonly op: OpId; readonly base: OpId | null; readonly deleted: boolean },
): Incoming {
  if (held === null) return "adopt";
  // A state that was overtaken here: the server went back. Its pages and pins must not go back with it.
  if (held.past.includes(row.op)) return "again";
  const related = !held.unseen || (row.base !== null && row.base === held.serverOp);
  // A deletion is taken for news, and so is what was written against one: else every reset would bring papers back. But
  // one that follows nothing, or a state overtaken here, is by somebody who had not seen what is here.
  const follows = row.base !== null && !held.past.includes(row.base);
  if (!related && row.deleted && !follows && !held.deleted) return "merge";
  if (!related && !row.deleted && !held.deleted) return "unrelated";
  return held.untouched || (held.deleted && row.deleted) ? "adopt" : "merge";
}

/**
 * Two states of a record of which nobody knows the newer one: where they differ the server's stands and the other is one
 * tap away (DESIGN 4: across a reset an untouched field never wins silently); what this device had changed wins as ever.
 */
export function joinUnrelated<R extends SatchelRecord>(known: R | null, mine: R, theirs: R): R {
  if (known === null || known.t !== mine.t) return mergeRecords<R>({ base: null, mine, theirs });
  const both = mergeRecords<R>({ base: null, mine: theirs, theirs: known });
  return mergeRecords<R>({ base: known, mine, theirs: both });
}
