/**
 * Shapes that client and server exchange (SPEC.md explains each field; parse.ts is the only way in).
 *
 * Surprising fact: what is signed or authenticated is carried as the exact bytes (base64url of UTF-8 JSON) and
 * parsed only after the signature or the tag was checked, so no canonical form is ever needed.
 */

import type { Brand } from "../shared/brand.ts";
import type { B64 } from "../shared/bytes.ts";
import type { BlobId, DeviceId, LetterId, OpId, PrincipalId, RecordId } from "../shared/ids.ts";

export type { B64 } from "../shared/bytes.ts";

export const protocolVersion = 1;
/** Suite 1: P-256 (ECDSA, ECDH), HKDF-SHA-256, AES-256-GCM, HPKE DHKEM(P-256, HKDF-SHA-256). */
export const suite = 1;

/** Milliseconds since the Unix epoch on the server's clock. */
export type ServerTime = Brand<number, "ServerTime">;

/** `body` is base64url of UTF-8 JSON; `sig` is ECDSA P-256 (r||s, 64 bytes) over label || 0x00 || body bytes. */
export interface Signed {
  readonly body: B64;
  readonly sig: B64;
}

/* ---- statements: who a principal is (signed chain from the genesis) ---- */

export type PrincipalKind = "satchel" | "organisation" | "helper";

export interface Genesis {
  readonly t: "genesis";
  readonly v: 1;
  readonly suite: 1;
  readonly kind: PrincipalKind;
  /** Raw uncompressed P-256 points, 65 bytes. */
  readonly sign: B64;
  readonly box: B64;
  /** 16 random bytes. */
  readonly nonce: B64;
}

export interface DeviceCertificate {
  readonly t: "device";
  readonly v: 1;
  readonly principal: PrincipalId;
  /** Place in the chain: the genesis is 0, each following statement adds one. */
  readonly n: number;
  /** SHA-256 of the body bytes of the statement before. */
  readonly prev: B64;
  readonly device: DeviceId;
  /** Raw P-256 public key of the device's non-extractable transport key. */
  readonly transport: B64;
}

/** Like version 1, with a point that things are sealed to for this device alone (SPEC P-S10). */
export interface DeviceCertificate2 extends Omit<DeviceCertificate, "v"> {
  readonly v: 2;
  /** Raw P-256 public key (ECDH) whose private half never leaves the device. */
  readonly box: B64;
}

/** The device does not belong to the principal any more; its id never comes back (SPEC P-S11). */
export interface DeviceRemoved {
  readonly t: "device-removed";
  readonly v: 1;
  readonly principal: PrincipalId;
  readonly n: number;
  readonly prev: B64;
  readonly device: DeviceId;
}

/** card: the organisation's card on paper (SPEC P-H4). kiosk: vouched for, holds no key of the organisation. */
export const helperRoles = ["helper", "manager", "kiosk", "card"] as const;
export type HelperRole = (typeof helperRoles)[number];

/** Somebody holds an organisation's keys from now on; said again with another role, the role changes (SPEC P-H3). */
export interface HelperAdded {
  readonly t: "helper-added";
  readonly v: 1;
  /** The `prev` of the statement around it: binds organisation and place. */
  readonly prev: B64;
  /** The manager or card whose key signs this; the first helper speaks for herself. */
  readonly by: PrincipalId;
  /** The helper's own: proves that she has the keys. */
  readonly genesis: Signed;
  readonly role: HelperRole;
  /** Of the one browser that holds her keys; null for a card and a kiosk. */
  readonly device: DeviceId | null;
  readonly transport: B64 | null;
}

/** New keys of the organisation; those who leave go with the same words, so that no one leaves without (SPEC P-H5). */
export interface KeysChanged {
  readonly t: "keys";
  readonly v: 1;
  readonly prev: B64;
  readonly by: PrincipalId;
  readonly sign: B64;
  readonly box: B64;
  readonly without: readonly PrincipalId[];
  /** Clock of who signs: from then the old box key opens for 400 days. */
  readonly at: number;
}

