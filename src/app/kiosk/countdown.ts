/**
 * The time until a session closes by itself: every gesture winds it up again, and it is shown all the time. Runs in the
 * kiosk's page.
 *
 * Surprising: a computer that sleeps stops timers, so the clock is compared, and a gesture that comes too late does not
 * bring a session back.
 */
import type { Clock, Timers } from "../../shared/ports.ts";
import type { IdleWatch } from "../platform/idle.ts";

/** Looking for a file on a USB stick, or laying a paper into the scanner. */
const pickerMs = 5 * 60_000;
const stepMs = 1000;

export interface Countdown extends Pick<IdleWatch, "gesture" | "away" | "stop" | "hidden" | "shown"> {
  readonly left: () => number;
}

export function createCountdown(deps: {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly idleMs: number;
  readonly onTick: (leftMs: number) => void;
  readonly onEnd: () => void;
}): Countdown {
  const { clock, timers, idleMs } = deps;
  let last = clock.now();
  let isAway = false;
  let hasEnded = false;
  let cancel = (): void => undefined;
  const left = (): number => Math.max(0, last + (isAway ? Math.max(idleMs, pickerMs) : idleMs) - clock.now());

  function tick(): void {
    cancel();
    if (hasEnded) return;
    const rest = left();
    deps.onTick(rest);
    if (rest === 0) {
      hasEnded = true;
      deps.onEnd();
    } else cancel = timers.after(Math.min(stepMs, rest), tick);
  }
  tick();

  return {
    left,
    gesture() {
      if (left() > 0) last = clock.now();
      tick();
    },
    away(now) {
      if (left() > 0) last = clock.now();
      isAway = now;
      tick();
    },
    hidden: tick,
    shown: tick,
    stop() {
      hasEnded = true;
      cancel();
    },
  };
}
