/**
 * Rate limits: one key per principal where a session or a checked signature names one, else a high wall per address,
 * since a public digital space shares one address. Runs in Node; counters live in memory and are never logged.
 *
 * Several processes each allow their share of a limit, so that together they never allow more than it: one write to the
 * database per request would cost more than the flood that it holds off. Wrong one-time codes and ways back in are few
 * and are counted in the database, under a keyed hash of the address or of what is named.
 *
 * Surprising: @fastify/rate-limit is told the key through a side table, because a principal is known only once its
 * signature was checked, in the middle of the handler.
 */

import { createHmac } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { rates as limits, prefill as prefillLimits } from "../protocol/limits.ts";
import type { ServerTime } from "../protocol/wire.ts";
import type { Bytes } from "../shared/bytes.ts";
import type { PrincipalId } from "../shared/ids.ts";
import type { Store } from "./stores/ports.ts";

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
  /** Counts a request about a card or a block number, for this address and for what it names, known or not. */
  readonly way: (request: FastifyRequest, what: "card" | "number", name: string) => Promise<Refusal>;
  /** Counts a request that is passed on to another site, for this address. */
  readonly prefill: (request: FastifyRequest) => Promise<Refusal>;
}

/**
 * What counts as one address: a line with IPv6 has 2^64 of them and may take another for each request, so the first four groups
 * are counted. An IPv4 address written as IPv6 is itself.
 */
export function countedAddress(ip: string): string {
  if (!ip.includes(":")) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = ip.split("::");
  const groupsOf = (text: string): readonly string[] => (text === "" ? [] : text.split(":"));
  const [before, after] = [groupsOf(head), groupsOf(tail ?? "")];
  const between = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...new Array<string>(between).fill("0"), ...after].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, "").toLowerCase()).join(":")}::/64`;
}

/** `app` has @fastify/rate-limit registered with `global: false`. */
export function createRates(
  app: FastifyInstance,
  deps: {
    readonly max: { readonly perPrincipal: number; readonly perAddress: number };
    /** How many processes share the limits. */
    readonly processes: () => number;
    readonly store: Pick<Store, "tally" | "tallied">;
    readonly secret: Bytes;
    readonly now: () => ServerTime;
  },
): Rates {
  const { store, now } = deps;
  const keys = new WeakMap<FastifyRequest, string>();
  const limiter = (most: number, timeWindow: number) => {
    const limit = app.createRateLimit({
      max: () => Math.ceil(most / deps.processes()),
      timeWindow,
      keyGenerator: (request) => keys.get(request) ?? "",
    });
    return async (request: FastifyRequest, key: string): Promise<Refusal> => {
      // Counted by the process that handed it on.
      if (request.forwarded) return undefined;
      keys.set(request, key);
      const state = await limit(request);
      return !state.isAllowed && state.isExceeded ? Math.max(1, state.ttlInSeconds) : undefined;
    };
  };
  const byPrincipal = limiter(deps.max.perPrincipal, limits.windowMs);
  const byAddress = limiter(deps.max.perAddress, limits.windowMs);
  const keyed = (...words: readonly string[]): string =>
    `${words[0]}.${createHmac("sha256", deps.secret).update(words.join("\0")).digest("base64url")}`;
  const tryKey = (request: FastifyRequest, slug: string): string => keyed("enrol", slug, countedAddress(request.ip));
  const refusal = ({ count, until }: { readonly count: number; readonly until: number }, most: number): Refusal =>
    count > most ? Math.max(1, Math.ceil((until - now()) / 1000)) : undefined;
  return {
    request: (request) =>
      request.session === undefined
        ? byAddress(request, countedAddress(request.ip))
        : byPrincipal(request, request.session.principal),
    principal: async (request, principal) =>
      // A session of the same principal was counted when the request came in.
      request.session?.principal === principal ? undefined : byPrincipal(request, principal),
    mayTry: async (request, slug) => refusal(await store.tallied(tryKey(request, slug), now()), limits.enrolTries - 1),
    wrongTry: async (request, slug) => {
      const until = (now() + limits.enrolWindowMs) as ServerTime;
      return refusal(await store.tally(tryKey(request, slug), until, now()), limits.enrolTries);
    },
    way: async (request, what, name) => {
      const until = (now() + limits.wayWindowMs) as ServerTime;
      const most = limits.way[what];
      // Both are counted, whatever the first one says: the work is the same for all.
      const byAddress = await store.tally(keyed(`way-${what}-address`, countedAddress(request.ip)), until, now());
      const byName = await store.tally(keyed(`way-${what}`, name), until, now());
      return refusal(byAddress, most.perAddress) ?? refusal(byName, most.perName);
    },
    prefill: async (request) => {
      const until = (now() + prefillLimits.perAddressMs) as ServerTime;
      return refusal(
        await store.tally(keyed("prefill", countedAddress(request.ip)), until, now()),
        prefillLimits.perAddress,
      );
    },
  };
}