export type HelperAct = HelperAdded | KeysChanged;

/** A change of who holds an organisation's keys: signed by the organisation, `act` by the helper who made it. */
export interface HelpersStatement {
  readonly t: "helpers";
  readonly v: 1;
  readonly principal: PrincipalId;
  readonly n: number;
  readonly prev: B64;
  readonly act: Signed;
}

/** What opens an organisation's private keys of one epoch to whoever has that epoch's root (SPEC C-O2); the root is not in it. */
export interface KeyEpoch {
  /** The private keys (SPEC C-I2). */
  readonly sealed: B64;
  /** The roots before (SPEC C-Y3). */
  readonly past: B64;
}

export type Statement = Genesis | DeviceCertificate | DeviceCertificate2 | DeviceRemoved | HelpersStatement;

/* ---- records ---- */

/** Everything clear in a record envelope; its exact bytes are the associated data of the body. */
export interface OpHead {
  readonly v: 1;
  readonly suite: 1;
  readonly epoch: number;
  readonly satchel: PrincipalId;
  readonly record: RecordId;
  readonly op: OpId;
  /** The op that this one replaces as the record's revision; null for the first. */
  readonly base: OpId | null;
  readonly deleted: boolean;
  readonly blobs: readonly BlobId[];
}

/** One complete, sealed, signed save of one record. The revision of a record is the id of its accepted op. */
export interface Op {
  readonly head: B64;
  /** 12-byte nonce || AES-256-GCM ciphertext and tag. */
  readonly body: B64;
  /** By the satchel's identity key over label || 0x00 || lengthPrefixed(head, SHA-256(body)). */
  readonly sig: B64;
  /** SHA-256 of the body of an old tombstone that the server dropped: `body` is empty then (SPEC P-R7). Pull only. */
  readonly bodyHash?: B64 | undefined;
}

export type Verdict =
  | { readonly op: OpId; readonly type: "ok"; readonly seq: number }
  | { readonly op: OpId; readonly type: "conflict"; readonly current: Op | null; readonly seq: number }
  | { readonly op: OpId; readonly type: "reject"; readonly code: RejectCode; readonly retry: RejectRetry };

export type RejectRetry = "never" | "later" | "after-person";

/** Registry in errors.ts; each code has one line in SPEC.md. */
export const rejectCodes = [
  "bad-format",
  "bad-signature",
  "unknown-principal",
  "unknown-receiver",
  "wrong-epoch",
  "too-large",
  "quota",
  "busy",
  "id-taken",
  "blob-missing",
  "blob-foreign",
  "gone",
  "opened",
  "weak-parameters",
  "bad-share",
  "other-root",
  "blocked",
] as const;
export type RejectCode = (typeof rejectCodes)[number];

/* ---- blobs ---- */

export interface BlobRef {
  readonly blob: BlobId;
  /** Sealed length in bytes, header included. */
  readonly length: number;
  /** SHA-256, see SPEC P-B2. */
  readonly root: B64;
}

/** The right to store one blob, verifiable alone. */
export interface BlobTicket extends BlobRef {
  readonly t: "ticket";
  readonly v: 1;
  readonly owner: PrincipalId;
}

/* ---- letters ---- */

/** Everything clear in a letter; SHA-256 of its bytes is the HPKE `info`. */
export interface LetterHead {
  /** 2: a share, which has `until` (SPEC P-L7). */
  readonly v: 1 | 2;
  readonly suite: 1;
  readonly letter: LetterId;
  readonly from: PrincipalId;
  readonly to: PrincipalId;
  /** First 16 bytes of SHA-256 of the receiver's raw box key. */
  readonly toKey: B64;
  /** From then on the server gives its receiver neither the letter nor its blobs; in version 2, and there only. */
  readonly until?: ServerTime;
  readonly blobs: readonly BlobRef[];
}

