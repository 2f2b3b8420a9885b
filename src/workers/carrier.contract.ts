/**
 * What a page may ask of the carrier: sealed files of other people, taken, delivered, and answered with a receipt. No
 * satchel has to be open, or be here at all; nothing in it can be read (carrier.worker.ts).
 *
 * Surprising fact: a view says count and size, because nothing else is known here.
 */

import type { B64 } from "../shared/bytes.ts";
import type { Answer } from "./satchel.contract.ts";

export interface CarriedView {
  readonly file: B64;
  /** Sealed things in it. */
  readonly count: number;
  readonly bytes: number;
  /** This device's clock. */
  readonly takenAt: number;
  /**
   * waits: not all is at the server yet; moving: under way; delivered: all is there, by a statement that verified; partly:
   * what could be delivered is there, the rest only the sender can bring.
   */
  readonly state: "waits" | "moving" | "delivered" | "partly";
  /** Bytes at the server. */
  readonly done: number;
  readonly missing: number;
  /** Server time of the last statement; null: there is none, and no receipt. */
  readonly saidAt: number | null;
  readonly given: boolean;
  /** page: there is no room, it is delivered straight from the file while this page stays open. */
  readonly kept: "device" | "page" | "gone";
  readonly trouble: "none" | "no-network" | "not-let-through" | "server-busy";
}

/** Each has words of its own, in locales/<lang>/porteur.json. */
export type TakeRefusal =
  | { readonly type: "not-carrier" }
  | { readonly type: "newer" }
  | { readonly type: "cut" }
  | { readonly type: "damaged" }
  /** The address of the server that it is for. */
  | { readonly type: "foreign"; readonly home: string }
  | { readonly type: "old"; readonly madeAt: number }
  /** This device does not know its own server yet. */
  | { readonly type: "no-home" };

export interface Taken {
  readonly view: CarriedView;
  /** It had been taken here before: nothing was done. */
  readonly known: boolean;
}

export type CarrierChange = { readonly type: "carried" };

export interface CarrierApi {
  readonly carried: () => Answer<readonly CarriedView[]>;
  /** Reads, checks and keeps a file, and begins to deliver it. */
  readonly take: (file: File) => Answer<Taken, TakeRefusal>;
  /** "Envoyer maintenant". */
  readonly deliver: (file: B64) => Answer<void>;
  /** The receipt as text; `words` stand above it, a line each. */
  readonly receipt: (file: B64, words: readonly string[]) => Answer<string>;
  /** The receipt was handed over: the bytes go when all is confirmed. */
  readonly given: (file: B64) => Answer<void>;
  /** Forgets a file, delivered or not. */
  readonly forget: (file: B64) => Answer<void>;
  /** A reason to try (`online`, page visible again). */
  readonly hint: () => Answer<void>;
  readonly onChange: (listener: (change: CarrierChange) => void) => Promise<void>;
}

/** Every method by name: the client bridge builds from it. */
export const carrierMethods = Object.keys({
  carried: true,
  take: true,
  deliver: true,
  receipt: true,
  given: true,
  forget: true,
  hint: true,
  onChange: true,
} satisfies Record<keyof CarrierApi, true>) as readonly (keyof CarrierApi)[];
