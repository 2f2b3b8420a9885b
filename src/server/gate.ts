/**
 * What a helper's session needs before the server hands her anything (SPEC P-I1 to P-I4): besides the browser's key, a factor
 * that says who sits there. One gate for every kind of factor. Runs in Node.
 *
 * Surprising: nothing of a pass is kept. It is a keyed hash over what it says, as a session's token is, so that any process
 * of the server reads it; only that one was ended is remembered, under a hash, until it would have ended by itself.
 */

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { ErrorCode } from "../protocol/errors.ts";
import { type FactorKind, factorKinds, loginLimits as limits, passHeader } from "../protocol/login.ts";
import { type Principal, readChain } from "../protocol/statements.ts";
import type { ServerTime } from "../protocol/wire.ts";
import { type Bytes, concat, fromBase64Url, toBase64Url, u64, utf8 } from "../shared/bytes.ts";
import { type DeviceId, idBytes, type PrincipalId } from "../shared/ids.ts";
import type { Clock, Random } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";
import type { Admit, Admitted } from "./admission.ts";
import { createMemory } from "./memory.ts";
import type { Session } from "./sessions.ts";
import type { Store } from "./stores/ports.ts";

/** Whose browser a session is. */
export interface AtDesk {
  readonly organisation: Principal;
  /** Null: a browser from before there were helpers. */
  readonly helper: PrincipalId | null;
}

/** Kinds of factor of which one is needed; empty: none. */
export type Needs = (who: AtDesk) => Promise<readonly FactorKind[]>;

export interface Pass extends Session {
  readonly kind: FactorKind;
  /** When the factor was proven. */
  readonly since: ServerTime;
  readonly until: ServerTime;
  readonly text: string;
}

export interface Gate {
  /** `admit`, and for an organisation's browser what it needs beside: else "login-needed". */
  readonly guard: (admit: Admit) => Admit;
  readonly atDesk: (who: Pick<Admitted, "principal" | "standing">) => Promise<Principal | undefined>;
  readonly helperOf: (organisation: Principal, device: DeviceId) => PrincipalId | null;
  readonly needs: Needs;
  /** A factor of that kind was proven here and now. */
  readonly pass: (who: Session, kind: FactorKind) => Pick<Pass, "text" | "until">;
  /** The request's pass, where it is this session's, right and not over. */
  readonly read: (request: FastifyRequest, who: Admitted) => Promise<Pass | undefined>;
  readonly renew: (pass: Pass) => Pick<Pass, "text" | "until">;
  readonly end: (pass: Pass) => Promise<void>;
}

const idLength = 16;
const macLength = 32;
const headLength = 20 + 16 + 1 + 8 + 8;
const rememberedChains = 256;

