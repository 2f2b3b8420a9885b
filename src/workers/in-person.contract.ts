/**
 * Whose keys they are, checked in person: the sheet on an organisation's desk, and what a phone makes of it (decisions/0047).
 * Types, and the methods by name. The person's side is loaded in the worker when it is asked for.
 */

import type { HumanContact } from "../protocol/wire.ts";
import type { DeskAnswer } from "./desk.contract.ts";
import type { Answer } from "./satchel.contract.ts";

/** Four pictures by their number and eight digits; the same on both screens for the same keys. */
export interface SheetCheck {
  readonly pictures: readonly number[];
  readonly digits: string;
}

export interface DeskKeys {
  readonly slug: string;
  readonly name: string;
  readonly human: HumanContact;
  /** What this phone believes; null: nothing is known yet, it does not receive. */
  readonly known: SheetCheck | null;
  /**
   * `verified`: the sheet was read at the desk. `stopped`: another sheet was read, nothing new is sealed to it until a person decides.
   * Null: nobody looked.
   */
  readonly said:
    | { readonly type: "verified"; readonly at: number }
    | { readonly type: "stopped"; readonly at: number; readonly sheet: SheetCheck }
    | null;
}

/** What a text that was read off a desk turned out to be. */
export type SheetVerdict =
  /** `older`: made before the organisation changed its keys; its chain says how they followed. */
  | { readonly type: "verified"; readonly older: boolean }
  | { readonly type: "stopped" }
  /** The sheet of another organisation that this phone knows: nothing is wrong and nothing is kept. */
  | { readonly type: "other-desk"; readonly name: string }
  | { readonly type: "no-keys" }
  | { readonly type: "card" }
  | { readonly type: "no-sheet" };

export interface InPersonApi {
  /** Every organisation of this service, as the phone knows it now. */
  readonly deskKeys: () => Answer<readonly DeskKeys[]>;
  /** Offline; what it finds is kept in the satchel. */
  readonly checkDesk: (input: { readonly organisation: string; readonly text: string }) => Answer<SheetVerdict>;
  /** The person decided after a stop: letters may leave again, under the keys that the phone knew before. Nothing is verified by it. */
  readonly settleDesk: (organisation: string) => Answer<void>;
}

export const inPersonMethods = {
  deskKeys: true,
  checkDesk: true,
  settleDesk: true,
} as const satisfies Record<keyof InPersonApi, true>;

export interface DeskSheetApi {
  /** To be printed and put on the desk. */
  readonly deskSheet: () => DeskAnswer<SheetCheck & { readonly text: string }>;
}

export const deskSheetMethods = { deskSheet: true } as const satisfies Record<keyof DeskSheetApi, true>;
