/**
 * What screens may ask of the worker that holds the keys (satchel.worker.ts; satchel.client.ts is the bridge).
 * Plain data in, typed results out; large bytes are transferred. Nothing here lets a key leave the worker.
 *
 * Surprising fact: "kept" in any answer means that the strict transaction has completed (DESIGN 4): only then may a
 * screen say "gardé sur ce téléphone".
 */

import type { PlainClaim } from "../forms/profile.ts";
import type { PrefillShape, PrefillValues } from "../protocol/prefill.ts";
import type { Standing } from "../satchel/deadlines/chosen.ts";
import type { CivilDate } from "../satchel/deadlines/civil.ts";
import type { ClockTrust } from "../satchel/deadlines/clock.ts";
import type { Foreseen } from "../satchel/deadlines/plan.ts";
import type { OutboxPiece, WaitReason } from "../satchel/describe.ts";
import type { Renewal } from "../satchel/dossier.ts";
import type { ExportWords } from "../satchel/export-words.ts";
import type {
  AnswerValue,
  DossierRecord,
  HandOff,
  Helped,
  PartialDate,
  ProfileRecord,
  ShareDays,
  ShareRecord,
  ShownPaper,
} from "../satchel/model.ts";
import type { OtherAnswer } from "../satchel/others.ts";
import type { ShareFault, ShareStage } from "../satchel/sharing.ts";
import type { BlobId, LetterId, RecordId } from "../shared/ids.ts";
import type { Result } from "../shared/result.ts";
import { type PhoneApprovalApi, phoneApprovalMethods } from "./approval.contract.ts";
import { type EndingApi, endingMethods } from "./ending.contract.ts";
import { type GivenApi, givenMethods } from "./given.contract.ts";
import type { Finish } from "./imaging.contract.ts";
import { type InPersonApi, inPersonMethods } from "./in-person.contract.ts";
import { type MandatesApi, mandatesMethods } from "./mandates.contract.ts";
import { type OwnerApi, ownerMethods } from "./owner.contract.ts";
import { type PublishedApi, publishedMethods } from "./published.contract.ts";
import { type ReturnApi, returnMethods } from "./recovery.contract.ts";
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

/** How the person enters the code: six digits, or four pictures out of twelve (`i` and four times two digits, 00 to 11). */
export type CodeKind = "digits" | "pictures";

export interface ProfileView {
  readonly database: string;
  /** Icon name; never a person's name (INV-3). */
  readonly pictogram: string;
  readonly codeKind: CodeKind;
}

/** What the server says of the way in with card and code (DESIGN 3, S); as of the last pull. */
export interface WayView {
  /** Wrong codes that somebody who has the card gave since the last renewal. */
  readonly tries: number;
  /** Tries that are left before that way is frozen. */
  readonly left: number;
  /** Ten wrong codes: that way opens nothing until this device renews it, or a desk. */
  readonly frozen: boolean;
  /** Server time at which somebody used the number on the outside of the card; null: not blocked. */
  readonly blockedAt: number | null;
  /** Server time at which that way last opened; null: never. */
  readonly openedAt: number | null;
  /** A device came in that nobody added here, and the person has not said yet that it was them (`ownDevice`). */
  readonly openedElsewhere: boolean;
  /** An organisation asked to open without the card (S+O): from when on it can; null: only one helper asked. */
  readonly asked?: { readonly opensAt: number | null };
  /**
   * What the server showed was not taken: it is older than before, not made by this satchel, or asks for weak parameters.
   * Nothing here changed; the next pull or the next code sets it right, or a person has to look.
   */
  readonly trouble?:
    | "rolled-back"
    | "forked"
    | "not-authentic"
    | "weak-parameters"
    /** A new root that does not list this device yet. */
    | "cannot-follow"
    | "refused";
}

export type OpeningState =
  | { readonly type: "none" }
  | { readonly type: "locked"; readonly profiles: readonly ProfileView[] }
  | {
      readonly type: "open";
      readonly profile: ProfileView;
      readonly cardDrilled: boolean;
      /** This device joined a satchel and has pulled nothing yet: what it shows is not all there is. */
      readonly arriving?: true;
      /** Gentle questions that are due now: the code, so that it is not forgotten; the card, tried again every 90 days. */
      readonly asks: { readonly code: boolean; readonly drill: boolean };
      readonly way: WayView;
      /** Another device put this one out: nothing leaves any more, what is here still opens and can be exported. */
      readonly putOut: boolean;
    };

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

/* ---- coming back with card and code on a new phone (C+P+S) ---- */

