/** What components may ask of the world: a clock and timers, handed down once by the composition root. Runs in the page. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { assert } from "../../shared/assert.ts";
import type { Clock, Timers } from "../../shared/ports.ts";

export interface World {
  readonly clock: Clock;
  readonly timers: Timers;
}

const WorldContext = createContext<World | null>(null);

/** Wraps the whole app: `<UiWorld value={{ clock, timers }}>`. */
export const UiWorld = WorldContext.Provider;

/** The world of the app around. Using a component outside `UiWorld` is a bug. */
export function useWorld(): World {
  const world = useContext(WorldContext);
  assert(world !== null, "components are rendered inside UiWorld");
  return world;
}
