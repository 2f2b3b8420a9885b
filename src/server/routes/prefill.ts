/**
 * A dossier prepared on another site, in the place of a phone (SPEC P-F). Runs in Node.
 *
 * Surprising: no session is asked, and none is looked at. The answers of a person pass here in the clear; which satchel they
 * come from is not to be known with them.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { bodies } from "../../protocol/limits.ts";
import {
  type PrefillCreateAnswer,
  type PrefillShapeAnswer,
  type PrefillStateAnswer,
  parsePrefillCreateRequest,
  parsePrefillShapeRequest,
  parsePrefillStateRequest,
} from "../../protocol/prefill.ts";
import { routes } from "../../protocol/wire.ts";
import type { Result } from "../../shared/result.ts";
import type { Prefill, PrefillTrouble } from "../prefill.ts";
import type { RouteDeps } from "./deps.ts";

/** @param deps `prefill` undefined: the operator did not allow it. */
export function prefillRoutes(app: FastifyInstance, deps: RouteDeps & { readonly prefill: Prefill | undefined }): void {
  const { answers, rates, prefill } = deps;

  const refuse = (request: FastifyRequest, reply: FastifyReply, trouble: PrefillTrouble): FastifyReply => {
    if (trouble.type === "busy") return answers.refuse(request, reply, "too-many", trouble.seconds);
    return answers.refuse(request, reply, trouble.type === "unknown" ? "prefill-unknown" : "prefill-failed");
  };

  function route<Request, Value>(
    name: string,
    bodyLimit: number,
    parse: (body: unknown) => Result<Request, "bad-format">,
    run: (site: Prefill, asked: Request) => Promise<Result<Value, PrefillTrouble>>,
    say: (request: FastifyRequest, value: Value) => object,
  ): void {
    app.post(`${routes.prefill}/${name}`, { bodyLimit }, async (request, reply) => {
      if (prefill === undefined) return answers.refuse(request, reply, "prefill-off");
      const wait = await rates.prefill(request);
      if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);
      const read = parse(request.body);
      if (!read.ok) return answers.refuse(request, reply, "bad-format");
      const done = await run(prefill, read.value);
      return done.ok ? reply.send(say(request, done.value)) : refuse(request, reply, done.error);
    });
  }

  route(
    "shape",
    bodies.prefillState,
    parsePrefillShapeRequest,
    (site, { path }) => site.shape(path),
    (request, shape): PrefillShapeAnswer => ({ ...answers.answered(request), shape }),
  );
  route(
    "create",
    bodies.prefill,
    parsePrefillCreateRequest,
    (site, { number, values }) => site.create(number, values),
    (request, created): PrefillCreateAnswer => ({ ...answers.answered(request), ...created }),
  );
  route(
    "state",
    bodies.prefillState,
    parsePrefillStateRequest,
    (site, { number, tokens }) => site.states(number, tokens),
    (request, dossiers): PrefillStateAnswer => ({ ...answers.answered(request), dossiers }),
  );
}
