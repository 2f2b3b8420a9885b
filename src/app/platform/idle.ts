/**
 * Closes the satchel when nobody is there: after five minutes without a gesture, or a minute out of sight. In the page.
 *
 * Surprising: a phone that sleeps stops timers, so the clock is compared again on every return; and a sleeping phone is
 * locked on waking, before anything is shown.
 */
import type { Clock, Timers } from "../../shared/ports.ts";

export interface IdleLimits {
  /** Milliseconds without a gesture. */
  readonly idleMs: number;
  /** Milliseconds out of sight (another tab, another app, screen off). */
  readonly hiddenMs: number;
}

export const IDLE_LIMITS: IdleLimits = { idleMs: 5 * 60_000, hiddenMs: 60_000 };

export interface IdleWatch {
  /** A key, a touch, a scroll. */
  readonly gesture: () => void;
  readonly hidden: () => void;
  /** Visible again. */
  readonly shown: () => void;
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
  let isStopped = false;

  const due = (): number =>
    Math.min(
      lastGesture + limits.idleMs,
      hiddenSince === null ? Number.POSITIVE_INFINITY : hiddenSince + limits.hiddenMs,
    );

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
    hidden() {
      hiddenSince = clock.now();
      check();
    },
    shown() {
      check();
      hiddenSince = null;
    },
    stop() {
      isStopped = true;
      cancel();
    },
  };
}
