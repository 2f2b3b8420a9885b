/** The part of SatchelApi about the end of the service (SPEC P-E). Types, and the methods by name. */

import type { Answer } from "./satchel.contract.ts";

export interface EndingView {
  /** Server time from which the service may be gone. */
  readonly at: number;
  /** Where Besace goes on: an https origin. */
  readonly next: string | null;
}

export interface EndingApi {
  /** Null: no end is announced by a key that this device believes. The first time, pages begin to come home. */
  readonly ending: () => Answer<EndingView | null>;
}

export const endingMethods = { ending: true } as const satisfies Record<keyof EndingApi, true>;
