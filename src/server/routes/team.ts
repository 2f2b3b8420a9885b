/**
 * Who holds an organisation's keys (SPEC P-H10 to P-H14): changes of its team, invitations, its card. Runs in Node.
 *
 * Surprising: nothing here decides who may change a team. The chain does: each statement carries a manager's signature, and
 * the server only holds what is sealed against whom the chain names.
 */

import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ErrorCode } from "../../protocol/errors.ts";
import { holdsKeys } from "../../protocol/helpers.ts";
import { bodies, team as limits } from "../../protocol/limits.ts";
import { type Principal, readChain, readExtendedChain } from "../../protocol/statements.ts";
import {
  type CardAnswer,
  type InvitationsAnswer,
  invitationClaim,
  type JoinAnswer,
  parseCardRequest,
  parseInviteRequest,
  parseJoinRequest,
  parseTeamRequest,
  readInvitation,
  type TeamAnswer,
  type TeamRequest,
} from "../../protocol/team.ts";
import { type B64, routes } from "../../protocol/wire.ts";
import type { PrincipalId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { FindDeployed } from "../deployment.ts";
import { authHashOf } from "../desks.ts";
import type { StoredPrincipal } from "../stores/ports.ts";
import type { RouteDeps } from "./deps.ts";

export function teamRoutes(app: FastifyInstance, deps: RouteDeps & { readonly findDeployed: FindDeployed }): void {
  const { answers, store, rates, findDeployed, log } = deps;

  /** An organisation of this deployment, as it stands here. */
  async function known(id: PrincipalId): Promise<Result<StoredPrincipal & { readonly chain: Principal }, ErrorCode>> {
    const stored = await store.principal(id);
    const chain = stored && (await readChain(stored.statements));
    // Anybody can register a chain that calls itself an organisation.
    if (chain?.ok !== true || (await findDeployed(id)) === undefined) return err("unknown-principal");
    return stored?.closed == null ? ok({ ...(stored as StoredPrincipal), chain: chain.value }) : err(stored.closed);
  }

  async function change(asked: TeamRequest): Promise<Result<PrincipalId, ErrorCode>> {
    const { statements, from, epochs, boxes, card, invitation } = asked;
    const read = await readChain(statements);
    if (!read.ok) return err(read.error.type === "bad-signature" ? "bad-signature" : "bad-format");
    const { id, kind, sign, devices, removed, helpers, former } = read.value;
    const before = await known(id);
    if (!before.ok) return before;
    if (!(await readExtendedChain(before.value.chain, statements)).ok) return err("id-taken");
    // The same again, after an answer that was lost: it was done whole or not at all.
    if (before.value.statements.length === statements.length) return ok(id);
    const holders = [...helpers].flatMap(([helper, entry]) => (holdsKeys(entry) ? [helper] : []));
    const isCard = card === null || helpers.get(card.helper)?.role === "card";
    const fits = from + epochs.length === former.length + 1 && boxes.every(({ helper }) => holders.includes(helper));
    if (helpers.size === 0 || !fits || !isCard) return err("bad-format");
    const saved = await store.saveTeam(
      {
        chain: { id, kind, sign, devices, removed, statements },
        knownLength: before.value.statements.length,
        from,
        epochs,
        boxes,
        card,
        invitation,
        holders,
      },
      answers.now(),
    );
    if (saved !== "saved") return err(saved === "stale" ? "id-taken" : "bad-format");
    log.note("team", { helpers: helpers.size, epoch: former.length });
    return ok(id);
  }

  app.post(routes.team, { bodyLimit: bodies.team }, async (request, reply) => {
    const read = parseTeamRequest(request.body);
    if (!read.ok) return answers.refuse(request, reply, "bad-format");
    const changed = await change(read.value);
    if (!changed.ok) return answers.refuse(request, reply, changed.error);
    const wait = await rates.principal(request, changed.value);
    if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);
    return reply.send(answers.answered(request));
  });

  app.get(routes.team, async (request, reply) => {
    const who = await deps.admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    const here = await known(who.value.principal);
    if (!here.ok) return answers.refuse(request, reply, here.error);
    const { helpers } = here.value.chain;
    const helper = [...helpers].find(([, { device }]) => device === who.value.device)?.[0] ?? null;
    const { epochs, box } = await store.team(here.value.id, helper);
    const { statements } = here.value;
    // Epochs without anything sealed to this browser would open nothing.
    const answer: TeamAnswer = { ...answers.answered(request), statements, epochs: box === null ? [] : epochs, box };
    return reply.send(answer);
  });

  app.post(routes.invitations, { bodyLimit: bodies.invitation }, async (request, reply) => {
    const read = parseInviteRequest(request.body);
    const claim = read.ok ? invitationClaim(read.value.invitation) : read;
    if (!read.ok || !claim.ok) return answers.refuse(request, reply, "bad-format");
    const here = await known(claim.value.organisation);
    if (!here.ok) return answers.refuse(request, reply, here.error);
    const invitation = await readInvitation(read.value.invitation, here.value.chain);
    if (!invitation.ok)
      return answers.refuse(
        request,
        reply,
        invitation.error.type === "not-allowed" ? "forbidden" : invitation.error.type,
      );
    const wait = await rates.principal(request, here.value.id);
    if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);
    const now = answers.now();
    if (invitation.value.until > now + limits.invitationMs + limits.clockMs)
      return answers.refuse(request, reply, "bad-format");
    const saved = await store.invite(invitation.value, now);
    return saved === "full" ? answers.refuse(request, reply, "quota") : reply.send(answers.answered(request));
  });

  app.get(routes.invitations, async (request, reply) => {
    const who = await deps.admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    const standing = await store.invitations(who.value.principal, answers.now());
    const answer: InvitationsAnswer = {
      ...answers.answered(request),
      invitations: standing.map(({ auth, role, until, ask, helper }) => ({ auth, role, until, ask, helper })),
    };
    return reply.send(answer);
  });

  /** A code said to one desk, counted like the one-time code (SPEC P-W17). */
  async function withCode<T>(
    request: FastifyRequest<{ Params: { slug: string } }>,
    auth: B64,
    find: (hash: B64) => Promise<T | undefined>,
    whose: (found: T) => PrincipalId,
  ): Promise<Result<{ readonly found: T; readonly here: StoredPrincipal }, readonly [ErrorCode, number?]>> {
    const { slug } = request.params;
    const wait = await rates.mayTry(request, slug);
    if (wait !== undefined) return err(["too-many", wait]);
    const found = await find(await authHashOf(auth));
    const here = found === undefined ? undefined : await known(whose(found));
    const deployed = here?.ok === true ? await findDeployed(here.value.id) : undefined;
    if (found === undefined || here?.ok !== true || deployed?.slug !== slug) {
      await rates.wrongTry(request, slug);
      return err(["wrong-code"]);
    }
    return ok({ found, here: here.value });
  }

  app.post<{ Params: { slug: string } }>(
    `${routes.organisations}/:slug/join`,
    { bodyLimit: bodies.invitation },
    async (request, reply) => {
      const read = parseJoinRequest(request.body);
      if (!read.ok) return answers.refuse(request, reply, "bad-format");
      const { auth, ask } = read.value;
      const asked = await withCode(
        request,
        auth,
        (hash) => store.answerInvitation(hash, ask, answers.now()),
        ({ organisation }) => organisation,
      );
      if (!asked.ok) return answers.refuse(request, reply, ...asked.error);
      const { found, here } = asked.value;
      // Somebody else came with this code first: neither of the two is told more.
      if (found.ask !== ask) return answers.refuse(request, reply, "id-taken");
      const { helper, role, until } = found;
      const { epochs, box } = await store.team(here.id, helper);
      const answer: JoinAnswer = {
        ...answers.answered(request),
        role,
        until,
        statements: here.statements,
        keys: helper === null || box === null ? null : { helper, epochs, box },
      };
      return reply.send(answer);
    },
  );

  app.post<{ Params: { slug: string } }>(
    `${routes.organisations}/:slug/card`,
    { bodyLimit: bodies.invitation },
    async (request, reply) => {
      const read = parseCardRequest(request.body);
      if (!read.ok) return answers.refuse(request, reply, "bad-format");
      const asked = await withCode(request, read.value.auth, store.teamCard, ({ organisation }) => organisation);
      if (!asked.ok) return answers.refuse(request, reply, ...asked.error);
      const { helper, sealed } = asked.value.found;
      const { statements, id } = asked.value.here;
      const { epochs, box } = await store.team(id, helper);
      if (box === null) return answers.refuse(request, reply, "card-replaced");
      const answer: CardAnswer = { ...answers.answered(request), statements, helper, sealed, epochs, box };
      return reply.send(answer);
    },
  );
}