export function createGate(deps: {
  readonly secret: Bytes;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Pick<Store, "principal" | "loginBinding" | "tally" | "tallied">;
  readonly needs: Needs;
}): Gate {
  const { store, clock, random, secret } = deps;
  const now = (): ServerTime => clock.now() as ServerTime;
  const mac = (body: Uint8Array): Uint8Array =>
    createHmac("sha256", secret)
      .update(concat(utf8("besace-pass"), new Uint8Array(1), body))
      .digest();
  const overKey = (id: Uint8Array): string => `pass-over.${createHash("sha256").update(id).digest("base64url")}`;
  /** Those that are no organisation never become one. */
  const others = createMemory<true>(4096);
  /** A chain of so many statements never changes, and reading one verifies them all. */
  const chains = createMemory<Principal>(rememberedChains);

  const sealPass = (who: Session, kind: FactorKind, since: ServerTime, until: ServerTime, id: Uint8Array) => {
    const words = [idBytes(who.principal), idBytes(who.device), Uint8Array.of(factorKinds.indexOf(kind)), u64(since)];
    const body = concat(...words, u64(until), id);
    return { text: toBase64Url(concat(body, mac(body))), until };
  };
  const endOf = (since: ServerTime): ServerTime =>
    Math.min(now() + limits.passMs, since + limits.passMostMs) as ServerTime;
  const idOf = (text: string): Uint8Array =>
    (fromBase64Url(text) ?? new Uint8Array(0)).slice(headLength, headLength + idLength);

  const gate: Gate = {
    needs: deps.needs,
    guard: (admit) => async (request) => {
      const who = await admit(request);
      if (!who.ok) return who;
      const barred = await whyBarred(request, who.value);
      return barred === undefined ? who : err(barred);
    },
    atDesk: async ({ principal, standing }) => {
      if (others.get(principal)) return undefined;
      const key = `${principal}.${standing?.chain ?? 0}`;
      const known = chains.get(key);
      if (known !== undefined) return known;
      const stored = await store.principal(principal);
      if (stored !== undefined && stored.kind !== "organisation") others.keep(principal, true);
      if (stored?.kind !== "organisation") return undefined;
      const read = await readChain(stored.statements);
      return read.ok ? chains.keep(`${principal}.${stored.statements.length}`, read.value) : undefined;
    },
    helperOf: ({ helpers }, device) => [...helpers].find(([, entry]) => entry.device === device)?.[0] ?? null,
    pass: (who, kind) => sealPass(who, kind, now(), endOf(now()), random.bytes(idLength)),
    read: async (request, who) => {
      const text = request.headers[passHeader];
      const read = typeof text === "string" ? parse(text) : undefined;
      if (read === undefined || read.principal !== who.principal || read.device !== who.device) return undefined;
      if (read.until <= now() || (await store.tallied(overKey(idOf(read.text)), now())).count > 0) return undefined;
      return read.kind !== "oidc" || (await isBound(who)) ? read : undefined;
    },
    renew: (pass) => sealPass(pass, pass.kind, pass.since, endOf(pass.since), idOf(pass.text)),
    // All that it was renewed to has the same id, and none lives longer than the first may.
    end: async (pass) => {
      await store.tally(overKey(idOf(pass.text)), (pass.since + limits.passMostMs) as ServerTime, now());
    },
  };

  function parse(text: string): Pass | undefined {
    const bytes = fromBase64Url(text);
    if (bytes?.length !== headLength + idLength + macLength) return undefined;
    const body = bytes.subarray(0, headLength + idLength);
    if (!timingSafeEqual(mac(body), bytes.subarray(body.length))) return undefined;
    const kind = factorKinds[body[36] ?? 255];
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    if (kind === undefined) return undefined;
    return {
      principal: toBase64Url(body.subarray(0, 20)) as string as PrincipalId,
      device: toBase64Url(body.subarray(20, 36)) as string as DeviceId,
      kind,
      since: Number(view.getBigUint64(37)) as ServerTime,
      until: Number(view.getBigUint64(45)) as ServerTime,
      text,
    };
  }

  /** A manager who ends a binding ends what was opened with it too. */
  async function isBound(who: Admitted): Promise<boolean> {
    const organisation = await gate.atDesk(who);
    const helper = organisation === undefined ? null : gate.helperOf(organisation, who.device);
    return helper !== null && (await store.loginBinding(who.principal, helper)) !== undefined;
  }

  async function whyBarred(request: FastifyRequest, who: Admitted): Promise<ErrorCode | undefined> {
    const organisation = await gate.atDesk(who);
    if (organisation === undefined) return undefined;
    const needs = await deps.needs({ organisation, helper: gate.helperOf(organisation, who.device) });
    if (needs.length === 0) return undefined;
    const pass = await gate.read(request, who);
    return pass !== undefined && needs.includes(pass.kind) ? undefined : "login-needed";
  }
  return gate;
}

/** For those who ask for a login and have none yet: the organisation's browser behind a session, or why not. */
export async function deskOf(
  gate: Gate,
  admit: Admit,
  request: FastifyRequest,
): Promise<Result<AtDesk & { readonly who: Admitted }, ErrorCode>> {
  const who = await admit(request);
  if (!who.ok) return who;
  const organisation = await gate.atDesk(who.value);
  if (organisation === undefined) return err("forbidden");
  return ok({ organisation, helper: gate.helperOf(organisation, who.value.device), who: who.value });
}
