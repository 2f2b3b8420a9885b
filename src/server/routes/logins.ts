/**
 * Helpers' logins at another site, and a person's own details from one (SPEC P-I). Runs in Node.
 *
 * Surprising: nothing is kept between "begin" and "finish" but in the browser's sealed cookie; and a person's way through here
 * asks no session and looks at none, so that whose satchel it is stays unknown.
 */

import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as v from "valibot";
import { principalIdField } from "../../protocol/fields.ts";
import {
  type BeginAnswer,
  type BeginRequest,
  type BindingsAnswer,
  bindingHash,
  type FinishAnswer,
  type FinishRequest,
  type FinishState,
  type IdentityAnswer,
  type IdentityClaims,
  identityOf,
  type LoginLanguage,
  type LoginRefusal,
  type LoginStateAnswer,
  type LoginWhat,
  loginLimits as limits,
  loginCommit,
  loginPages,
  loginRefusals,
  loginRoutes,
  loginSubject,
  type PassAnswer,
  parseBeginRequest,
  parseEmpty,
  parseFinishRequest,
  parseUnbindRequest,
  readBinding,
  readUnbinding,
} from "../../protocol/login.ts";
import { parseBody } from "../../protocol/sign.ts";
import { readChain } from "../../protocol/statements.ts";
import type { B64, ServerTime } from "../../protocol/wire.ts";
import { fromBase64Url, toBase64Url } from "../../shared/bytes.ts";
import type { PrincipalId } from "../../shared/ids.ts";
import type { Random } from "../../shared/ports.ts";
import type { Admitted } from "../admission.ts";
import { type AtDesk, deskOf, type Gate } from "../gate.ts";
import { type LoginPage, loginPage, loginStyle, loginStylePath } from "../login-pages.ts";
import type { Oidc } from "../oidc.ts";
import type { SealedCookies } from "../sealed-cookie.ts";
import type { RouteDeps } from "./deps.ts";

export interface LoginDeps extends RouteDeps {
  readonly gate: Gate;
  readonly cookies: SealedCookies;
  readonly random: Random;
  /** The site where that organisation's helpers log in, and its establishment. */
  readonly siteOf: (organisation: PrincipalId) => Promise<{ readonly oidc: Oidc; readonly siret: string } | undefined>;
  readonly person: Oidc | undefined;
}

const text = v.string();
const common = { commit: text, language: v.picklist(["fr", "en", "ar"]), until: v.number(), site: text };
const whose = v.nullable(v.object({ organisation: text, device: text, helper: text }));
const begunShape = v.object({
  ...common,
  type: v.literal("begun"),
  whose,
  begun: v.object({ state: text, nonce: text, verifier: text }),
});
const endedShape = v.object({
  ...common,
  type: v.literal("ended"),
  whose,
  id: text,
  outcome: v.variant("type", [
    v.object({ type: v.literal("refused"), why: v.picklist(loginRefusals) }),
    v.object({ type: v.literal("in"), subject: text }),
    v.object({ type: v.literal("claims"), claims: v.record(text, text) }),
  ]),
});
type Begun = v.InferOutput<typeof begunShape>;
type Ended = v.InferOutput<typeof endedShape>;
type Out = v.InferOutput<typeof outShape>;
type Outcome = Ended["outcome"];
const keptShape = v.variant("type", [begunShape, endedShape]);
const outShape = v.object({ idToken: text, language: common.language, organisation: v.nullable(text) });

/** Longer ones would not fit into a cookie: then the logout is the site's own. */
const longestIdToken = 2700;
const hashOf = (words: string): string => createHash("sha256").update(words).digest("base64url");
const cookieOf = (what: LoginWhat): string => `login-${what}`;
const outCookieOf = (what: LoginWhat): string => `logout-${what}`;

