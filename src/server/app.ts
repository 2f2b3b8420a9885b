/**
 * Builds the server without listening: everything it needs is handed in. Runs in Node.
 *
 * Surprising: one scope holds /v1 (nonce, protocol header, session, coded errors), the rest is files. An unknown path
 * under /v1 is a coded 404, a missing asset a plain 404, and neither is ever HTML.
 */

import rateLimit from "@fastify/rate-limit";
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { connections, rates as rateLimits } from "../protocol/limits.ts";
import type { Clock, Random, Timers } from "../shared/ports.ts";
import { createAdmit } from "./admission.ts";
import { addEnvelope, createAnswers } from "./answers.ts";
import { createFindDeployed, type DeploymentBase } from "./deployment.ts";
import {
  createForwarder,
  createHeartbeat,
  forwardedHeader,
  noForwarder,
  noHeartbeat,
  notMe,
  type Self,
} from "./forward.ts";
import { createGate, type Needs } from "./gate.ts";
import { type Collector, createCollector } from "./gc.ts";
import { createJournalist } from "./journal.ts";
import type { ServerKeys } from "./keys.ts";
import { createLetters } from "./letters.ts";
import { describeError, logRequests, toLog } from "./log.ts";
import { type LoginSites, noSites } from "./login-sites.ts";
import { createMetrics } from "./metrics.ts";
import { type OfficialFiles, officialRoute } from "./official.ts";
import { createOidc, type Oidc, type SiteFetch } from "./oidc.ts";
import { createPrefill, type PrefillSite } from "./prefill.ts";
import { createQuotas } from "./quotas.ts";
import { createRates } from "./rates.ts";
import { approvalRoutes } from "./routes/approvals.ts";
import { blobRoutes } from "./routes/blobs.ts";
import { carriedRoutes } from "./routes/carried.ts";
import type { RouteDeps } from "./routes/deps.ts";
import { healthRoutes } from "./routes/health.ts";
import { inactiveRoutes } from "./routes/inactive.ts";
import { journalRoutes } from "./routes/journal.ts";
import { letterRoutes } from "./routes/letters.ts";
import { type LoginDeps, loginPageRoutes, loginRoutesOf } from "./routes/logins.ts";
import { deploymentRoute, organisationRoutes } from "./routes/organisations.ts";
import { prefillRoutes } from "./routes/prefill.ts";
import { principalRoutes } from "./routes/principals.ts";
import { publishedRoutes } from "./routes/published.ts";
import { recordRoutes } from "./routes/records.ts";
import { teamRoutes } from "./routes/team.ts";
import { wayRoutes } from "./routes/ways.ts";
import { createSealedCookies } from "./sealed-cookie.ts";
import { securityHeaders } from "./security.ts";
import { createSessions } from "./sessions.ts";
import { createShares } from "./shares.ts";
import type { BlobStaging, BlobVault } from "./stores/blob-ports.ts";
import type { Store } from "./stores/ports.ts";
import { createUploads } from "./uploads.ts";
import { isScreenPath, serveWeb } from "./web.ts";

export interface AppDeps {
  readonly store: Store;
  /** Where uploads grow until they are verified. */
  readonly staging: BlobStaging;
  readonly vault: BlobVault;
  /** This process among others on the same database and vault; without it, it is the only one. */
  readonly self?: Self;
  readonly keys: ServerKeys;
  readonly deployment: DeploymentBase;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: FastifyBaseLogger;
  /** Published build; without it only /v1 and deployment.json answer. */
  readonly webFolder: string | undefined;
  /** Public URL when there is one: https turns HSTS on, and a proxy before us is believed. */
  readonly publicUrl: string | undefined;
  /** Addresses or networks of proxies on other machines that are believed too. */
  readonly proxies?: readonly string[];
  /** Where dossiers may be prepared (SPEC P-F); absent: nowhere. */
  readonly prefill?: PrefillSite | undefined;
  /** Sites that say who somebody is, and the way to them (SPEC P-I); absent: none. */
  readonly logins?: { readonly sites: LoginSites; readonly fetch: SiteFetch } | undefined;
  /** PDFs that the operator put beside the server; absent: none. */
  readonly official?: OfficialFiles | undefined;
  /** Replaces the limits of limits.ts, for tests. */
  readonly rates?: { readonly perPrincipal: number; readonly perAddress: number };
  /** Whoever says it reads /metrics. */
  readonly metricsToken?: string | undefined;
  /** The database's file, for its size. */
  readonly databaseFile?: string | undefined;
  /** True once per process: the metrics say what the process itself uses. */
  readonly processMetrics?: boolean;
}

export interface App {
  readonly http: FastifyInstance;
  /** Finishes what a crash interrupted. With one folder, to be awaited before listening. */
  readonly sweep: () => Promise<void>;
  /** Signs of life to the other processes; garbage is collected from now on. */
  readonly start: () => Promise<void>;
  /** /readyz says no from now on, and everything else goes on. */
  readonly announceStop: () => void;
  /** Nothing begins by itself any more; resolves when what had begun is over. */
  readonly stop: () => Promise<void>;
  readonly collector: Collector;
}

