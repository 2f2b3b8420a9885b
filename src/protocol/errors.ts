/**
 * Registry of every code that a server answers with: HTTP status, whether a retry can help, one line of why.
 *
 * Used by client and server. A code inside a verdict of an accepted request (push, letters) travels with HTTP 200 and
 * concerns one item only; the same code alone, in an ErrorAnswer, has the status given here (SPEC P-W5).
 */

import type { RejectCode, RejectRetry } from "./wire.ts";

/** Codes that concern the request as a whole. */
export type RequestCode =
  | "bad-protocol"
  | "bad-nonce"
  | "not-found"
  | "not-allowed"
  | "unauthenticated"
  | "forbidden"
  | "wrong-code"
  | "unknown-card"
  | "card-replaced"
  | "frozen"
  | "unknown-number"
  | "not-yet"
  | "ended"
  | "device-removed"
  | "login-needed"
  | "too-many"
  | "offset"
  | "prefill-off"
  | "prefill-unknown"
  | "prefill-failed"
  | "internal";

export type ErrorCode = RejectCode | RequestCode;

export interface ErrorRule {
  readonly status: number;
  readonly retry: RejectRetry;
  readonly reason: string;
}

export const errors: Readonly<Record<ErrorCode, ErrorRule>> = {
  "bad-format": { status: 422, retry: "never", reason: "the message or a signed part of it has not the agreed shape" },
  "bad-signature": { status: 422, retry: "never", reason: "a signature does not verify with the principal's key" },
  "unknown-principal": { status: 422, retry: "later", reason: "the author is not registered here yet" },
  "unknown-receiver": { status: 422, retry: "after-person", reason: "the receiver is unknown or does not take this" },
  "wrong-epoch": { status: 409, retry: "later", reason: "the key epoch is not the current one" },
  "too-large": { status: 413, retry: "never", reason: "larger than the limit of this route or item" },
  quota: { status: 507, retry: "after-person", reason: "the owner's or the receiver's space is full" },
  busy: { status: 503, retry: "later", reason: "the server cannot take this now" },
  "id-taken": { status: 409, retry: "never", reason: "the id is in use for other bytes" },
  "blob-missing": { status: 409, retry: "later", reason: "a blob that is named was collected: send it again" },
  "blob-foreign": { status: 422, retry: "never", reason: "a blob that is named belongs to somebody else" },
  gone: { status: 410, retry: "never", reason: "it was deleted for good" },
  opened: { status: 409, retry: "never", reason: "the receiver has opened it: it cannot be taken back" },
  "weak-parameters": { status: 422, retry: "never", reason: "the code of a way in is stretched too little" },
  "bad-share": { status: 422, retry: "never", reason: "a share does not open with this server's box key" },
  "other-root": { status: 409, retry: "after-person", reason: "who made the keyring did not know the root before it" },
  blocked: { status: 423, retry: "after-person", reason: "the satchel was blocked: a desk can unblock it" },
  "bad-protocol": { status: 400, retry: "never", reason: "this protocol version is not spoken here" },
  "bad-nonce": { status: 400, retry: "never", reason: "the request carries no usable nonce" },
  "not-found": { status: 404, retry: "never", reason: "nothing is at this address" },
  "not-allowed": { status: 405, retry: "never", reason: "this address does not take this method" },
  unauthenticated: { status: 401, retry: "later", reason: "a session is needed: ask for a challenge" },
  forbidden: { status: 403, retry: "never", reason: "this session may not read that" },
  "wrong-code": { status: 403, retry: "after-person", reason: "the code is not the right one" },
  "unknown-card": { status: 404, retry: "after-person", reason: "no satchel here has this card" },
  "card-replaced": { status: 410, retry: "never", reason: "a newer card has taken the place of this one" },
  frozen: { status: 423, retry: "after-person", reason: "ten wrong codes: a device or a desk has to renew the way in" },
  "unknown-number": { status: 404, retry: "after-person", reason: "no satchel here has this number" },
  "device-removed": { status: 403, retry: "never", reason: "this device was put out of the satchel" },
  "login-needed": { status: 403, retry: "after-person", reason: "who helps here has to show again who she is" },
  "not-yet": { status: 425, retry: "later", reason: "the waiting time of the escrow is not over" },
  ended: { status: 410, retry: "never", reason: "the approval has ended, or was never given" },
  "too-many": { status: 429, retry: "later", reason: "too many requests: wait as long as Retry-After says" },
  offset: { status: 409, retry: "later", reason: "the upload stands elsewhere: ask HEAD and believe it" },
  "prefill-off": { status: 404, retry: "never", reason: "this server prepares nothing on another site" },
  "prefill-unknown": { status: 404, retry: "after-person", reason: "the other site takes nothing for this procedure" },
  "prefill-failed": { status: 503, retry: "later", reason: "the other site did not answer as it should" },
  internal: { status: 500, retry: "later", reason: "the server failed; nothing was accepted" },
};

/** True for a code of this registry (a newer server may send others: treat them by their HTTP status). */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errors, code);