export interface Letter {
  readonly head: B64;
  /** HPKE encapsulated key (65 bytes). */
  readonly enc: B64;
  readonly body: B64;
  /** By the sender's identity key over label || 0x00 || lengthPrefixed(head, enc, SHA-256(body)). */
  readonly sig: B64;
}

/* ---- proofs ---- */

/** "manifest" = SHA-256 of the letter's head bytes: it fixes sender, receiver and every blob root. */
export type ProofBody =
  | {
      readonly t: "deposited";
      readonly v: 1;
      readonly letter: LetterId;
      readonly manifest: B64;
      readonly to: PrincipalId;
      readonly at: ServerTime;
      /** Blobs verified at that moment, of all that the letter names: "n papiers sur m" is counted by the client. */
      readonly have: readonly BlobId[];
      readonly of: number;
    }
  | {
      readonly t: "complete";
      readonly v: 1;
      readonly letter: LetterId;
      readonly manifest: B64;
      readonly to: PrincipalId;
      /** When the letter itself had been deposited: this date counts. */
      readonly depositedAt: ServerTime;
      readonly at: ServerTime;
    }
  | {
      /** Signed by the receiving organisation's identity key, all others by the server's. */
      readonly t: "opened";
      readonly v: 1;
      readonly letter: LetterId;
      readonly manifest: B64;
      readonly by: PrincipalId;
      readonly at: number;
    }
  | {
      /** Signed by the sender's identity key: the letter is taken back (SPEC P-P5). */
      readonly t: "withdrawn";
      readonly v: 1;
      readonly letter: LetterId;
      readonly manifest: B64;
      readonly by: PrincipalId;
      readonly at: number;
    }
  | {
      /** Signed by the sender's identity key: a share ends before its time, opened or not (SPEC P-P6). */
      readonly t: "ended";
      readonly v: 1;
      readonly letter: LetterId;
      readonly manifest: B64;
      readonly by: PrincipalId;
      readonly at: number;
    };

/* ---- pull ---- */

export type PullRow =
  | { readonly seq: number; readonly type: "record"; readonly op: Op }
  | { readonly seq: number; readonly type: "letter"; readonly letter: Letter; readonly at: ServerTime }
  | { readonly seq: number; readonly type: "proof"; readonly letter: LetterId; readonly proof: Signed }
  /** A blob of mine that the server has verified, or that it asks for again. */
  | {
      readonly seq: number;
      readonly type: "blob";
      readonly blob: BlobId;
      readonly state: "verified" | "again";
      /** When it was verified; absent from an older server, and for "again". */
      readonly at?: ServerTime | undefined;
    };

/** `${epoch}.${seq}`; "0.0" asks for everything. */
export type Cursor = Brand<string, "Cursor">;

/* ---- requests and answers (all JSON answers repeat the request's nonce: an authentic answer) ---- */

export interface Answered {
  readonly nonce: string;
  readonly time: ServerTime;
}

export interface RegisterRequest {
  readonly statements: readonly Signed[];
}
export interface RegisterAnswer extends Answered {
  readonly epoch: string;
}

export interface ChallengeRequest {
  readonly principal: PrincipalId;
  readonly device: DeviceId;
}
export interface ChallengeAnswer extends Answered {
  readonly challenge: B64;
}
export interface SessionRequest extends ChallengeRequest {
  readonly challenge: B64;
  /** By the device's transport key over the session label || 0x00 || challenge bytes. */
  readonly sig: B64;
  /** In place of a device of the chain: a visit, whose id `device` is (SPEC P-N). */
  readonly visit?: Signed | undefined;
}
export interface SessionAnswer extends Answered {
  readonly token: string;
  /** Hint only: the client asks again on 401, never by its own clock. */
  readonly lifetimeMs: number;
}

export interface PushRequest {
  readonly ops: readonly Op[];
}
export interface PushAnswer extends Answered {
  readonly verdicts: readonly Verdict[];
}

