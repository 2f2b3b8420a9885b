/**
 * Asks the server about approvals (SPEC P-V7 to P-V12). Runs in the workers that hold keys; fetch is handed in.
 *
 * Surprising fact: an act that was lost is said again letter for letter: the server knows it.
 */

import type { ApprovalId } from "../../protocol/approval.ts";
import {
  type ActRequest,
  type ApprovalAnswer,
  type ApprovalsAnswer,
  type AskAnswer,
  type DepositAnswer,
  type GrantRequest,
  parseActAnswer,
  parseApprovalAnswer,
  parseApprovalsAnswer,
  parseAskAnswer,
  parseDepositAnswer,
} from "../../protocol/approval-wire.ts";
import { type Answered, routes } from "../../protocol/wire.ts";
import { type B64, type Bytes, toBase64Url } from "../../shared/bytes.ts";
import { ok } from "../../shared/result.ts";
import type { AskDeps } from "./blob-reader.ts";
import { createJsonCalls, type Heard, type Parser } from "./json-calls.ts";

export interface ApprovalTransport {
  readonly ask: (question: Bytes) => Promise<Heard<AskAnswer>>;
  readonly status: (id: ApprovalId) => Promise<Heard<ApprovalAnswer>>;
  readonly hello: (token: string, id: ApprovalId, number: B64) => Promise<Heard<Answered>>;
  readonly secret: (id: ApprovalId, secret: B64) => Promise<Heard<Answered>>;
  readonly grant: (token: string, id: ApprovalId, grant: GrantRequest) => Promise<Heard<Answered>>;
  /** A read is answered with the sealed bytes, other acts with none. */
  readonly act: (id: ApprovalId, act: ActRequest) => Promise<Heard<Bytes>>;
  readonly end: (token: string, id: ApprovalId) => Promise<Heard<Answered>>;
  readonly list: (token: string) => Promise<Heard<ApprovalsAnswer>>;
  readonly page: (token: string, id: ApprovalId, n: number) => Promise<Heard<DepositAnswer>>;
  readonly kept: (token: string, id: ApprovalId, n: number) => Promise<Heard<Answered>>;
}

const lost = { type: "lost" } as const;
/** An answer that says only that it is authentic: nonce and time are in every one. */
const parseBare: Parser<Answered> = (input) => {
  const read = parseActAnswer({ ...Object(input), acts: 0 });
  return read.ok ? ok({ nonce: read.value.nonce, time: read.value.time }) : read;
};

export function createApprovalTransport(deps: AskDeps): ApprovalTransport {
  const { raw, read, call } = createJsonCalls(deps);
  const at = (id: ApprovalId, rest = ""): string => `${routes.approvals}/${id}${rest}`;

  return {
    ask: (question) => call(routes.approvals, parseAskAnswer, { ask: toBase64Url(question) }),
    status: (id) => call(at(id), parseApprovalAnswer),
    hello: (token, id, number) => call(at(id, "/hello"), parseBare, { number }, token),
    secret: (id, secret) => call(at(id, "/secret"), parseBare, { secret }),
    grant: (token, id, grant) => call(at(id, "/grant"), parseBare, grant, token),
    async act(id, act) {
      const heard = await raw(at(id, "/acts"), act, null);
      if (heard === undefined) return lost;
      if (heard.isOk && heard.type === "application/octet-stream") return { type: "answer", value: heard.bytes };
      const answer = read(heard, parseActAnswer);
      return answer.type === "answer" ? { type: "answer", value: new Uint8Array(0) } : answer;
    },
    end: (token, id) => call(at(id, "/end"), parseBare, {}, token),
    list: (token) => call(routes.approvals, parseApprovalsAnswer, null, token),
    page: (token, id, n) => call(at(id, `/pages/${n}`), parseDepositAnswer, null, token),
    kept: (token, id, n) => call(at(id, `/pages/${n}/kept`), parseBare, {}, token),
  };
}
