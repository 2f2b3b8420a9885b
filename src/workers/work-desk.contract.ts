/**
 * What an organisation's helpers do with a dossier, as the desk's screens ask for it (decisions/0042): decide, hand papers over,
 * note and assign among themselves. Types, and the names of the methods.
 */

import type { DecisionSaid } from "../satchel/model.ts";
import type { LetterId, PrincipalId } from "../shared/ids.ts";
import type { DeskAnswer } from "./desk.contract.ts";
import type { ImportRefusal } from "./satchel.contract.ts";

/** A paper for the person: a PDF or a picture. */
export interface PaperToGive {
  readonly file: Blob;
  /** Id of satchel/paper-types.ts. */
  readonly kind: string | null;
  readonly title: string;
}

export interface ToGive {
  readonly text: string;
  readonly decision: DecisionSaid | null;
  readonly papers: readonly PaperToGive[];
}

export type GiveRefusal =
  /** Nothing to hand over, too many papers, words that are too long, or a day that is none. */
  | { readonly type: "give-fault" }
  /** One of the files; counted from 0. */
  | { readonly type: "paper"; readonly at: number; readonly refusal: ImportRefusal };

/** How far what was handed over has come, by proofs of the server (INV-2). */
export type GivenStage = "waits" | "deposited" | "complete";

/** Among helpers of one organisation: never in a letter. */
export interface DeskNote {
  readonly id: string;
  readonly at: number;
  /** Who wrote it; null at a desk that names nobody. */
  readonly by: PrincipalId | null;
  readonly text: string;
}

export interface DeskWork {
  readonly notes: readonly DeskNote[];
  readonly assigned: PrincipalId | null;
  /** Closed without a decision, or opened again after one. */
  readonly closed: boolean;
}

export interface DeskWorkApi {
  /** Sealed and kept here before it answers; the person alone can open it, and nobody here can take it back. */
  readonly give: (letter: LetterId, given: ToGive) => DeskAnswer<void, GiveRefusal>;
  readonly addNote: (letter: LetterId, text: string) => DeskAnswer<void>;
  /** Null: to nobody. */
  readonly assign: (letter: LetterId, helper: PrincipalId | null) => DeskAnswer<void>;
  /** In the inbox of this organisation only; the person is told nothing by it. */
  readonly close: (letter: LetterId, closed: boolean) => DeskAnswer<void>;
}

export const deskWorkMethods = {
  give: true,
  addNote: true,
  assign: true,
  close: true,
} as const satisfies Record<keyof DeskWorkApi, true>;
