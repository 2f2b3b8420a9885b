/** Everything that the shell is handed, without a browser behind it; each act is written down. */
import { createRouter, type Router } from "../../../src/app/platform/router.ts";
import { memoryKeep } from "../../../src/app/platform/world.ts";
import type { ShellDeps } from "../../../src/app/shell/deps.ts";
import { ownsPath } from "../../../src/app/shell/routes.ts";
import { createFakeCarrier, type FakeCarrier } from "../../support/fake-carrier.ts";
import type { FakeSatchel } from "../../support/fake-satchel.ts";

export interface FakeDeps {
  readonly deps: ShellDeps;
  readonly router: Router;
  readonly carrier: FakeCarrier;
  /** Words of what was asked of the browser, in order: "hide", "leave", "update", "ask-to-keep", "ask-delivery". */
  readonly acts: readonly string[];
  readonly now: () => number;
  /** Lets `ms` pass: due timers run in order. */
  readonly pass: (ms: number) => void;
  readonly escapes: () => void;
  readonly page: { network: (online: boolean) => void; shown: () => void; hidden: () => void };
  /** A newer version is here. */
  readonly updateIsHere: () => void;
}

export function createFakeDeps(satchel: FakeSatchel, path: string, marked = true): FakeDeps {
  const acts: string[] = [];
  const carrier = createFakeCarrier();
  let now = Date.UTC(2026, 10, 21, 11, 0);
  let due: { readonly at: number; readonly task: () => void }[] = [];
  window.history.replaceState(null, "", path);
  const router = createRouter(window, ownsPath);
  const keep = memoryKeep();
  if (marked) keep.write("satchel", "1");
  const page: FakeDeps["page"] = { network: () => undefined, shown: () => undefined, hidden: () => undefined };
  let escapes = (): void => undefined;
  let updateIsHere = (): void => undefined;
  const deps: ShellDeps = {
    version: "0.1.0 (test)",
    clock: { now: () => now },
    timers: {
      after(delayMs, task) {
        const entry = { at: now + delayMs, task };
        due.push(entry);
        return () => {
          due = due.filter((other) => other !== entry);
        };
      },
    },
    random: { bytes: (length) => new Uint8Array(length) },
    router,
    satchel: satchel.handle,
    carrier: carrier.handle,
    keep,
    theme: { get: () => "auto", set: () => undefined },
    idleLimits: { idleMs: 300_000, hiddenMs: 60_000, awayMs: 600_000 },
    feedIdle: (watch) => () => watch.stop(),
    onEscapes(leave) {
      escapes = leave;
      return () => undefined;
    },
    watchPage(on) {
      Object.assign(page, on);
      return () => undefined;
    },
    online: () => true,
    hidePage: () => void acts.push("hide"),
    leavePage: () => void acts.push("leave"),
    discreet: { on: false, keep: (on) => void acts.push(`discreet ${on ? "on" : "off"}`) },
    clearOtherTabs: async () => void acts.push("clear-others"),
    wipePage: async () => void acts.push("wipe-page"),
    startAgain: () => void acts.push("start-again"),
    loadOperator: async () => null,
    async linkServiceWorker(onWaiting) {
      updateIsHere = onWaiting;
      return {
        update: () => void acts.push("update"),
        lookForUpdate: async () => undefined,
        readiness: async () => null,
        askDelivery: async () => void acts.push("ask-delivery"),
      };
    },
    async askToKeep() {
      acts.push("ask-to-keep");
      return true;
    },
    readRoom: async () => ({ used: null, quota: null, persisted: false }),
    copyText: async () => true,
    diagnostics: (mark) => `facts ${mark}`,
    print: () => void acts.push("print"),
  };
  return {
    deps,
    router,
    carrier,
    acts,
    now: () => now,
    pass(ms) {
      const end = now + ms;
      for (;;) {
        const next = due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        due = due.filter((entry) => entry !== next);
        now = next.at;
        next.task();
      }
      now = end;
    },
    escapes: () => escapes(),
    page,
    updateIsHere: () => updateIsHere(),
  };
}