export interface PullAnswer extends Answered {
  readonly rows: readonly PullRow[];
  readonly cursor: Cursor;
  readonly more: boolean;
  /** True when the asked cursor is of another epoch or ahead: the client pulls all and offers all again. */
  readonly reset: boolean;
  /**
   * When the newest finished backup (whole: database and blobs) began; null when there is none. A blob that was verified
   * before it is covered (SPEC P-W20). Absent from an older server: nothing is covered.
   */
  readonly backup?: ServerTime | null | undefined;
  /** Epoch of the keyring at the server, 0 when there is none; absent from an older server (SPEC P-Y). */
  readonly keyring?: number | undefined;
  /** Statements of the satchel's chain at the server: another device may have added one (SPEC P-Y5). */
  readonly chain?: number | undefined;
  readonly way?: WayState | undefined;
}

/* ---- ways back in (SPEC P-Y) ---- */

/** What became of the way in with the card at the server, and of an escrow: shown on the person's devices. */
export interface WayState {
  /** Wrong codes so far, since the last keyring. */
  readonly tries: number;
  /** Ten wrong codes: nothing opens with the card until a new keyring. */
  readonly frozen: boolean;
  readonly blockedAt: ServerTime | null;
  /** When the card and the code last opened at the server. */
  readonly openedAt: ServerTime | null;
  /** When the newest visit to a shared computer was opened; absent from an older server. */
  readonly visitedAt?: ServerTime | null | undefined;
  /** An escrow (S+O) that was asked for; absent from an older server. */
  readonly escrow?: EscrowState | null | undefined;
}

export interface EscrowState {
  readonly by: PrincipalId;
  /** One or two, each by another helper. */
  readonly asks: readonly ServerTime[];
  /** From when on the second share is given; null until the second ask. */
  readonly opensAt: ServerTime | null;
  /** When it was first given. */
  readonly openedAt?: ServerTime | null | undefined;
}

export interface KeyringRequest {
  readonly keyring: Signed;
}
export interface KeyringAnswer extends Answered {
  readonly verdict:
    | { readonly type: "ok"; readonly epoch: number }
    /** Another keyring has that epoch, or a later one is there. */
    | { readonly type: "conflict"; readonly current: Signed }
    | { readonly type: "reject"; readonly code: RejectCode; readonly retry: RejectRetry };
}
export interface HeldKeyringAnswer extends Answered {
  readonly keyring: Signed | null;
  readonly way: WayState;
}

/** Argon2id, one lane. */
export interface StretchParameters {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: 1;
}

export interface LookRequest {
  /** 20 bytes: which card. */
  readonly locator: B64;
  /** 32 bytes: proves the card. */
  readonly card: B64;
}
export interface LookAnswer extends Answered {
  readonly salt: B64;
  readonly params: StretchParameters;
  /** Tries that are left. */
  readonly left: number;
}
export interface WayOpenRequest extends LookRequest {
  /** 32 bytes: proves the code, together with the card. */
  readonly code: B64;
}
export interface WayOpenAnswer extends Answered {
  readonly principal: PrincipalId;
  readonly statements: readonly Signed[];
  readonly keyring: Signed;
  /** S, 32 bytes. */
  readonly share: B64;
  /** For a shared computer (SPEC P-N2); absent from an older server. */
  readonly visit?: VisitPass | undefined;
}
/** What proves to the server that somebody comes back with a desk's help: the card, or the share of an escrow that was given. */
export type WayDeskRequest = LookRequest | { readonly principal: PrincipalId; readonly share: B64 };
/** Everything but shares: of no use without a desk's factor (SPEC P-Y13). */
export type WayDeskAnswer = Answered & Pick<WayOpenAnswer, "principal" | "statements" | "keyring">;
/** The right to one visit: the server knows its own by a keyed hash, and keeps nothing. */
export interface VisitPass {
  readonly pass: B64;
  readonly from: ServerTime;
  readonly until: ServerTime;
}

