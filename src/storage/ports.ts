/**
 * What one satchel's database can do, whatever holds it (dexie/ in browsers, memory/ in tests and simulations).
 * Everything at rest is sealed bytes plus the few clear fields named here (INV-3).
 *
 * Surprising fact: every method that writes is ONE transaction that awaits nothing but the database, and the caller
 * has sealed everything before. `strict` ones have reached the disk when they resolve (DESIGN 4).
 */

import type { B64, Cursor, Letter, Op, RejectCode, Signed, WayState } from "../protocol/wire.ts";
import type { Bytes } from "../shared/bytes.ts";
import type { BlobId, LetterId, OpId, PrincipalId, RecordId } from "../shared/ids.ts";
import type { Result } from "../shared/result.ts";

export type StorageError =
  /** The disk or the browser's allowance is full; nothing was written. */
  | { readonly type: "full" }
  /** Another tab or an older save was first: read again, merge, save again. */
  | { readonly type: "stale"; readonly revision: number }
  /** The database is of a newer app: reading works, writing does not (INV-8). */
  | { readonly type: "read-only" }
  /** The database closed or failed; reopening once did not help. `detail` is a fixed word, never content. */
  | { readonly type: "unavailable"; readonly detail: string };

export type Stored<T> = Promise<Result<T, StorageError>>;

/** Order of leaving (DESIGN 5): keys, then letters and records, previews, readable pages, originals. */
export type SendClass = 0 | 1 | 3 | 4 | 5;

export interface Attempt {
  readonly attempts: number;
  /** Device clock; clamped on load, never trusted for order. 0 = now. */
  readonly nextAt: number;
  /** Device clock when it was put in the queue. */
  readonly queuedAt: number;
  readonly lastCode: RejectCode | null;
}

/**
 * waiting = may still be replaced by a later save; frozen = its first byte may have left; aside = needs the person;
 * conflict = the server holds another state: the chain of the record waits for unlock and a merge.
 */
export type OutState = "waiting" | "frozen" | "aside" | "conflict";

export interface OutOp extends Attempt {
  readonly op: OpId;
  readonly record: RecordId;
  readonly base: OpId | null;
  readonly wire: Op;
  readonly bytes: number;
  readonly state: OutState;
  /** Insertion order in this database: a chain of ops drains in this order. */
  readonly order: number;
}

export interface RecordRow {
  readonly record: RecordId;
  /** Newest local save (what the person sees), or the merged server state. */
  readonly local: Op;
  readonly localOp: OpId;
  /** Last server state that this device has merged, kept sealed; null before the first verdict. */
  readonly server: Op | null;
  /** Counts local saves; compared in `saveRecord` (two tabs). */
  readonly revision: number;
  readonly deleted: boolean;
  /**
   * Ops that this device knows to be overtaken: a server that shows one again has gone back, by a restored backup or on
   * purpose, and is told the newer state instead (SPEC S-R2). Absent in rows of the first version.
   */
  readonly past?: readonly OpId[];
  /**
   * The server was reset and has not shown `server` again: it may be older than this device, so a row of it is not simply
   * taken over (SPEC S-R3).
   */
  readonly unseen?: boolean;
  /**
   * Of an erased record that the server lost and that began anew (`server` null): what was merged last before that. Whoever
   * brings back exactly this had written nothing that was not seen here when it was erased (SPEC S-R7).
   */
  readonly before?: Op;
}

/** away: whole at the server, its bytes were dropped here to make room and come back on demand (`restoreLocal`). */
export type BlobState = "waiting" | "sending" | "verified" | "aside" | "away";

export interface RecordWithChain {
  readonly row: RecordRow;
  readonly chain: readonly Omit<OutOp, "wire">[];
}

export interface BlobRow extends Attempt {
  readonly blob: BlobId;
  readonly header: Bytes;
  readonly segments: number;
  readonly length: number;
  readonly root: B64;
  readonly ticket: Signed;
  readonly sendClass: SendClass;
  readonly state: BlobState;
  /** Bytes that the server has acknowledged. */
  readonly offset: number;
  /** Times that every byte was there and the server wanted them again (SPEC S-B6, S-B8). Absent: never. */
  readonly spoiled?: number;
  /** Server time at which it was verified, as a pull says it; null until then, and where an older server does not say it. */
  readonly verifiedAt: number | null;
  /** Marked by the saving transaction; segments of blobs never marked are swept. */
  readonly complete: boolean;
  /** Never leaves this device unless a letter names it (health papers). */
  readonly localOnly: boolean;
  readonly order: number;
}

