/**
 * What every /v1 answer has in common: protocol header, echoed nonce, server time, coded errors. Runs in Node.
 *
 * By these a client tells this server from a portal that answers 200 to everything (SPEC P-W2), so they stand on errors
 * too, and on tus answers, which have no JSON.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type ErrorCode, errors } from "../protocol/errors.ts";
import { sizes } from "../protocol/limits.ts";
import { type Answered, type ErrorAnswer, headers, protocolVersion, type ServerTime } from "../protocol/wire.ts";
import type { Clock } from "../shared/ports.ts";
import type { ReadSession, Sessions } from "./sessions.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The request's nonce, "" when it has none that can be echoed. */
    nonce: string;
    session: ReadSession | undefined;
  }
}

const noncePattern = new RegExp(`^[A-Za-z0-9_-]{${sizes.nonceMin},${sizes.nonceMax}}$`);

export interface Answers {
  /** Nonce and time, to be spread into every JSON answer. */
  readonly answered: (request: FastifyRequest) => Answered;
  readonly now: () => ServerTime;
  /** Sends the coded error with its status. `left`: tries that are left, with "wrong-code" of a way in. */
  readonly refuse: (
    request: FastifyRequest,
    reply: FastifyReply,
    code: ErrorCode,
    retryAfterSeconds?: number,
    left?: number,
  ) => FastifyReply;
}

export function createAnswers(clock: Clock): Answers {
  const now = () => clock.now() as ServerTime;
  const answered = (request: FastifyRequest): Answered => ({ nonce: request.nonce, time: now() });
  return {
    now,
    answered,
    refuse: (request, reply, code, retryAfterSeconds, left) => {
      const { status, retry } = errors[code];
      const body: ErrorAnswer = {
        ...answered(request),
        error: code,
        retry,
        ...(left === undefined ? {} : { left }),
      };
      if (status === 429 || status === 503) reply.header("retry-after", String(retryAfterSeconds ?? 30));
      return reply.code(status).header("cache-control", "no-store").type("application/json").send(body);
    },
  };
}

/** Reads nonce, protocol version and session of every request in this scope before its route does. */
export function addEnvelope(scope: FastifyInstance, answers: Answers, sessions: Sessions): void {
  scope.decorateRequest("nonce", "");
  scope.decorateRequest("session", undefined);
  scope.addHook("onRequest", (request, reply, done) => {
    const nonce = request.headers[headers.nonce];
    const usable = typeof nonce === "string" && noncePattern.test(nonce);
    request.nonce = usable ? nonce : "";
    reply.header(headers.protocol, String(protocolVersion));
    reply.header("cache-control", "no-store");
    if (usable) reply.header(headers.nonce, nonce);
    const bearer = /^Bearer ([A-Za-z0-9_-]{1,512})$/.exec(request.headers.authorization ?? "")?.[1];
    request.session = bearer === undefined ? undefined : sessions.read(bearer);
    if (request.headers[headers.protocol] !== String(protocolVersion)) answers.refuse(request, reply, "bad-protocol");
    else if (!usable) answers.refuse(request, reply, "bad-nonce");
    else done();
  });
}