export function loginRoutesOf(app: FastifyInstance, deps: LoginDeps): void {
  const { answers, cookies, gate, store, rates, log } = deps;
  const now = answers.now;

  const keptIn = (request: FastifyRequest, what: LoginWhat): Begun | Ended | undefined => {
    const read = v.safeParse(keptShape, cookies.read(cookieOf(what), request.headers.cookie));
    return read.success && read.output.until > now() ? read.output : undefined;
  };
  /** True once in the whole life of the server. */
  const once = async (key: string, until: number): Promise<boolean> =>
    (await store.tally(key, until as ServerTime, now())).count === 1;
  const isBehind = async (kept: { readonly commit: string }, secret: B64): Promise<boolean> => {
    const bytes = fromBase64Url(secret);
    const [shown, wanted] = [
      Buffer.from(bytes === undefined ? "" : await loginCommit(bytes)),
      Buffer.from(kept.commit),
    ];
    return shown.length === wanted.length && timingSafeEqual(shown, wanted);
  };

  /* ---- what the app asks ---- */

  const begin = (
    request: FastifyRequest,
    reply: FastifyReply,
    what: LoginWhat,
    { commit, language }: BeginRequest,
    oidc: Oidc,
    who: Begun["whose"],
  ): FastifyReply => {
    const kept: Begun = {
      type: "begun",
      commit,
      language,
      until: now() + limits.loginMs,
      site: oidc.site.name,
      whose: who,
      begun: oidc.draw(),
    };
    reply.header("set-cookie", cookies.put(cookieOf(what), kept, limits.loginMs));
    const answer: BeginAnswer = { ...answers.answered(request), page: loginPages.leave(what) };
    return reply.send(answer);
  };

  app.post(loginRoutes.state, { bodyLimit: limits.bodyBytes }, async (request, reply) => {
    const here = await deskOf(gate, deps.admit, request);
    if (!here.ok) return answers.refuse(request, reply, here.error);
    if (!parseEmpty(request.body).ok) return answers.refuse(request, reply, "bad-format");
    const needs = await gate.needs(here.value);
    const pass = await gate.read(request, here.value.who);
    const site = needs.includes("oidc") ? await deps.siteOf(here.value.organisation.id) : undefined;
    const answer: LoginStateAnswer = {
      ...answers.answered(request),
      needs,
      site: site?.oidc.site.name ?? null,
      until: pass !== undefined && needs.includes(pass.kind) ? pass.until : null,
      helper: here.value.helper !== null,
    };
    return reply.send(answer);
  });

  app.post(loginRoutes.begin, { bodyLimit: limits.bodyBytes }, async (request, reply) => {
    const here = await deskOf(gate, deps.admit, request);
    if (!here.ok) return answers.refuse(request, reply, here.error);
    const read = parseBeginRequest(request.body);
    if (!read.ok) return answers.refuse(request, reply, "bad-format");
    const { organisation, helper, who } = here.value;
    const site = await deps.siteOf(organisation.id);
    if (site === undefined || helper === null) return answers.refuse(request, reply, "forbidden");
    const bound = { organisation: organisation.id, device: who.device, helper };
    return begin(request, reply, "guichet", read.value, site.oidc, bound);
  });

  app.post(loginRoutes.finish, { bodyLimit: limits.bodyBytes }, async (request, reply) => {
    const here = await deskOf(gate, deps.admit, request);
    if (!here.ok) return answers.refuse(request, reply, here.error);
    const read = parseFinishRequest(request.body);
    if (!read.ok) return answers.refuse(request, reply, "bad-format");
    const kept = keptIn(request, "guichet");
    const state = await finished(here.value, kept, read.value);
    if (state.type === "in" || state.type === "refused") reply.header("set-cookie", cookies.drop(cookieOf("guichet")));
    const answer: FinishAnswer = { ...answers.answered(request), state };
    return reply.send(answer);
  });

  async function finished(
    here: AtDesk & { readonly who: Admitted },
    kept: Begun | Ended | undefined,
    { secret, binding }: FinishRequest,
  ): Promise<FinishState> {
    const { organisation, helper, who } = here;
    const stale: FinishState = { type: "refused", why: "stale" };
    if (kept?.whose == null || helper === null || !(await isBehind(kept, secret))) return stale;
    const { organisation: id, device, helper: begunBy } = kept.whose;
    if (id !== organisation.id || device !== who.device || begunBy !== helper) return stale;
    if (kept.type === "begun") return { type: "waiting" };
    const { outcome } = kept;
    if (outcome.type === "refused") return outcome;
    if (outcome.type !== "in") return stale;
    const subject = outcome.subject as B64;
    let bound = (await store.loginBinding(organisation.id, helper))?.subject;
    if (bound === undefined) {
      if (binding === null) return { type: "bind", subject, at: now() };
      const claim = await readBinding(binding, organisation);
      const fits = claim.ok && claim.value.helper === helper && claim.value.subject === subject;
      if (!fits || Math.abs(claim.value.at - now()) > limits.loginMs) return stale;
      bound = (await store.bindLogin(organisation.id, { helper, subject, statement: binding }, now())).subject;
      log.note("login-bound");
    }
    if (bound !== subject) return { type: "refused", why: "other-person" };
    if (!(await once(`login-end.${hashOf(kept.id)}`, kept.until))) return stale;
    const { text: pass, until } = gate.pass(who, "oidc");
    return { type: "in", pass, until };
  }

  app.post(loginRoutes.renew, { bodyLimit: limits.bodyBytes }, async (request, reply) => {
    const here = await deskOf(gate, deps.admit, request);
    if (!here.ok) return answers.refuse(request, reply, here.error);
    const pass = await gate.read(request, here.value.who);
    if (pass === undefined) return answers.refuse(request, reply, "login-needed");
    const { text: next, until } = gate.renew(pass);
    const answer: PassAnswer = { ...answers.answered(request), pass: next, until };
    return reply.send(answer);
  });

  app.post(loginRoutes.end, { bodyLimit: limits.bodyBytes }, async (request, reply) => {
    const here = await deskOf(gate, deps.admit, request);
    if (!here.ok) return answers.refuse(request, reply, here.error);
    const pass = await gate.read(request, here.value.who);
    if (pass !== undefined) await gate.end(pass);
    return reply.send(answers.answered(request));
  });

  app.get(loginRoutes.bindings, async (request, reply) => {
    const here = await deskOf(gate, gate.guard(deps.admit), request);
    if (!here.ok) return answers.refuse(request, reply, here.error);
    const standing = await store.loginBindings(here.value.organisation.id);
    const answer: BindingsAnswer = {
      ...answers.answered(request),
      bindings: standing.map(({ statement }) => statement),
    };
    return reply.send(answer);
  });

  // Authority travels with the item: a manager's signature, and no session.
  app.post(loginRoutes.bindings, { bodyLimit: limits.bodyBytes }, async (request, reply) => {
    const read = parseUnbindRequest(request.body);
    const claim = read.ok
      ? v.safeParse(v.object({ organisation: principalIdField }), parseBody(read.value.unbinding.body)?.value)
      : undefined;
    if (!read.ok || claim?.success !== true) return answers.refuse(request, reply, "bad-format");
    const stored = await store.principal(claim.output.organisation);
    const chain = stored && (await readChain(stored.statements));
    if (chain?.ok !== true) return answers.refuse(request, reply, "unknown-principal");
    const unbinding = await readUnbinding(read.value.unbinding, chain.value);
    if (!unbinding.ok) return answers.refuse(request, reply, unbinding.error);
    const wait = await rates.principal(request, chain.value.id);
    if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);
    for (const { helper, subject, statement } of await store.loginBindings(chain.value.id))
      if ((await bindingHash(statement)) === unbinding.value.binding) {
        await store.unbindLogin(chain.value.id, helper, subject);
        log.note("login-unbound");
      }
    return reply.send(answers.answered(request));
  });

  app.post(loginRoutes.identityBegin, { bodyLimit: limits.bodyBytes }, async (request, reply) => {
    if (deps.person === undefined) return answers.refuse(request, reply, "not-found");
    const read = parseBeginRequest(request.body);
    if (!read.ok) return answers.refuse(request, reply, "bad-format");
    return begin(request, reply, "personne", read.value, deps.person, null);
  });

  app.post(loginRoutes.identityFinish, { bodyLimit: limits.bodyBytes }, async (request, reply) => {
    const read = parseFinishRequest(request.body);
    if (!read.ok) return answers.refuse(request, reply, "bad-format");
    const kept = keptIn(request, "personne");
    const state = await heard(kept, read.value.secret);
    if (state.type !== "waiting") reply.header("set-cookie", cookies.drop(cookieOf("personne")));
    const answer: IdentityAnswer = { ...answers.answered(request), state };
    return reply.send(answer);
  });

  async function heard(kept: Begun | Ended | undefined, secret: B64): Promise<IdentityAnswer["state"]> {
    if (kept === undefined || !(await isBehind(kept, secret))) return { type: "refused", why: "stale" };
    if (kept.type === "begun") return { type: "waiting" };
    if (kept.outcome.type === "refused") return kept.outcome;
    const isFirst = kept.outcome.type === "claims" && (await once(`login-end.${hashOf(kept.id)}`, kept.until));
    if (kept.outcome.type !== "claims" || !isFirst) return { type: "refused", why: "stale" };
    return { type: "claims", claims: kept.outcome.claims as IdentityClaims };
  }
}