export type LetterState = "waiting" | "frozen" | "accepted" | "aside";

export interface LetterRow extends Attempt {
  readonly letter: LetterId;
  readonly wire: Letter;
  readonly bytes: number;
  readonly blobs: readonly BlobId[];
  readonly state: LetterState;
  /** The record (dossier) that it speaks for: resolved to words only after unlock. */
  readonly about: RecordId;
  readonly order: number;
}

export interface ProofRow {
  readonly letter: LetterId;
  readonly proof: Signed;
  readonly order: number;
}

/** A proof that this principal signed ("opened", by an organisation) and that waits to leave. */
export interface OutProof extends Attempt {
  readonly letter: LetterId;
  readonly proof: Signed;
  readonly state: "waiting" | "aside";
  readonly order: number;
}

/** A row of the pull that waits for an unlocked device. */
export type InboxRow =
  | {
      readonly order: number;
      readonly seq: number;
      readonly type: "record";
      readonly record: RecordId;
      readonly op: Op;
      /**
       * It came with a verdict, and no pull has ended since: the server may have been reset without this device knowing.
       * It is not merged before (SPEC S-R3).
       */
      readonly early?: boolean;
    }
  | {
      readonly order: number;
      readonly seq: number;
      readonly type: "letter";
      readonly id: LetterId;
      readonly letter: Letter;
      readonly at: number;
    };

export interface NewBlob {
  readonly blob: BlobId;
  readonly header: Bytes;
  readonly segments: number;
  readonly length: number;
  readonly root: B64;
  readonly ticket: Signed;
  readonly sendClass: SendClass;
  readonly localOnly: boolean;
}

export interface SaveInput {
  readonly record: RecordId;
  readonly op: Op;
  readonly opId: OpId;
  readonly base: OpId | null;
  readonly deleted: boolean;
  /** Revision that the caller had read; 0 for a new record. */
  readonly expectedRevision: number;
  /** Blobs whose segments were all put before; marked complete and queued by this transaction. */
  readonly blobs: readonly NewBlob[];
  /** Letters that leave with this save (a dossier's sending). */
  readonly letters: readonly { readonly letter: LetterId; readonly wire: Letter; readonly blobs: readonly BlobId[] }[];
  /** Blobs that were kept on this device only and now travel with a letter. */
  readonly release: readonly BlobId[];
  /** Blobs that may not leave (any more): the paper became one that is kept here. What a letter names goes on. */
  readonly hold?: readonly BlobId[];
  /**
   * Letters that this save takes back (an erased dossier), before `hold` is looked at: those that have not begun to leave,
   * or were refused, leave the queue; others stay.
   */
  readonly recall?: readonly LetterId[];
  /** Set when this save merges what the server holds: that op becomes `server` and the record's other ops are dropped. */
  readonly merged: Op | null;
  readonly now: number;
}

export interface SyncMeta {
  readonly cursor: Cursor;
  readonly registered: boolean;
  readonly epoch: string;
  /** Server clock minus device clock at the last authentic answer, ms. */
  readonly clockOffset: number;
  readonly lastAnswerAt: number;
  /** The shared network back-off. */
  readonly networkAttempts: number;
  readonly networkNextAt: number;
  /** Bytes; adaptive part of uploads. */
  readonly partSize: number;
  readonly session: string | null;
  readonly pausedFor: "auth" | "quota" | null;
  /** The server was reset: once its whole state is pulled, what it lacks is offered again (`offerAgain`). */
  readonly offerDue: boolean;
  /** Server time at which the newest finished backup began (SPEC P-W20); null = no backup is known of. */
  readonly backup: number | null;
  /** The person's choice: pages of papers wait while the line costs money (SPEC S-O8). */
  readonly photosOnWifi: boolean;
  /** Device clock when a pull last came to its end; 0 = never. */
  readonly lastPullAt: number;
}

/** Bytes that come back from the server, or from another device of the person: everything that is known of the blob. */
export interface RestoreInput extends NewBlob {
  readonly verifiedAt: number | null;
}

