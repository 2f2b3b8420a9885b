/**
 * What the server asks of its database (of the places where blobs lie: blob-ports.ts). Runs in Node.
 *
 * SQLite and PostgreSQL stand behind `Store`, held to it by one contract suite. Every method is one transaction (its own
 * savepoint where commits are grouped) that is durable (fsync) before its promise resolves; time is passed in.
 */

import type {
  B64,
  BlobRef,
  BlobTicket,
  Letter,
  LetterHead,
  Op,
  OpHead,
  PrincipalKind,
  ProofBody,
  PullRow,
  ServerTime,
  Signed,
} from "../../protocol/wire.ts";
import type { BlobId, DeviceId, LetterId, OpId, PrincipalId } from "../../shared/ids.ts";
import type { ApprovalStore } from "./approval-ports.ts";
import type { InactiveStore } from "./inactive-ports.ts";
import type { JournalStore } from "./journal-ports.ts";
import type { LoginStore } from "./login-ports.ts";
import type { PublishedStore } from "./published-ports.ts";
import type { TeamStore } from "./team-ports.ts";
import type { Closed, WayStore } from "./way-ports.ts";

export interface PrincipalChain {
  readonly id: PrincipalId;
  readonly kind: PrincipalKind;
  /** Raw identity key: signs ops, letters and tickets. */
  readonly sign: B64;
  readonly statements: readonly Signed[];
}

export interface StoredPrincipal extends PrincipalChain {
  /** Bytes that the operator allowed this principal; null: what its kind has. */
  readonly quota: number | null;
  readonly closed: Closed | null;
}

/** Who signs: it never changes but for an organisation whose helpers changed its keys. */
export type Signer = Pick<PrincipalChain, "id" | "kind" | "sign">;

/** A chain whose signatures were checked. */
export interface CheckedChain extends PrincipalChain {
  readonly devices: ReadonlyMap<DeviceId, { readonly transport: B64 }>;
  /** Put out: their sessions end. */
  readonly removed?: ReadonlySet<DeviceId>;
}

export type OpVerdict =
  | { readonly type: "ok"; readonly seq: number }
  | { readonly type: "conflict"; readonly current: Op | null; readonly seq: number }
  | { readonly type: "id-taken" }
  | { readonly type: "quota" }
  /** A blob that it names was here and was collected: to be sent again first. */
  | { readonly type: "blob-missing" }
  /** The record was deleted so long ago that its body is no more, by an op that this one does not know. */
  | { readonly type: "gone" }
  | { readonly type: "blocked" }
  | { readonly type: "unknown-principal" };

export interface PulledRows {
  readonly rows: readonly PullRow[];
  /** Sequence after which the next page begins. */
  readonly next: number;
  readonly more: boolean;
  readonly reset: boolean;
  /** Of the same moment as the rows. */
  readonly epoch: string;
  /** Start of the newest finished backup. */
  readonly backup: ServerTime | null;
}

export interface NewLetter {
  readonly head: LetterHead;
  readonly letter: Letter;
  readonly manifest: B64;
  /** SHA-256 of head, enc and body texts: the same letter sent again is recognised by it. */
  readonly digest: B64;
  readonly deposited: Signed;
  readonly at: ServerTime;
  /** Largest number of bytes that the receiver may hold. */
  readonly quota: number;
}

export interface StoredLetter {
  readonly from: PrincipalId;
  readonly to: PrincipalId;
  readonly letter: LetterId;
  readonly manifest: B64;
  readonly depositedAt: ServerTime;
  /** End of a share; null for any other letter. */
  readonly until: ServerTime | null;
}

export type ProofType = ProofBody["t"];

/**
 * "staged": bytes are still missing; "again": all had arrived and did not give the root; "collected": nothing had named
 * it for long, its bytes are no more.
 */
export type BlobState = "staged" | "again" | "verified" | "collected";

export interface StoredBlob extends BlobRef {
  readonly owner: PrincipalId;
  readonly state: BlobState;
  readonly createdAt: ServerTime;
  readonly verifiedAt: ServerTime | null;
  /** When the last record or letter that named it ceased to (0: with a record that the person deleted, or a letter taken back); null while one does. */
  readonly unreferencedSince: ServerTime | null;
  /** The process that stages it. */
  readonly node: string | null;
}

/** One process of the server. */
export interface StoredNode {
  readonly node: string;
  /** Where the other processes reach it. */
  readonly url: string;
  readonly seenAt: ServerTime;
}

/** How often something was counted, and until when that is remembered. */
export interface Tally {
  readonly count: number;
  readonly until: ServerTime;
}

/** Counts for the metrics: no id, nothing of a person. */
export interface Usage {
  readonly principals: number;
  readonly records: number;
  readonly letters: number;
  readonly blobs: { readonly staged: number; readonly verified: number; readonly collected: number };
  /** Sum of the lengths of verified blobs. */
  readonly blobBytes: number;
  /** Satchels with a way in by card; of these, frozen after ten wrong codes. */
  readonly cards: number;
  readonly frozen: number;
  readonly blocked: number;
}

