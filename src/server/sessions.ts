/**
 * Challenges and session tokens: short texts with a keyed hash, so any process of the server that has the key file can
 * check them. Only that a challenge was redeemed is stored, where every process sees it. Runs in Node.
 *
 * A session only raises rate limits and lets pull and read what is sealed anyway; it authorises no change (DESIGN 5). That
 * a satchel was blocked or a device put out since is looked up where something is read (admission.ts).
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import { sessions as limits, visits } from "../protocol/limits.ts";
import type { B64, ServerTime, VisitPass } from "../protocol/wire.ts";
import { type Bytes, concat, fromBase64Url, toBase64Url, u64, utf8 } from "../shared/bytes.ts";
import { type DeviceId, idBytes, type PrincipalId } from "../shared/ids.ts";
import type { Clock, Random } from "../shared/ports.ts";
import { createMemory } from "./memory.ts";
import type { Store } from "./stores/ports.ts";

export interface Session {
  readonly principal: PrincipalId;
  readonly device: DeviceId;
  /** When the visit ends of which `device` is the id; absent: a device of the chain (SPEC P-N). */
  readonly visitUntil?: ServerTime;
}

/** What a token says. */
export interface ReadSession extends Session {
  readonly issuedAt: ServerTime;
}

/** And when it ends. */
interface TokenWords extends ReadSession {
  readonly end: number;
}

export interface Sessions {
  /** 16 random bytes, time of end, and a keyed hash that also covers principal and device. */
  readonly challenge: (who: Session) => B64;
  /** True once for a challenge made here for `who` that has not ended. */
  readonly redeem: (who: Session, challenge: B64) => Promise<boolean>;
  /** A visit's lives no longer than the visit. */
  readonly token: (who: Session) => string;
  /** The right to one visit from now on (SPEC P-N2): its times, and a keyed hash that also covers the principal. */
  readonly pass: (principal: PrincipalId) => VisitPass;
  /** When a pass was given that was made here for `principal`; whether it has ended is not looked at. */
  readonly passedAt: (principal: PrincipalId, pass: B64) => ServerTime | undefined;
  readonly read: (token: string) => ReadSession | undefined;
}

const macBytes = 32;
const principalBytes = 20;
const deviceBytes = 16;
const timeBytes = 8;
/** Tokens remembered as right. */
const rememberedTokens = 4096;

export function createSessions(deps: {
  readonly secret: Bytes;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Pick<Store, "tally">;
}): Sessions {
  const mac = (label: string, bytes: Uint8Array): Uint8Array =>
    createHmac("sha256", deps.secret)
      .update(concat(utf8(label), new Uint8Array(1), bytes))
      .digest();
  const whoBytes = (who: Session) => concat(idBytes(who.principal), idBytes(who.device));
  const endOf = (bytes: Uint8Array): number =>
    Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0));

  const check = (token: string): TokenWords | undefined => {
    const bytes = fromBase64Url(token);
    const times = (bytes?.length ?? 0) - principalBytes - deviceBytes - macBytes;
    // A visit's token says when it was made as well: it may end sooner than another one made at that moment.
    const isVisit = times === 2 * timeBytes;
    if (bytes === undefined || (times !== timeBytes && !isVisit)) return undefined;
    const body = bytes.subarray(0, bytes.length - macBytes);
    const sum = mac(isVisit ? "visit-session" : "session", body);
    if (!timingSafeEqual(sum, bytes.subarray(body.length))) return undefined;
    const end = endOf(body.subarray(principalBytes + deviceBytes));
    return {
      issuedAt: (isVisit
        ? endOf(body.subarray(principalBytes + deviceBytes + timeBytes))
        : end - limits.lifetimeMs) as ServerTime,
      ...(isVisit ? { visitUntil: end as ServerTime } : {}),
      principal: toBase64Url(body.subarray(0, principalBytes)) as string as PrincipalId,
      device: toBase64Url(body.subarray(principalBytes, principalBytes + deviceBytes)) as string as DeviceId,
      end,
    };
  };
  // A device says the same token at every request, and all that a token says stands in itself: only its end is looked at
  // each time. One that is wrong is never remembered.
  const right = createMemory<TokenWords>(rememberedTokens);
  const wordsOf = (token: string): TokenWords | undefined => {
    const known = right.get(token);
    if (known !== undefined) return known;
    const checked = check(token);
    return checked && right.keep(token, checked);
  };

  return {
    challenge: (who) => {
      const body = concat(deps.random.bytes(16), u64(deps.clock.now() + limits.challengeMs));
      return toBase64Url(concat(body, mac("challenge", concat(body, whoBytes(who))))) as B64;
    },
    redeem: async (who, challenge) => {
      const bytes = fromBase64Url(challenge);
      if (bytes?.length !== 16 + timeBytes + macBytes) return false;
      const body = bytes.subarray(0, 16 + timeBytes);
      const end = endOf(body.subarray(16));
      const now = deps.clock.now();
      const sum = bytes.subarray(16 + timeBytes);
      if (!timingSafeEqual(mac("challenge", concat(body, whoBytes(who))), sum)) return false;
      if (end <= now) return false;
      const { count } = await deps.store.tally(`challenge.${toBase64Url(sum)}`, end as ServerTime, now as ServerTime);
      return count === 1;
    },
    token: (who) => {
      const now = deps.clock.now();
      if (who.visitUntil === undefined) {
        const body = concat(whoBytes(who), u64(now + limits.lifetimeMs));
        return toBase64Url(concat(body, mac("session", body)));
      }
      const body = concat(whoBytes(who), u64(Math.min(who.visitUntil, now + limits.lifetimeMs)), u64(now));
      return toBase64Url(concat(body, mac("visit-session", body)));
    },
    pass: (principal) => {
      const from = deps.clock.now() as ServerTime;
      const body = concat(deps.random.bytes(16), u64(from));
      const pass = toBase64Url(concat(body, mac("visit-pass", concat(body, idBytes(principal))))) as B64;
      return { pass, from, until: (from + visits.lifetimeMs) as ServerTime };
    },
    passedAt: (principal, pass) => {
      const bytes = fromBase64Url(pass);
      if (bytes?.length !== 16 + timeBytes + macBytes) return undefined;
      const body = bytes.subarray(0, 16 + timeBytes);
      const sum = mac("visit-pass", concat(body, idBytes(principal)));
      if (!timingSafeEqual(sum, bytes.subarray(16 + timeBytes))) return undefined;
      return endOf(body.subarray(16)) as ServerTime;
    },
    read: (token) => {
      const words = wordsOf(token);
      return words === undefined || words.end <= deps.clock.now() ? undefined : words;
    },
  };
}