/** Each has words in locales/<lang>/retour.json. Nothing on the server or here is lost by any of them. */
export type ComeBackRefusal =
  | { readonly type: "unknown-card" }
  /** A newer card was made: this one opens nothing any more. */
  | { readonly type: "card-replaced" }
  /** Counted from 1, as they are printed. */
  | { readonly type: "wrong-groups"; readonly groups: readonly number[] }
  | { readonly type: "wrong-card" }
  /** The card belongs to another Besace: that one is to be opened. Host, as printed on the card. */
  | { readonly type: "other-home"; readonly home: string }
  | { readonly type: "wrong-code"; readonly left: number }
  | { readonly type: "frozen" }
  | { readonly type: "blocked" }
  | { readonly type: "no-network" }
  /** The server gave an older state than it has shown before. */
  | { readonly type: "rolled-back" }
  /** What the server gave was not made by the owner of this satchel. */
  | { readonly type: "not-authentic" }
  /** The server asks for a stretching of the code that would be easy to guess. */
  | { readonly type: "weak-parameters" }
  | { readonly type: "stretch-broken" }
  /** This browser has that satchel: it opens with the code. */
  | { readonly type: "already-here" }
  | { readonly type: "too-many-devices" }
  /** `comeBackOpen` without `comeBack` before it: the card is asked again. */
  | { readonly type: "expired" };

/* ---- card ---- */

export interface ShownCard {
  readonly qr: string;
  readonly groups: readonly string[];
  readonly set: number;
  readonly drilled: boolean;
  /** Of this very card, for its outer half, also while it waits for its drill; "1234 5678 9012". */
  readonly blockNumber?: string;
}

export interface CardState {
  /** Number of the card that opens, from 0. */
  readonly set: number;
  /** Device clock of the last drill of this card on this device; null: never tried here. */
  readonly drilledAt: number | null;
  /** The card is to be tried (again). */
  readonly due: boolean;
  /** For the card's outer half, "1234 5678 9012"; null where this device does not know the card. */
  readonly blockNumber: string | null;
  /** yes: this card and this code open on a new phone; waits: that leaves with the next network; no: nothing is made yet. */
  readonly atServer: "yes" | "waits" | "no";
  /** What the server is to have can be made only with the code: it is asked (`answerCode`), then the network suffices. */
  readonly needsCode?: boolean;
  /** The card opens nothing on this device (pair D+C is switched off). */
  readonly off: boolean;
  /** A new card was drawn and waits for its drill; until then the old one stays good. */
  readonly pending: boolean;
}

/* ---- everything out, and in again ---- */

/** What a copy for outside holds. `missing`: papers of which a page was not on this phone and could not be fetched. */
export interface OutCopy {
  readonly file: Blob;
  readonly papers: number;
  readonly dossiers: number;
  readonly missing: number;
}

export type OutRefusal =
  | { readonly type: "nothing" }
  /** More than an archive of this form can hold: 4 GB. */
  | { readonly type: "too-large" };

export interface SealedOut extends OutCopy {
  /** Number of the card that opens it, from 0. */
  readonly set: number;
  /** The card was tried here: without that nobody knows whether it opens anything. */
  readonly drilled: boolean;
}

export type SealRefusal = { readonly type: "nothing" } | { readonly type: "no-card" };

/** Each has words in locales/<lang>/sortie.json; nothing was changed here by any of them. */
export type SealedFileRefusal =
  | { readonly type: "not-sealed-copy" }
  /** Made by a newer Besace. */
  | { readonly type: "newer" }
  /** The file ends before its end. */
  | { readonly type: "truncated" }
  | { readonly type: "damaged" }
  /** It asks for a stretching of the code that would be easy to guess: no code is asked for it. */
  | { readonly type: "weak-parameters" }
  | { readonly type: "not-a-card" }
  /** Counted from 1, as they are printed. */
  | { readonly type: "wrong-groups"; readonly groups: readonly number[] }
  /** The file was made with the card of this number, from 0. */
  | { readonly type: "other-card"; readonly set: number }
  | { readonly type: "wrong-code" }
  | { readonly type: "stretch-broken" };

/** What came in: new here or changed by it; `known` was here as it is; `missing`: papers of which something did not come. */
export interface TakenIn {
  readonly papers: number;
  readonly dossiers: number;
  readonly known: number;
  readonly missing: number;
}

export type JoinRefusal =
  | UnlockRefusal
  /** It is the satchel that is open. */
  | { readonly type: "same" };

/** A satchel that was joined to this one and goes on receiving what was under way. */
export interface AliasView {
  readonly pictogram: string;
  readonly joinedAt: number;
  /** Its keys are on this device: what it still receives is looked at here. */
  readonly here: boolean;
  /** Things of it that have not left yet. */
  readonly left: number;
}

/* ---- two devices ---- */

/** Each has words in locales/<lang>/devices.json. */
export type TransferRefusal =
  | { readonly type: "not-a-request" }
  | { readonly type: "not-an-answer" }
  | { readonly type: "other-version" }
  | { readonly type: "damaged" }
  /** The answer is for another request: another device, or an earlier try. */
  | { readonly type: "other-request" }
  | { readonly type: "cannot-open" }
  | { readonly type: "bad-content" }
  /** Nothing was begun here, or its 15 minutes are over. */
  | { readonly type: "expired" }
  | { readonly type: "number-shape" }
  /** The request was answered before. */
  | { readonly type: "already-added" }
  /** This browser has that satchel. */
  | { readonly type: "already-here" }
  | { readonly type: "too-many-devices" };

