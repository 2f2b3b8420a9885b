/**
 * Closes the satchel when nobody is there: after five minutes without a gesture, or a minute out of sight. In the page.
 *
 * Surprising: a phone that sleeps stops timers, so the clock is compared again on every return. And the system's camera
 * hides the page: while it or a file picker is open the limits are longer, and a picture that comes back late is handed
 * over before the satchel closes.
 */
import type { Clock, Timers } from "../../shared/ports.ts";

export interface IdleLimits {
  /** Milliseconds without a gesture. */
  readonly idleMs: number;
  /** Milliseconds out of sight (another tab, another app, screen off). */
  readonly hiddenMs: number;
  /** Milliseconds in the system's camera or file picker. */
  readonly awayMs: number;
}

export const IDLE_LIMITS: IdleLimits = { idleMs: 5 * 60_000, hiddenMs: 60_000, awayMs: 10 * 60_000 };

/** Long enough for the picture to be handed over after the page is seen again. */
const RETURN_MS = 3000;

export interface IdleWatch {
  /** A key, a touch, a scroll. */
  readonly gesture: () => void;
  readonly hidden: () => void;
  /** Visible again. */
  readonly shown: () => void;
  /** The system's camera or file picker opens (true), or has given its answer (false). */
  readonly away: (isAway: boolean) => void;
  readonly stop: () => void;
}

/** Calls `onIdle` once when a limit is reached; a gesture afterwards starts again. */
export function watchIdle(deps: {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits: IdleLimits;
  readonly onIdle: () => void;
}): IdleWatch {
  const { clock, timers, limits, onIdle } = deps;
  let lastGesture = clock.now();
  let hiddenSince: number | null = null;
  let cancel = (): void => undefined;
  let isAway = false;
  let isStopped = false;

  function due(): number {
    if (isAway) return lastGesture + limits.awayMs;
    const unseen = hiddenSince === null ? Number.POSITIVE_INFINITY : hiddenSince + limits.hiddenMs;
    return Math.min(lastGesture + limits.idleMs, unseen);
  }

  function check(): void {
    cancel();
    if (isStopped) return;
    const left = due() - clock.now();
    if (left <= 0) {
      lastGesture = clock.now();
      if (hiddenSince !== null) hiddenSince = clock.now();
      onIdle();
    }
    cancel = timers.after(Math.max(1000, due() - clock.now()), check);
  }
  check();

  return {
    gesture() {
      // The limit may have passed while timers stood still: then this touch comes too late.
      if (due() <= clock.now()) check();
      lastGesture = clock.now();
    },
    away(now) {
      isAway = now;
      lastGesture = clock.now();
      check();
    },
    hidden() {
      hiddenSince = clock.now();
      check();
    },
    shown() {
      if (isAway) {
        // Back from the camera: its picture arrives in a moment, the check can wait for it.
        cancel();
        cancel = timers.after(RETURN_MS, check);
      } else check();
      hiddenSince = null;
    },
    stop() {
      isStopped = true;
      cancel();
    },
  };
}
