/**
 * Coarse change events to screens: several of one kind in a moment become one, and a kind that comes all the time (each
 * part of a delivery) is told a few times a second. Pure but for its timers.
 */

import type { Timers } from "../../shared/ports.ts";

export interface Emitter<Change extends { readonly type: string }> {
  readonly emit: (change: Change) => void;
  readonly listen: (listener: (change: Change) => void) => void;
}

/** Long enough to join the events of one commit, short enough not to be seen. */
const joinMs = 40;
/** A kind that was just told waits this long: a screen that draws itself anew costs a cheap phone 50 ms and more. */
const restMs = 250;

/** @param atOnce kinds that somebody waits for: told without joining, unless they were told a moment ago. */
export function createEmitter<Change extends { readonly type: string }>(
  timers: Timers,
  atOnce: readonly Change["type"][] = [],
): Emitter<Change> {
  const listeners = new Set<(change: Change) => void>();
  const waiting = new Map<string, Change>();
  const resting = new Set<string>();
  let joining = false;

  const tell = (change: Change): void => {
    waiting.delete(change.type);
    resting.add(change.type);
    timers.after(restMs, () => {
      resting.delete(change.type);
      const next = waiting.get(change.type);
      if (next !== undefined && !joining) tell(next);
    });
    for (const listener of listeners) listener(change);
  };

  return {
    listen: (listener) => void listeners.add(listener),
    emit(change) {
      waiting.set(change.type, change);
      if (atOnce.includes(change.type) && !resting.has(change.type)) return tell(change);
      if (joining || resting.has(change.type)) return;
      joining = true;
      timers.after(joinMs, () => {
        joining = false;
        for (const each of [...waiting.values()]) if (!resting.has(each.type)) tell(each);
      });
    },
  };
}