/** What the drainer chooses from: all ops, the blobs that are not verified yet, all letters (accepted ones too). */
export interface QueueView {
  readonly ops: readonly Omit<OutOp, "wire">[];
  readonly blobs: readonly Omit<BlobRow, "header" | "ticket">[];
  readonly letters: readonly Omit<LetterRow, "wire">[];
  readonly proofs: readonly OutProof[];
}

export interface SatchelStore {
  /* records (worker, unlocked) */
  readonly getRecord: (record: RecordId) => Stored<RecordRow | undefined>;
  readonly listRecords: () => Stored<readonly RecordRow[]>;
  /** Those of these records that are here, each with its ops that wait, oldest first; as of one moment, in the order asked. */
  readonly someRecords: (records: readonly RecordId[]) => Stored<readonly RecordWithChain[]>;
  /**
   * The head of the chain that a new save must be based on, and the unfrozen op of this record that it replaces.
   * A new op's base is the newest frozen or accepted op; a waiting op is replaced (same base, new id).
   */
  readonly baseFor: (record: RecordId) => Stored<{ readonly base: OpId | null; readonly revision: number }>;
  /** The ops of one record that wait, oldest first. */
  readonly chain: (record: RecordId) => Stored<readonly Omit<OutOp, "wire">[]>;
  /** strict. Refuses with "stale" when the revision moved or when the op it would replace has frozen meanwhile. */
  readonly saveRecord: (input: SaveInput) => Stored<{ readonly revision: number }>;

  /**
   * strict. The server's row was opened and needs no op of ours (nothing changed here, or the merge gave the same): it
   * becomes local and server state, the record's ops and its inbox rows up to it go. "stale" as in `saveRecord`, and
   * while an op of the record is in flight.
   */
  readonly adoptRecord: (input: {
    readonly record: RecordId;
    readonly op: Op;
    readonly opId: OpId;
    readonly deleted: boolean;
    readonly expectedRevision: number;
  }) => Stored<{ readonly revision: number }>;

  /* blobs */
  /** relaxed; at most a few segments a call. */
  readonly putSegments: (blob: BlobId, first: number, segments: readonly Bytes[]) => Stored<void>;
  readonly getSegment: (blob: BlobId, n: number) => Stored<Bytes | undefined>;
  readonly getBlob: (blob: BlobId) => Stored<BlobRow | undefined>;
  /** Those of these blobs that are here. */
  readonly someBlobs: (blobs: readonly BlobId[]) => Stored<readonly BlobRow[]>;
  readonly listBlobs: () => Stored<readonly BlobRow[]>;
  /** Drops bytes and row; only for blobs that nothing refers to any more. */
  readonly deleteBlobs: (blobs: readonly BlobId[]) => Stored<void>;
  /**
   * strict. Drops the bytes of those blobs that may go (`mayGo` in may-go.ts; the others are left alone): they become "away".
   * @returns how many bytes were freed, and which blobs.
   */
  readonly dropLocal: (
    blobs: readonly BlobId[],
  ) => Stored<{ readonly bytes: number; readonly dropped: readonly BlobId[] }>;
  /**
   * strict. Every segment was put before and the root was checked by the caller: the blob is "verified" and here. Makes the
   * row where this device never had one (a paper of another device). "unavailable" when a segment is missing.
   */
  readonly restoreLocal: (blob: RestoreInput) => Stored<void>;
  /** Segments whose blob was never marked complete (killed while saving) are dropped; returns how many blobs. */
  readonly sweep: () => Stored<number>;

