/**
 * Builds the server without listening: everything it needs is handed in. Runs in Node.
 *
 * Surprising: one scope holds /v1 (nonce, protocol header, session, coded errors), the rest is files. An unknown path
 * under /v1 is a coded 404, a missing asset a plain 404, and neither is ever HTML.
 */

import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { connections, rates as rateLimits } from "../protocol/limits.ts";
import type { Clock, Random, Timers } from "../shared/ports.ts";
import { addEnvelope, createAnswers } from "./answers.ts";
import type { DeploymentBase } from "./deployment.ts";
import type { ServerKeys } from "./keys.ts";
import { createLetters } from "./letters.ts";
import { describeError, logRequests, toLog } from "./log.ts";
import { createQuotas } from "./quotas.ts";
import { createRates } from "./rates.ts";
import { blobRoutes } from "./routes/blobs.ts";
import { carriedRoutes } from "./routes/carried.ts";
import type { RouteDeps } from "./routes/deps.ts";
import { letterRoutes } from "./routes/letters.ts";
import { deploymentRoute, organisationRoutes } from "./routes/organisations.ts";
import { principalRoutes } from "./routes/principals.ts";
import { recordRoutes } from "./routes/records.ts";
import { createSessions } from "./sessions.ts";
import type { BlobPlace, Store } from "./stores/ports.ts";
import { createUploads } from "./uploads.ts";
import { isScreenPath, serveWeb } from "./web.ts";

export interface AppDeps {
  readonly store: Store;
  readonly place: BlobPlace;
  /** The folder behind `place`: tus appends to its files. */
  readonly blobFolder: string;
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
  /** Replaces the limits of limits.ts, for tests. */
  readonly rates?: { readonly perPrincipal: number; readonly perAddress: number };
}

export interface App {
  readonly http: FastifyInstance;
  /** To be awaited before listening: finishes what a crash interrupted. */
  readonly sweep: () => Promise<void>;
}

const self = ["'self'"];
const none = ["'none'"];

export async function buildApp(deps: AppDeps): Promise<App> {
  const https = deps.publicUrl?.startsWith("https:") === true;
  const http = fastify({
    loggerInstance: deps.logger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: deps.publicUrl === undefined ? false : "loopback",
    // An upload on a bad line may take an hour: only silence ends a connection.
    requestTimeout: 0,
    connectionTimeout: connections.idleMs,
    keepAliveTimeout: connections.keepAliveMs,
    http: { headersTimeout: connections.headersMs },
    bodyLimit: 16 * 1024,
    forceCloseConnections: "idle",
    frameworkErrors: (_error, _request, reply) => {
      reply.raw.writeHead(400, { "content-type": "text/plain" }).end("bad request\n");
      reply.hijack();
    },
  });
  http.removeContentTypeParser("text/plain");
  logRequests(http);

  await http.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: none,
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        styleSrc: self,
        imgSrc: ["'self'", "blob:", "data:"],
        connectSrc: self,
        workerSrc: self,
        manifestSrc: self,
        fontSrc: self,
        formAction: none,
        frameAncestors: none,
        baseUri: none,
        objectSrc: none,
      },
    },
    crossOriginOpenerPolicy: { policy: "same-origin" },
    crossOriginResourcePolicy: { policy: "same-origin" },
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: "no-referrer" },
    strictTransportSecurity: https ? { maxAge: 31_536_000 } : false,
    xFrameOptions: { action: "deny" },
  });
  http.addHook("onRequest", async (_request, reply) => {
    reply.header("permissions-policy", "camera=(self), microphone=(), geolocation=(), payment=(), usb=()");
  });
  await http.register(rateLimit, { global: false });

  const answers = createAnswers(deps.clock);
  const log = toLog(deps.logger);
  const sessions = createSessions({ secret: deps.keys.sessionSecret, clock: deps.clock, random: deps.random });
  const rates = createRates(http, deps.rates ?? rateLimits);
  const quotaOf = createQuotas(deps.store, deps.deployment);
  const letters = createLetters({ store: deps.store, keys: deps.keys, quotaOf, now: answers.now, log });
  const uploads = createUploads({ store: deps.store, place: deps.place, letters, now: answers.now, log });
  const routeDeps: RouteDeps = {
    answers,
    timers: deps.timers,
    store: deps.store,
    place: deps.place,
    keys: deps.keys,
    deployment: deps.deployment,
    sessions,
    rates,
    letters,
    quotaOf,
    uploads,
    log,
  };

  await http.register(async (scope) => {
    addEnvelope(scope, answers, sessions);
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
    await scope.register(async (inner) => blobRoutes(inner, { ...routeDeps, blobFolder: deps.blobFolder }));
    scope.all("/v1", async (request, reply) => answers.refuse(request, reply, "not-found"));
    scope.all("/v1/*", async (request, reply) => answers.refuse(request, reply, "not-found"));
  });

  deploymentRoute(http, routeDeps);
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
  return { http, sweep: uploads.sweep };
}
