/**
 * Requests and answers of the routes of an approval (SPEC P-V7 to P-V12), and the only way in for them. Runs everywhere.
 *
 * In requests an unknown field is refused, in answers it is dropped (P-W6).
 */

import * as v from "valibot";
import type { B64 } from "../shared/bytes.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { type ApprovalId, isApprovalId } from "./approval.ts";
import { anyB64, countField, fixedB64, serverTimeField } from "./fields.ts";
import { approvals as limits, sizes } from "./limits.ts";
import type { Answered, ServerTime, Signed } from "./wire.ts";

/** HPKE of one message. */
export interface SealedText {
  readonly enc: B64;
  readonly sealed: B64;
}

/** `ask`: the bytes of the question. */
export interface AskRequest {
  readonly ask: B64;
}
export interface AskAnswer extends Answered {
  readonly id: ApprovalId;
  /** The question is forgotten then. */
  readonly until: ServerTime;
}

/** The phone has read the question and drawn 16 bytes. */
export interface HelloRequest {
  readonly number: B64;
}
/** The computer shows the secret that it had committed to. */
export interface RevealRequest {
  readonly secret: B64;
}
export interface GrantRequest extends SealedText {
  readonly certificate: Signed;
}

export type ApprovalState = "asked" | "greeted" | "open" | "ended";

/** What either side hears of it. */
export interface ApprovalAnswer extends Answered {
  readonly state: ApprovalState;
  readonly number: B64 | null;
  readonly secret: B64 | null;
  readonly grant: (SealedText & { readonly certificate: Signed }) | null;
  /** When it ends, or has ended, by the server's clock; of a question: when it is forgotten. */
  readonly until: ServerTime;
}

/** `deposit` goes with the deed of that name. A read is answered with the bytes, everything else with ActAnswer. */
export interface ActRequest {
  readonly act: Signed;
  readonly deposit: SealedText | null;
}
export interface ActAnswer extends Answered {
  /** Acts so far. */
  readonly acts: number;
}

/** One approval as its satchel's devices see it. */
export interface ListedApproval {
  readonly id: ApprovalId;
  readonly ask: B64;
  readonly certificate: Signed;
  readonly until: ServerTime;
  /** Ended before that by an act, by the phone, or with its device. */
  readonly endedAt: ServerTime | null;
  readonly acts: readonly { readonly act: Signed; readonly at: ServerTime }[];
  /** Numbers of the acts whose page still waits. */
  readonly waiting: readonly number[];
}
export interface ApprovalsAnswer extends Answered {
  readonly approvals: readonly ListedApproval[];
}
export interface DepositAnswer extends Answered, SealedText {}

type Parser<T> = (input: unknown) => Result<T, "bad-format">;
const parser =
  <T>(schema: v.GenericSchema<unknown, T>): Parser<T> =>
  (input) => {
    const result = v.safeParse(schema, input, { abortEarly: true });
    return result.success ? ok(result.output) : err("bad-format");
  };

const hpke = (bytes: number) => ({ enc: fixedB64(65), sealed: anyB64(17, bytes) });
const grantFields = hpke(Math.floor((limits.grant * 3) / 4));
const depositFields = hpke(limits.depositBytes);
const signed = { body: anyB64(1, Math.floor((limits.certificateBody * 3) / 4)), sig: fixedB64(64) };
const strictSigned = v.strictObject(signed);
const looseSigned = v.object(signed);
const id = v.custom<ApprovalId>(isApprovalId);
const askBytes = anyB64(1, 512);

export const parseAskRequest: Parser<AskRequest> = parser(v.strictObject({ ask: askBytes }));
export const parseHelloRequest: Parser<HelloRequest> = parser(v.strictObject({ number: fixedB64(16) }));
export const parseRevealRequest: Parser<RevealRequest> = parser(v.strictObject({ secret: fixedB64(32) }));
export const parseGrantRequest: Parser<GrantRequest> = parser(
  v.strictObject({ certificate: strictSigned, ...grantFields }),
);
export const parseActRequest: Parser<ActRequest> = parser(
  v.strictObject({ act: strictSigned, deposit: v.nullable(v.strictObject(depositFields)) }),
);

const nonce = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]+$/), v.maxLength(sizes.nonceMax));
const answered = { nonce, time: serverTimeField };

export const parseAskAnswer: Parser<AskAnswer> = parser(v.object({ ...answered, id, until: serverTimeField }));
export const parseApprovalAnswer: Parser<ApprovalAnswer> = parser(
  v.object({
    ...answered,
    state: v.picklist(["asked", "greeted", "open", "ended"]),
    number: v.nullable(fixedB64(16)),
    secret: v.nullable(fixedB64(32)),
    grant: v.nullable(v.object({ certificate: looseSigned, ...grantFields })),
    until: serverTimeField,
  }),
);
export const parseActAnswer: Parser<ActAnswer> = parser(v.object({ ...answered, acts: countField }));
export const parseApprovalsAnswer: Parser<ApprovalsAnswer> = parser(
  v.object({
    ...answered,
    approvals: v.pipe(
      v.array(
        v.object({
          id,
          ask: askBytes,
          certificate: looseSigned,
          until: serverTimeField,
          endedAt: v.nullable(serverTimeField),
          acts: v.pipe(
            v.array(v.object({ act: looseSigned, at: serverTimeField })),
            v.maxLength(limits.acts),
            v.readonly(),
          ),
          waiting: v.pipe(v.array(countField), v.maxLength(limits.deposits), v.readonly()),
        }),
      ),
      v.maxLength(500),
      v.readonly(),
    ),
  }),
);
export const parseDepositAnswer: Parser<DepositAnswer> = parser(v.object({ ...answered, ...depositFields }));