export interface DeviceView {
  readonly id: string;
  /** From 1, in the order in which they were ever added: stays when others are put out. */
  readonly number: number;
  /** Clock of the device that added it; null where nobody noted it. */
  readonly addedAt: number | null;
  readonly here: boolean;
  /** False for this device, and for one that is out already. */
  readonly removable: boolean;
  /** When it was put out, clock of the device that did it; 0 where nobody noted it; null: it is in. */
  readonly removedAt: number | null;
  /** Noon of the last day on which it was open, as it wrote down itself; null: not said, or this device. */
  readonly lastSeen: number | null;
}

/* ---- papers ---- */

export type CopyState =
  | "here"
  | "waits"
  | "leaving"
  | "sealed-copy"
  | "two-copies"
  | "needs-you"
  /** Left this phone to make room; whole at the server, comes back with a network. */
  | "away"
  /** The record is known, its pages are not on this phone: another device's, or lost here. */
  | "not-here";

export interface PaperView {
  readonly id: RecordId;
  /** Without the keys of its streams. */
  readonly record: ShownPaper;
  readonly state: CopyState;
  /** Parts of 64 KiB: "n sur m". */
  readonly parts: { readonly done: number; readonly of: number } | null;
  readonly bytes: number;
  /** While its pages are being fetched back, in bytes. */
  readonly fetching?: { readonly done: number; readonly of: number };
  /** When a dossier last had to do with it, ms; only in lists, and absent where none did. */
  readonly usedAt?: number;
}

export interface PapersAsked {
  /** How many of the list are here already, and how many more are wanted. */
  readonly from: number;
  readonly count: number;
  /** "YYYY-MM-DD" on this device: the order depends on it. */
  readonly day: string;
  /** Where the list was not read yet, papers that stood first the last time will do, for the first part. */
  readonly early?: boolean;
}

/** A part of the list of kept papers, in the order of `likelyFirst`. */
export interface PapersPart {
  /** The same in all parts of one list. Another one: something changed, the parts before are of an older list. */
  readonly stamp: number;
  readonly papers: readonly PaperView[];
  /** How many kept papers there are in all, and of each kind; "" while none is chosen. */
  readonly kept: number;
  readonly kinds: Readonly<Record<string, number>>;
  /** Unfinished captures that have a page; with the first part only. */
  readonly drafts: readonly PaperView[];
  readonly binned: number;
  /**
   * These stood first the last time: each is as it is now, but their order and all numbers are those of then, and others may
   * come before them. The list itself is still to be asked for.
   */
  readonly early?: true;
}