/** The store as it is, saying when a person deleted something: what nothing names any more is then to go. */
const watchDeletions = (store: Store, deleted: () => void): Store => ({
  ...store,
  applyOp: async (op, head, digest, quota, at) => {
    const verdict = await store.applyOp(op, head, digest, quota, at);
    if (head.deleted && verdict.type === "ok") deleted();
    return verdict;
  },
  withdrawLetter: async (letter, proof, at) => {
    const done = await store.withdrawLetter(letter, proof, at);
    if (done === "done") deleted();
    return done;
  },
  endShare: async (letter, proof, at) => {
    const done = await store.endShare(letter, proof, at);
    if (done === "done") deleted();
    return done;
  },
  erase: async (principal, at) => {
    const done = await store.erase(principal, at);
    deleted();
    return done;
  },
});

export async function buildApp(deps: AppDeps): Promise<App> {
  const https = deps.publicUrl?.startsWith("https:") === true;
  const http = fastify({
    loggerInstance: deps.logger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: deps.publicUrl === undefined ? false : ["loopback", ...(deps.proxies ?? [])],
    // An upload on a bad line may take an hour: only silence ends a connection.
    requestTimeout: 0,
    connectionTimeout: connections.idleMs,
    keepAliveTimeout: connections.keepAliveMs,
    http: { headersTimeout: connections.headersMs },
    bodyLimit: 16 * 1024,
    // A request's own logger would only add the request's number, which no line says.
    childLoggerFactory: (logger) => logger,
    forceCloseConnections: "idle",
    frameworkErrors: (_error, _request, reply) => {
      reply.raw.writeHead(400, { "content-type": "text/plain" }).end("bad request\n");
      reply.hijack();
    },
  });
  http.removeContentTypeParser("text/plain");
  logRequests(http);
  const { staging, vault, clock, timers, self } = deps;
  const metrics = createMetrics({
    store: deps.store,
    staging,
    stagingAlone: !vault.inPlace,
    databaseFile: deps.databaseFile,
    clock,
    ofProcess: deps.processMetrics === true,
  });
  http.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "(none)";
    metrics.request(request.method, route, reply.raw.statusCode, reply.elapsedTime / 1000);
    done();
  });

  const always = await securityHeaders(https);
  http.addHook("onRequest", (_request, reply, done) => {
    reply.headers(always);
    done();
  });
  await http.register(rateLimit, { global: false });

  const answers = createAnswers(clock);
  const { now } = answers;
  const log = toLog(deps.logger);
  let stopping = false;
  let deleted = (): void => undefined;
  const secret = deps.keys.sessionSecret;
  const journal = createJournalist({ store: deps.store, secret, now });
  const store = journal.watch(watchDeletions(deps.store, () => deleted()));
  const heartbeat = self === undefined ? noHeartbeat : createHeartbeat({ self, store, clock, timers, log });
  const forwarder =
    self === undefined ? noForwarder : createForwarder({ self, secret, store, answers, clock, timers, log, metrics });
  const sessions = createSessions({ secret, clock, random: deps.random, store });
  const max = deps.rates ?? rateLimits;
  const rates = createRates(http, { max, processes: heartbeat.alive, store, secret, now });
  const findDeployed = createFindDeployed(store, deps.deployment);
  const quotaOf = createQuotas(findDeployed);
  const shares = createShares(deps.keys.shareKey, deps.random);
  const letters = createLetters({ store, keys: deps.keys, quotaOf, now, log });
  const uploads = createUploads({ store, staging, vault, letters, timers, now, log, metrics });
  const { isFirst } = heartbeat;
  const collector = createCollector({ store, staging, vault, uploads, isFirst, timers, now, log, metrics });
  deleted = collector.soon;
  const prefill =
    deps.prefill === undefined
      ? undefined
      : createPrefill({ ...deps.prefill, clock, timers, processes: heartbeat.alive });
  const logins = deps.logins?.sites ?? noSites;
  // A slug that is written wrong would be a door without a lock: nobody there would be asked for a login.
  const slugs = deps.deployment.organisations.map(({ slug }) => slug);
  if ([...logins.organisations.keys()].some((slug) => !slugs.includes(slug)))
    throw new Error("the logins are of an organisation that the deployment file does not have");
  const oidcFor = (site: LoginSites["person"]): Oidc | undefined =>
    site === undefined || deps.logins === undefined
      ? undefined
      : createOidc(site, { fetch: deps.logins.fetch, clock, random: deps.random });
  const loginAt = new Map(
    [...logins.organisations].flatMap(([slug, site]) => {
      const oidc = oidcFor(site);
      return oidc === undefined ? [] : [[slug, { oidc, siret: site.siret }] as const];
    }),
  );
  const siteOf: LoginDeps["siteOf"] = async (organisation) =>
    loginAt.size === 0 ? undefined : loginAt.get((await findDeployed(organisation))?.slug ?? "");
  /** What a helper's browser needs beside its key. A site that the operator named comes before what helpers choose. */
  const needs: Needs = async ({ organisation }) => ((await siteOf(organisation.id)) === undefined ? [] : ["oidc"]);
  const gate = createGate({ secret, clock, random: deps.random, store, needs });
  const enter = createAdmit(store, now);
  const routeDeps: RouteDeps = {
    answers,
    timers,
    store,
    keys: deps.keys,
    deployment: deps.deployment,
    sessions,
    admit: gate.guard(enter),
    rates,
    letters,
    quotaOf,
    uploads,
    journal,
    log,
  };

  const loginDeps: LoginDeps = {
    ...routeDeps,
    admit: enter,
    gate,
    cookies: createSealedCookies(secret, https),
    random: deps.random,
    siteOf,
    person: oidcFor(logins.person),
  };

  await http.register(async (scope) => {
    addEnvelope(scope, answers, sessions);
    scope.decorateRequest("forwarded", false);
    scope.addHook("onRequest", (request, reply, done) => {
      const origin = forwarder.read(request);
      request.forwarded = origin === "forwarded";
      if (origin === "none" || origin === "forwarded") {
        done();
        return;
      }
      if (origin === "stranger") reply.header(forwardedHeader, notMe);
      // Another key file, or a clock far off: not the client's fault, and not for it to give up.
      log.note("forward-refused");
      answers.refuse(request, reply, "busy");
    });
    scope.addHook("preSerialization", (request, _reply, payload, done) => {
      metrics.answer(request.routeOptions.url ?? "(none)", payload);
      done(null, payload);
    });
    scope.addHook("onRequest", async (request, reply) => {
      const wait = await rates.request(request);
      return wait === undefined ? undefined : answers.refuse(request, reply, "too-many", wait);
    });
    scope.setErrorHandler((error: { statusCode?: number; name: string }, request, reply) => {
      const status = error.statusCode ?? 500;
      if (status === 413) return answers.refuse(request, reply, "too-large");
      if (status >= 400 && status < 500) return answers.refuse(request, reply, "bad-format");
      request.log.error({ fault: describeError(error) }, "fault");
      return answers.refuse(request, reply, "internal");
    });
    principalRoutes(scope, routeDeps);
    recordRoutes(scope, routeDeps);
    letterRoutes(scope, routeDeps);
    carriedRoutes(scope, routeDeps);
    organisationRoutes(scope, routeDeps);
    wayRoutes(scope, { ...routeDeps, shares, findDeployed });
    approvalRoutes(scope, { ...routeDeps, vault });
    prefillRoutes(scope, { ...routeDeps, prefill });
    inactiveRoutes(scope, routeDeps);
    publishedRoutes(scope, { ...routeDeps, findDeployed });
    teamRoutes(scope, { ...routeDeps, findDeployed });
    journalRoutes(scope, routeDeps);
    loginRoutesOf(scope, loginDeps);
    await scope.register(async (inner) => blobRoutes(inner, { ...routeDeps, staging, vault, forwarder, metrics }));
    scope.all("/v1", async (request, reply) => answers.refuse(request, reply, "not-found"));
    scope.all("/v1/*", async (request, reply) => answers.refuse(request, reply, "not-found"));
  });

  // Said by what runs, not by the file that the operator wrote.
  const identity = logins.person === undefined ? undefined : { name: logins.person.name };
  deploymentRoute(http, {
    ...routeDeps,
    get deployment() {
      return { ...deps.deployment, identity };
    },
  });
  if (deps.logins !== undefined) loginPageRoutes(http, loginDeps);
  if (deps.official !== undefined) officialRoute(http, deps.official);
  healthRoutes(http, {
    store,
    staging,
    vault,
    metrics,
    clock,
    timers,
    log,
    isStopping: () => stopping,
    metricsToken: deps.metricsToken,
    isPublic: deps.publicUrl !== undefined,
  });
  if (deps.webFolder !== undefined) await serveWeb(http, deps.webFolder);
  http.setNotFoundHandler((request, reply) => {
    if (deps.webFolder !== undefined && isScreenPath(request.method, request.url, request.headers.accept))
      return reply.code(200).sendFile("index.html");
    return reply.code(404).type("text/plain").send("not found\n");
  });
  http.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error({ fault: describeError(error) }, "fault");
    return reply
      .code(status)
      .type("text/plain")
      .send(status < 500 ? "bad request\n" : "internal\n");
  });
  return {
    http,
    sweep: uploads.sweep,
    collector,
    start: async () => {
      await heartbeat.start();
      collector.start();
    },
    announceStop: () => {
      stopping = true;
    },
    stop: async () => {
      stopping = true;
      heartbeat.stop();
      uploads.stop();
      await collector.stop();
    },
  };
}
