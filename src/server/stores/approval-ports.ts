/**
 * What the server asks of its database about opening by the phone (SPEC P-V). Part of `Store`; same rules (ports.ts). Runs
 * in Node.
 *
 * Surprising: every write is a single statement whose condition is the rule, and whose row is the lock. Two processes that
 * hear the same act, or an act and the end, cannot both be first.
 */

import type { ApprovalId } from "../../protocol/approval.ts";
import type { B64, ServerTime, Signed } from "../../protocol/wire.ts";
import type { DeviceId, PrincipalId } from "../../shared/ids.ts";

export interface StoredSealed {
  readonly enc: B64;
  readonly sealed: B64;
}

export interface StoredApproval {
  readonly id: ApprovalId;
  /** Bytes of the question, and its signing key. */
  readonly ask: B64;
  readonly sign: B64;
  /** Of a question: when it is forgotten; of an approval: its end. */
  readonly until: ServerTime;
  /** Who has read the question; null: nobody yet. */
  readonly reader: { readonly principal: PrincipalId; readonly device: DeviceId; readonly number: B64 } | null;
  readonly secret: B64 | null;
  readonly grant: (StoredSealed & { readonly certificate: Signed; readonly at: ServerTime }) | null;
  readonly endedAt: ServerTime | null;
  /** Acts so far, and what the next one calls `prev`; null before the grant. */
  readonly acts: number;
  readonly last: B64 | null;
  /** Acts that handed a page in. */
  readonly pages: number;
}

export interface ListedActs {
  readonly approval: StoredApproval;
  readonly acts: readonly { readonly act: Signed; readonly at: ServerTime }[];
  /** Acts whose page still waits. */
  readonly waiting: readonly number[];
}

export interface NewGrant extends StoredSealed {
  readonly id: ApprovalId;
  readonly principal: PrincipalId;
  readonly device: DeviceId;
  readonly certificate: Signed;
  /** What the first act calls `prev`. */
  readonly hash: B64;
  readonly until: ServerTime;
  readonly at: ServerTime;
}

export interface NewAct {
  readonly id: ApprovalId;
  readonly n: number;
  readonly act: Signed;
  /** What the next one calls `prev`. */
  readonly hash: B64;
  /** It ends the approval. */
  readonly ends: boolean;
  readonly page: (StoredSealed & { readonly principal: PrincipalId; readonly size: number }) | null;
  readonly at: ServerTime;
}

export interface ApprovalStore {
  /** @returns false when the id has another question. */
  readonly putAsk: (ask: Pick<StoredApproval, "id" | "ask" | "sign" | "until">) => Promise<boolean>;
  readonly approval: (id: ApprovalId) => Promise<StoredApproval | undefined>;
  /** The first reader counts; the same again is answered the same. */
  readonly greet: (
    id: ApprovalId,
    reader: NonNullable<StoredApproval["reader"]>,
    at: ServerTime,
  ) => Promise<"ok" | "id-taken" | "ended">;
  /** After somebody has read it. */
  readonly reveal: (id: ApprovalId, secret: B64, at: ServerTime) => Promise<"ok" | "ended">;
  /** Only by its reader, once. */
  readonly grantApproval: (grant: NewGrant) => Promise<"ok" | "id-taken" | "ended">;
  /** "changed": another act stands at this place by now. "quota": too much of this satchel waits. */
  readonly addAct: (act: NewAct) => Promise<"ok" | "changed" | "ended" | "quota">;
  /** The phone says that it is over. @returns false for an approval that is not this satchel's. */
  readonly endApproval: (id: ApprovalId, principal: PrincipalId, at: ServerTime) => Promise<boolean>;
  /** Those that were granted, the newest first. */
  readonly approvalsOf: (principal: PrincipalId, limit: number) => Promise<readonly ListedActs[]>;
  readonly approvalPage: (id: ApprovalId, n: number, principal: PrincipalId) => Promise<StoredSealed | undefined>;
  /** A device has kept it. */
  readonly dropApprovalPage: (id: ApprovalId, n: number, principal: PrincipalId) => Promise<void>;
  /** Forgets questions that ended before one time, and approvals before another of which no page waits. @returns how many. */
  readonly forgetApprovals: (asksBefore: ServerTime, approvalsBefore: ServerTime) => Promise<number>;
}
