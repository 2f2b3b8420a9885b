/** Coarse change events to screens: several of one kind in a moment become one. Pure but for its timer. */

import type { Timers } from "../../shared/ports.ts";

export interface Emitter<Change extends { readonly type: string }> {
  readonly emit: (change: Change) => void;
  readonly listen: (listener: (change: Change) => void) => void;
}

/** Long enough to join the events of one commit, short enough not to be seen. */
const joinMs = 40;

export function createEmitter<Change extends { readonly type: string }>(timers: Timers): Emitter<Change> {
  const listeners = new Set<(change: Change) => void>();
  const waiting = new Map<string, Change>();
  return {
    listen: (listener) => void listeners.add(listener),
    emit(change) {
      if (waiting.size === 0) {
        timers.after(joinMs, () => {
          const changes = [...waiting.values()];
          waiting.clear();
          for (const each of changes) for (const listener of listeners) listener(each);
        });
      }
      waiting.set(change.type, change);
    },
  };
}
