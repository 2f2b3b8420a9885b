/** What an organisation decided or handed over in a dossier, as screens ask for it. Types, and the names of the methods. */

import type { DecisionSaid } from "../satchel/model.ts";
import type { LetterId, RecordId } from "../shared/ids.ts";
import type { Answer, ImportRefusal } from "./satchel.contract.ts";

export interface GivenView {
  readonly letter: LetterId;
  readonly decision: DecisionSaid | null;
  readonly papers: readonly {
    readonly kind: string | null;
    readonly title: string;
    /** As it travels. */
    readonly bytes: number;
    /** Her own paper that was made of it; null: it still lies at the server, for her alone. */
    readonly paper: RecordId | null;
  }[];
}

export type KeepGivenRefusal =
  | ImportRefusal
  | { readonly type: "no-network" }
  /** Announced, and still on its way to the server. */
  | { readonly type: "not-arrived" };

export interface GivenApi {
  readonly given: (dossier: RecordId) => Answer<readonly GivenView[]>;
  /** "Ranger dans ma besace": a paper of her own, sealed anew under her keys. Twice is once. */
  readonly keepGiven: (
    dossier: RecordId,
    letter: LetterId,
    /** Place in the letter, from 0. */
    paper: number,
  ) => Answer<{ readonly paper: RecordId }, KeepGivenRefusal>;
}

export const givenMethods = {
  given: true,
  keepGiven: true,
} as const satisfies Record<keyof GivenApi, true>;
