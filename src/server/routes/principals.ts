/** Who is who: registering a chain, opening a session with a device's key, reading a chain. Runs in Node. */

import type { FastifyInstance } from "fastify";
import { labels } from "../../protocol/labels.ts";
import { bodies, sessions as sessionLimits } from "../../protocol/limits.ts";
import { parseChallengeRequest, parseRegisterRequest, parseSessionRequest } from "../../protocol/parse.ts";
import { verifyBytes } from "../../protocol/sign.ts";
import {
  type ChallengeAnswer,
  type PrincipalAnswer,
  type RegisterAnswer,
  routes,
  type SessionAnswer,
} from "../../protocol/wire.ts";
import { fromBase64Url } from "../../shared/bytes.ts";
import { isPrincipalId } from "../../shared/ids.ts";
import { whyNot } from "../admission.ts";
import { saveChain } from "../chains.ts";
import type { RouteDeps } from "./deps.ts";

export function principalRoutes(app: FastifyInstance, deps: RouteDeps): void {
  const { answers, store, sessions, rates } = deps;

  app.post(routes.register, { bodyLimit: bodies.register }, async (request, reply) => {
    const read = parseRegisterRequest(request.body);
    if (!read.ok) return answers.refuse(request, reply, "bad-format");
    const saved = await saveChain(store, read.value.statements, answers.now());
    if (!saved.ok) return answers.refuse(request, reply, saved.error);
    const wait = await rates.principal(request, saved.value.id);
    if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);
    const answer: RegisterAnswer = { ...answers.answered(request), epoch: await store.epoch() };
    return reply.send(answer);
  });

  // Anybody gets a challenge for anybody: the answer does not tell who is registered.
  app.post(routes.challenge, { bodyLimit: bodies.challenge }, async (request, reply) => {
    const read = parseChallengeRequest(request.body);
    if (!read.ok) return answers.refuse(request, reply, "bad-format");
    const answer: ChallengeAnswer = { ...answers.answered(request), challenge: sessions.challenge(read.value) };
    return reply.send(answer);
  });

  app.post(routes.session, { bodyLimit: bodies.session }, async (request, reply) => {
    const read = parseSessionRequest(request.body);
    if (!read.ok) return answers.refuse(request, reply, "bad-format");
    const { principal, device, challenge, sig } = read.value;
    const key = await store.transportKey(principal, device);
    if (key === undefined) return answers.refuse(request, reply, "unknown-principal");
    const bytes = fromBase64Url(challenge);
    if (bytes === undefined || !(await verifyBytes(key, labels.session, bytes, sig)))
      return answers.refuse(request, reply, "bad-signature");
    if (!(await sessions.redeem({ principal, device }, challenge)))
      return answers.refuse(request, reply, "unauthenticated");
    // Told only to whoever has the device's key.
    const code = whyNot(await store.standing(principal, device));
    if (code !== undefined) return answers.refuse(request, reply, code);
    const answer: SessionAnswer = {
      ...answers.answered(request),
      token: sessions.token({ principal, device }),
      lifetimeMs: sessionLimits.lifetimeMs,
    };
    return reply.send(answer);
  });

  app.get<{ Params: { id: string } }>(`${routes.principals}/:id`, async (request, reply) => {
    const who = await deps.admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    const { id } = request.params;
    const found = isPrincipalId(id) ? await store.principal(id) : undefined;
    if (found === undefined) return answers.refuse(request, reply, "not-found");
    const answer: PrincipalAnswer = { ...answers.answered(request), statements: found.statements };
    return reply.send(answer);
  });
}
