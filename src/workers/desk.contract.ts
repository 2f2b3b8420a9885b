/**
 * What the desk's screens may ask of the worker that holds the organisation's keys (desk.worker.ts).
 * The keys are made in this browser and never reach the server except sealed under the one-time code.
 */

import type { DecisionSaid, DossierPayload } from "../satchel/model.ts";
import type { BlobId, LetterId, PrincipalId } from "../shared/ids.ts";
import type { Result } from "../shared/result.ts";
import { type DeskSheetApi, deskSheetMethods } from "./in-person.contract.ts";
import { type DeskInactiveApi, deskInactiveMethods } from "./inactive-desk.contract.ts";
import { type DeskLoginApi, deskLoginMethods } from "./login-desk.contract.ts";
import { type DeskMandatesApi, deskMandatesMethods } from "./mandates-desk.contract.ts";
import { type DeskPublishedApi, deskPublishedMethods } from "./published-desk.contract.ts";
import { type DeskReturnApi, deskReturnMethods } from "./recovery-desk.contract.ts";
import type { Bytes64, UnlockRefusal, WorkerError } from "./satchel.contract.ts";
import type { DeployedOrganisation, Deployment } from "./shapes.contract.ts";
import { type DeskTeamApi, deskTeamMethods } from "./team-desk.contract.ts";
import { type DeskWork, type DeskWorkApi, deskWorkMethods, type GivenStage } from "./work-desk.contract.ts";

export type DeskAnswer<T, E = never> = Promise<Result<T, WorkerError | { readonly type: "no-network" } | E>>;

export type DeskOpening =
  /** This browser has not opened the desk yet: the one-time code is asked. */
  | { readonly type: "none" }
  | { readonly type: "locked"; readonly organisation: string }
  | { readonly type: "open"; readonly organisation: string };

export type EnrolRefusal =
  | { readonly type: "wrong-desk-code" }
  /** Counted from 1, as the groups are printed. */
  | { readonly type: "wrong-groups"; readonly groups: readonly number[] }
  | { readonly type: "too-many-tries"; readonly waitMs: number }
  | { readonly type: "code-too-common" }
  | { readonly type: "code-shape" };

export interface DeskDossierRow {
  readonly letter: LetterId;
  readonly number: string;
  readonly procedure: string;
  /** Opened in this browser from the sealed answers. */
  readonly name: string;
  readonly depositedAt: number;
  readonly papers: { readonly here: number; readonly of: number };
  /** withdrawn: the person took it back before it was opened; nothing of it is left but its number. */
  readonly status: "new" | "opened" | "received" | "missing-piece" | "decided" | "withdrawn";
  readonly notForeseen: boolean;
  /** An earlier version that this one replaces. */
  readonly replaces: LetterId | null;
  /** This computer's clock at the first reply of the desk. */
  readonly repliedAt?: number;
  /** Which helper looks after it; absent: nobody yet. */
  readonly assigned?: PrincipalId;
  /** Closed here, whatever its state; absent: it is not. */
  readonly closed?: true;
  /** Set when it cannot be opened: shown, never dropped. */
  readonly trouble: string | null;
}

export interface DeskPaperPage {
  readonly blob: BlobId;
  readonly preview: BlobId | null;
  readonly mime: string;
  readonly turn: number;
  readonly here: boolean;
}

export interface DeskDossier {
  readonly row: DeskDossierRow;
  readonly payload: DossierPayload;
  readonly papers: readonly {
    readonly requirement: string;
    readonly kind: string | null;
    readonly title: string;
    readonly holder: string;
    readonly expiry: string | null;
    /** The day on it, as the person wrote it down; absent: she did not. */
    readonly issued?: string;
    readonly pages: readonly DeskPaperPage[];
  }[];
  readonly sentStatuses: readonly {
    readonly at: number;
    readonly status: string;
    readonly text: string;
    readonly requirement: string | null;
  }[];
  /** Decided or handed over from here, oldest first. Absent: nothing. */
  readonly given?: readonly {
    readonly at: number;
    readonly text: string;
    readonly decision: DecisionSaid | null;
    readonly papers: readonly { readonly title: string; readonly kind: string | null; readonly bytes: number }[];
    readonly stage: GivenStage;
  }[];
  /** Absent: nothing was noted. */
  readonly work?: DeskWork;
}

