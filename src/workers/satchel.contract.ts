/**
 * What screens may ask of the worker that holds the keys (satchel.worker.ts; satchel.client.ts is the bridge).
 * Plain data in, typed results out; large bytes are transferred. Nothing here lets a key leave the worker.
 *
 * Surprising fact: "kept" in any answer means that the strict transaction has completed (DESIGN 4): only then may a
 * screen say "gardé sur ce téléphone".
 */

import type { AnswerValue, DossierRecord, PaperRecord, PartialDate, ProfileRecord } from "../satchel/model.ts";
import type { BlobId, LetterId, RecordId } from "../shared/ids.ts";
import type { Result } from "../shared/result.ts";
import type { DeployedOrganisation, Deployment, HumanContact, LetterIdText, OpeningHours } from "./shapes.contract.ts";

/** Why nothing was done; each has words in locales/<lang>/errors.json under the same name. */
export type WorkerError =
  | { readonly type: "locked" }
  | { readonly type: "full" }
  | { readonly type: "stale" }
  | { readonly type: "read-only" }
  | { readonly type: "unavailable"; readonly mark: string }
  | { readonly type: "not-found" };

export type Answer<T, E = never> = Promise<Result<T, WorkerError | E>>;

/* ---- opening ---- */

export interface ProfileView {
  readonly database: string;
  /** Icon name; never a person's name (INV-3). */
  readonly pictogram: string;
}

export type OpeningState =
  | { readonly type: "none" }
  | { readonly type: "locked"; readonly profiles: readonly ProfileView[] }
  | { readonly type: "open"; readonly profile: ProfileView; readonly cardDrilled: boolean };

export type CodeRefusal = { readonly type: "code-too-common" } | { readonly type: "code-shape" };

export type UnlockRefusal =
  | { readonly type: "wrong-code"; readonly triesLeft: number; readonly waitMs: number }
  | { readonly type: "wait"; readonly waitMs: number }
  /** The code's way in was dropped after ten tries because the card was drilled: the card opens. */
  | { readonly type: "code-dropped" }
  | { readonly type: "wrong-card" }
  /** Counted from 1, as they are printed. */
  | { readonly type: "wrong-groups"; readonly groups: readonly number[] }
  | { readonly type: "stretch-broken" };

/* ---- papers ---- */

export type CopyState = "here" | "waits" | "leaving" | "sealed-copy" | "two-copies" | "needs-you";

export interface PaperView {
  readonly id: RecordId;
  readonly record: PaperRecord;
  readonly state: CopyState;
  /** Parts of 64 KiB: "n sur m". */
  readonly parts: { readonly done: number; readonly of: number } | null;
  readonly bytes: number;
}

/** A6: each is told in words, and nothing is lost. */
export type ImportRefusal =
  | { readonly type: "file-empty" }
  | { readonly type: "file-too-big"; readonly maxBytes: number }
  | { readonly type: "file-not-a-picture" }
  | { readonly type: "picture-damaged" }
  | { readonly type: "picture-too-large"; readonly megapixels: number }
  | { readonly type: "pdf-locked" }
  | { readonly type: "pdf-damaged" };

export type AddedPage = {
  readonly page: string;
  /** raw: kept as it is because this browser cannot reduce it (HEIC, tool absent). */
  readonly state: "ready" | "raw" | "file";
  readonly revision: number;
};

export interface PaperPatch {
  readonly kind?: string | null;
  readonly title?: string;
  readonly holder?: string;
  readonly expiry?: PartialDate | null;
}

/* ---- dossiers ---- */

export type DossierStage =
  | "draft"
  /** Signed off; the desk has not been opened yet, so there is no key to seal to. */
  | "awaiting-desk"
  | "waits"
  | "deposited"
  | "complete"
  | "opened"
  | "needs-you";

export interface ProofView {
  readonly type: "deposited" | "complete" | "opened";
  readonly at: number;
  readonly have: number;
  readonly of: number;
  /** Eight groups of four hex digits of the manifest, for printing. */
  readonly fingerprint: string;
  readonly by: string;
}