/** The pages between here and the other site: outside /v1, for a browser that follows addresses. */
export function loginPageRoutes(app: FastifyInstance, deps: LoginDeps): void {
  const { cookies, store, random, log } = deps;
  const now = deps.answers.now;
  const origin = (): string => new URL(deps.deployment.urls.app).origin;
  const oidcOf = async (what: LoginWhat, organisation: string | null | undefined): Promise<Oidc | undefined> =>
    what === "personne" ? deps.person : (await deps.siteOf((organisation ?? "") as PrincipalId))?.oidc;

  const show = (reply: FastifyReply, what: LoginWhat, page: LoginPage, language: LoginLanguage): FastifyReply =>
    reply
      .code(page.type === "refused" ? 400 : 200)
      .header("cache-control", "no-store")
      .type("text/html; charset=utf-8")
      .send(loginPage(what, page, language));
  const away = (reply: FastifyReply, url: string): FastifyReply =>
    reply.code(302).header("cache-control", "no-store").header("location", url).send();
  /** Where no login is under way nothing is known, not even the language. */
  const lost = (reply: FastifyReply, what: LoginWhat): FastifyReply =>
    show(reply, what, { type: "refused", why: "stale", site: "" }, "fr");

  const begunIn = (request: FastifyRequest, what: LoginWhat): Begun | undefined => {
    const read = v.safeParse(begunShape, cookies.read(cookieOf(what), request.headers.cookie));
    return read.success && read.output.until > now() ? read.output : undefined;
  };
  const endWith = (reply: FastifyReply, what: LoginWhat, begun: Begun, outcome: Outcome): FastifyReply => {
    const { commit, language, until, site, whose: who } = begun;
    const id = toBase64Url(random.bytes(16));
    const kept: Ended = { type: "ended", commit, language, until, site, whose: who, id, outcome };
    log.note("login", { what, outcome: outcome.type === "refused" ? outcome.why : outcome.type });
    return reply.header("set-cookie", cookies.put(cookieOf(what), kept, until - now()));
  };
  const refuse = (reply: FastifyReply, what: LoginWhat, begun: Begun, why: LoginRefusal): FastifyReply =>
    show(
      endWith(reply, what, begun, { type: "refused", why }),
      what,
      { type: "refused", why, site: begun.site },
      begun.language,
    );

  app.get(loginStylePath, async (_request, reply) =>
    reply.header("cache-control", "no-cache").type("text/css; charset=utf-8").send(loginStyle),
  );

  for (const what of ["guichet", "personne"] as const) {
    app.get(loginPages.leave(what), async (request, reply) => {
      const begun = begunIn(request, what);
      const oidc = begun && (await oidcOf(what, begun.whose?.organisation));
      if (begun === undefined || oidc === undefined) return lost(reply, what);
      const url = await oidc.leave(begun.begun, `${origin()}${loginPages.back(what)}`);
      return url.ok ? away(reply, url.value) : refuse(reply, what, begun, "failed");
    });

    app.get(loginPages.back(what), async (request, reply) => {
      const begun = begunIn(request, what);
      const oidc = begun && (await oidcOf(what, begun.whose?.organisation));
      if (begun === undefined || oidc === undefined) return lost(reply, what);
      const url = new URL(request.url, origin());
      // A login that was begun elsewhere ends nothing here.
      if (url.searchParams.get("state") !== begun.begun.state) return lost(reply, what);
      const { count } = await store.tally(`login.${hashOf(begun.begun.state)}`, begun.until as ServerTime, now());
      if (count !== 1) return lost(reply, what);
      const known = await oidc.back(begun.begun, url);
      if (!known.ok) return refuse(reply, what, begun, known.error);
      const { subject, claims, idToken } = known.value;
      const forOut: Out = { idToken, language: begun.language, organisation: begun.whose?.organisation ?? null };
      const put = idToken.length > longestIdToken ? [] : [cookies.put(outCookieOf(what), forOut, limits.passMostMs)];
      reply.header("set-cookie", put);
      if (begun.whose === null) {
        const ended = endWith(reply, what, begun, { type: "claims", claims: identityOf(claims) });
        return show(ended, what, { type: "done", name: "" }, begun.language);
      }
      const organisation = begun.whose.organisation as PrincipalId;
      const helper = begun.whose.helper as PrincipalId;
      const site = await deps.siteOf(organisation);
      if (claims.siret !== site?.siret) return refuse(reply, what, begun, "other-siret");
      const hash = await loginSubject(oidc.site.issuer, subject);
      const bound = await store.loginBinding(organisation, helper);
      if (bound !== undefined && bound.subject !== hash) return refuse(reply, what, begun, "other-person");
      const said = [claims.given_name, claims.usual_name].filter((name) => typeof name === "string").join(" ");
      const ended = endWith(reply, what, begun, { type: "in", subject: hash });
      return show(ended, what, { type: "done", name: said.slice(0, 200) }, begun.language);
    });

    app.get(loginPages.out(what), async (request, reply) => {
      const read = v.safeParse(outShape, cookies.read(outCookieOf(what), request.headers.cookie));
      const oidc = read.success ? await oidcOf(what, read.output.organisation) : undefined;
      if (!read.success || oidc === undefined || read.output.idToken === "")
        return show(reply, what, { type: "out" }, read.success ? read.output.language : "fr");
      // The language is known again when the browser comes back.
      const after: Out = { ...read.output, idToken: "" };
      reply.header("set-cookie", cookies.put(outCookieOf(what), after, limits.loginMs));
      const state = toBase64Url(random.bytes(32));
      const url = await oidc.out(read.output.idToken, state, `${origin()}${loginPages.gone(what)}`);
      if (url !== undefined) return away(reply, url);
      return show(reply, what, { type: "refused", why: "failed", site: oidc.site.name }, read.output.language);
    });

    app.get(loginPages.gone(what), async (request, reply) => {
      const read = v.safeParse(outShape, cookies.read(outCookieOf(what), request.headers.cookie));
      reply.header("set-cookie", cookies.drop(outCookieOf(what)));
      return show(reply, what, { type: "out" }, read.success ? read.output.language : "fr");
    });
  }
}