/** What the home screen says of papers: numbers and a few of them, so that a thousand do not cross to the page for it. */
export interface PocketView {
  readonly kept: number;
  /** How many kept papers are in each state. */
  readonly states: Readonly<Partial<Record<CopyState, number>>>;
  /** Kinds of the three that changed last, newest first. */
  readonly newest: readonly (string | null)[];
  /** Kept papers whose printed date is over or comes within `soonDays`: the three nearest. */
  readonly soon: readonly PaperView[];
  /** Pages of the unfinished capture; null: there is none. */
  readonly draft: number | null;
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

/** How a page is made of a file; nothing said: the whole picture, reduced at once. */
export interface AddOptions {
  /** What the person confirmed of a shot. */
  readonly how?: Finish;
  /** The file is kept beside the readable page, where there is room. */
  readonly keepOriginal?: boolean;
  /**
   * A shot, kept as it is without being decoded: no kill loses it while its corners are looked at (decisions/0027). It is
   * reduced whole later, unless it is confirmed first. A full disk refuses it and nothing makes room for it.
   */
  readonly shot?: boolean;
  /** Takes the place of this page in one transaction; the streams of the old one go. */
  readonly page?: string;
}

export type AddedPage = {
  readonly page: string;
  /** raw: kept as it is because this browser cannot reduce it (HEIC, tool absent), or a shot that is not confirmed. */
  readonly state: "ready" | "raw" | "file";
  readonly revision: number;
  /** The disk was full: so many bytes that are whole at the server left this phone, and the page was kept. */
  readonly madeRoom?: number;
  /** The page is kept, and for its original there was no room. */
  readonly withoutOriginal?: true;
};

export interface PaperPatch {
  readonly kind?: string | null;
  readonly title?: string;
  readonly holder?: string;
  readonly expiry?: PartialDate | null;
  /** By field ids of its kind; null takes one out, fields that are not named stay. */
  readonly facts?: Readonly<Record<string, string | null>>;
  readonly note?: string;
  /** true: on this device only; false: it travels; null: as its kind says. */
  readonly stay?: boolean | null;
}

/* ---- ahead ("À prévoir") ---- */

/** A paper, or what the profile holds: a followed right by its id, an own date by its random id. */
export type AheadAbout = Foreseen["about"];

export interface AheadLine extends Foreseen {
  readonly standing: Standing;
  /** The person's own words: title of the paper or of the date; "" where there are none. */
  readonly title: string;
  /** For each kind of paper that helps: one that is here, or null. */
  readonly helps: readonly { readonly kind: string; readonly paper: RecordId | null }[];
  /** For a calendar file: the same each time, and they say nothing. */
  readonly uids: { readonly opens: string; readonly last: string };
}

export interface AheadView {
  /** The day that all of it counts from, and how sure that is. */
  readonly today: CivilDate;
  readonly trust: ClockTrust;
  /** What matters first; those that are done or put off too. */
  readonly lines: readonly AheadLine[];
  /** By right (satchel/deadlines/rights.ts) and by id, as the person wrote them. */
  readonly followed: NonNullable<ProfileRecord["followed"]>;
  readonly dates: NonNullable<ProfileRecord["dates"]>;
}

/** One act of the person; each is a save. */
export type AheadChange =
  | { readonly type: "done" | "not-done"; readonly about: AheadAbout; readonly day: CivilDate }
  | { readonly type: "later" | "not-later"; readonly about: AheadAbout; readonly day: CivilDate }
  /** `since` null: the date is not known. What was said of it before stays. */
  | { readonly type: "follow"; readonly right: string; readonly since: PartialDate | null }
  | { readonly type: "unfollow"; readonly right: string }
  /** `id` null: a new one. */
  | {
      readonly type: "date";
      readonly id: string | null;
      readonly date: PartialDate;
      readonly title: string;
      readonly notice: number | null;
    }
  | { readonly type: "drop-date"; readonly id: string }
  /** Whether and how many days before its end a paper reminds. */
  | {
      readonly type: "remind";
      readonly paper: RecordId;
      readonly off?: boolean;
      readonly notice?: number | null;
    };

/* ---- dossiers ---- */

export type DossierStage =
  | "draft"
  /** Signed off; the desk has not been opened yet, so there is no key to seal to. */
  | "awaiting-desk"
  | "waits"
  | "deposited"
  | "complete"
  | "opened"
  /** The person takes it back; the server has not confirmed it yet. */
  | "withdrawing"
  | "withdrawn"
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

/** Who helps, and the sentence that the person agreed to. */
export type HelpGiven = Omit<Helped, "at" | "ended">;

/** A recording as the browser made it. `title`: what it is called wherever papers are named, in French as the answers are. */
export interface VoiceInput {
  readonly bytes: ArrayBuffer;
  readonly mime: string;
  readonly seconds: number;
  readonly title: string;
}

/** Nothing was attached: these papers stay on this device, and nobody said yes to their going with this dossier. */
export interface StaysHere {
  readonly type: "stays-here";
  readonly papers: readonly RecordId[];
}

export interface DossierView {
  readonly id: RecordId;
  readonly record: DossierRecord;
  readonly stage: DossierStage;
  /** Only proofs whose signature was verified on this device (INV-2). */
  readonly proofs: readonly ProofView[];
  readonly papers: { readonly sent: number; readonly of: number };
  readonly bytesLeft: number;
  /** Signed, its desk is open, and it is not sealed yet: its form is not on this device, or is older than what was signed. */
  readonly unsealed?: true;
  /** Sealed on another device of the person, and nothing proves yet that it left it. */
  readonly elsewhere?: true;
  /** It was to be taken back, and the desk had opened it before. */
  readonly withdrawRefused?: true;
  /** Chosen papers that cannot arrive as they are: "envoyer sans ce papier" is offered. */
  readonly stuck?: readonly RecordId[];
}

/* ---- prepared on another site (SPEC P-F) ---- */

/** Why nothing was prepared there, or nothing heard. `off`: this server does not do it. */
export type HandOffRefusal =
  | { readonly type: "off" | "unknown-procedure" | "site-failed" | "no-network" }
  | { readonly type: "wait"; readonly seconds: number };

/** `procedure`: its number there. What `src/forms/handoff` made of the form, against the shape of that moment. */
export interface HandOffInput {
  readonly site: string;
  readonly procedure: number;
  readonly values: PrefillValues;
  readonly left: HandOff["left"];
  readonly unsure: HandOff["unsure"];
}

/* ---- other answers ---- */

export interface OtherView extends OtherAnswer {
  readonly id: RecordId;
  readonly what: "dossier" | "paper" | "profile";
}

/* ---- shares ---- */

export interface ShareInput {
  readonly organisation: string;
  readonly purpose: string;
  readonly days: ShareDays;
  /** As `shareTerms` said: it stands in the words across each page. */
  readonly until: number;
  readonly language: string;
  /** Each page as a JPEG with the words on it, in order. */
  readonly papers: readonly {
    readonly paper: RecordId;
    readonly pages: readonly { readonly bytes: ArrayBuffer; readonly width: number; readonly height: number }[];
  }[];
}

export type ShareRefusal =
  | { readonly type: "share-fault"; readonly fault: ShareFault }
  /** The desk was not opened yet. */
  | { readonly type: "no-desk-key" }
  /** Not the organisation that this satchel has seen first: nothing is given to it. */
  | { readonly type: "changed-key" };

export interface ShareView {
  readonly id: RecordId;
  readonly record: ShareRecord;
  readonly stage: ShareStage;
  /** Server time, by a proof that verifies; null: nothing proves it. */
  readonly depositedAt: number | null;
  /** As the organisation signed it. */
  readonly openedAt: number | null;
}

/* ---- outbox ("envois") ---- */

/** What a line that does not move waits for; each has words in locales/<lang>/outbox.json. Pieces: answers, papers. */
export type { OutboxPiece, WaitReason };

export interface OutboxLine {
  readonly id: RecordId;
  /** unknown: sealed bytes that no record on this device explains. */
  readonly what: "dossier" | "share" | "paper" | "profile" | "unknown";
  /** Of a share: the organisation. */
  readonly title: string;
  readonly state: "waits" | "moving" | "awaiting-desk" | "arrived" | "needs-you";
  readonly parts: { readonly done: number; readonly of: number };
  readonly bytesLeft: number;
  readonly reason: string | null;
  /** When its answers arrived, server time, by a proof that verifies (INV-2). */
  readonly at: number | null;
  /** Null while it moves, has arrived or needs the person. */
  readonly waits: WaitReason | null;
  /** Of a dossier on its way; empty for copies. */
  readonly pieces: readonly OutboxPiece[];
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
  /** Nothing waits AND the last look at the server was authentic; never from an empty queue alone. */
  readonly upToDate: boolean;
  /** Device clock of the last pull that was authentic; 0 = never. */
  readonly pulledAt: number;
  /** Something has waited for more than a day although the server answered since (wedge); null: nothing. */
  readonly stuck: { readonly count: number; readonly days: number } | null;
  readonly data: DataChoice;
}

/** A file that leaves Besace in the open, because the person asked. Its name says nothing (INV-3). */
export interface ExportedFile {
  readonly name: string;
  readonly mime: string;
  readonly bytes: ArrayBuffer;
}

/* ---- data cost ("data") ---- */

export interface DataChoice {
  /** "Photos par Wi-Fi seulement". */
  readonly photosOnWifi: boolean;
  /** The line may cost data: it is not known to be Wi-Fi. */
  readonly metered: boolean;
  /** The browser says what kind of line it is. */
  readonly lineKnown: boolean;
  /** Bytes of photos that wait for Wi-Fi now. */
  readonly held: number;
}

/* ---- room on this phone ("space") ---- */

/** Why a paper cannot leave this phone now; each has words in locales/<lang>/space.json. */
export type StaysReason =
  | "kept-here"
  | "unfinished"
  | "not-copied"
  /** The server has it whole, but no finished backup covers it yet. */
  | "no-backup";

export interface PaperSpace {
  readonly id: RecordId;
  /** Bytes on this phone that would leave, or that have left. */
  readonly bytes: number;
  readonly state: "may-go" | "away" | "stays";
  readonly why: StaysReason | null;
}

export interface SpaceView {
  /** Bytes that the browser still allows; null when it does not say. Chromium may say too much. */
  readonly left: number | null;
  /** Bytes of papers on this phone. */
  readonly here: number;
  /** Bytes that may leave now. */
  readonly freeable: number;
  /** Largest first. */
  readonly papers: readonly PaperSpace[];
}

export type FetchRefusal =
  | { readonly type: "no-network" }
  /** The server does not have it (yet): on another device, or nowhere. */
  | { readonly type: "not-there" }
  /** What came is not what was sealed. */
  | { readonly type: "other-bytes" };

/**
 * What this browser has erased by itself, as far as can be told from here. `emptied`: the satchel's database was gone and
 * began anew; records are asked of the server again.
 */
export type Lost =
  | { readonly type: "nothing" }
  | { readonly type: "emptied"; readonly pulled: boolean; readonly papers: number; readonly dossiers: number };

/* ---- carrier (SPEC P-C) ---- */

export interface PackedCarrier {
  /** A PDF of one page with the sealed part attached; the browser holds its bytes. */
  readonly file: Blob;
  /** Sealed things in it. */
  readonly count: number;
  readonly bytes: number;
  /** What did not fit, or cannot be read here; it goes on waiting. */
  readonly left: number;
}

export type PackRefusal =
  | { readonly type: "nothing" }
  /** This phone has not seen its server's keys yet: nobody would know where to bring the file. */
  | { readonly type: "no-home" };

export interface TakenReceipt {
  /** Things that are known to have arrived since this receipt; 0: it was read before. */
  readonly arrived: number;
  /** What still waits to leave. */
  readonly left: number;
  /** Server time of the receipt. */
  readonly at: number;
}

export type ReceiptRefusal =
  | { readonly type: "not-receipt" }
  | { readonly type: "newer" }
  | { readonly type: "damaged" }
  /** Signed by nobody that this satchel believes: forged, or another server's. */
  | { readonly type: "not-believed" }
  /** About somebody else's file. */
  | { readonly type: "not-mine" };

export type Hint = "online" | "visible";

export interface Bytes64 {
  readonly bytes: ArrayBuffer;
  readonly mime: string;
}

export type Change =
  | { readonly type: "opening" }
  | { readonly type: "papers" }
  | { readonly type: "ahead" }
  | { readonly type: "dossiers" }
  | { readonly type: "shares" }
  | { readonly type: "outbox" }
  | { readonly type: "deployment" }
  | { readonly type: "approvals" };

export interface SatchelApi
  extends PhoneApprovalApi,
    PublishedApi,
    EndingApi,
    OwnerApi,
    ReturnApi,
    GivenApi,
    InPersonApi,
    MandatesApi {
  /* opening */
  readonly opening: () => Answer<OpeningState>;
  readonly create: (input: {
    readonly code: string;
    readonly language: string;
    readonly pictogram: string;
  }) => Answer<ProfileView, CodeRefusal>;
  /** A code is being typed: what stretches it is made ready meanwhile. Called with each digit; ends by itself soon after. */
  readonly expectCode: () => Answer<void>;
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
  /**
   * Needs an open satchel (after D+C too). Good here at once; card and code together (a new phone) go on with the code
   * before until the server has confirmed: `cardState().atServer` says "waits".
   */
  readonly changeCode: (code: string) => Answer<void, CodeRefusal>;
  /** The gentle question (`asks.code`): a right answer puts the next one further away; a wrong one counts like any other. */
  readonly answerCode: (input: { readonly code: string }) => Answer<void, UnlockRefusal>;
  /** "Later": asked again tomorrow. */
  readonly postponeCode: () => Answer<void>;
  /** The card that opens. */
  readonly card: () => Answer<ShownCard>;
  readonly cardState: () => Answer<CardState>;
  /** Draws a new card, or shows the one that was drawn and waits for its drill. The old one stays good until then. */
  readonly replaceCard: () => Answer<ShownCard>;
  /** Forgets a card that was drawn and not drilled. */
  readonly dropPendingCard: () => Answer<void>;
  /**
   * The card typed or scanned back. Of a drawn card: it becomes the card, here at once; the old one opens nothing any more
   * once the server has taken that (`atServer`).
   */
  readonly drill: (card: string) => Answer<void, UnlockRefusal>;
  /** Whether the card opens this device without a code (D+C). */
  readonly setCardHere: (input: { readonly on: boolean }) => Answer<void>;
  readonly erase: (database: string) => Answer<void>;

  /* two devices (SPEC C-T): a request of the new one, an answer of the old one, no network */
  /** New device. A later call forgets the request before. `expiresAt`: this device's clock. */
  readonly transferRequest: () => Answer<{ readonly text: string; readonly expiresAt: number }>;
  /** Old device: reads the request and gives the number to show and the pictures (0 to 11) to compare. */
  readonly transferOffer: (input: {
    readonly code: string;
    readonly request: string;
  }) => Answer<
    { readonly number: string; readonly pictures: readonly number[]; readonly expiresAt: number },
    TransferRefusal | UnlockRefusal
  >;
  /** New device: the number that the old one shows; gives the pictures to compare. */
  readonly transferNumber: (number: string) => Answer<{ readonly pictures: readonly number[] }, TransferRefusal>;
  /** Old device, once the person has seen the same pictures on both: adds the device, gives the answer's text. */
  readonly transferConfirm: () => Answer<{ readonly text: string }, TransferRefusal>;
  /** New device: opens the answer, which works once. Nothing is kept before `transferFinish`. */
  readonly transferAccept: (answer: string) => Answer<{ readonly pictogram: string }, TransferRefusal>;
  /** New device: a code of its own; the satchel is open afterwards. */
  readonly transferFinish: (code: string) => Answer<ProfileView, TransferRefusal | CodeRefusal>;
  /** Either side: forgets what was begun. */
  readonly transferForget: () => Answer<void>;
  /** In the order in which they were added; those that were put out last. */
  readonly devices: () => Answer<readonly DeviceView[]>;
  /**
   * Puts a device out and changes the keys for it. `waits`: the server had not said within some seconds that it knows; until
   * it does, that device goes on as before.
   */
  readonly removeDevice: (input: {
    readonly id: string;
    readonly code: string;
  }) => Answer<{ readonly waits: boolean }, UnlockRefusal>;
  /** "It was me": ends `way.openedElsewhere`. */
  readonly ownDevice: () => Answer<void>;

  /* coming back (C+P+S): needs the network */
  /** `left`: tries of the code before that way is frozen. Asking again forgets the card before. */
  readonly comeBack: (input: { readonly card: string }) => Answer<{ readonly left: number }, ComeBackRefusal>;
  /** The code chosen on the lost device; it is the code here too. The satchel is open afterwards, and arriving. */
  readonly comeBackOpen: (input: {
    readonly code: string;
    readonly pictogram: string;
  }) => Answer<ProfileView, ComeBackRefusal | CodeRefusal>;
  readonly comeBackForget: () => Answer<void>;

  /* papers */
  readonly papers: () => Answer<readonly PaperView[]>;
  /** The list as it is shown, a part at a time: the first rows need not wait for the last. */
  readonly papersPart: (input: PapersAsked) => Answer<PapersPart>;
  /** @param day "YYYY-MM-DD" on this device. */
  readonly pocket: (day: string) => Answer<PocketView>;
  readonly paper: (id: RecordId) => Answer<PaperView>;
  readonly startPaper: (patch: PaperPatch) => Answer<PaperView>;
  /** The unfinished capture, if any: a killed browser comes back to it. */
  readonly draftPaper: () => Answer<PaperView | null>;
  readonly addPage: (id: RecordId, file: File, options?: AddOptions) => Answer<AddedPage, ImportRefusal>;
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

  /* ahead */
  readonly ahead: () => Answer<AheadView>;
  readonly changeAhead: (change: AheadChange) => Answer<void>;

  /* profile */
  readonly profile: () => Answer<ProfileRecord>;
  /** @param removed what the person took out of it. */
  readonly saveProfile: (patch: Partial<Omit<ProfileRecord, "t">>, removed?: readonly PlainClaim[]) => Answer<void>;

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
      /** Typed while somebody helps (`setHelp`). */
      readonly helped?: boolean;
      /** Brings the answers over to a newer version of the form (forms/migrate.ts); nothing where that was done already. */
      readonly renew?: Renewal;
      /** The person has read that the questions changed. */
      readonly told?: true;
    },
  ) => Answer<{ readonly savedAt: number }>;
  /** Somebody begins to help to fill in, with the person's yes; null: they stop. */
  readonly setHelp: (id: RecordId, about: HelpGiven | null) => Answer<void>;
  readonly addRow: (id: RecordId, repeat: string) => Answer<{ readonly row: string }>;
  readonly removeRow: (id: RecordId, row: string) => Answer<void>;
  /** @param agreed papers that stay on this device and to which the person said yes, for this very dossier. */
  readonly attach: (
    id: RecordId,
    requirement: string,
    papers: readonly RecordId[],
    missing: boolean,
    agreed?: readonly RecordId[],
  ) => Answer<void, StaysHere>;
  /** Keeps a spoken answer; its id among the papers. "voice-unusable": empty, too long, or no sound. */
  readonly addVoice: (
    id: RecordId,
    key: string,
    input: VoiceInput,
  ) => Answer<RecordId, { readonly type: "voice-unusable" }>;
  readonly removeVoice: (id: RecordId, key: string, voice: RecordId) => Answer<void>;
  /** Signs off: seals the letter (or waits for the desk's key), puts it in the queue and starts a run. */
  readonly send: (id: RecordId, declaration: string | null) => Answer<DossierView>;
  /** `left`: a version had begun to leave, and stays sent. What had not is taken back. */
  readonly eraseDossier: (id: RecordId) => Answer<{ readonly left: boolean }>;
  readonly markSeen: (id: RecordId) => Answer<void>;

  /* dossier actions */
  /** A newer version without exactly these papers, which follow later; an empty list sends them all again. */
  readonly sendWithout: (id: RecordId, papers: readonly RecordId[]) => Answer<DossierView>;
  /** "Retirer": possible until the desk has opened any version. What never left is a draft again. */
  readonly withdraw: (id: RecordId) => Answer<DossierView, { readonly type: "opened" }>;

  /* shares */
  readonly shares: () => Answer<readonly ShareView[]>;
  readonly share: (id: RecordId) => Answer<ShareView>;
  readonly shareTerms: (days: ShareDays) => Answer<{ readonly until: number }>;
  readonly startShare: (input: ShareInput) => Answer<ShareView, ShareRefusal>;
  /** In one tap, offline too: it takes effect wherever the first network is. */
  readonly endShare: (id: RecordId) => Answer<ShareView>;

  /* prepared on another site: only at an act of the person, never from the queue */
  /** The procedure's questions as they stand there now. */
  readonly handOffShape: (path: string) => Answer<PrefillShape, HandOffRefusal>;
  /** Sends these values there, in the clear, and keeps where the draft is. Nothing is filed by it (INV-2). */
  readonly handOff: (id: RecordId, input: HandOffInput) => Answer<DossierView, HandOffRefusal>;
  /** Asks the site what became of what it prepared; nothing is asked where all is decided. */
  readonly followHandOff: (id: RecordId) => Answer<DossierView, HandOffRefusal>;

  /* other answers: what another device had written (DESIGN 4) */
  readonly others: () => Answer<readonly OtherView[]>;
  /** `choice`: place in `others` of that path; null keeps what stands here. Either is a save. */
  /** The other picture of a page ("pages.<id>"), as a preview. "not-found": its bytes are on the other device only. */
  readonly readOther: (input: {
    readonly id: RecordId;
    readonly path: string;
    readonly choice: number;
  }) => Answer<Bytes64>;
  readonly settleOther: (input: {
    readonly id: RecordId;
    readonly path: string;
    readonly choice: number | null;
  }) => Answer<void>;

  /* outbox */
  readonly outbox: () => Answer<OutboxView>;
  readonly sendNow: () => Answer<void>;
  /** Put an item that was set aside back in the queue. */
  readonly retry: (id: RecordId) => Answer<void>;
  /** A reason to try, and no order: back-offs stand (`online`, page visible again). Works while locked. */
  readonly hint: (why: Hint) => Answer<void>;

  /* envois */
  /**
   * A paper or a dossier in the open: its pages; for what no record explains, the sealed bytes as they wait. The words of
   * a dossier's answers are the page's business.
   */
  readonly exportItem: (id: RecordId) => Answer<readonly ExportedFile[]>;
  /** Facts for a developer: versions, states, counts, codes, ages in classes. No content, no ids (INV-3). */
  readonly diagnostics: () => Answer<string>;

  /* everything out */
  /** A ZIP in open formats, made offline. */
  readonly exportAll: (words: ExportWords) => Answer<OutCopy, OutRefusal>;
  /** One file that opens with card and code, without Besace (SPEC C-X). `code`: the one of this satchel. */
  readonly exportSealed: (input: {
    readonly code: string;
    readonly words: ExportWords;
  }) => Answer<SealedOut, UnlockRefusal | SealRefusal>;
  /** Whether the file can be opened here at all, before a card is asked for. `set`: number of its card, from 0. */
  readonly lookSealed: (file: Blob) => Answer<{ readonly set: number; readonly codeKind: CodeKind }, SealedFileRefusal>;
  /** Taken into the open satchel; the same file twice changes nothing. */
  readonly importSealed: (input: {
    readonly file: Blob;
    readonly card: string;
    readonly code: string;
  }) => Answer<TakenIn, SealedFileRefusal>;
  /** Another satchel of this browser is the same person's: the open one adopts it. `code`: the other one's. */
  readonly joinSatchel: (input: { readonly database: string; readonly code: string }) => Answer<TakenIn, JoinRefusal>;
  /** Other satchels of this browser that could be the same person's; told apart by picture and code only. */
  readonly joinable: () => Answer<readonly ProfileView[]>;
  readonly aliases: () => Answer<readonly AliasView[]>;
  /** Server and this device. Nothing goes from here before the server has confirmed. */
  readonly eraseEverywhere: (input: {
    readonly code: string;
  }) => Answer<void, UnlockRefusal | { readonly type: "no-network" }>;
  /** Every satchel of this browser, and what it remembers of them. */
  readonly wipeDevice: () => Answer<void>;

  /* data */
  readonly setDataChoice: (choice: { readonly photosOnWifi: boolean }) => Answer<void>;

  /* space */
  readonly space: () => Answer<SpaceView>;
  /** Lets pages of these papers leave this phone, as far as the rule allows (src/sync/may-go.ts). Previews stay. */
  readonly freeSpace: (papers: readonly RecordId[]) => Answer<{ readonly freed: number }>;
  /** Brings every page of a paper back; progress is told by `fetching` of the paper. */
  readonly fetchBack: (paper: RecordId) => Answer<void, FetchRefusal>;
  readonly lost: () => Answer<Lost>;

  /* carrier */
  /** Everything that waits, sealed, in one file; what is in it is frozen. `page`: what the file says when opened. */
  readonly packCarrier: (page: {
    readonly title: string;
    readonly paragraphs: readonly string[];
  }) => Answer<PackedCarrier, PackRefusal>;
  /** The file that the carrier gave back; books what it proves and nothing else. */
  readonly takeReceipt: (file: Blob) => Answer<TakenReceipt, ReceiptRefusal>;

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
  expectCode: true,
  unlock: true,
  unlockWithCard: true,
  lock: true,
  checkCode: true,
  changeCode: true,
  answerCode: true,
  postponeCode: true,
  card: true,
  cardState: true,
  replaceCard: true,
  dropPendingCard: true,
  drill: true,
  setCardHere: true,
  erase: true,
  transferRequest: true,
  transferOffer: true,
  transferNumber: true,
  transferConfirm: true,
  transferAccept: true,
  transferFinish: true,
  transferForget: true,
  devices: true,
  removeDevice: true,
  ownDevice: true,
  comeBack: true,
  comeBackOpen: true,
  comeBackForget: true,
  papers: true,
  papersPart: true,
  pocket: true,
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
  ahead: true,
  changeAhead: true,
  profile: true,
  saveProfile: true,
  dossiers: true,
  dossier: true,
  startDossier: true,
  saveAnswers: true,
  setHelp: true,
  addRow: true,
  removeRow: true,
  attach: true,
  addVoice: true,
  removeVoice: true,
  send: true,
  eraseDossier: true,
  markSeen: true,
  sendWithout: true,
  withdraw: true,
  shares: true,
  share: true,
  shareTerms: true,
  startShare: true,
  endShare: true,
  handOffShape: true,
  handOff: true,
  followHandOff: true,
  others: true,
  readOther: true,
  settleOther: true,
  outbox: true,
  sendNow: true,
  retry: true,
  hint: true,
  exportItem: true,
  diagnostics: true,
  exportAll: true,
  exportSealed: true,
  importSealed: true,
  lookSealed: true,
  joinSatchel: true,
  joinable: true,
  aliases: true,
  eraseEverywhere: true,
  wipeDevice: true,
  setDataChoice: true,
  space: true,
  freeSpace: true,
  fetchBack: true,
  lost: true,
  packCarrier: true,
  takeReceipt: true,
  deployment: true,
  roomLeft: true,
  flush: true,
  onChange: true,
  ...phoneApprovalMethods,
  ...givenMethods,
  ...publishedMethods,
  ...endingMethods,
  ...ownerMethods,
  ...returnMethods,
  ...mandatesMethods,
  ...inPersonMethods,
} satisfies Record<keyof SatchelApi, true>) as readonly (keyof SatchelApi)[];
