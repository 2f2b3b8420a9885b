/**
 * What the sync asks of the world: one request at a time over a transport that says honestly whether an answer was
 * authentic (SPEC S-A). Types only; http.ts is the one implementation that knows fetch.
 */

import type { CarriedAnswer } from "../protocol/carried.ts";
import type {
  B64,
  Cursor,
  EraseAnswer,
  HeldKeyringAnswer,
  KeyringAnswer,
  Letter,
  LetterAnswer,
  LookAnswer,
  LookRequest,
  Op,
  PrincipalAnswer,
  PullAnswer,
  PushAnswer,
  RejectRetry,
  Signed,
  WayOpenAnswer,
  WayOpenRequest,
} from "../protocol/wire.ts";
import type { Bytes } from "../shared/bytes.ts";
import type { BlobId, DeviceId, PrincipalId } from "../shared/ids.ts";

/** Why nothing can be concluded: the network lies or is absent. Changes timers and nothing else (S-A2). */
export type LossReason = "unreachable" | "timeout" | "not-let-through";

export type Outcome<T> =
  /** `time`: the server's, null where the answer does not say it (tus). */
  | { readonly type: "answer"; readonly value: T; readonly time: number | null; readonly tookMs: number }
  | {
      readonly type: "refused";
      readonly status: number;
      /** Code of the error answer; "" where the answer has no body. */
      readonly error: string;
      readonly retry: RejectRetry | null;
      readonly retryAfterMs: number | null;
      readonly time: number | null;
      /** With "wrong-code" of a way in: tries that are left. */
      readonly left?: number;
    }
  | { readonly type: "lost"; readonly reason: LossReason };

export interface BlobStatus {
  readonly offset: number;
  readonly state: "incomplete" | "verified" | "again";
}

export type PullPage = Pick<PullAnswer, "rows" | "cursor" | "more" | "reset" | "backup" | "keyring" | "chain" | "way">;

export interface Transport {
  readonly register: (statements: readonly Signed[]) => Promise<Outcome<{ readonly epoch: string }>>;
  readonly challenge: (who: Identity) => Promise<Outcome<{ readonly challenge: B64 }>>;
  /** `visit`: in place of a device of the chain (SPEC P-N). */
  readonly session: (
    who: Identity & { readonly visit?: Signed },
    challenge: B64,
    sig: B64,
  ) => Promise<Outcome<{ readonly token: string; readonly lifetimeMs: number }>>;
  readonly push: (session: string, ops: readonly Op[]) => Promise<Outcome<Pick<PushAnswer, "verdicts">>>;
  readonly letter: (session: string, letter: Letter) => Promise<Outcome<Pick<LetterAnswer, "verdict">>>;
  readonly proof: (session: string, proof: Signed) => Promise<Outcome<null>>;
  /** `limit` in bytes. */
  readonly pull: (session: string, cursor: Cursor, limit: number) => Promise<Outcome<PullPage>>;
  /** tus POST: announces the length and hands in the ticket. */
  readonly blobCreate: (session: string, name: BlobName, length: number, ticket: Signed) => Promise<Outcome<null>>;
  readonly blobHead: (session: string, name: BlobName) => Promise<Outcome<BlobStatus>>;
  readonly blobPatch: (session: string, name: BlobName, offset: number, bytes: Bytes) => Promise<Outcome<BlobStatus>>;
}

/** What keys.ts asks; only reading needs a session. */
export interface KeysTransport extends Pick<Transport, "register"> {
  readonly keyring: (keyring: Signed) => Promise<Outcome<Pick<KeyringAnswer, "verdict">>>;
  readonly heldKeyring: (session: string) => Promise<Outcome<Pick<HeldKeyringAnswer, "keyring" | "way">>>;
  readonly chain: (session: string, principal: PrincipalId) => Promise<Outcome<Pick<PrincipalAnswer, "statements">>>;
}

/** A new phone or a kiosk, before it is anybody's (SPEC P-Y4). */
export interface WaysTransport {
  readonly look: (request: LookRequest) => Promise<Outcome<Pick<LookAnswer, "salt" | "params" | "left">>>;
  readonly open: (
    request: WayOpenRequest,
  ) => Promise<Outcome<Pick<WayOpenAnswer, "principal" | "statements" | "keyring" | "share" | "visit">>>;
  /** "Erase everything", signed by the satchel itself (SPEC P-Y12). */
  readonly erase: (statement: Signed) => Promise<Outcome<Pick<EraseAnswer, "erasedAt">>>;
}

/** What a carrier asks (carry.ts): everything is verifiable alone, so it has no session (SPEC P-W3). */
export interface CarrierTransport
  extends Pick<Transport, "register" | "push" | "letter" | "proof" | "blobCreate" | "blobHead" | "blobPatch"> {
  /** Which items of this manifest are durably at the server. */
  readonly carried: (manifest: Signed) => Promise<Outcome<Pick<CarriedAnswer, "statement" | "proofs">>>;
}

export interface BlobName {
  readonly owner: PrincipalId;
  readonly blob: BlobId;
}

export interface Identity {
  readonly principal: PrincipalId;
  readonly device: DeviceId;
}

/** The part of the Web Locks API that a run uses; only an optimisation (S-D2). */
export interface Locks {
  /** Runs `work` while holding `name`, or answers "taken" at once without running it. */
  readonly tryHold: <T>(name: string, work: () => Promise<T>) => Promise<{ readonly held: T } | "taken">;
}

/** What a person asked for, and what the browser says of the line; never a gate (S-D4). */
export interface Hints {
  /** The browser or the person asks to spare data, or the line is known to be slow. */
  readonly slow: boolean;
  /** The line costs money for each byte, as far as the browser or the person says (S-O8). */
  readonly metered: boolean;
}

export type RunReason = "person" | "commit" | "start" | "online" | "visible" | "timer" | "sync";
