/**
 * What an open satchel says of its ways in: the gentle questions that are due, and what happened to the way with card and
 * code. Runs in the satchel worker.
 *
 * Surprising fact: the questions go by the server's clock as far as it is known. A phone whose clock jumps by a year asks at
 * most once for nothing.
 */

import { ways } from "../../protocol/limits.ts";
import type { DeviceId } from "../../shared/ids.ts";
import type { Profile, SatchelStore } from "../../storage/ports.ts";
import type { CardState, WayView } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { findProfile } from "./pins.ts";

const day = 86_400_000;
/** Days to the next question for the code, further apart each time it was known. */
export const codeAskDays = [1, 3, 7, 14, 28] as const;
export const drillDays = 90;

/** The server's clock as far as this device knows it. */
export async function serverNow(deps: Pick<SatchelDeps, "clock">, store: SatchelStore): Promise<number> {
  const meta = await store.meta();
  return deps.clock.now() + (meta.ok ? meta.value.clockOffset : 0);
}

/** A time ahead of now comes from a clock that was wrong: it is as if it were now. */
const since = (at: number, now: number): number => Math.max(0, now - at);

export const askIntervalMs = (step: number): number =>
  (codeAskDays[Math.min(step, codeAskDays.length - 1)] ?? drillDays) * day;

/** The card is to be tried (again): never tried here, or longer ago than 90 days. */
export const drillIsDue = ({ cardDrilled, cardDrilledAt, createdAt }: Profile, now: number): boolean =>
  !cardDrilled || since(cardDrilledAt ?? createdAt, now) >= drillDays * day;

export async function asksOf(
  deps: Pick<SatchelDeps, "clock">,
  profile: Profile,
  store: SatchelStore,
): Promise<{ readonly code: boolean; readonly drill: boolean }> {
  const now = await serverNow(deps, store);
  const { codeAskedAt = profile.createdAt, codeAskStep = 0, keyringWish, removedAt } = profile;
  const known = profile.wraps.some(({ pair }) => pair === "D+P");
  // A new card or a device put out waits for the code: it is asked for at once.
  const waits = keyringWish === "rotate";
  return {
    code: known && removedAt == null && (waits || since(codeAskedAt, now) >= askIntervalMs(codeAskStep)),
    drill: profile.cardDrilled && profile.sealedCard !== null && drillIsDue(profile, now),
  };
}

/** The way to a new phone is to be made anew, which takes the code (SPEC C-Y). */
export const needsCode = ({ keyringWish }: Profile): boolean => keyringWish != null && keyringWish !== "rotate-later";

/** yes: what is here is what the server has. */
export const atServer = (profile: Profile): CardState["atServer"] => {
  if (profile.keyringDue != null || profile.cardFresh === true || needsCode(profile)) return "waits";
  return profile.keyring === undefined ? "no" : "yes";
};

/**
 * A whole way in works without this device (INV-2): card and code with what the server has of them, the card tried here, and
 * nobody has stopped it.
 */
export const opensElsewhere = (profile: Profile): boolean =>
  profile.cardDrilled &&
  profile.sealedCard !== null &&
  atServer(profile) === "yes" &&
  profile.removedAt == null &&
  profile.way?.frozen !== true &&
  profile.way?.blockedAt == null;

export async function wayOf(profile: Profile, session: Session): Promise<WayView> {
  const { tries = 0, frozen = false, blockedAt = null, openedAt = null, escrow = null } = profile.way ?? {};
  const held = await findProfile(session);
  const noted = new Set(Object.keys((held.ok ? held.value?.record.devices : undefined) ?? {}));
  // Those that came after this one; who added them here wrote it down.
  const all = [...session.identity.principal.devices.keys()];
  const after = all.slice(all.indexOf(profile.device as DeviceId) + 1);
  // A visit leaves nothing in the chain: the server says when the newest one was opened.
  const meta = await session.store.meta();
  const knownUntil = profile.visitsNoted ?? profile.createdAt + (meta.ok ? meta.value.clockOffset : 0);
  const visited = (profile.way?.visitedAt ?? 0) > knownUntil;
  return {
    tries,
    left: Math.max(0, ways.tries - tries),
    frozen,
    blockedAt,
    openedAt,
    // A visit itself does not ask: the person's own devices do.
    openedElsewhere:
      profile.removedAt == null && profile.visit === undefined && (visited || after.some((id) => !noted.has(id))),
    ...(escrow === null ? {} : { asked: { opensAt: escrow.opensAt } }),
    ...(profile.keyringTrouble == null ? {} : { trouble: profile.keyringTrouble }),
  };
}
