/**
 * Coming back with the help of a desk (DESIGN 3: C+O, S+O), as the person's screens ask for it. Types, and the names of the
 * methods.
 *
 * Surprising fact: what was agreed with an organisation and what opens are two things. The words reach the desk by a letter, the
 * way in by the next keyring, which takes the code; `state` says where both stand.
 */

import type { ReturnAct, ReturnPair } from "../satchel/model.ts";
import type { LetterId, PrincipalId } from "../shared/ids.ts";
import type { Answer, CodeRefusal, ComeBackRefusal, ProfileView, UnlockRefusal } from "./satchel.contract.ts";

export interface ReturnHelper {
  /** Slug, and name in deployment.json. */
  readonly organisation: string;
  readonly name: string;
  /** One body with who runs the server: without the card it could open by itself, so S+O is refused. */
  readonly operates: boolean;
  /** False: its desk was not opened yet, or it has other keys than before. */
  readonly receives: boolean;
  /** Agreed with; none: not, or taken back. */
  readonly pairs: readonly ReturnPair[];
  /**
   * ready: the server has the way in. waits: it is made here and has not arrived, or waits for the code. renew: the organisation
   * has changed its keys; made anew with the next code.
   */
  readonly state: "none" | "ready" | "waits" | "renew";
}

/** Somebody asked an organisation to open without the card (S+O). */
export interface ReturnAsked {
  /** Slug; null: none of this deployment. */
  readonly organisation: string | null;
  /** One or two, each by another helper. Server's clock. */
  readonly asks: readonly number[];
  /** From then on the organisation can give its half; null: one helper asked. */
  readonly opensAt: number | null;
  readonly openedAt: number | null;
}

export interface ReturnsView {
  readonly helpers: readonly ReturnHelper[];
  /** What was told last, or what the profile knows. */
  readonly name: string;
  readonly birthdate: string;
  /** A card that was tried is here: C+O can be made. */
  readonly hasCard: boolean;
  readonly asked: ReturnAsked | null;
  readonly acts: readonly (ReturnAct & { readonly id: LetterId })[];
}

export type ReturnRefusal =
  /** Its desk was not opened yet. */
  | { readonly type: "no-desk-key" }
  | { readonly type: "changed-key" }
  /** S+O where organisation and operator are one body. */
  | { readonly type: "operator" }
  /** C+O without a card that was tried. */
  | { readonly type: "no-card" }
  | { readonly type: "name" };

/** A text that is not what was asked for, or not from this desk. */
export type ReturnTextRefusal =
  | { readonly type: "not-an-answer" }
  | { readonly type: "other-version" }
  | { readonly type: "damaged" }
  | { readonly type: "other-question" }
  | { readonly type: "cannot-open" }
  | { readonly type: "bad-number" }
  /** The pair was taken back, or ended with another card or root. */
  | { readonly type: "no-way" };

export interface ReturnApi {
  readonly returns: () => Answer<ReturnsView>;
  /** Replaces what was agreed with this organisation; no pairs: taken back. The code makes the way in. */
  readonly agreeReturn: (input: {
    readonly organisation: string;
    readonly pairs: readonly ReturnPair[];
    readonly name: string;
    readonly birthdate: string;
    readonly language: string;
    readonly code: string;
  }) => Answer<void, UnlockRefusal | ReturnRefusal>;
  /** "It was not me": no organisation gives its half any more until a new way in is made. Needs a network. */
  readonly stopReturn: () => Answer<void, { readonly type: "no-network" }>;

  /** On a new device. The card: which organisations can help with it. Nothing is kept before `returnFinish`. */
  readonly returnLook: (input: {
    readonly card: string;
  }) => Answer<{ readonly organisations: readonly PrincipalId[] }, ComeBackRefusal | { readonly type: "no-way" }>;
  /** The text to show at the desk. `organisation`: one of those of the card; null: nothing is left but the person (S+O). */
  readonly returnQuestion: (organisation: PrincipalId | null) => Answer<{ readonly text: string }>;
  /** The number that the desk shows: four pictures to compare. */
  readonly returnNumber: (
    number: string,
  ) => Answer<{ readonly pictures: readonly number[] }, { readonly type: "bad-number" }>;
  /** What the desk shows in the end; the satchel is open in memory after it. */
  readonly returnAnswer: (text: string) => Answer<void, ReturnTextRefusal | ComeBackRefusal>;
  /** With a code of her choice. */
  readonly returnFinish: (input: {
    readonly code: string;
    readonly pictogram: string;
  }) => Answer<ProfileView, CodeRefusal | ComeBackRefusal>;
  readonly returnForget: () => Answer<void>;
}

export const returnMethods = {
  returns: true,
  agreeReturn: true,
  stopReturn: true,
  returnLook: true,
  returnQuestion: true,
  returnNumber: true,
  returnAnswer: true,
  returnFinish: true,
  returnForget: true,
} as const satisfies Record<keyof ReturnApi, true>;