/** Papers that somebody shared with this organisation for a time. */
export interface DeskShareRow {
  readonly letter: LetterId;
  /** As the person wrote it; empty where she did not, and of one that is over. */
  readonly name: string;
  readonly purpose: string;
  readonly papers: number;
  readonly depositedAt: number;
  /** Server time; of one that is over: when it ended. */
  readonly until: number;
  /** ended: by the person; over: by its time. Nothing of either is left here. */
  readonly state: "new" | "opened" | "ended" | "over";
}

export interface DeskShare {
  readonly row: DeskShareRow;
  readonly language: string;
  readonly papers: readonly {
    readonly kind: string | null;
    readonly title: string;
    readonly holder: string;
    readonly expiry: string | null;
    /** Each a JPEG with words across it, read by `page`. */
    readonly pages: readonly BlobId[];
  }[];
}

export type DeskChange =
  | { readonly type: "opening" }
  | { readonly type: "team" }
  | { readonly type: "inbox" }
  | { readonly type: "network" };

export interface DeskApi
  extends DeskPublishedApi,
    DeskTeamApi,
    DeskInactiveApi,
    DeskReturnApi,
    DeskWorkApi,
    DeskMandatesApi,
    DeskSheetApi,
    DeskLoginApi {
  readonly opening: () => DeskAnswer<DeskOpening>;
  /** First time in this browser: one-time code of ten groups, and the six digits that open this desk from now on. */
  readonly enrol: (input: {
    readonly slug: string;
    readonly deskCode: string;
    readonly code: string;
  }) => DeskAnswer<void, EnrolRefusal>;
  readonly unlock: (code: string) => DeskAnswer<void, UnlockRefusal>;
  readonly lock: () => DeskAnswer<void>;
  readonly organisation: () => DeskAnswer<DeployedOrganisation | null>;
  readonly deployment: () => DeskAnswer<Deployment | null>;
  readonly inbox: () => DeskAnswer<{
    readonly rows: readonly DeskDossierRow[];
    readonly lastAnswerAt: number;
    readonly waiting: number;
    /** The rows are those that were shown last: they are being read, and a change follows. */
    readonly early?: true;
  }>;
  /** Also signs and queues the "opened" proof the first time. */
  readonly open: (letter: LetterId) => DeskAnswer<DeskDossier>;
  readonly shares: () => DeskAnswer<readonly DeskShareRow[]>;
  /** Also signs and queues "opened" the first time. "not-found": it is over. */
  readonly openShare: (letter: LetterId) => DeskAnswer<DeskShare>;
  /** Of a dossier or a share. The person is told of each paper that was looked at, once a day. */
  readonly page: (letter: LetterId, blob: BlobId) => DeskAnswer<Bytes64, { readonly type: "not-arrived" }>;
  readonly answer: (
    letter: LetterId,
    reply: {
      readonly status: "received" | "missing-piece" | "message";
      readonly requirement: string | null;
      readonly text: string;
    },
  ) => DeskAnswer<void>;
  readonly refresh: () => DeskAnswer<void>;
  readonly onChange: (listener: (change: DeskChange) => void) => Promise<void>;
}

export type { DeployedOrganisation, Deployment };

/** Every method by name: the client bridge builds from it, and a worker that lacks one does not compile. */
export const deskMethods = Object.keys({
  opening: true,
  enrol: true,
  unlock: true,
  lock: true,
  organisation: true,
  deployment: true,
  inbox: true,
  open: true,
  shares: true,
  openShare: true,
  page: true,
  answer: true,
  refresh: true,
  onChange: true,
  ...deskPublishedMethods,
  ...deskTeamMethods,
  ...deskLoginMethods,
  ...deskInactiveMethods,
  ...deskReturnMethods,
  ...deskWorkMethods,
  ...deskMandatesMethods,
  ...deskSheetMethods,
} satisfies Record<keyof DeskApi, true>) as readonly (keyof DeskApi)[];