  /* queue (drainer; no keys) */
  readonly queue: () => Stored<QueueView>;
  readonly readOp: (op: OpId) => Stored<OutOp | undefined>;
  readonly readLetter: (letter: LetterId) => Stored<LetterRow | undefined>;
  /** strict: stored before the first byte leaves. Returns only those that still exist. */
  readonly freezeOps: (ops: readonly OpId[]) => Stored<readonly OutOp[]>;
  readonly freezeLetter: (letter: LetterId) => Stored<LetterRow | undefined>;
  /** strict. ok: the op leaves the queue and becomes the record's `server` unless a newer row was merged. */
  readonly bookOk: (op: OpId, seq: number) => Stored<void>;
  /** strict. The chain of the record waits for unlock; the server's row goes to the inbox. */
  readonly bookConflict: (op: OpId, current: Op | null, seq: number) => Stored<void>;
  readonly setOpAttempt: (op: OpId, attempt: Partial<Attempt> & { readonly state?: OutState }) => Stored<void>;
  readonly setBlob: (
    blob: BlobId,
    patch: Partial<Attempt> & {
      readonly state?: BlobState;
      readonly offset?: number;
      readonly spoiled?: number;
      readonly verifiedAt?: number | null;
    },
  ) => Stored<void>;
  /** strict. Books the server's answer and its proofs. */
  readonly setLetter: (
    letter: LetterId,
    patch: Partial<Attempt> & { readonly state?: LetterState; readonly proofs?: readonly Signed[] },
  ) => Stored<void>;

  /** strict. Letters that are not needed any more, as far as they have not begun to leave: the others stay. */
  readonly recall: (letters: readonly LetterId[]) => Stored<void>;

  /* carrier (SPEC P-C) */
  /**
   * strict. Freezes all that could leave by itself (S-F1) and names it: ops in chain order, letters, proofs, blobs by class
   * and size. What waits for the person or for a merge stays as it is.
   */
  readonly freezeAll: () => Stored<{
    readonly ops: readonly OpId[];
    readonly letters: readonly LetterId[];
    readonly proofs: readonly LetterId[];
    readonly blobs: readonly BlobId[];
  }>;
  /**
   * strict. What a verified receipt says is at the server: ops accepted, letters with their proofs, proofs told, blobs
   * verified at server time `at` at the latest. What is not in the queue (any more) is left alone; twice equals once.
   */
  readonly bookCarried: (input: {
    readonly ops: readonly OpId[];
    readonly letters: readonly { readonly letter: LetterId; readonly proofs: readonly Signed[] }[];
    readonly proofs: readonly LetterId[];
    readonly blobs: readonly BlobId[];
    readonly at: number;
  }) => Stored<void>;

  /** strict. Keeps a proof that this principal signed (one a letter) and puts it in the queue. */
  readonly queueProof: (letter: LetterId, proof: Signed, now: number) => Stored<void>;
  /** strict. "sent": it leaves the queue. */
  readonly setOutProof: (
    letter: LetterId,
    patch: Partial<Attempt> & { readonly state?: "waiting" | "aside" | "sent" },
  ) => Stored<void>;

  /* pull */
  /**
   * strict. Before a pull that asks for everything: what the server has accepted so far counts again once such a pull shows it,
   * and is offered again after it (`offerAgain`) if it does not (SPEC S-R6). Nothing is written when nothing was accepted.
   */
  readonly expectAll: () => Stored<void>;
  /** strict: rows, verified blobs, proofs and cursor in one transaction; a row whose op is our own is only an ack. */
  readonly storePull: (input: {
    readonly records: readonly {
      readonly seq: number;
      readonly record: RecordId;
      readonly opId: OpId;
      readonly op: Op;
    }[];
    readonly letters: readonly {
      readonly seq: number;
      readonly id: LetterId;
      readonly letter: Letter;
      readonly at: number;
    }[];
    readonly proofs: readonly { readonly letter: LetterId; readonly proof: Signed }[];
    /** `at`: server time of the verification; null when an older server does not say. */
    readonly blobs: readonly {
      readonly blob: BlobId;
      readonly state: "verified" | "again";
      readonly at?: number | null;
    }[];
    readonly cursor: Cursor;
    readonly reset: boolean;
    /** What a backup covers (`SyncMeta.backup`); absent = nothing was said, what was known stays. */
    readonly backup?: number | null;
    /** Device clock, on the last page of a pull: `SyncMeta.lastPullAt`. */
    readonly endedAt?: number;
  }) => Stored<void>;
  /** Rows that may be opened now: a record's row is held back (parked) while an op of that record is in flight. */
  readonly listInbox: () => Stored<readonly InboxRow[]>;
  /** strict. A letter (or record row) was opened, or set aside because it cannot be: it leaves the inbox. */
  readonly dropInbox: (orders: readonly number[], aside: boolean) => Stored<void>;
  /**
   * strict. After a reset and its full pull: every record, letter and blob that the server did not show again is put
   * back into the queue, clean ones too (DESIGN 5). Returns how many.
   */
  readonly offerAgain: (now: number) => Stored<number>;
  readonly listProofs: (letter?: LetterId) => Stored<readonly ProofRow[]>;

