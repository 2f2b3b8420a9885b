/**
 * When to look again for what another side has to do first: a desk that opens while a signed dossier waits for its key; the
 * papers of a device that has just joined. Runs in the satchel worker.
 *
 * Surprising fact: nothing tells a phone that a desk has opened, and a phone with nothing in its queue is silent for
 * minutes; so this asks by itself, often at first, then seldom, because each look costs a few KB of somebody's data.
 */

import type { Random, Timers } from "../../shared/ports.ts";

export interface DeskWatchDeps {
  readonly timers: Timers;
  readonly random: Random;
  /** Asks, and sends what can leave. True: something still waits. Never rejects. */
  readonly look: () => Promise<boolean>;
  /** Pause between the first looks; default 45 s. */
  readonly oftenMs?: number;
}

export interface DeskWatch {
  /** There is a reason to look now: something was signed, the person came back or asked, a line is there. */
  readonly now: () => void;
}

const often = { ms: 45_000, looks: 10 } as const;
const seldomMs = 180_000;

/** Looks until nothing waits. A reason that comes during a look counts after it; there is never more than one timer. */
export function createDeskWatch({ timers, random, look, oftenMs = often.ms }: DeskWatchDeps): DeskWatch {
  let cancel: () => void = () => undefined;
  let looks = 0;
  let looking = false;
  let asked = false;

  /** Up to a tenth sooner, so that the phones of one village do not call at the same second. */
  const pauseMs = (): number => {
    const [byte = 0] = random.bytes(1);
    const ms = looks <= often.looks ? oftenMs : seldomMs;
    return ms - Math.round((ms * byte) / 2550);
  };

  async function run(): Promise<void> {
    looking = true;
    cancel();
    looks += 1;
    const waits = await look();
    looking = false;
    if (asked) {
      asked = false;
      looks = 0;
      void run();
    } else if (waits) cancel = timers.after(pauseMs(), () => void run());
  }

  return {
    now() {
      if (looking) {
        asked = true;
        return;
      }
      looks = 0;
      void run();
    },
  };
}
