/**
 * The first screen as it stands in index.html. Runs in Node, while building only (vite.config.ts).
 *
 * Surprising: deployment.json is not known while building, so the footer says what kind of place helps; the script
 * puts the phone number there a moment later.
 */
import type { VNode } from "preact";
import { StartScreen } from "../features/start/StartScreen.tsx";
import { RootContext, type RootHandle } from "../state/root.ts";
import { ShellContext, type ShellHandle } from "../state/shell.ts";
import { UiWorld } from "../ui/world.ts";

const nothing = (): void => undefined;
const never = (): (() => void) => nothing;

/** The first screen in French, to be rendered to HTML. */
export function firstScreen(): VNode {
  const place = { path: "/", arrival: "start", visit: 0 } as const;
  const shell: ShellHandle = {
    router: {
      place: () => place,
      onMove: never,
      go: nothing,
      back: nothing,
      begin: nothing,
      takeLinks: never,
      stop: nothing,
    },
    place,
    network: "online",
    waiting: 0,
    leaving: 0,
    contact: null,
    open: false,
    toasts: [],
    notice: null,
    go: nothing,
    quit: nothing,
    say: nothing,
    dropToast: nothing,
    beforeLock: never,
    hold: never,
  };
  const root: RootHandle = {
    version: "",
    random: { bytes: (length) => new Uint8Array(length) },
    theme: { get: () => "auto", set: nothing },
    operator: null,
    lockReason: "start",
    evicted: false,
    readiness: async () => null,
    askToKeep: async () => false,
    room: async () => ({ used: null, quota: null, persisted: false }),
    lock: nothing,
    diagnostics: () => "",
    copy: async () => false,
    print: nothing,
    discreet: { on: false, set: nothing },
    wipe: async () => ({ ok: true, value: undefined }),
    forget: nothing,
  };
  const world = { clock: { now: () => 0 }, timers: { after: never } };
  return (
    <UiWorld value={world}>
      <RootContext.Provider value={root}>
        <ShellContext.Provider value={shell}>
          <StartScreen />
        </ShellContext.Provider>
      </RootContext.Provider>
    </UiWorld>
  );
}
