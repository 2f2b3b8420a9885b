/**
 * Satchels that nobody opened for years, told to the organisations that may know their persons (SPEC P-Z). Runs in Node.
 *
 * Surprising: the server can write to nobody, having no address of anyone. A human who knows the person is the channel.
 */

import type { FastifyInstance } from "fastify";
import type { InactiveAnswer } from "../../protocol/inactive.ts";
import { inactivity } from "../../protocol/limits.ts";
import { routes, type ServerTime } from "../../protocol/wire.ts";
import type { RouteDeps } from "./deps.ts";

export function inactiveRoutes(app: FastifyInstance, deps: RouteDeps): void {
  const { answers, store } = deps;

  app.get(routes.inactive, async (request, reply) => {
    const who = await deps.admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    const { principal } = who.value;
    if ((await store.principal(principal))?.kind !== "organisation") return answers.refuse(request, reply, "forbidden");
    const found = await store.inactiveFor(principal, inactivity.listed);
    const answer: InactiveAnswer = {
      ...answers.answered(request),
      satchels: found.map(({ satchel, toldAt }) => ({
        satchel,
        removedFrom: (toldAt + inactivity.removedMs - inactivity.toldMs) as ServerTime,
      })),
    };
    return reply.send(answer);
  });
}