export interface BlockRequest {
  /** Twelve digits (SPEC P-Y9). */
  readonly number: string;
}
export interface BlockAnswer extends Answered {
  readonly blockedAt: ServerTime;
}
/** POST /v1/unblock, /v1/escrow, /v1/erase: one signed statement. */
export interface WayStatementRequest {
  readonly statement: Signed;
}
export interface UnblockAnswer extends Answered {
  /** False when nothing was blocked any more. */
  readonly unblocked: boolean;
}
export interface EscrowAnswer extends Answered {
  readonly escrow: EscrowState | null;
  /**
   * The desk's share; only in the answer to "open" after the wait. Sealed to the box key that the statement names, else to the
   * organisation's (SPEC P-Y8).
   */
  readonly share?: { readonly enc: B64; readonly sealed: B64; readonly keyring: Signed } | undefined;
}
export interface EraseAnswer extends Answered {
  readonly erasedAt: ServerTime;
}

export interface LetterRequest {
  readonly letter: Letter;
}
export interface LetterAnswer extends Answered {
  readonly verdict:
    | { readonly type: "ok"; readonly proofs: readonly Signed[] }
    | { readonly type: "reject"; readonly code: RejectCode; readonly retry: RejectRetry };
}

export interface ProofRequest {
  readonly proof: Signed;
}

/** The chain of a principal, for who must verify its letters or write back (SPEC P-W11). Verifiable by its id alone. */
export interface PrincipalAnswer extends Answered {
  readonly statements: readonly Signed[];
}

export interface ErrorAnswer extends Answered {
  readonly error: string;
  readonly retry: RejectRetry;
  /** With "wrong-code" of a way in: tries that are left. */
  readonly left?: number | undefined;
}

/** Request headers: besace-protocol: 1, besace-nonce: <16 to 64 base64url letters>, authorization: Bearer <token>. */
export const headers = {
  protocol: "besace-protocol",
  nonce: "besace-nonce",
  /** On tus answers, which have no JSON body: "incomplete" | "verified" | "again". */
  blob: "besace-blob",
} as const;

export const routes = {
  deployment: "/deployment.json",
  /** Blank official PDFs by their SHA-256, and mappings by form: files that the operator put there. */
  official: "/official",
  register: "/v1/register",
  challenge: "/v1/challenge",
  session: "/v1/session",
  /** POST, with the session of a visit: it is over (SPEC P-N6). */
  sessionEnd: "/v1/session/end",
  push: "/v1/push",
  pull: "/v1/pull",
  letters: "/v1/letters",
  proofs: "/v1/proofs",
  /** POST: what of a carrier's file is durably here (SPEC P-C). */
  carried: "/v1/carried",
  /** tus: POST creates (ticket in Upload-Metadata), HEAD and PATCH on /v1/blobs/<owner>.<blob>; GET with Range reads. */
  blobs: "/v1/blobs",
  organisations: "/v1/organisations",
  /** Who holds an organisation's keys (SPEC P-H10): POST a change, GET (session) what is sealed to this browser's helper. */
  team: "/v1/team",
  /** GET with a session of an organisation: whose removal is announced (SPEC P-Z). */
  inactive: "/v1/inactive",
  /** POST by a manager, GET with a session of the organisation (SPEC P-H12). */
  invitations: "/v1/invitations",
  /** GET /v1/principals/<id>, with a session. */
  principals: "/v1/principals",
  /** POST without, GET with a session. */
  keyring: "/v1/keyring",
  waysLook: "/v1/ways/look",
  waysOpen: "/v1/ways/open",
  waysDesk: "/v1/ways/desk",
  block: "/v1/block",
  unblock: "/v1/unblock",
  escrow: "/v1/escrow",
  erase: "/v1/erase",
  /** Opening at a shared computer by the person's phone (SPEC P-V). */
  approvals: "/v1/approvals",
  /** POST /v1/prefill/shape, /v1/prefill/create, /v1/prefill/state: a dossier prepared on another site (SPEC P-F). */
  prefill: "/v1/prefill",
  /** Published forms: POST, GET the list of all, GET /v1/forms/<hash>, GET /v1/organisations/<slug>/forms (SPEC P-Q). */
  forms: "/v1/forms",
  /** GET /v1/journal?after=<n>, with a session of the satchel (SPEC P-J). */
  journal: "/v1/journal",
} as const;

