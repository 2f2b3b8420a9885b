/** Mandates, as the desk's screens ask for them (decisions/0041). Types, and the names of the methods. */

import type { MandateAct, MandateDomain, MandateSignature, MandateText, ShareDays } from "../satchel/model.ts";
import type { B64 } from "../shared/bytes.ts";
import type { LetterId } from "../shared/ids.ts";
import type { DeskAnswer } from "./desk.contract.ts";

export interface DeskMandateRow {
  readonly letter: LetterId;
  /** As the person signed it; empty, like all below, of one that is over. */
  readonly name: string;
  readonly purpose: string;
  readonly domains: readonly { readonly domain: MandateDomain; readonly ended: boolean }[];
  readonly depositedAt: number;
  /** Server time; of one that is over: when it ended. */
  readonly until: number;
  /** ended: by the person; over: by its time. Nothing of either is left here. */
  readonly state: "new" | "opened" | "ended" | "over";
  /** Its end is near (satchel/mandate.ts, `mandateNotice`). */
  readonly soon: boolean;
}

export interface DeskDeed {
  readonly domain: MandateDomain;
  readonly what: string;
  readonly helper: string;
  /** Clock of the computer at which it was written down. */
  readonly at: number;
}

export interface DeskMandate {
  readonly row: DeskMandateRow;
  readonly days: ShareDays;
  readonly acts: readonly MandateAct[];
  readonly language: string;
  readonly text: MandateText;
  readonly hash: B64;
  readonly signature: MandateSignature;
  /** Newest first. */
  readonly deeds: readonly DeskDeed[];
  /** Who is at this computer, as the person will read it; empty where this desk names nobody: then the name is asked. */
  readonly me: string;
}

export type DeedRefusal =
  /** It is over, or was never here. */
  | { readonly type: "mandate-over" }
  | { readonly type: "domain-over" }
  | { readonly type: "no-words" }
  | { readonly type: "no-name" };

export interface DeskMandatesApi {
  readonly mandates: () => DeskAnswer<readonly DeskMandateRow[]>;
  /** Also signs and queues "opened" the first time. "not-found": it is over. */
  readonly openMandate: (letter: LetterId) => DeskAnswer<DeskMandate>;
  /** Those that stand, of the person who sent this dossier. */
  readonly mandatesBeside: (dossier: LetterId) => DeskAnswer<readonly DeskMandateRow[]>;
  /** Kept here, and told to the person in the same step: signed with the organisation's key, in the helper's name. */
  readonly recordDeed: (
    letter: LetterId,
    deed: Pick<DeskDeed, "domain" | "what" | "helper">,
  ) => DeskAnswer<void, DeedRefusal>;
}

export const deskMandatesMethods = {
  mandates: true,
  openMandate: true,
  mandatesBeside: true,
  recordDeed: true,
} as const satisfies Record<keyof DeskMandatesApi, true>;
