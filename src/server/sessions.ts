/**
 * Challenges and session tokens: short texts with a keyed hash, so any process of the server that has the key file can
 * check them. Only that a challenge was redeemed is stored, where every process sees it. Runs in Node.
 *
 * A session only raises rate limits and lets pull and read what is sealed anyway; it authorises no change (DESIGN 5). That
 * a satchel was blocked or a device put out since is looked up where something is read (admission.ts).
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import { sessions as limits } from "../protocol/limits.ts";
import type { B64, ServerTime } from "../protocol/wire.ts";
import { type Bytes, concat, fromBase64Url, toBase64Url, u64, utf8 } from "../shared/bytes.ts";
import { type DeviceId, idBytes, type PrincipalId } from "../shared/ids.ts";
import type { Clock, Random } from "../shared/ports.ts";
import { createMemory } from "./memory.ts";
import type { Store } from "./stores/ports.ts";

export interface Session {
  readonly principal: PrincipalId;
  readonly device: DeviceId;
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
  readonly token: (who: Session) => string;
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
    if (bytes?.length !== principalBytes + deviceBytes + timeBytes + macBytes) return undefined;
    const body = bytes.subarray(0, bytes.length - macBytes);
    if (!timingSafeEqual(mac("session", body), bytes.subarray(body.length))) return undefined;
    const end = endOf(body.subarray(principalBytes + deviceBytes));
    return {
      issuedAt: (end - limits.lifetimeMs) as ServerTime,
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
      const body = concat(whoBytes(who), u64(deps.clock.now() + limits.lifetimeMs));
      return toBase64Url(concat(body, mac("session", body)));
    },
    read: (token) => {
      const words = wordsOf(token);
      return words === undefined || words.end <= deps.clock.now() ? undefined : words;
    },
  };
}
