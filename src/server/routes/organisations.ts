/** deployment.json, and opening a desk with its one-time code (SPEC P-O). Runs in Node. */

import { timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { bodies } from "../../protocol/limits.ts";
import { parseEnrolRequest } from "../../protocol/parse.ts";
import { type B64, type EnrolAnswer, routes } from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import { fromBase64Url } from "../../shared/bytes.ts";
import { checkChain, saveChain } from "../chains.ts";
import { deploymentNow } from "../deployment.ts";
import { authHashOf } from "../desks.ts";
import type { RouteDeps } from "./deps.ts";

const noHash = "A".repeat(43) as B64;

const sameHash = (a: B64, b: B64): boolean => {
  const [left, right] = [fromBase64Url(a), fromBase64Url(b)];
  return left?.length === 32 && right?.length === 32 && timingSafeEqual(left, right);
};

export function organisationRoutes(app: FastifyInstance, deps: RouteDeps): void {
  const { answers, store, rates } = deps;

  const shown = async (slug: string) => {
    const { organisations } = await deploymentNow(deps.deployment, deps.keys, store);
    const organisation = organisations.find((one) => one.slug === slug);
    assert(organisation !== undefined, "a desk belongs to an organisation of the deployment");
    return organisation;
  };

  app.post<{ Params: { slug: string } }>(
    `${routes.organisations}/:slug/enrol`,
    { bodyLimit: bodies.enrol },
    async (request, reply) => {
      const { slug } = request.params;
      const wait = await rates.mayTry(request, slug);
      if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);
      const read = parseEnrolRequest(request.body);
      if (!read.ok) return answers.refuse(request, reply, "bad-format");
      const { auth, statements, sealedRoot } = read.value;

      // The same work for an unknown organisation, a wrong code and the right one.
      const known = deps.deployment.organisations.some((one) => one.slug === slug);
      const desk = known ? await store.desk(slug) : undefined;
      const right = sameHash(await authHashOf(auth), desk?.authHash ?? noHash);
      if (desk === undefined || !right) {
        await rates.wrongTry(request, slug);
        return answers.refuse(request, reply, "wrong-code");
      }

      if (desk.opened === null) {
        const chain = await checkChain(statements);
        if (!chain.ok) return answers.refuse(request, reply, chain.error);
        if (chain.value.kind !== "organisation" || sealedRoot === "")
          return answers.refuse(request, reply, "bad-format");
        const saved = await saveChain(store, statements, answers.now());
        if (!saved.ok) return answers.refuse(request, reply, saved.error);
        if (await store.openDesk(slug, saved.value.id, sealedRoot, answers.now())) deps.log.note("desk-opened");
      }
      // Whoever came first decided; a second browser opens what the same code seals.
      const opened = (await store.desk(slug))?.opened ?? null;
      assert(opened !== null, "a desk that was opened stays open");
      // Its helpers hold the keys now (SPEC P-H11): the code opens nothing any more.
      if (opened.sealedRoot === "") return answers.refuse(request, reply, "ended");
      const answer: EnrolAnswer = {
        ...answers.answered(request),
        organisation: await shown(slug),
        sealedRoot: opened.sealedRoot,
      };
      return reply.send(answer);
    },
  );
}

/** Outside /v1: precached with the shell, so it carries no nonce. */
export function deploymentRoute(app: FastifyInstance, deps: RouteDeps): void {
  app.get(routes.deployment, async (_request: FastifyRequest, reply: FastifyReply) =>
    reply.header("cache-control", "no-cache").send(await deploymentNow(deps.deployment, deps.keys, deps.store)),
  );
}
