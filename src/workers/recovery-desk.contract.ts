/**
 * Helping a person come back (DESIGN 3: C+O, S+O), as the screens of a desk ask for it. Types, and the names of the methods.
 *
 * Surprising fact: nobody is found by name alone. Only who agreed beforehand, on her own phone, is listed here, with the name that
 * she gave to be compared with a paper.
 */

import type { ReturnPair, SeenPaper } from "../satchel/model.ts";
import type { LetterId } from "../shared/ids.ts";
import type { DeskAnswer } from "./desk.contract.ts";

export interface DeskReturnCheck {
  /** Who looked, as this organisation names its people. */
  readonly helper: string;
  readonly paper: SeenPaper;
  readonly pair: ReturnPair;
  /** Clock of that browser. */
  readonly at: number;
  readonly isMe: boolean;
}

export interface DeskReturnPerson {
  /** The letter with which she agreed. */
  readonly id: LetterId;
  readonly name: string;
  readonly birthdate: string;
  readonly language: string;
  readonly pairs: readonly ReturnPair[];
  /** Server time. */
  readonly agreedAt: number;
  /** Newest first. */
  readonly checks: readonly DeskReturnCheck[];
  /** An S+O that was begun, as the server last said it to this organisation. */
  readonly asked: { readonly asks: readonly number[]; readonly opensAt: number | null } | null;
}

export interface DeskReturns {
  readonly people: readonly DeskReturnPerson[];
  /** False: this desk was opened the old way, and names nobody (decisions/0034). */
  readonly mayHelp: boolean;
  /** One body with who runs the server: no S+O (DESIGN 3). */
  readonly operates: boolean;
}

export type DeskReturnRefusal =
  | { readonly type: "not-a-question" }
  | { readonly type: "other-version" }
  | { readonly type: "damaged" }
  /** Made for another organisation, or sealed to keys that are gone for good. */
  | { readonly type: "other-desk" }
  /** Nobody agreed to this here, or she took it back. */
  | { readonly type: "not-agreed" }
  | { readonly type: "no-helper" }
  | { readonly type: "operator" }
  /** The question is for the other way: with the card, or without. */
  | { readonly type: "other-way" }
  | { readonly type: "no-network" }
  /** 72 hours after the second helper. */
  | { readonly type: "not-yet" }
  /** The person stopped it. */
  | { readonly type: "stopped" }
  | { readonly type: "blocked" }
  /** Nothing was begun, or the desk was closed meanwhile. */
  | { readonly type: "expired" };

export interface DeskReturnApi {
  readonly returns: () => DeskAnswer<DeskReturns>;
  /** C+O: what the new device shows. Who it is, to be compared with the person. */
  readonly returnRead: (text: string) => DeskAnswer<DeskReturnPerson, DeskReturnRefusal>;
  /**
   * This helper looked at a paper and it is she. Kept, told to the person, then the number and the pictures: for C+O of the
   * question that was read; for S+O of `text`, once the wait is over.
   */
  readonly returnChecked: (input: {
    readonly person: LetterId;
    readonly paper: SeenPaper;
    readonly pair: ReturnPair;
    /** S+O: what the new device shows. */
    readonly text?: string;
  }) => DeskAnswer<{ readonly number: string; readonly pictures: readonly number[] }, DeskReturnRefusal>;
  /** The pictures are the same on both: the desk's half, for that device alone. */
  readonly returnGive: () => DeskAnswer<{ readonly text: string }, DeskReturnRefusal>;
  /** S+O: this helper asks, after looking at a paper. A second one must, then 72 hours pass. */
  readonly returnAsk: (input: {
    readonly person: LetterId;
    readonly paper: SeenPaper;
  }) => DeskAnswer<{ readonly asks: readonly number[]; readonly opensAt: number | null }, DeskReturnRefusal>;
  readonly returnDrop: () => DeskAnswer<void>;
}

export const deskReturnMethods = {
  returns: true,
  returnRead: true,
  returnChecked: true,
  returnGive: true,
  returnAsk: true,
  returnDrop: true,
} as const satisfies Record<keyof DeskReturnApi, true>;