export interface DossierView {
  readonly id: RecordId;
  readonly record: DossierRecord;
  readonly stage: DossierStage;
  /** Only proofs whose signature was verified on this device (INV-2). */
  readonly proofs: readonly ProofView[];
  readonly papers: { readonly sent: number; readonly of: number };
  readonly bytesLeft: number;
}

/* ---- outbox ---- */

export interface OutboxLine {
  readonly id: RecordId;
  readonly what: "dossier" | "paper" | "profile";
  readonly title: string;
  readonly state: "waits" | "moving" | "awaiting-desk" | "arrived" | "needs-you";
  readonly parts: { readonly done: number; readonly of: number };
  readonly bytesLeft: number;
  readonly reason: string | null;
  /** When it arrived, server time. */
  readonly at: number | null;
}

export interface OutboxView {
  readonly lines: readonly OutboxLine[];
  readonly waiting: number;
  readonly bytesLeft: number;
  /** Device clock of the last authentic answer; 0 = never. */
  readonly lastAnswerAt: number;
  readonly moving: boolean;
  /** What kept the last run from getting through, if anything. */
  readonly trouble: "none" | "no-network" | "not-let-through" | "server-busy" | "storage" | "quota";
}

export type Hint = "online" | "visible";

export interface Bytes64 {
  readonly bytes: ArrayBuffer;
  readonly mime: string;
}

export type Change =
  | { readonly type: "opening" }
  | { readonly type: "papers" }
  | { readonly type: "dossiers" }
  | { readonly type: "outbox" }
  | { readonly type: "deployment" };

export interface SatchelApi {
  /* opening */
  readonly opening: () => Answer<OpeningState>;
  readonly create: (input: {
    readonly code: string;
    readonly language: string;
    readonly pictogram: string;
  }) => Answer<ProfileView, CodeRefusal>;
  readonly unlock: (input: { readonly database: string; readonly code: string }) => Answer<ProfileView, UnlockRefusal>;
  /** Pair D+C: `card` is the QR text or the ten groups as typed. */
  readonly unlockWithCard: (input: {
    readonly database: string;
    readonly card: string;
  }) => Answer<ProfileView, UnlockRefusal>;
  /** Everything that waits in memory is sealed and kept before keys are forgotten. */
  readonly lock: () => Answer<void>;
  /** Whether a code may be chosen, before it is typed a second time; with the birth date where a satchel is open. */
  readonly checkCode: (code: string) => Answer<void, CodeRefusal>;
  /** Needs an open satchel (after D+C too). */
  readonly changeCode: (code: string) => Answer<void, CodeRefusal>;
  readonly card: () => Answer<{
    readonly qr: string;
    readonly groups: readonly string[];
    readonly set: number;
    readonly drilled: boolean;
  }>;
  readonly drill: (card: string) => Answer<void, UnlockRefusal>;
  readonly erase: (database: string) => Answer<void>;

  /* papers */
  readonly papers: () => Answer<readonly PaperView[]>;
  readonly paper: (id: RecordId) => Answer<PaperView>;
  readonly startPaper: (patch: PaperPatch) => Answer<PaperView>;
  /** The unfinished capture, if any: a killed browser comes back to it. */
  readonly draftPaper: () => Answer<PaperView | null>;
  readonly addPage: (id: RecordId, file: File) => Answer<AddedPage, ImportRefusal>;
  readonly turnPage: (id: RecordId, page: string, turn: 0 | 90 | 180 | 270) => Answer<PaperView>;
  readonly movePage: (id: RecordId, page: string, before: string | null) => Answer<PaperView>;
  readonly removePage: (id: RecordId, page: string) => Answer<PaperView>;
  readonly describePaper: (id: RecordId, patch: PaperPatch) => Answer<PaperView>;
  /** The draft becomes a paper. */
  readonly keepPaper: (id: RecordId) => Answer<PaperView, { readonly type: "no-page" }>;
  readonly binPaper: (id: RecordId) => Answer<PaperView>;
  readonly restorePaper: (id: RecordId) => Answer<PaperView>;
  readonly erasePaper: (id: RecordId) => Answer<void>;
  readonly readPage: (id: RecordId, page: string, which: "preview" | "readable" | "original") => Answer<Bytes64>;

