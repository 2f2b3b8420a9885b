/**
 * What belongs to the owner of a satchel to do with what is hers, and the journal of what was done with it: the eight acts that a
 * digital safe owes its user (deposit, read, destroy, read metadata, check integrity, read the journal, list, count), one
 * function each. Types, and the names of the methods. Loaded in the worker when one of them is asked for.
 *
 * Surprising fact: they are no second way in. Each does what the screens do, so what they answer is what the person sees.
 */

import type { JournalEvent } from "../protocol/journal.ts";
import type { SaidEntry } from "../satchel/journal-said.ts";
import type { B64 } from "../shared/bytes.ts";
import type { RecordId } from "../shared/ids.ts";
import type { Answer } from "./satchel.contract.ts";

/** A line of the server's journal (SPEC P-J1), as this device has read and kept it. */
export interface JournalLineView {
  readonly n: number;
  /** The server's clock; null where the line does not open. */
  readonly at: number | null;
  /** This device's clock when it read the line. */
  readonly heardAt: number;
  /** `unknown`: a kind of a newer version. `sealed`: it does not open with this satchel's key. */
  readonly k: JournalEvent["k"] | "unknown" | "sealed";
  /** The server does not show it any more, or shows another one in its place. */
  readonly gone?: true;
  /** Slug of the organisation that it names, where it is pinned here. */
  readonly organisation: string | null;
  readonly device: "this" | "other" | "out" | "unknown" | null;
  readonly about: {
    /** `return`: what she agreed with an organisation that may help her come back. */
    readonly type: "dossier" | "share" | "return";
    readonly id: RecordId;
    readonly procedure: string | null;
  } | null;
  /** Wrong codes, asks, number of a keyring. */
  readonly count: number | null;
  /** A proof or a signed act on this device says the same: told there. */
  readonly told?: true;
}

/** The server's journal did not go on from what was known (SPEC P-J5). */
export interface JournalBreak {
  /** This device's clock, and the server's. */
  readonly heardAt: number;
  readonly serverAt: number;
  /** `shorter`: lines are missing. `other`: other lines stand in their place. `device`: another device of hers was shown other lines. */
  readonly why: "shorter" | "other" | "device";
  /** Lines that were known and are not there any more. */
  readonly lines: number;
}

export interface JournalView {
  /** Oldest first. */
  readonly lines: readonly JournalLineView[];
  readonly breaks: readonly JournalBreak[];
  /** What organisations and helpers signed, beside what shares and dossiers tell (satchel/journal-said.ts). */
  readonly said: readonly SaidEntry[];
  /** This device's clock at the last whole look; null: the server was never asked. */
  readonly checkedAt: number | null;
  /** Signed by this device in the state that all devices of the person share; null: none yet. */
  readonly head: { readonly n: number; readonly hash: B64 } | null;
}

export interface OwnedPage {
  readonly page: string;
  /** SHA-256 of the plain content, hexadecimal, and its bytes; null while it could not be reduced yet. */
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly mime: string | null;
}

export interface OwnedPaper {
  readonly id: RecordId;
  readonly kind: string | null;
  readonly title: string;
  readonly holder: string;
  readonly expiry: string | null;
  readonly status: "draft" | "kept" | "binned";
  /** Clock of the device that did it. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly pages: readonly OwnedPage[];
}

export type Integrity =
  /** Its bytes are here, open, and have the hash that was noted when it was deposited. */
  | "whole"
  /** Its bytes are not on this device. */
  | "away"
  | "damaged";

/** A dossier's receipt, to be checked by anybody on the verifier page (SPEC P-P8). */
export interface WrittenReceipt {
  /** The one line that counts, for a file. */
  readonly line: string;
  /** The same without the letter's head, short enough for a code; null where it is too long. */
  readonly code: string | null;
}

export interface OwnerApi {
  /** Deposit: one file becomes a kept paper. Resolves when the strict transaction that keeps it is done. */
  readonly ownDeposit: (input: {
    readonly file: File;
    readonly kind: string | null;
    readonly title: string;
  }) => Answer<OwnedPaper, { readonly type: "refused"; readonly why: string }>;
  /** Read: the bytes of one page as they were kept. */
  readonly ownRead: (
    id: RecordId,
    page: string,
  ) => Answer<
    { readonly bytes: ArrayBuffer; readonly mime: string },
    { readonly type: "refused"; readonly why: string }
  >;
  /** Destroy: the paper, its pages and their keys go; nothing opens them again, here or from the server's copy. */
  readonly ownDestroy: (id: RecordId) => Answer<{ readonly destroyedAt: number }>;
  /** Read metadata: everything that is known of one paper beside its bytes. */
  readonly ownMetadata: (id: RecordId) => Answer<OwnedPaper>;
  /** Check integrity: every page is read, opened and held against the hash of its deposit. */
  readonly ownCheck: (id: RecordId) => Answer<{
    readonly pages: readonly { readonly page: string; readonly state: Integrity }[];
    readonly checkedAt: number;
  }>;
  /** Read the journal: what this device has read and verified, without network. */
  readonly ownJournal: () => Answer<JournalView>;
  /** List: every paper that is kept, and what lies in the bin. */
  readonly ownList: () => Answer<readonly OwnedPaper[]>;
  /** Count: how many papers, pages and bytes. */
  readonly ownCount: () => Answer<{ readonly papers: number; readonly pages: number; readonly bytes: number }>;
  /** The receipt of a dossier's newest version that has one. "not-found": nothing is proven yet. */
  readonly ownReceipt: (id: RecordId) => Answer<WrittenReceipt>;
  /** Asks the server for what is new in the journal, verifies it, keeps it. "no-network": what is known stays. */
  readonly lookJournal: () => Answer<JournalView, { readonly type: "no-network" }>;
}

export const ownerMethods = {
  ownDeposit: true,
  ownRead: true,
  ownDestroy: true,
  ownMetadata: true,
  ownCheck: true,
  ownJournal: true,
  ownList: true,
  ownCount: true,
  ownReceipt: true,
  lookJournal: true,
} as const satisfies Record<keyof OwnerApi, true>;
