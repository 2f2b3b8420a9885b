/**
 * What the server asks of its database about the ways back in (SPEC P-Y): keyrings, cards, blocks, escrows, erasure. Part of
 * `Store`; same rules (ports.ts). Runs in Node.
 *
 * Surprising: nothing here compares a code. A try is counted first, in a transaction of its own, and only then told what it
 * is to be compared with.
 */

import type { B64, EscrowState, ServerTime, Signed, StretchParameters, WayState } from "../../protocol/wire.ts";
import type { DeviceId, PrincipalId } from "../../shared/ids.ts";

/** Why nothing is taken from a principal any more, or not now. */
export type Closed = "blocked" | "gone";

/** What a session has to be held against, and what its person is shown. */
export interface Standing {
  readonly closed: Closed | null;
  /** Tokens made before are void. */
  readonly sessionsFrom: ServerTime;
  /** Visits that were opened before are over. */
  readonly visitsFrom: ServerTime;
  readonly device: "here" | "removed" | "unknown";
  /** Epoch of the keyring here, 0 when there is none. */
  readonly keyring: number;
  /** Statements of the chain. */
  readonly chain: number;
  readonly way: WayState;
}

/** A card as its keyring describes it, with the share as the database keeps it. */
export interface NewCard {
  /** 20 bytes. */
  readonly locator: B64;
  /** Hashes (SPEC P-Y) of what proves card, code and block number. */
  readonly card: B64;
  readonly code: B64;
  readonly block: B64;
  readonly salt: B64;
  readonly params: StretchParameters;
  readonly share: B64;
}

export interface NewKeyring {
  readonly principal: PrincipalId;
  readonly epoch: number;
  /** SHA-256 of the body bytes: the same keyring sent again is recognised by it. */
  readonly hash: B64;
  readonly signed: Signed;
  /** Hash of the stored keyring that this one was judged against; null: there was none. */
  readonly after: B64 | null;
  /** Its root is newer than that of the stored one: visits of before end (SPEC P-N7). Absent: it is not. */
  readonly newRoot?: boolean;
  readonly card: NewCard | null;
  /** Second shares of an S+O, by organisation. */
  readonly desks: readonly { readonly organisation: PrincipalId; readonly share: B64 }[];
  readonly at: ServerTime;
}

/** "changed": another one is stored by now, judge again. "id-taken": another satchel has this card's locator. */
export type PutKeyring = "ok" | "changed" | "id-taken" | "unknown-principal" | Closed;

export interface HeldKeyring {
  readonly epoch: number;
  readonly hash: B64;
  readonly signed: Signed;
}

/** The card behind a locator. */
export interface StoredCard {
  readonly locator: B64;
  readonly principal: PrincipalId;
  /** Of the keyring that it stands in. */
  readonly epoch: number;
  readonly card: B64;
  /** Null once another card, or none, took its place. */
  readonly current: { readonly salt: B64; readonly params: StretchParameters; readonly tries: number } | null;
  readonly closed: Closed | null;
}

/** A try that is counted, and what it is to be compared with. */
export interface CountedTry {
  /** This one included. */
  readonly tries: number;
  readonly code: B64;
}

export interface OpenedWay {
  readonly statements: readonly Signed[];
  readonly keyring: Signed;
  readonly share: B64;
}

/** A keyring as the operator's check looks at it. */
export interface StoredKeyring {
  readonly principal: PrincipalId;
  readonly sign: B64;
  readonly epoch: number;
  readonly signed: Signed;
  /** Null without a card. */
  readonly card: { readonly locator: B64; readonly share: B64 } | null;
  readonly desks: readonly { readonly organisation: PrincipalId; readonly share: B64 }[];
}

/** "forbidden": the person stopped it. */
export type EscrowRefusal = Closed | "not-found" | "forbidden";
export type EscrowAnswer =
  | { readonly type: "ok"; readonly escrow: EscrowState }
  | { readonly type: "reject"; readonly code: EscrowRefusal };
export type EscrowOpening =
  | {
      readonly type: "ok";
      readonly escrow: EscrowState;
      readonly share: B64;
      readonly keyring: Signed;
      readonly epoch: number;
    }
  | { readonly type: "reject"; readonly code: EscrowRefusal | "not-yet" };

export interface WayStore {
  /** Undefined for an unknown principal. */
  readonly standing: (principal: PrincipalId, device: DeviceId) => Promise<Standing | undefined>;
  readonly keyring: (principal: PrincipalId) => Promise<HeldKeyring | undefined>;
  /**
   * Compare-and-set on the stored hash. Tries, frozen and escrows begin anew; a card that is not in it any more is
   * remembered as replaced.
   */
  readonly putKeyring: (keyring: NewKeyring) => Promise<PutKeyring>;
  readonly cardOf: (locator: B64) => Promise<StoredCard | undefined>;
  /**
   * Counts one try of this card as it stands in the keyring of that epoch, unless it is frozen, replaced or blocked.
   * Undefined: not counted, and nothing may be compared.
   */
  readonly countTry: (locator: B64, epoch: number) => Promise<CountedTry | undefined>;
  /** After the right code: tries are forgotten, the time is noted. Undefined when it was frozen, replaced or blocked since. */
  readonly openWay: (
    principal: PrincipalId,
    locator: B64,
    epoch: number,
    at: ServerTime,
  ) => Promise<OpenedWay | undefined>;
  /** A visit began that was opened at `at`; an older one changes nothing. */
  readonly noteVisit: (principal: PrincipalId, at: ServerTime) => Promise<void>;
  /** Blocks every satchel whose card has this number. @returns since when; undefined when none has it. */
  readonly block: (block: B64, at: ServerTime) => Promise<ServerTime | undefined>;
  /** Ends blocks that began until `until`. @returns how many; undefined when no card has this number. */
  readonly unblock: (block: B64, until: ServerTime) => Promise<number | undefined>;
  /**
   * An organisation asks for the second share; the second ask counts when another helper says it.
   * @param people its helpers as its chain names them now: what others asked before they left counts no more.
   */
  readonly askEscrow: (
    principal: PrincipalId,
    organisation: PrincipalId,
    helper: PrincipalId,
    people: readonly PrincipalId[],
    at: ServerTime,
  ) => Promise<EscrowAnswer>;
  readonly openEscrow: (
    principal: PrincipalId,
    organisation: PrincipalId,
    people: readonly PrincipalId[],
    at: ServerTime,
  ) => Promise<EscrowOpening>;
  /** The person stops every escrow: until a new keyring nobody may ask. */
  readonly stopEscrow: (principal: PrincipalId, at: ServerTime) => Promise<Closed | "done" | "unknown-principal">;
  /**
   * Records, keyring, cards, sessions and letters that belong to the principal go; blobs that only it named are
   * collectable at once. Id, chain and what it sent to others stay. @returns when, the first time it was said.
   */
  readonly erase: (
    principal: PrincipalId,
    at: ServerTime,
  ) => Promise<{ readonly at: ServerTime } | "blocked" | "unknown-principal">;
  /** Forgets cards that were replaced before. @returns how many. */
  readonly forgetReplaced: (before: ServerTime) => Promise<number>;
  readonly keyrings: () => AsyncIterable<StoredKeyring>;
}