  /* profile */
  readonly profile: () => Answer<ProfileRecord>;
  readonly saveProfile: (patch: Partial<Omit<ProfileRecord, "t">>) => Answer<void>;

  /* dossiers */
  readonly dossiers: () => Answer<readonly DossierView[]>;
  readonly dossier: (id: RecordId) => Answer<DossierView>;
  readonly startDossier: (input: {
    readonly procedure: string;
    readonly language: string;
    readonly organisation: string;
  }) => Answer<DossierView>;
  /** Autosave: sealed and kept when it resolves. null removes an answer. */
  readonly saveAnswers: (
    id: RecordId,
    patch: {
      readonly answers?: Readonly<Record<string, AnswerValue | null>>;
      readonly page?: string;
      readonly notForeseen?: string;
    },
  ) => Answer<{ readonly savedAt: number }>;
  readonly addRow: (id: RecordId, repeat: string) => Answer<{ readonly row: string }>;
  readonly removeRow: (id: RecordId, row: string) => Answer<void>;
  readonly attach: (id: RecordId, requirement: string, papers: readonly RecordId[], missing: boolean) => Answer<void>;
  /** Signs off: seals the letter (or waits for the desk's key), puts it in the queue and starts a run. */
  readonly send: (id: RecordId, declaration: string | null) => Answer<DossierView>;
  /** `left`: a version had begun to leave, and stays sent. What had not is taken back. */
  readonly eraseDossier: (id: RecordId) => Answer<{ readonly left: boolean }>;
  readonly markSeen: (id: RecordId) => Answer<void>;

  /* outbox */
  readonly outbox: () => Answer<OutboxView>;
  readonly sendNow: () => Answer<void>;
  /** Put an item that was set aside back in the queue. */
  readonly retry: (id: RecordId) => Answer<void>;
  /** A reason to try, and no order: back-offs stand (`online`, page visible again). Works while locked. */
  readonly hint: (why: Hint) => Answer<void>;

  /* around */
  readonly deployment: () => Answer<Deployment | null>;
  /** Asked by the page after the first kept paper; the page alone may call navigator.storage.persist(). */
  readonly roomLeft: () => Answer<{ readonly bytes: number | null }>;
  /** Called by the page on camera, hide, pagehide: everything pending is sealed and kept. */
  readonly flush: () => Answer<void>;
  readonly onChange: (listener: (change: Change) => void) => Promise<void>;
}

export type { BlobId, DeployedOrganisation, Deployment, HumanContact, LetterId, LetterIdText, OpeningHours, RecordId };

/** Every method by name: the client bridge builds from it, and a worker that lacks one does not compile. */
export const satchelMethods = Object.keys({
  opening: true,
  create: true,
  unlock: true,
  unlockWithCard: true,
  lock: true,
  checkCode: true,
  changeCode: true,
  card: true,
  drill: true,
  erase: true,
  papers: true,
  paper: true,
  startPaper: true,
  draftPaper: true,
  addPage: true,
  turnPage: true,
  movePage: true,
  removePage: true,
  describePaper: true,
  keepPaper: true,
  binPaper: true,
  restorePaper: true,
  erasePaper: true,
  readPage: true,
  profile: true,
  saveProfile: true,
  dossiers: true,
  dossier: true,
  startDossier: true,
  saveAnswers: true,
  addRow: true,
  removeRow: true,
  attach: true,
  send: true,
  eraseDossier: true,
  markSeen: true,
  outbox: true,
  sendNow: true,
  retry: true,
  hint: true,
  deployment: true,
  roomLeft: true,
  flush: true,
  onChange: true,
} satisfies Record<keyof SatchelApi, true>) as readonly (keyof SatchelApi)[];
