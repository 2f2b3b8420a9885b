/** How long one still waits before another code may be tried. Runs in the page. */

import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { useWorld } from "../ui/world.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** "45 secondes", "3 minutes": rounded up, so that it is never over before it is. */
export function waitText(ms: number): string {
  if (ms > 90 * SECOND) return t("desk.wait.minutes", { count: Math.ceil(ms / MINUTE) });
  return t("desk.wait.seconds", { count: Math.max(1, Math.ceil(ms / SECOND)) });
}

/** Milliseconds left until `until` on this computer's clock; 0 when it is over. */
export function useCountdown(until: number): number {
  const { clock, timers } = useWorld();
  const [left, setLeft] = useState(Math.max(0, until - clock.now()));
  useEffect(() => setLeft(Math.max(0, until - clock.now())), [until, clock]);
  useEffect(
    () =>
      left > 0 ? timers.after(Math.min(SECOND, left), () => setLeft(Math.max(0, until - clock.now()))) : undefined,
    [left, until, clock, timers],
  );
  return left;
}
