/** The browser's own clock, timers, chance and small store, for the root to hand down. Runs in the page. */
import type { Clock, Random, Timers } from "../../shared/ports.ts";

export const browserClock: Clock = { now: () => Date.now() };

export const browserTimers: Timers = {
  after(delayMs, task) {
    const id = setTimeout(task, delayMs);
    return () => clearTimeout(id);
  },
};

export const browserRandom: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };

/** Small settings that say nothing about a person: language, theme, "a satchel was made here". */
export interface Keep {
  readonly read: (name: string) => string | null;
  readonly write: (name: string, value: string) => void;
  readonly remove: (name: string) => void;
}

/** A store that forgets when the page goes, for browsers that refuse localStorage. */
export function memoryKeep(): Keep {
  const values = new Map<string, string>();
  return {
    read: (name) => values.get(name) ?? null,
    write: (name, value) => void values.set(name, value),
    remove: (name) => void values.delete(name),
  };
}

const PREFIX = "besace.";

/** localStorage under one prefix. Some browsers throw on mere access (blocked cookies): memory stands in. */
export function browserKeep(): Keep {
  try {
    const store = window.localStorage;
    store.setItem(`${PREFIX}probe`, "1");
    store.removeItem(`${PREFIX}probe`);
    return {
      read: (name) => store.getItem(PREFIX + name),
      write: (name, value) => store.setItem(PREFIX + name, value),
      remove: (name) => store.removeItem(PREFIX + name),
    };
  } catch (error) {
    if (error instanceof DOMException) return memoryKeep();
    throw error;
  }
}
