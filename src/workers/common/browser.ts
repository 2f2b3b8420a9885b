/**
 * What both key-holding workers make of the browser's parts, handed in by their roots. Runs in workers.
 */

import { routes } from "../../protocol/wire.ts";
import type { DeviceId, PrincipalId } from "../../shared/ids.ts";
import type { Timers } from "../../shared/ports.ts";
import type { Registry } from "../../storage/ports.ts";
import { createDrainer, type DrainerDeps } from "../../sync/drain.ts";
import { createHttpTransport } from "../../sync/http.ts";
import { createKeysExchange } from "../../sync/keys.ts";
import { challengeSigner } from "../../sync/session.ts";
import type { CourierDeps } from "./couriers.ts";
import type { DeploymentSource } from "./deployments.ts";
import { journalPath, markPath, marksCache, weeksPath } from "./marks-cache.ts";

const deploymentCache = "besace-deployment";
/** A deployment is a few KB; on 2G it may still take this long. */
const deploymentMs = 30_000;

/** The JSON of an answer; undefined for a portal's page or a body that was cut. */
async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    if (error instanceof Error && error.name === "AbortError") return undefined;
    throw error;
  }
}

/** deployment.json from this browser's cache, and from the server. */
export const deploymentSource = (
  fetch: WindowOrWorkerGlobalScope["fetch"],
  caches: Pick<CacheStorage, "open">,
  timers: Timers,
): DeploymentSource => ({
  async kept() {
    const held = await (await caches.open(deploymentCache)).match(routes.deployment);
    return held === undefined ? undefined : jsonOf(held);
  },
  async fresh() {
    const abort = new AbortController();
    const cancel = timers.after(deploymentMs, () => abort.abort());
    try {
      const response = await fetch(routes.deployment, { credentials: "omit", redirect: "error", signal: abort.signal });
      return response.ok ? await jsonOf(response) : undefined;
    } catch (error) {
      // No network, a portal that redirects, or a line on which nothing moves.
      if (error instanceof TypeError || (error instanceof Error && error.name === "AbortError")) return undefined;
      throw error;
    } finally {
      cancel();
    }
  },
  async keep(deployment) {
    await (await caches.open(deploymentCache)).put(routes.deployment, Response.json(deployment));
  },
});

/**
 * Marks in the Cache API: beside the databases, and out of reach of what goes wrong inside one. A browser that refuses the
 * cache has no marks; nothing else depends on it.
 */
export function cacheMarks(caches: Pick<CacheStorage, "open">): {
  readonly has: (database: string) => Promise<boolean>;
  readonly put: (database: string) => Promise<void>;
  readonly drop: (database: string) => Promise<void>;
  readonly weeks: (database: string, weeks: readonly number[]) => Promise<void>;
} {
  const withCache = async <T>(use: (cache: Cache) => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await use(await caches.open(marksCache));
    } catch (error) {
      if (error instanceof DOMException || error instanceof TypeError) return otherwise;
      throw error;
    }
  };
  return {
    has: (database) => withCache(async (cache) => (await cache.match(markPath(database))) !== undefined, false),
    put: (database) => withCache((cache) => cache.put(markPath(database), new Response("1")), undefined),
    drop: (database) =>
      withCache(async (cache) => {
        await cache.delete(markPath(database));
        await cache.delete(weeksPath(database));
        await cache.delete(journalPath(database));
      }, undefined),
    weeks: (database, weeks) => withCache((cache) => cache.put(weeksPath(database), Response.json(weeks)), undefined),
  };
}

/** A database that another connection holds is gone within this, or counts as left. */
const wipeMs = 5000;

/** Deletes every database of this origin; answers how many are left. Where they cannot be listed, those named in `known`. */
export async function wipeDatabases(
  indexedDB: Pick<IDBFactory, "deleteDatabase"> & Partial<Pick<IDBFactory, "databases">>,
  timers: Timers,
  known: readonly string[],
): Promise<number> {
  const listed = await indexedDB.databases?.();
  const names = listed === undefined ? known : listed.flatMap(({ name }) => name ?? []);
  const gone = await Promise.all(
    names.map(
      (name) =>
        new Promise<boolean>((resolve) => {
          const request = indexedDB.deleteDatabase(name);
          request.onsuccess = () => resolve(true);
          request.onerror = () => resolve(false);
          timers.after(wipeMs, () => resolve(false));
        }),
    ),
  );
  return gone.filter((one) => !one).length;
}

/** One drainer for one profile of this browser, on the origin that served the app. */
export const drainerMaker =
  (
    deps: Pick<DrainerDeps, "clock" | "random" | "timers" | "hints"> & {
      readonly fetch: WindowOrWorkerGlobalScope["fetch"];
      readonly locks: DrainerDeps["locks"] | undefined;
      readonly registry: Registry;
    },
  ): CourierDeps["createDrainer"] =>
  (profile, store, onProgress, onKeys) => {
    const { fetch, locks, hints, clock, random, timers, registry } = deps;
    const http = createHttpTransport({ fetch, baseUrl: "", random, timers, clock });
    const { database, visit } = profile;
    // No device of the chain answers the challenge then: the visit says whose key does (SPEC P-N4).
    const transport: typeof http =
      visit === undefined
        ? http
        : { ...http, session: (who, challenge, sig) => http.session({ ...who, visit }, challenge, sig) };
    const principal = profile.principal as PrincipalId;
    const keys = createKeysExchange({ registry, database, principal, transport, clock, onSeen: onKeys });
    return createDrainer({
      identity: { principal, device: profile.device as DeviceId },
      store,
      transport,
      clock,
      random,
      timers,
      signChallenge: challengeSigner(profile.transportKey),
      register: keys.statements,
      ...(profile.kind === "satchel" ? { keys } : {}),
      onProgress,
      ...(locks === undefined ? {} : { locks }),
      ...(hints === undefined ? {} : { hints }),
    });
  };

type Call = (...args: readonly unknown[]) => Promise<unknown>;

/**
 * Functions to expose under the contract's names. The service is started by the first of them; what cannot be opened is
 * answered as it is, and tried again at the next call.
 */
export function exposedMethods<Api>(
  names: readonly (keyof Api & string)[],
  start: () => Promise<
    { readonly ok: true; readonly value: { readonly api: Api } } | { readonly ok: false; readonly error: unknown }
  >,
): Record<string, Call> {
  let starting: ReturnType<typeof start> | undefined;
  const started = async () => {
    starting ??= start();
    const service = await starting;
    if (!service.ok) starting = undefined;
    return service;
  };
  return Object.fromEntries(
    names.map((name) => [
      name,
      async (...args: readonly unknown[]) => {
        const service = await started();
        return service.ok ? (service.value.api[name] as Call)(...args) : service;
      },
    ]),
  );
}

/** For `createTurns`: resolves after the messages that have come by now. A timer would add milliseconds to each of many. */
export function messageTurns(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((done) => {
      waiting.push(done);
      port2.postMessage(null);
    });
}
