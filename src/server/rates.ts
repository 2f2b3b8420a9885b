/**
 * Rate limits: one key per principal where a session or a checked signature names one, else a high wall per address,
 * since a public digital space shares one address. Runs in Node; counters live in memory and are never logged.
 *
 * Surprising: @fastify/rate-limit is told the key through a side table, because a principal is known only once its
 * signature was checked, in the middle of the handler.
 */

import type { FastifyInstance, FastifyRequest } from "fastify";
import { rates as limits } from "../protocol/limits.ts";
import type { PrincipalId } from "../shared/ids.ts";

/** Undefined: go on. A number: refused, and after so many seconds it may work again. */
export type Refusal = number | undefined;

export interface Rates {
  /** Counts a request: for its session's principal, else for its address. */
  readonly request: (request: FastifyRequest) => Promise<Refusal>;
  /** Counts an item whose signature by `principal` was checked. */
  readonly principal: (request: FastifyRequest, principal: PrincipalId) => Promise<Refusal>;
  /** Asks, without counting, whether this address may try another one-time code for this organisation. */
  readonly mayTry: (request: FastifyRequest, slug: string) => Promise<Refusal>;
  readonly wrongTry: (request: FastifyRequest, slug: string) => Promise<Refusal>;
}

/** `app` has @fastify/rate-limit registered with `global: false`. */
export function createRates(
  app: FastifyInstance,
  max: { readonly perPrincipal: number; readonly perAddress: number },
): Rates {
  const keys = new WeakMap<FastifyRequest, string>();
  const limiter = (most: number, timeWindow: number) => {
    const limit = app.createRateLimit({ max: most, timeWindow, keyGenerator: (request) => keys.get(request) ?? "" });
    return async (request: FastifyRequest, key: string, increment = true): Promise<Refusal> => {
      keys.set(request, key);
      const state = await limit(request, { increment });
      if (state.isAllowed) return undefined;
      const refused = increment ? state.isExceeded : state.remaining === 0;
      return refused ? Math.max(1, state.ttlInSeconds) : undefined;
    };
  };
  const byPrincipal = limiter(max.perPrincipal, limits.windowMs);
  const byAddress = limiter(max.perAddress, limits.windowMs);
  const byTry = limiter(limits.enrolTries, limits.enrolWindowMs);
  return {
    request: (request) =>
      request.session === undefined ? byAddress(request, request.ip) : byPrincipal(request, request.session.principal),
    principal: async (request, principal) =>
      // A session of the same principal was counted when the request came in.
      request.session?.principal === principal ? undefined : byPrincipal(request, principal),
    mayTry: (request, slug) => byTry(request, `${slug} ${request.ip}`, false),
    wrongTry: (request, slug) => byTry(request, `${slug} ${request.ip}`),
  };
}
