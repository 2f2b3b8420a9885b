/** Mandates, as the person's screens ask for them (decisions/0041). Types, and the names of the methods. */

import type { DomainView, MandateFault, Outside } from "../satchel/mandate.ts";
import type {
  MandateAct,
  MandateDomain,
  MandateRecord,
  MandateSignature,
  MandateText,
  SaidDeed,
  ShareDays,
} from "../satchel/model.ts";
import type { RecordId } from "../shared/ids.ts";
import type { Answer, ShareRefusal, ShareView } from "./satchel.contract.ts";

export interface MandateInput {
  readonly organisation: string;
  readonly name: string;
  readonly purpose: string;
  readonly domains: readonly MandateDomain[];
  readonly acts: readonly MandateAct[];
  readonly days: ShareDays;
  /** As `shareTerms` said: it stands in the text. */
  readonly until: number;
  readonly language: string;
  /** Word for word as it was shown above the signature. */
  readonly text: MandateText;
  readonly signature: MandateSignature;
  /** Ended as soon as this one is kept. */
  readonly replaces: RecordId | null;
}

export type MandateRefusal =
  | { readonly type: "mandate-fault"; readonly fault: MandateFault }
  | Exclude<ShareRefusal, { readonly type: "share-fault" }>;

export interface MandateView extends Omit<ShareView, "record"> {
  readonly record: MandateRecord;
  readonly domains: readonly DomainView[];
  /** What the organisation said that it did, newest first. */
  readonly deeds: readonly (SaidDeed & { readonly outside: Outside | null })[];
  /** The newer one that took its place. */
  readonly renewedBy: RecordId | null;
}

export interface MandatesApi {
  /** Newest first. */
  readonly mandates: () => Answer<readonly MandateView[]>;
  readonly mandate: (id: RecordId) => Answer<MandateView>;
  /** Sealed and kept when it resolves; it leaves with the next network. */
  readonly startMandate: (input: MandateInput) => Answer<MandateView, MandateRefusal>;
  /** In one tap, offline too. `domain` null: the whole; the last domain that stands ends the whole. */
  readonly endMandate: (input: {
    readonly id: RecordId;
    readonly domain: MandateDomain | null;
  }) => Answer<MandateView, MandateRefusal>;
}

export const mandatesMethods = {
  mandates: true,
  mandate: true,
  startMandate: true,
  endMandate: true,
} as const satisfies Record<keyof MandatesApi, true>;