  /* meta */
  readonly meta: () => Stored<SyncMeta>;
  readonly setMeta: (patch: Partial<SyncMeta>) => Stored<void>;
  /**
   * Sealed bytes of which papers stood first in the list (decisions/0031): a memory of what to read first, true of a moment
   * that is over. Undefined: none was left.
   */
  readonly hint: () => Stored<Bytes | undefined>;
  /** relaxed; nobody is told. */
  readonly setHint: (sealed: Bytes) => Stored<void>;

  /** Runs after every committed write of this or another tab (coarse: what kind of thing changed). */
  readonly onChange: (listener: (what: "records" | "queue" | "inbox" | "meta") => void) => () => void;
  readonly close: () => Promise<void>;
}

/* ---- the registry: which satchels live in this browser, and what opens or speaks for them ---- */

/** What has to be in the next keyring (SPEC S-Y): the same root with new ways in, or a new root. */
export type KeyringWish =
  | "renew"
  | "rotate"
  /** A new root as soon as it would keep every way in. */
  | "rotate-later";

/** A keyring as signed, with what is remembered of it. */
export type DeskPair = "C+O" | "S+O";

export interface StoredKeyring {
  readonly epoch: number;
  /** SHA-256 of its body. */
  readonly hash: B64;
  /** Root epoch of what its wraps hold. */
  readonly root: number;
  readonly signed: Signed;
}

/** Why a keyring that the server showed was not taken; nothing here changes by any of them. */
export type KeyringTrouble =
  | "rolled-back"
  | "forked"
  | "not-authentic"
  | "weak-parameters"
  | "cannot-follow"
  /** The server does not take what this device makes. */
  | "refused";

/** One way in: opaque to storage (crypto/keyring.ts gives it its shape). */
export interface StoredWrap {
  readonly pair: string;
  readonly epoch: number;
  readonly wrap: unknown;
}

export interface Profile {
  /** Random name of the satchel's database; says nothing. */
  readonly database: string;
  readonly principal: string;
  /** postbox: sealed rows that somebody else's session left here to be delivered; no key opens them. */
  readonly kind: "satchel" | "organisation" | "postbox";
  /** One of the twelve pictograms; never a name (INV-3). */
  readonly pictogram: string;
  readonly device: string;
  /** Public chain: genesis and device certificates. */
  readonly statements: readonly Signed[];
  /** Private identity keys sealed under the root. */
  readonly sealedIdentity: Bytes;
  readonly wraps: readonly StoredWrap[];
  /** Non-extractable AES-GCM key that seals this device's factor D, and D sealed by it. */
  readonly deviceKey: CryptoKey;
  readonly sealedDeviceFactor: Bytes;
  /** Non-extractable ECDSA private key: session challenges only. */
  readonly transportKey: CryptoKey;
  readonly cardDrilled: boolean;
  /** Card secret as QR text, sealed under the root, so that an unlocked satchel can show its card again. */
  readonly sealedCard: Bytes | null;
  readonly wrongTries: number;
  /** Device clock: earliest next try. */
  readonly nextTryAt: number;
  /** Tries after `wrongTries` that a full disk could not count (`Registry.spendTry`); any update folds them in. Absent: none. */
  readonly uncounted?: number;
  readonly createdAt: number;
  /** Set where another device of the same satchel handed the keys over: what is here came, or comes, by the network. */
  readonly joinedAt?: number;
  /** Principal of the satchel of this browser that adopted it: it goes on delivering and is no longer offered to be opened. */
  readonly aliasOf?: string;
  /** How the code is typed: six digits, or four pictures. Absent: digits. */
  readonly codeKind?: "digits" | "pictures";
  /** Opened with card and code on a new phone: the newest of the satchel comes with the first pull. */
  readonly cameBack?: boolean;

