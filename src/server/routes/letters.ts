/** Letters and what their receivers say about them. Verifiable alone: no session is asked (but see former.ts). Runs in Node. */

import type { FastifyInstance, FastifyRequest } from "fastify";
import { errors } from "../../protocol/errors.ts";
import { bodies } from "../../protocol/limits.ts";
import { parseLetterRequest, parseProofRequest } from "../../protocol/parse.ts";
import { type LetterAnswer, routes } from "../../protocol/wire.ts";
import type { PrincipalId } from "../../shared/ids.ts";
import type { RouteDeps } from "./deps.ts";

export function letterRoutes(app: FastifyInstance, deps: RouteDeps): void {
  const { answers, letters, rates } = deps;
  const sessionOf = async (request: FastifyRequest): Promise<PrincipalId | null> => {
    const who = await deps.admit(request);
    return who.ok ? who.value.principal : null;
  };

  app.post(routes.letters, { bodyLimit: bodies.letters }, async (request, reply) => {
    const read = parseLetterRequest(request.body);
    if (!read.ok) return answers.refuse(request, reply, "bad-format");
    const deposit = await letters.deposit(read.value.letter, await sessionOf(request));
    if (deposit.type === "ok") {
      const wait = await rates.principal(request, deposit.from);
      if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);
    }
    const answer: LetterAnswer = {
      ...answers.answered(request),
      verdict:
        deposit.type === "ok"
          ? { type: "ok", proofs: deposit.proofs }
          : { type: "reject", code: deposit.code, retry: errors[deposit.code].retry },
    };
    return reply.send(answer);
  });

  app.post(routes.proofs, { bodyLimit: bodies.proofs }, async (request, reply) => {
    const read = parseProofRequest(request.body);
    if (!read.ok) return answers.refuse(request, reply, "bad-format");
    const verdict = await letters.take(read.value.proof, await sessionOf(request));
    if (verdict.type === "reject") return answers.refuse(request, reply, verdict.code);
    return reply.send(answers.answered(request));
  });
}
