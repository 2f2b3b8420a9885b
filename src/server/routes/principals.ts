/** Who is who: registering a chain, opening a session with a device's key, reading a chain. Runs in Node. */

import type { FastifyInstance } from "fastify";
import type { ErrorCode } from "../../protocol/errors.ts";
import { dayOf } from "../../protocol/inactive.ts";
import { labels } from "../../protocol/labels.ts";
import { bodies, sessions as sessionLimits, visits } from "../../protocol/limits.ts";
import { parseChallengeRequest, parseRegisterRequest, parseSessionRequest } from "../../protocol/parse.ts";
import { verifyBytes } from "../../protocol/sign.ts";
import { readChain } from "../../protocol/statements.ts";
import { readVisit, type Visit, type VisitError } from "../../protocol/visits.ts";
import {
  type ChallengeAnswer,
  type PrincipalAnswer,
  type RegisterAnswer,
  routes,
  type ServerTime,
  type SessionAnswer,
  type Signed,
} from "../../protocol/wire.ts";
import { fromBase64Url } from "../../shared/bytes.ts";
import { isPrincipalId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { isOver, visitKey, whyNot } from "../admission.ts";
import { saveChain } from "../chains.ts";
import type { Session } from "../sessions.ts";
import type { RouteDeps } from "./deps.ts";

const visitCodes: Readonly<Record<VisitError["type"], ErrorCode>> = {
  "bad-format": "bad-format",
  "bad-signature": "bad-signature",
  "wrong-signer": "forbidden",
  "bad-key": "bad-format",
  "is-a-device": "forbidden",
  "too-long": "bad-format",
  "not-yet": "not-yet",
  expired: "ended",
};

export function principalRoutes(app: FastifyInstance, deps: RouteDeps): void {
  const { answers, store, sessions, rates } = deps;

  /** A visit of the satchel, with the moment at which card and code opened for it (SPEC P-N4). */
  async function visitOf(
    signed: Signed,
    who: Session,
  ): Promise<Result<Visit & { readonly openedAt: ServerTime }, ErrorCode>> {
    const stored = await store.principal(who.principal);
    const chain = stored && (await readChain(stored.statements));
    if (chain?.ok !== true) return err("unknown-principal");
    const read = await readVisit(signed, chain.value, answers.now());
    if (!read.ok) return err(visitCodes[read.error.type]);
    if (read.value.device !== who.device) return err("bad-format");
    // The signing key alone makes no visit: a device that was put out has it too.
    const openedAt = sessions.passedAt(who.principal, read.value.pass);
    if (openedAt === undefined) return err("forbidden");
    const { from, until } = read.value;
    const within = from >= openedAt && until <= openedAt + visits.lifetimeMs;
    return within ? ok({ ...read.value, openedAt }) : err("forbidden");
  }

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
    const { principal, device, challenge, sig, visit: signed } = read.value;
    const visit = signed === undefined ? undefined : await visitOf(signed, { principal, device });
    if (visit?.ok === false) return answers.refuse(request, reply, visit.error);
    const key = visit?.value.transport ?? (await store.transportKey(principal, device));
    if (key === undefined) return answers.refuse(request, reply, "unknown-principal");
    const bytes = fromBase64Url(challenge);
    if (bytes === undefined || !(await verifyBytes(key, labels.session, bytes, sig)))
      return answers.refuse(request, reply, "bad-signature");
    if (!(await sessions.redeem({ principal, device }, challenge)))
      return answers.refuse(request, reply, "unauthenticated");
    // Told only to whoever has the device's key.
    const standing = await store.standing(principal, device);
    const code = whyNot(standing);
    if (code === "device-removed") await deps.journal.daily("refused", principal, device);
    if (code !== undefined) return answers.refuse(request, reply, code);
    await store.noteSeen(principal, dayOf(answers.now()));
    if (visit === undefined) {
      await deps.journal.daily("session", principal, device);
      const answer: SessionAnswer = {
        ...answers.answered(request),
        token: sessions.token({ principal, device }),
        lifetimeMs: sessionLimits.lifetimeMs,
      };
      return reply.send(answer);
    }
    const { openedAt, until } = visit.value;
    // Opened before the satchel was blocked, or got a new root: it stays void.
    const notBefore = Math.max(standing?.sessionsFrom ?? 0, standing?.visitsFrom ?? 0);
    if (openedAt < notBefore || (await isOver(store, { principal, device }, answers.now())))
      return answers.refuse(request, reply, "ended");
    if ((standing?.way.visitedAt ?? 0) < openedAt) await store.noteVisit(principal, openedAt);
    const answer: SessionAnswer = {
      ...answers.answered(request),
      token: sessions.token({ principal, device, visitUntil: until }),
      lifetimeMs: Math.min(until - answers.now(), sessionLimits.lifetimeMs),
    };
    return reply.send(answer);
  });

  app.post(routes.sessionEnd, { bodyLimit: bodies.challenge }, async (request, reply) => {
    const who = await deps.admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    const { principal, device, visitUntil } = who.value;
    if (visitUntil === undefined) return answers.refuse(request, reply, "forbidden");
    // Every process forgets it by itself once nothing of the visit would be taken any more.
    await store.tally(visitKey({ principal, device }), visitUntil, answers.now());
    return reply.send(answers.answered(request));
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