export interface Desk {
  readonly slug: string;
  /** SHA-256 of the auth value of the one-time code. */
  readonly authHash: B64;
  /** Null until the desk was opened once. `sealedRoot` is empty once helpers hold the keys: the code is spent. */
  readonly opened: { readonly principal: PrincipalId; readonly sealedRoot: B64 | "" } | null;
}

export interface Store
  extends WayStore,
    ApprovalStore,
    PublishedStore,
    TeamStore,
    InactiveStore,
    JournalStore,
    LoginStore {
  /** Random name of this database's life: a restored backup gets a new one (SPEC P-W9). */
  readonly epoch: () => Promise<string>;
  /** Draws and returns another name: every device pulls all and offers all again. */
  readonly bumpEpoch: () => Promise<string>;
  /** Start of the newest finished backup of database and blobs. */
  readonly lastBackup: () => Promise<ServerTime | null>;
  readonly setLastBackup: (at: ServerTime) => Promise<void>;
  /** Notes that a server ran at this time. @returns the latest time noted before. */
  readonly seen: (at: ServerTime) => Promise<ServerTime | null>;

  readonly principal: (id: PrincipalId) => Promise<StoredPrincipal | undefined>;
  readonly signer: (id: PrincipalId) => Promise<Signer | undefined>;
  /**
   * @returns false when the stored chain has not `knownLength` statements (0: unknown) any more, or is of one that is
   * closed by now: read it and try again.
   */
  readonly saveChain: (chain: CheckedChain, knownLength: number, at: ServerTime) => Promise<boolean>;
  /** Of a device that was put out too: see `standing`. */
  readonly transportKey: (principal: PrincipalId, device: DeviceId) => Promise<B64 | undefined>;
  /** What the operator allows this principal; null: what its kind has. @returns false for an unknown one. */
  readonly setQuota: (principal: PrincipalId, bytes: number | null) => Promise<boolean>;

  /**
   * Applies one op whose signature was checked: SPEC P-W8. `digest` is SHA-256 over head and body texts, `quota` what the
   * satchel may hold unless the operator said another number.
   */
  readonly applyOp: (op: Op, head: OpHead, digest: B64, quota: number, at: ServerTime) => Promise<OpVerdict>;
  /** Of these, the ops that were ever accepted. */
  readonly applied: (principal: PrincipalId, ops: readonly OpId[]) => Promise<readonly OpId[]>;
  /** Rows after `seq` in order, until their texts exceed `bytes` (at least one row). */
  readonly pull: (principal: PrincipalId, epoch: string, seq: number, bytes: number) => Promise<PulledRows>;

  /** True when a letter from one to the other lies here. */
  readonly hasWritten: (from: PrincipalId, to: PrincipalId) => Promise<boolean>;
  /** The letter with this id and manifest that `to` received. */
  readonly received: (to: PrincipalId, letter: LetterId, manifest: B64) => Promise<StoredLetter | undefined>;
  /** Of these, the letters that `from` deposited here (withdrawn ones too). */
  readonly letters: (from: PrincipalId, ids: readonly LetterId[]) => Promise<readonly StoredLetter[]>;
  /** "same": it was there before, with the same bytes; nothing changed. "blob-missing": it names a collected blob; closed: its sender is. */
  readonly saveLetter: (
    letter: NewLetter,
  ) => Promise<"saved" | "same" | "id-taken" | "quota" | "blob-missing" | "unknown-receiver" | Closed>;
  /** "Deposited" first, then the others as they came. */
  readonly proofs: (from: PrincipalId, letter: LetterId) => Promise<readonly Signed[]>;
  /**
   * Stores one proof per letter and type, the first one; it becomes a row of `feeds`. "gone": the letter was withdrawn or
   * the share ended, nothing changed. "Opened" of a letter from a satchel to itself (a deposit) lets its body and references go.
   */
  readonly addProof: (
    letter: StoredLetter,
    type: ProofType,
    proof: Signed,
    feeds: readonly PrincipalId[],
    at: ServerTime,
  ) => Promise<"added" | "same" | "gone">;
  /**
   * Takes a letter back that was not opened: its body and references go at once, id, digest and manifest stay; the proof
   * is a row of sender and receiver. "same": it had been withdrawn before.
   */
  readonly withdrawLetter: (letter: StoredLetter, proof: Signed, at: ServerTime) => Promise<"done" | "same" | "opened">;
  /** Ends a share before its time, opened or not; else like `withdrawLetter`. */
  readonly endShare: (letter: StoredLetter, proof: Signed, at: ServerTime) => Promise<"done" | "same">;
  /** Shares whose time is over lose body and references. @returns how many. */
  readonly expireShares: (at: ServerTime) => Promise<number>;
  /** Letters (of one sender, or of all) without "complete" whose blobs are all verified. */
  readonly wholeLetters: (from: PrincipalId | null) => Promise<readonly StoredLetter[]>;

  /** Of these, the blobs of `owner` that are verified with this length and root. */
  readonly verifiedOf: (owner: PrincipalId, refs: readonly BlobRef[]) => Promise<readonly BlobId[]>;
  readonly blob: (owner: PrincipalId, blob: BlobId) => Promise<StoredBlob | undefined>;
  /**
   * "known": this very ticket was used before. A collected blob is staged again by its ticket; "busy" while the bytes of
   * its former life are still being removed.
   */
  readonly openUpload: (
    ticket: BlobTicket,
    quota: number,
    at: ServerTime,
  ) => Promise<"opened" | "known" | "id-taken" | "quota" | "busy" | "unknown-principal" | Closed>;
  readonly markBlob: (owner: PrincipalId, blob: BlobId, state: "again" | "verified", at: ServerTime) => Promise<void>;
  /** Takes the promise of a verified blob back: its bytes are no more, or not right. @returns false when it was none. */
  readonly loseBlob: (owner: PrincipalId, blob: BlobId, at: ServerTime) => Promise<boolean>;
  readonly unverifiedBlobs: () => Promise<readonly StoredBlob[]>;
  /** Unverified uploads that were opened before. */
  readonly staleUploads: (before: ServerTime) => Promise<readonly StoredBlob[]>;
  /** Gives an unverified upload up and its space back. */
  readonly forgetUpload: (owner: PrincipalId, blob: BlobId) => Promise<void>;
  /**
   * Makes `node` the one that stages this upload unless another one does that was seen since `staleBefore`. @returns who
   * does now; undefined when there is no such upload.
   */
  readonly claimUpload: (
    owner: PrincipalId,
    blob: BlobId,
    node: string,
    at: ServerTime,
    staleBefore: ServerTime,
  ) => Promise<{ readonly node: string; readonly url: string | null } | undefined>;
  /** Says that this process lives and where it is reached. */
  readonly touchNode: (node: string, url: string, at: ServerTime) => Promise<void>;
  /** Processes that gave no sign of life since. @returns how many. */
  readonly forgetNodes: (before: ServerTime) => Promise<number>;
  readonly nodes: (aliveSince: ServerTime) => Promise<readonly StoredNode[]>;
  /** Verified blobs that nothing has named since, and collected ones whose bytes were not removed yet. */
  readonly collectable: (unreferencedBefore: ServerTime, limit: number) => Promise<readonly StoredBlob[]>;
  /**
   * Collects a verified blob that nothing names, gives its space back. @returns true when its bytes may be removed (also
   * the second time), false when something names it now.
   */
  readonly markCollected: (owner: PrincipalId, blob: BlobId, at: ServerTime) => Promise<boolean>;
  /** The bytes of a collected blob are removed: from now on its ticket stages it again. */
  readonly bytesRemoved: (owner: PrincipalId, blob: BlobId) => Promise<void>;
  /** Drops the bodies of tombstones that were accepted before; ids, heads and signatures stay. @returns how many. */
  readonly expireTombstoneBodies: (before: ServerTime) => Promise<number>;
  /** Every verified blob, in a fixed order; those that something names have `unreferencedSince` null. */
  readonly verifiedBlobs: () => AsyncIterable<StoredBlob>;
  /** The same without those that nothing names. */
  readonly referencedBlobs: () => AsyncIterable<StoredBlob>;
  /** True for the owner, and for the receiver of a letter that names the blob and is no share that is over at `at`. */
  readonly mayRead: (reader: PrincipalId, owner: PrincipalId, blob: BlobId, at: ServerTime) => Promise<boolean>;

  readonly desk: (slug: string) => Promise<Desk | undefined>;
  /** Slug of the desk that was opened here with this principal. */
  readonly deskOf: (principal: PrincipalId) => Promise<string | undefined>;
  /** Sets or replaces the code of a desk that was not opened yet. @returns false when it was. */
  readonly setDeskCode: (slug: string, authHash: B64) => Promise<boolean>;
  /** The first caller opens; @returns false when it was open. */
  readonly openDesk: (slug: string, principal: PrincipalId, sealedRoot: B64, at: ServerTime) => Promise<boolean>;

  /** Counts `key` up, from 1; the first count says until when it is kept. For what every process must know: see rates. */
  readonly tally: (key: string, until: ServerTime, at: ServerTime) => Promise<Tally>;
  /** The count without counting. */
  readonly tallied: (key: string, at: ServerTime) => Promise<Tally>;

  readonly usage: () => Promise<Usage>;
  /** A consistent copy into a new file while the server works (SQLite); undefined where the database has its own tool. */
  readonly backupTo: ((file: string) => Promise<void>) | undefined;
  /** One round trip to the database. @throws when it does not answer. */
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
}
