/**
 * Root of the satchel worker: real clock, chance, storage, network and helper workers behind satchel/satchel.ts.
 * The only place of the person's app where content keys exist; they never leave it.
 */

import { expose, transfer } from "comlink";
import { routes } from "../protocol/wire.ts";
import type { DeviceId, PrincipalId } from "../shared/ids.ts";
import type { Clock, Log, Random, Timers } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { openDexieStore, openRegistry } from "../storage/dexie/index.ts";
import { createDrainer } from "../sync/drain.ts";
import { createHttpTransport } from "../sync/http.ts";
import { challengeSigner } from "../sync/session.ts";
import { createCouriers } from "./common/couriers.ts";
import { createDeployments } from "./common/deployments.ts";
import { createEmitter } from "./common/emitter.ts";
import { createImagingHelper, createStretchHelper } from "./common/helpers.ts";
import { createStores } from "./common/stores.ts";
import { createSatchel, type SatchelService } from "./satchel/satchel.ts";
import { type Change, type SatchelApi, satchelMethods, type WorkerError } from "./satchel.contract.ts";

const clock: Clock = { now: () => Date.now() };
const random: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };
const timers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
/** Fixed words and counts only; shown in the browser's console, sent nowhere. */
const log: Log = { note: (event, fields) => console.info("besace", event, fields ?? {}) };

/** Two minutes between two looks for news while nothing waits: a pull is about 1 KB. */
const idleMs = 120_000;
const deploymentCache = "besace-deployment";

const deployments = createDeployments({
  async kept() {
    const cache = await caches.open(deploymentCache);
    const held = await cache.match(routes.deployment);
    return held === undefined ? undefined : jsonOf(held);
  },
  async fresh() {
    try {
      const response = await fetch(routes.deployment, { credentials: "omit", redirect: "error" });
      return response.ok ? await jsonOf(response) : undefined;
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  },
  async keep(deployment) {
    const cache = await caches.open(deploymentCache);
    await cache.put(routes.deployment, Response.json(deployment));
  },
});

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    // A portal's page, or a body that was cut: no deployment.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

const locks = {
  async tryHold<T>(name: string, work: () => Promise<T>): Promise<{ readonly held: T } | "taken"> {
    let outcome: { readonly held: T } | "taken" = "taken";
    await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock !== null) outcome = { held: await work() };
    });
    return outcome;
  },
};

async function startService(): Promise<Result<SatchelService, WorkerError>> {
  const registry = await openRegistry({ timers });
  if (!registry.ok) {
    const mark = registry.error.type === "unavailable" ? registry.error.detail : registry.error.type;
    return err({ type: "unavailable", mark });
  }
  const stores = createStores(registry.value, (database) => openDexieStore(database, { clock, timers }));
  const couriers = createCouriers({
    registry: registry.value,
    open: stores.open,
    kind: "satchel",
    timers,
    clock,
    random,
    log,
    idleMs,
    onEvent: (database, event) => satchel.onCourier(database, event),
    createDrainer: (profile, store, onProgress) =>
      createDrainer({
        identity: { principal: profile.principal as PrincipalId, device: profile.device as DeviceId },
        store,
        transport: createHttpTransport({ fetch: fetch.bind(globalThis), baseUrl: "", random, timers, clock }),
        clock,
        random,
        timers,
        signChallenge: challengeSigner(profile.transportKey),
        register: async () => profile.statements,
        onProgress,
        ...("locks" in navigator ? { locks } : {}),
      }),
  });
  const satchel: SatchelService = createSatchel({
    registry: registry.value,
    stores,
    clock,
    random,
    log,
    timers,
    emitter: createEmitter<Change>(timers),
    stretch: createStretchHelper(
      () => new Worker(new URL("./stretch.worker.ts", import.meta.url), { type: "module", name: "besace-stretch" }),
      timers,
    ),
    imaging: createImagingHelper(
      () => new Worker(new URL("./imaging.worker.ts", import.meta.url), { type: "module", name: "besace-imaging" }),
      timers,
    ),
    deployments,
    couriers,
    home: () => self.location.host,
    room: async () => {
      const { quota, usage } = await navigator.storage.estimate();
      return quota === undefined ? null : Math.max(0, quota - (usage ?? 0));
    },
  });
  void satchel.start().catch((error: unknown) => {
    log.note("start-failed", { error: error instanceof Error ? error.name : "unknown" });
  });
  return ok(satchel);
}

let starting: Promise<Result<SatchelService, WorkerError>> | undefined;

/** Opened at the first call; a database that could not be opened is tried again at the next one. */
async function service(): Promise<Result<SatchelService, WorkerError>> {
  starting ??= startService();
  const started = await starting;
  if (!started.ok) starting = undefined;
  return started;
}

type Call = (...args: readonly unknown[]) => Promise<unknown>;

const exposed: Record<string, Call> = {};
for (const name of satchelMethods) {
  exposed[name] = async (...args) => {
    const started = await service();
    if (!started.ok) return started;
    return (started.value.api[name] as Call)(...args);
  };
}
exposed.readPage = async (...args) => {
  const started = await service();
  if (!started.ok) return started;
  const page = await started.value.api.readPage(...(args as unknown as Parameters<SatchelApi["readPage"]>));
  return page.ok ? transfer(page, [page.value.bytes]) : page;
};

expose(exposed);
void service();
