/**
 * deployment.json: who runs this, whom to call, which keys to pin. Kept in a cache of its own, asked for at install, then
 * network first with three seconds of patience. Runs in the service worker.
 *
 * Surprising fact: what a captive portal answers is never kept; only JSON that parses as a deployment is.
 */

import { parseDeployment, parseJson } from "../protocol/parse.ts";
import { routes } from "../protocol/wire.ts";
import type { Timers } from "../shared/ports.ts";

/** The workers read the same cache: its name and its key are part of the contract between them. */
export const deploymentCacheName = "besace-deployment";
const patienceMs = 3000;

export interface DeploymentDeps {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  readonly caches: Pick<CacheStorage, "open">;
  readonly timers: Timers;
}

export interface DeploymentFiles {
  /** True when a fresh one was kept. Never rejects for what the network does. */
  readonly refresh: () => Promise<boolean>;
  /** The newest that can be had within three seconds, else the kept one, else an error response. */
  readonly respond: () => Promise<Response>;
}

export function createDeploymentFiles(deps: DeploymentDeps): DeploymentFiles {
  const fresh = async (): Promise<Response | undefined> => {
    try {
      const response = await deps.fetch(routes.deployment, {
        cache: "no-cache",
        credentials: "omit",
        redirect: "error",
      });
      if (!response.ok) return undefined;
      const text = await response.clone().text();
      return parseJson(text, parseDeployment).ok ? response : undefined;
    } catch (error) {
      // A dead line, a refused redirect, a cut body.
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  };
  const keepFresh = async (): Promise<Response | undefined> => {
    const response = await fresh();
    if (response !== undefined) {
      const cache = await deps.caches.open(deploymentCacheName);
      await cache.put(routes.deployment, response.clone());
    }
    return response;
  };
  const kept = async (): Promise<Response | undefined> => {
    const cache = await deps.caches.open(deploymentCacheName);
    return await cache.match(routes.deployment);
  };

  return {
    refresh: async () => (await keepFresh()) !== undefined,
    respond: async () => {
      const held = await kept();
      const asked = keepFresh();
      if (held === undefined) return (await asked) ?? Response.error();
      const late = new Promise<undefined>((resolve) => {
        const cancel = deps.timers.after(patienceMs, () => resolve(undefined));
        void asked.finally(cancel).catch(() => undefined);
      });
      return (await Promise.race([asked, late])) ?? held;
    },
  };
}
