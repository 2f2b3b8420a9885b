/**
 * Draws one screen as the root would, over a fake satchel and a clock that stands still. For component tests.
 *
 *   const satchel = createFakeSatchel();
 *   const { shell, pass } = showScreen(<Papers params={{}} />, { satchel, areas: ["papers"] });
 *   await screen.findByRole("heading", { level: 1 });
 */
import { act, render } from "@testing-library/preact";
import type { ComponentChildren } from "preact";
import type { Area } from "../../src/app/i18n/catalogue.ts";
import { loadAreas } from "../../src/app/i18n/i18n.ts";
import type { Place, Router } from "../../src/app/platform/router.ts";
import { RootContext } from "../../src/app/state/root.ts";
import { SatchelContext } from "../../src/app/state/satchel.ts";
import { ShellContext, type ShellHandle } from "../../src/app/state/shell.ts";
import { UiWorld } from "../../src/app/ui/world.ts";
import { createFakeRoot } from "./fake-root.ts";
import type { FakeSatchel } from "./fake-satchel.ts";

export interface ShownScreen {
  readonly view: ReturnType<typeof render>;
  /** Paths asked for with go or back, oldest first. */
  readonly went: readonly string[];
  /** Sentences said, with their undo. */
  readonly said: readonly { readonly text: string; readonly onUndo: (() => void) | undefined }[];
  /** How many `hold`s are on. */
  readonly held: () => number;
  /** What the shell does before it closes the satchel. */
  readonly flush: () => Promise<void>;
  /** Lets `ms` pass: due timers run in order. */
  readonly pass: (ms: number) => void;
  /** Draws again with other values of the shell. */
  readonly again: (change: Partial<ShellHandle>) => void;
}

export interface ShowOptions {
  readonly satchel: FakeSatchel;
  readonly areas?: readonly Area[];
  readonly path?: string;
  readonly shell?: Partial<ShellHandle>;
  /** Milliseconds since the epoch; default Saturday 21 November 2026, 12:00 in Paris. */
  readonly now?: number;
}

/** Loads the texts, then draws the screen. */
export async function showScreen(screen: ComponentChildren, options: ShowOptions): Promise<ShownScreen> {
  await loadAreas("common", "start", "errors", ...(options.areas ?? []));
  const went: string[] = [];
  const said: { text: string; onUndo: (() => void) | undefined }[] = [];
  const flushes = new Set<() => Promise<unknown>>();
  let held = 0;
  let now = options.now ?? Date.UTC(2026, 10, 21, 11, 0);
  let due: { readonly at: number; readonly task: () => void }[] = [];
  const place: Place = { path: options.path ?? "/accueil", arrival: "go", visit: 1 };
  const router: Router = {
    place: () => place,
    onMove: () => () => undefined,
    go: (path) => void went.push(path),
    back: (path) => void went.push(path),
    begin: (path) => void went.push(path),
    takeLinks: () => () => undefined,
    stop: () => undefined,
  };
  let shell: ShellHandle = {
    router,
    place,
    network: "online",
    waiting: 0,
    leaving: 0,
    contact: {
      organisation: "CCAS de Brévigny",
      phone: "+33465711230",
      phoneDisplay: "04 65 71 12 30",
      hours: [{ day: 1, from: "09:00", to: "12:00" }],
      address: "3 place du Marché, Brévigny",
    },
    open: true,
    toasts: [],
    notice: null,
    go: (path) => void went.push(path),
    quit: () => void went.push("quit"),
    say: (text, onUndo) => void said.push({ text, onUndo }),
    dropToast: () => undefined,
    beforeLock(task) {
      flushes.add(task);
      return () => void flushes.delete(task);
    },
    hold() {
      held += 1;
      return () => {
        held -= 1;
      };
    },
    ...options.shell,
  };
  const world = {
    clock: { now: () => now },
    timers: {
      after(delayMs: number, task: () => void) {
        const entry = { at: now + delayMs, task };
        due.push(entry);
        return () => {
          due = due.filter((other) => other !== entry);
        };
      },
    },
  };
  const root = createFakeRoot([]);
  const draw = () => (
    <UiWorld value={world}>
      <RootContext.Provider value={root}>
        <SatchelContext.Provider value={options.satchel.handle}>
          <ShellContext.Provider value={shell}>{screen}</ShellContext.Provider>
        </SatchelContext.Provider>
      </RootContext.Provider>
    </UiWorld>
  );
  const view = render(draw());
  return {
    view,
    went,
    said,
    held: () => held,
    flush: async () => void (await Promise.all([...flushes].map((task) => task()))),
    pass(ms) {
      const end = now + ms;
      for (;;) {
        const next = due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        due = due.filter((entry) => entry !== next);
        now = next.at;
        act(next.task);
      }
      now = end;
    },
    again(change) {
      shell = { ...shell, ...change };
      view.rerender(draw());
    },
  };
}
