/**
 * What the page of a shared computer may ask of its worker (kiosk.worker.ts): everything of a satchel, and its end. Types
 * and names only.
 */

import { type KioskApprovalApi, kioskApprovalMethods } from "./approval.contract.ts";
import {
  type Answer,
  type PackedCarrier,
  type PackRefusal,
  type ReceiptRefusal,
  type SatchelApi,
  satchelMethods,
  type TakenReceipt,
} from "./satchel.contract.ts";

export interface Farewell {
  /** Sealed things that this session left here to be delivered later; 0: all of it is at the server. */
  readonly items: number;
  /** Papers and dossiers among them, as the person knows them. Both may be 0 where something else waits. */
  readonly papers: number;
  readonly dossiers: number;
}

/** What the administrator may know: how much waits and since when, never whose. */
export interface PostboxView {
  readonly items: number;
  /** Device clock of the oldest session that left something; null: nothing waits. */
  readonly since: number | null;
}

export interface KioskApi extends SatchelApi, KioskApprovalApi {
  /**
   * Ends the session: what was typed is kept, what can leave has `patienceMs` to leave, the rest stays sealed in the
   * postbox, keys are forgotten. The page ends the worker afterwards. Without a session: nothing waits.
   */
  readonly finish: (patienceMs: number) => Answer<Farewell>;
  readonly postbox: () => Answer<PostboxView>;
  /** All that waits, in one file for somebody who carries it to a network (SPEC P-C11). Nothing goes from here by that. */
  readonly packPostbox: (page: {
    readonly title: string;
    readonly paragraphs: readonly string[];
  }) => Answer<PackedCarrier, PackRefusal>;
  /** The file that the carrier gave back: what the server says it has goes from here. */
  readonly takePostboxReceipt: (file: Blob) => Answer<TakenReceipt, ReceiptRefusal>;
}

export const kioskMethods: readonly (keyof KioskApi & string)[] = [
  ...satchelMethods,
  "finish",
  "postbox",
  "packPostbox",
  "takePostboxReceipt",
  ...(Object.keys(kioskApprovalMethods) as (keyof KioskApprovalApi)[]),
];
