/**
 * What the server asks of its database and of the place where blobs lie. Runs in Node.
 *
 * One implementation of each is here (SQLite, files); PostgreSQL and S3 come behind the same ports and the same
 * contract suite. Every method is one transaction (its own savepoint where commits are grouped) that is durable (fsync) before its promise resolves; time is passed in.
 */

import type { Readable } from "node:stream";
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
import type { BlobId, DeviceId, LetterId, PrincipalId } from "../../shared/ids.ts";

export interface StoredPrincipal {
  readonly id: PrincipalId;
  readonly kind: PrincipalKind;
  /** Raw identity key: signs ops, letters and tickets. */
  readonly sign: B64;
  readonly statements: readonly Signed[];
}

/** A chain whose signatures were checked. */
export interface CheckedChain extends StoredPrincipal {
  readonly devices: ReadonlyMap<DeviceId, { readonly transport: B64 }>;
}

export type OpVerdict =
  | { readonly type: "ok"; readonly seq: number }
  | { readonly type: "conflict"; readonly current: Op | null; readonly seq: number }
  | { readonly type: "id-taken" }
  | { readonly type: "quota" }
  | { readonly type: "unknown-principal" };

export interface PulledRows {
  readonly rows: readonly PullRow[];
  /** Sequence after which the next page begins. */
  readonly next: number;
  readonly more: boolean;
  readonly reset: boolean;
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
}

export type ProofType = ProofBody["t"];

/** "staged": bytes are still missing; "again": all had arrived and did not give the root. */
export type BlobState = "staged" | "again" | "verified";

export interface StoredBlob extends BlobRef {
  readonly owner: PrincipalId;
  readonly state: BlobState;
  readonly createdAt: ServerTime;
}

export interface Desk {
  readonly slug: string;
  /** SHA-256 of the auth value of the one-time code. */
  readonly authHash: B64;
  /** Null until the desk was opened once. */
  readonly opened: { readonly principal: PrincipalId; readonly sealedRoot: B64 } | null;
}

export interface Store {
  /** Random name of this database's life: a restored backup gets a new one (SPEC P-W9). */
  readonly epoch: () => Promise<string>;

  readonly principal: (id: PrincipalId) => Promise<StoredPrincipal | undefined>;
  /** @returns false when the stored chain has not `knownLength` statements (0: unknown) any more: read it and try again. */
  readonly saveChain: (chain: CheckedChain, knownLength: number, at: ServerTime) => Promise<boolean>;
  readonly transportKey: (principal: PrincipalId, device: DeviceId) => Promise<B64 | undefined>;

  /** Applies one op whose signature was checked: SPEC P-W8. `digest` is SHA-256 over head and body texts. */
  readonly applyOp: (op: Op, head: OpHead, digest: B64, quota: number, at: ServerTime) => Promise<OpVerdict>;
  /** Rows after `seq` in order, until their texts exceed `bytes` (at least one row). */
  readonly pull: (principal: PrincipalId, epoch: string, seq: number, bytes: number) => Promise<PulledRows>;

  /** True when a letter from one to the other lies here. */
  readonly hasWritten: (from: PrincipalId, to: PrincipalId) => Promise<boolean>;
  /** The letter with this id and manifest that `to` received. */
  readonly received: (to: PrincipalId, letter: LetterId, manifest: B64) => Promise<StoredLetter | undefined>;
  /** "same": it was there before, with the same bytes; nothing changed. */
  readonly saveLetter: (letter: NewLetter) => Promise<"saved" | "same" | "id-taken" | "quota">;
  readonly proofs: (from: PrincipalId, letter: LetterId) => Promise<readonly Signed[]>;
  /** Stores one proof per letter and type, the first one; it becomes a row of `feeds`. */
  readonly addProof: (
    letter: StoredLetter,
    type: ProofType,
    proof: Signed,
    feeds: readonly PrincipalId[],
    at: ServerTime,
  ) => Promise<void>;
  /** Letters (of one sender, or of all) without "complete" whose blobs are all verified. */
  readonly wholeLetters: (from: PrincipalId | null) => Promise<readonly StoredLetter[]>;

  /** Of these, the blobs of `owner` that are verified with this length and root. */
  readonly verifiedOf: (owner: PrincipalId, refs: readonly BlobRef[]) => Promise<readonly BlobId[]>;
  readonly blob: (owner: PrincipalId, blob: BlobId) => Promise<StoredBlob | undefined>;
  /** "known": this very ticket was used before. */
  readonly openUpload: (
    ticket: BlobTicket,
    quota: number,
    at: ServerTime,
  ) => Promise<"opened" | "known" | "id-taken" | "quota" | "unknown-principal">;
  readonly markBlob: (
    owner: PrincipalId,
    blob: BlobId,
    state: Exclude<BlobState, "staged">,
    at: ServerTime,
  ) => Promise<void>;
  readonly unverifiedBlobs: () => Promise<readonly StoredBlob[]>;
  /** Gives an unverified upload up and its space back. */
  readonly forgetUpload: (owner: PrincipalId, blob: BlobId) => Promise<void>;
  /** True for the owner, and for the receiver of a letter that names the blob. */
  readonly mayRead: (reader: PrincipalId, owner: PrincipalId, blob: BlobId) => Promise<boolean>;

  readonly desk: (slug: string) => Promise<Desk | undefined>;
  /** True for the principal of a desk that was opened here. */
  readonly isDesk: (principal: PrincipalId) => Promise<boolean>;
  /** Sets or replaces the code of a desk that was not opened yet. @returns false when it was. */
  readonly setDeskCode: (slug: string, authHash: B64) => Promise<boolean>;
  /** The first caller opens; @returns false when it was open. */
  readonly openDesk: (slug: string, principal: PrincipalId, sealedRoot: B64, at: ServerTime) => Promise<boolean>;

  readonly close: () => Promise<void>;
}

/** Where sealed bytes lie. `name` is `<owner>.<blob>`, checked by the caller. */
export interface BlobPlace {
  /** Makes an empty blob unless there is one; what is there is never cut. */
  readonly create: (name: string) => Promise<void>;
  /** Bytes that lie there; undefined when there is no such blob. */
  readonly size: (name: string) => Promise<number | undefined>;
  /** Bytes from `start` to `end`, both included; all of them without a range. */
  readonly read: (name: string, range?: { readonly start: number; readonly end: number }) => Readable;
  /** Throws every byte away, durably; the blob stays, empty. */
  readonly empty: (name: string) => Promise<void>;
  /** Returns when the bytes and the name are on the disk itself. */
  readonly sync: (name: string) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}
