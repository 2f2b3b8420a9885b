/**
 * What the pages of the benches put around one real screen: a shell that goes nowhere, the browser's clock and timers. Runs in Chromium.
 */
import type { ShellHandle } from "../../src/app/state/shell.ts";

const nothing = (): void => undefined;

/** A shell that stands at `path` and never moves. */
export function benchShell(path: string): ShellHandle {
  const place = { path, arrival: "go", visit: 1 } as const;
  return {
    router: {
      place: () => place,
      onMove: () => nothing,
      go: nothing,
      back: nothing,
      begin: nothing,
      takeLinks: () => nothing,
      stop: nothing,
    },
    ...{ place, network: "online", waiting: 0, leaving: 0, contact: null, open: true, toasts: [], notice: null },
    ...{ go: nothing, quit: nothing, say: nothing, dropToast: nothing },
    beforeLock: () => nothing,
    hold: () => nothing,
  };
}

export const benchWorld = {
  clock: { now: () => Date.now() },
  timers: {
    after(ms: number, task: () => void) {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
  },
};
