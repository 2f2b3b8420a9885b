/** Renders components in the world they expect: a clock that stands still and timers that run when told to. */
import { render } from "@testing-library/preact";
import type { ComponentChildren } from "preact";
import { act } from "preact/test-utils";
import { UiWorld } from "../../../src/app/ui/world.ts";

export interface TestWorld {
  /** Milliseconds since the epoch; write it before rendering. */
  now: number;
  /** Lets `ms` pass: due timers run in order. */
  readonly pass: (ms: number) => void;
  readonly show: (children: ComponentChildren) => ReturnType<typeof render>;
  readonly wrap: (children: ComponentChildren) => preact.JSX.Element;
}

/** A world that starts on Saturday 21 November 2026, 12:00 in Paris, unless told otherwise. */
export function createTestWorld(now = Date.UTC(2026, 10, 21, 11, 0)): TestWorld {
  let due: { readonly at: number; readonly task: () => void }[] = [];
  const value = {
    clock: { now: () => world.now },
    timers: {
      after(delayMs: number, task: () => void) {
        const entry = { at: world.now + delayMs, task };
        due.push(entry);
        return () => {
          due = due.filter((other) => other !== entry);
        };
      },
    },
  };
  const wrap = (children: ComponentChildren) => <UiWorld value={value}>{children}</UiWorld>;
  const world: TestWorld = {
    now,
    pass(ms) {
      const end = world.now + ms;
      for (;;) {
        const next = due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        due = due.filter((entry) => entry !== next);
        world.now = next.at;
        act(next.task);
      }
      world.now = end;
    },
    show: (children) => render(wrap(children)),
    wrap,
  };
  return world;
}

/** Browsers reflect these two properties as attributes; happy-dom does not know them. */
export function reflectLikeBrowsers(): void {
  for (const [name, off] of [
    ["spellcheck", "false"],
    ["translate", "no"],
  ] as const)
    Object.defineProperty(HTMLElement.prototype, name, {
      configurable: true,
      get(this: HTMLElement) {
        return this.getAttribute(name) !== off;
      },
      set(this: HTMLElement, on: boolean) {
        this.setAttribute(name, on ? (name === "translate" ? "yes" : "true") : off);
      },
    });
}