  /* ways back in that go through the server (SPEC S-Y); none of this opens anything by itself */
  /**
   * This device's private box key, sealed under the root that its wraps hold: a bare one would open its entry in a keyring
   * with one factor (INV-7).
   */
  readonly sealedBox?: Bytes;
  /** Root epoch of what the wraps hold. Absent: 0. */
  readonly rootEpoch?: number;
  /** Older roots, sealed under that root. */
  readonly sealedPast?: Bytes;
  /** The newest keyring that this device believes. */
  readonly keyring?: StoredKeyring & DueDesks;
  /** Made here and on its way; `wish` is what it settles. */
  readonly keyringDue?: (StoredKeyring & DueDesks & { readonly wish: KeyringWish }) | null;
  /** Ways in with a desk that the next keyring is to have: made anew, or left out; those of other desks are carried over. */
  readonly deskWish?: DeskWish | null;
  /** How often an organisation had changed its keys when this device last sealed to it and the server took it. */
  readonly deskKeys?: DeskKeys;
  /** Waits for the code, without which no keyring can be made. */
  readonly keyringWish?: KeyringWish | null;
  /** What the server showed, unverified: looked at when the satchel is open. */
  readonly keyringSeen?: Signed | null;
  readonly chainSeen?: readonly Signed[] | null;
  /** Epoch of the keyring that was last fetched: the same is not fetched again. */
  readonly keyringHeard?: number;
  /** A server that was set back has this one: the next is made on it. */
  readonly keyringBehind?: Signed | null;
  /** `statements` became longer and the server does not know yet. */
  readonly statementsDue?: boolean;
  readonly keyringTrouble?: KeyringTrouble | null;
  /** What the last pull said of the way in with card and code. */
  readonly way?: WayState;
  /** Open at a shared computer, in place of a device of the chain: `device` is the visit's id (SPEC P-N). */
  readonly visit?: Signed;
  /** The person said of visits up to this one that they were theirs. Server's clock. */
  readonly visitsNoted?: number;
  /** This device was put out: nothing leaves any more. Device clock. */
  readonly removedAt?: number | null;

  /* the card and the code on this device */
  /** Device clock. */
  readonly cardDrilledAt?: number | null;
  /** Drawn here, and in no keyring that the server has yet. */
  readonly cardFresh?: boolean;
  /** The card opens nothing here (D+C is switched off). */
  readonly cardOff?: boolean;
  /** A card that was drawn and not drilled yet, sealed like `sealedCard`. */
  readonly sealedPending?: Bytes | null;
  /** When the code was last given, or "later" said; clock of the server as far as it is known. */
  readonly codeAskedAt?: number;
  /** How often it was given after being asked: the questions come further and further apart. */
  readonly codeAskStep?: number;
  /** Papers were opened at a shared computer from here: what is added there is looked for. Device clock; null: none. */
  readonly approvalsSince?: number | null;
  readonly revision: number;
}

export type DeskKeys = Readonly<Record<PrincipalId, number>>;

/** What a keyring that was made here settles of the ways in with a desk. */
interface DueDesks {
  /** `n` of the wish. */
  readonly desks?: number;
  readonly deskKeys?: DeskKeys;
}

export interface DeskWish {
  /** Another one each time: what was made with an older wish does not settle a newer one. */
  readonly n: number;
  readonly ways: Readonly<Record<PrincipalId, readonly DeskPair[]>>;
}

export interface Registry {
  readonly list: () => Stored<readonly Profile[]>;
  readonly get: (database: string) => Stored<Profile | undefined>;
  /** strict */
  readonly add: (profile: Profile) => Stored<void>;
  /** strict, compare-and-set on `revision` (all tabs share counters and wraps). */
  readonly update: (
    database: string,
    expectedRevision: number,
    patch: Partial<Omit<Profile, "database" | "principal" | "revision" | "uncounted">>,
  ) => Stored<{ readonly revision: number }>;
  /**
   * strict. For a try that `update` could not count because the disk is full: takes away one of the few spare rows that
   * were laid with the profile, which needs no room. "full" when none is left; the next `update` lays them again.
   */
  readonly spendTry: (database: string, expectedRevision: number) => Stored<{ readonly revision: number }>;
  /** Removes the profile and its database with everything in it; other tabs are told. */
  readonly remove: (database: string) => Stored<void>;
  /** Another tab removed a satchel: what is still open on it must be let go. */
  readonly onRemoved: (listener: (database: string) => void) => void;
  readonly close: () => Promise<void>;
}