/* ---- deployment.json ---- */

export interface OpeningHours {
  /** ISO weekday, Monday 1. */
  readonly day: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  /** Local time of the desk, "HH:MM". */
  readonly from: string;
  readonly to: string;
}

export interface HumanContact {
  readonly name: string;
  /** E.164. */
  readonly phone: string;
  /** As people of the country write it. */
  readonly phoneShown: string;
  readonly hours: readonly OpeningHours[];
  readonly timeZone: string;
  readonly address: string;
}

export interface DeployedOrganisation {
  readonly slug: string;
  readonly name: string;
  /** Article and name for "Envoyer au CCAS de ...": the text after the verb, in French. */
  readonly sendTo: string;
  readonly demonstration: boolean;
  /** Chain from the genesis; empty until the desk was opened once. */
  readonly statements: readonly Signed[];
  readonly human: HumanContact;
  readonly procedures: readonly string[];
  /** False until two helpers, or a drilled card, can open what is sealed to it (SPEC P-H8); the chain says the same. */
  readonly receives?: boolean | undefined;
  /** The operator of the server is the same body: it may hold no share of a desk beside the server's (SPEC P-Y11). */
  readonly operates?: boolean | undefined;
}

/** A key that signs proofs. The id is the first 16 bytes of SHA-256 of the raw key. */
export interface ServerKey {
  readonly id: B64;
  readonly sign: B64;
  /** By the key before it (SPEC P-K1); absent for a server's first key. */
  readonly endorsed?: Signed | undefined;
}

export interface Deployment {
  readonly v: 1;
  readonly operator: string;
  readonly human: HumanContact;
  readonly urls: { readonly app: string; readonly desk: string; readonly kiosk: string };
  readonly languages: readonly string[];
  /** Shared computers (src/app/kiosk): name of the place, seconds without a gesture, whether one may print. */
  readonly kiosk?:
    | {
        readonly name?: string | undefined;
        readonly idleSeconds?: number | undefined;
        readonly printing?: boolean | undefined;
      }
    | undefined;
  readonly serverKeys: readonly ServerKey[];
  /** Where shares are sealed to (SPEC P-K3), signed by a server key; absent from an older server. */
  readonly shareBox?: Signed | undefined;
  /** The service ends (SPEC P-E), signed by a server key. */
  readonly ending?: Signed | undefined;
  readonly organisations: readonly DeployedOrganisation[];
  readonly legal: { readonly publisher: string; readonly privacy: string };
  readonly quotas: { readonly satchelBytes: number; readonly blobBytes: number };
  /** Where this server may prepare a dossier that the person finishes there (SPEC P-F); `url` without a slash at the end. */
  readonly prefill?: { readonly name: string; readonly url: string } | undefined;
  /** A site from which a person may fill her profile (SPEC P-I8); said by the running server alone. */
  readonly identity?: { readonly name: string } | undefined;
  /** Ids of procedures whose official PDF this server holds, with its mapping. */
  readonly official?: readonly string[] | undefined;
}

/* ---- opening a desk with the one-time code (thin first version, see SPEC P-O) ---- */

export interface EnrolRequest {
  /** HKDF of the one-time code, label "besace/v1/desk-enrol-auth": proves the code without carrying what it seals with. */
  readonly auth: B64;
  readonly statements: readonly Signed[];
  /** The organisation's root key sealed under the one-time code, so that another browser may open with it. */
  readonly sealedRoot: B64;
}
export interface EnrolAnswer extends Answered {
  readonly organisation: DeployedOrganisation;
  /** Present when the organisation had been opened before: what the same code seals. */
  readonly sealedRoot: B64;
}
