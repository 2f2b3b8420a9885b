/**
 * For whoever runs the server: is the process alive, may it get requests, what does it count. Outside /v1. Runs in Node.
 *
 * /healthz says that the process answers, /readyz what it needs to do its work, /metrics the counters. The first two
 * tell nothing and are open; /metrics is for the operator: with a token (BESACE_METRICS_TOKEN), or, in a trial without a
 * public address, from this machine alone. For anybody else it is not there.
 */

import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { diskReserveBytes } from "../../protocol/limits.ts";
import type { Clock, Log, Timers } from "../../shared/ports.ts";
import { describeError } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { BlobStaging, BlobVault } from "../stores/blob-ports.ts";
import type { Store } from "../stores/ports.ts";

export type Check = "database" | "staging" | "disk" | "vault" | "running";

export interface HealthDeps {
  readonly store: Pick<Store, "ping">;
  readonly staging: BlobStaging;
  readonly vault: BlobVault;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly isStopping: () => boolean;
  readonly metricsToken: string | undefined;
  /** True when the server has a public address: then being on this machine proves nothing, the proxy is too. */
  readonly isPublic: boolean;
}

/** The same answer for this long: asking must not cost the database anything. */
const sameForMs = 1_000;
const patienceMs = 5_000;

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const loopback = /^(?:127\.|::1$|::ffff:127\.)/;

export function healthRoutes(app: FastifyInstance, deps: HealthDeps): void {
  const tries: Readonly<Record<Exclude<Check, "running">, () => Promise<void>>> = {
    database: deps.store.ping,
    staging: deps.staging.check,
    disk: async () => {
      if ((await deps.staging.free()) < diskReserveBytes) throw new Error("the disk is full");
    },
    vault: deps.vault.check,
  };
  const holds = (name: keyof typeof tries): Promise<boolean> =>
    new Promise((done) => {
      const cancel = deps.timers.after(patienceMs, () => done(false));
      tries[name]().then(
        () => {
          cancel();
          done(true);
        },
        (error: unknown) => {
          cancel();
          deps.log.note("not-ready", { check: name, ...describeError(error) });
          done(false);
        },
      );
    });
  const look = async (): Promise<Record<Check, boolean>> => {
    const names = ["database", "staging", "disk", "vault"] as const;
    const found = await Promise.all(names.map(async (name) => [name, await holds(name)] as const));
    return { ...(Object.fromEntries(found) as Record<(typeof names)[number], boolean>), running: true };
  };
  let last: { readonly at: number; readonly checks: Promise<Record<Check, boolean>> } | undefined;

  app.get("/healthz", async (_request, reply) =>
    reply.header("cache-control", "no-store").type("text/plain").send("ok\n"),
  );

  app.get("/readyz", async (_request, reply) => {
    const now = deps.clock.now();
    if (last === undefined || now < last.at || now - last.at >= sameForMs) last = { at: now, checks: look() };
    const checks = { ...(await last.checks), running: !deps.isStopping() };
    const ready = Object.values(checks).every((check) => check);
    return reply
      .code(ready ? 200 : 503)
      .header("cache-control", "no-store")
      .send({ ready, checks });
  });

  const mayRead = (request: FastifyRequest): boolean => {
    const { metricsToken } = deps;
    if (metricsToken === undefined) return !deps.isPublic && loopback.test(request.socket.remoteAddress ?? "");
    return timingSafeEqual(digest(request.headers.authorization ?? ""), digest(`Bearer ${metricsToken}`));
  };
  app.get("/metrics", async (request, reply) => {
    if (!mayRead(request)) return reply.code(404).type("text/plain").send("not found\n");
    return reply
      .header("cache-control", "no-store")
      .type(deps.metrics.contentType)
      .send(await deps.metrics.text());
  });
}
