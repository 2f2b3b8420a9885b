/**
 * What screens may ask about opening at a shared computer by the person's phone (decisions/0023): the phone's side, part of
 * SatchelApi, and the computer's, part of KioskApi. Types and names only.
 */

import type { RecordId } from "../shared/ids.ts";
import type { Answer, Bytes64, ImportRefusal } from "./satchel.contract.ts";

/* ---- the phone ---- */

export type ApprovalRefusal =
  | { readonly type: "not-a-question" }
  | { readonly type: "other-version"; readonly version: number }
  | { readonly type: "damaged" }
  /** The computer belongs to another service. */
  | { readonly type: "other-server" }
  | { readonly type: "no-network" }
  /** The code has run out, or the computer has drawn another one. */
  | { readonly type: "over" }
  /** Another phone has read this code first. */
  | { readonly type: "taken" }
  /** The computer does not answer. */
  | { readonly type: "silent" }
  /** A chosen paper is not whole at the server. */
  | { readonly type: "not-there" }
  /** More pages than one approval opens. */
  | { readonly type: "too-many" }
  /** The satchel is blocked, or this device was put out. */
  | { readonly type: "closed" };

export interface ApprovalMet {
  /** Name of the computer's place, as it says it itself; may be empty. */
  readonly place: string;
  /** Four of twelve, the same as on the computer. */
  readonly pictures: readonly number[];
}

export interface ApprovedPaper {
  readonly id: RecordId;
  readonly title: string;
  readonly kind: string | null;
}

export type ApprovalEvent =
  /** Pages of it were given out; null: a paper that is not here any more. */
  | { readonly what: "seen"; readonly at: number; readonly paper: ApprovedPaper | null }
  /** A page was handed in; null: it waits, or its paper is not here any more. */
  | { readonly what: "added"; readonly at: number; readonly paper: ApprovedPaper | null }
  | { readonly what: "ended"; readonly at: number; readonly why: "asked" | "idle" };

/** From the certificate that this satchel signed and the acts that the computer signed; nothing else. */
export interface ApprovalView {
  readonly id: string;
  readonly place: string;
  readonly isOpen: boolean;
  /** Server times. */
  readonly from: number;
  readonly until: number;
  readonly endedAt: number | null;
  /** Null: one that is not here any more. */
  readonly papers: readonly (ApprovedPaper | null)[];
  readonly events: readonly ApprovalEvent[];
  /** False: what the server shows of it is not what the computer signed, from some place on. */
  readonly isWhole: boolean;
}

export interface PhoneApprovalApi {
  /** Reads what the computer shows and meets it there; resolves when there are pictures to compare. */
  readonly approvalRead: (text: string) => Answer<ApprovalMet, ApprovalRefusal>;
  /** The pictures are the same: opens these papers there for 20 minutes; none: only to add some. */
  readonly approvalGive: (papers: readonly RecordId[]) => Answer<{ readonly id: string }, ApprovalRefusal>;
  /** Nothing was given: what was read is forgotten. */
  readonly approvalForget: () => Answer<void>;
  /** The newest first; takes in what was added there. */
  readonly approvals: () => Answer<readonly ApprovalView[], ApprovalRefusal>;
  readonly approvalEnd: (id: string) => Answer<void, ApprovalRefusal>;
}

/* ---- the shared computer ---- */

export interface OpenedPaper {
  readonly record: RecordId;
  readonly title: string;
  readonly kind: string | null;
  /** Quarter turns of its pages, as degrees, and what each one is. */
  readonly pages: readonly { readonly turn: 0 | 90 | 180 | 270; readonly mime: string }[];
}

export interface AddedPaper {
  readonly paper: number;
  readonly title: string;
  readonly pages: number;
}

/** Times are this computer's clock. */
export type KioskApproval =
  | { readonly type: "none" }
  /** The code to be read, until it runs out. */
  | { readonly type: "asking"; readonly text: string; readonly until: number }
  /** A phone has read it: both show the same pictures. */
  | { readonly type: "met"; readonly pictures: readonly number[]; readonly until: number }
  | {
      readonly type: "open";
      readonly until: number;
      readonly papers: readonly OpenedPaper[];
      readonly added: readonly AddedPaper[];
      /** Pages that may still be added. */
      readonly pagesLeft: number;
    }
  /** Nobody approved in time. */
  | { readonly type: "over" }
  /** What the phone gave does not hold. */
  | { readonly type: "refused" }
  /** time: 20 minutes; phone: closed there. */
  | { readonly type: "ended"; readonly why: "time" | "phone" };

export type AddRefusal =
  | ImportRefusal
  | { readonly type: "too-large" }
  | { readonly type: "no-network" }
  /** The satchel's space for such pages is full, or this session's number is reached. */
  | { readonly type: "no-room" }
  | { readonly type: "ended" };

export interface KioskApprovalApi {
  /** Draws a new code; what was drawn before is forgotten. `place`: the computer's name. */
  readonly approvalAsk: (place: string) => Answer<void, { readonly type: "no-network" }>;
  readonly approvalState: () => Answer<KioskApproval>;
  /** One page of a chosen paper, by its place. The phone is shown that it was read. */
  readonly approvalPage: (
    record: RecordId,
    page: number,
  ) => Answer<Bytes64, { readonly type: "no-network" } | { readonly type: "ended" }>;
  /** A page for the person's satchel; null begins a paper. It is at the server when this resolves. */
  readonly approvalAdd: (input: {
    readonly paper: number | null;
    readonly title: string;
    readonly file: File;
  }) => Answer<{ readonly paper: number }, AddRefusal>;
  /** Ends it here and says so; everything that was opened is forgotten first. */
  readonly approvalStop: (why: "asked" | "idle") => Answer<void>;
}

export const phoneApprovalMethods: Readonly<Record<keyof PhoneApprovalApi, true>> = {
  approvalRead: true,
  approvalGive: true,
  approvalForget: true,
  approvals: true,
  approvalEnd: true,
};

export const kioskApprovalMethods: Readonly<Record<keyof KioskApprovalApi, true>> = {
  approvalAsk: true,
  approvalState: true,
  approvalPage: true,
  approvalAdd: true,
  approvalStop: true,
};
