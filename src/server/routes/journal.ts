/** A satchel's journal, given to its own devices only (SPEC P-J6). Runs in Node. */

import type { FastifyInstance } from "fastify";
import type { JournalAnswer } from "../../protocol/journal.ts";
import { journal as limits } from "../../protocol/limits.ts";
import { routes } from "../../protocol/wire.ts";
import type { RouteDeps } from "./deps.ts";

export function journalRoutes(app: FastifyInstance, deps: RouteDeps): void {
  const { answers, store } = deps;

  app.get<{ Querystring: { after?: string } }>(routes.journal, async (request, reply) => {
    const who = await deps.admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    const after = request.query.after ?? "0";
    if (!/^(0|[1-9][0-9]{0,14})$/.test(after)) return answers.refuse(request, reply, "bad-format");
    const { principal, standing } = who.value;
    await deps.journal.tried(principal, standing?.keyring ?? 0, standing?.way.tries ?? 0);
    const answer: JournalAnswer = {
      ...answers.answered(request),
      ...(await store.journal(principal, Number(after), limits.page)),
    };
    return reply.send(answer);
  });
}
