import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { readOperator } from "../../../src/app/platform/deployment.ts";
import { diagnosticText, markOf } from "../../../src/app/platform/diagnostics.ts";
import { createDiscreet, NEUTRAL_NAME } from "../../../src/app/platform/discreet.ts";
import { watchIdle } from "../../../src/app/platform/idle.ts";
import { leavePage, NEUTRAL_PAGE, onRestored, onThreeEscapes } from "../../../src/app/platform/presence.ts";
import { wipePage } from "../../../src/app/platform/wipe.ts";
import { createWipeSignal } from "../../../src/app/platform/wipe-signal.ts";
import { memoryKeep } from "../../../src/app/platform/world.ts";
import { networkState } from "../../../src/app/shell/network.ts";
import { FAKE_DEPLOYMENT } from "../../support/fake-satchel.ts";

const LIMITS = { idleMs: 300_000, hiddenMs: 60_000, awayMs: 600_000 };

function idleWorld() {
  let now = 0;
  let due: { readonly at: number; readonly task: () => void }[] = [];
  const onIdle = vi.fn();
  const watch = watchIdle({
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
    limits: LIMITS,
    onIdle,
  });
  const pass = (ms: number): void => {
    const end = now + ms;
    for (;;) {
      const next = due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      due = due.filter((entry) => entry !== next);
      now = next.at;
      next.task();
    }
    now = end;
  };
  /** The phone sleeps: time goes on, timers do not. */
  const sleep = (ms: number): void => {
    now += ms;
  };
  return { watch, onIdle, pass, sleep };
}

describe("watchIdle", () => {
  test("five minutes after the last gesture, once", () => {
    const { watch, onIdle, pass } = idleWorld();
    pass(200_000);
    watch.gesture();
    pass(299_000);
    expect(onIdle).not.toHaveBeenCalled();
    pass(1_000);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  test("a minute out of sight; less is nothing", () => {
    const { watch, onIdle, pass } = idleWorld();
    watch.hidden();
    pass(59_000);
    watch.shown();
    pass(60_000);
    expect(onIdle).not.toHaveBeenCalled();
    watch.hidden();
    pass(61_000);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  test("a phone that slept closes on waking, before the first gesture counts", () => {
    const { watch, onIdle, sleep } = idleWorld();
    sleep(400_000);
    watch.gesture();
    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  test("the system's camera has ten minutes, and its picture arrives before the lock", () => {
    const { watch, onIdle, pass, sleep } = idleWorld();
    watch.away(true);
    watch.hidden();
    pass(500_000);
    expect(onIdle).not.toHaveBeenCalled();
    sleep(200_000);
    watch.shown();
    expect(onIdle).not.toHaveBeenCalled();
    watch.away(false);
    pass(4_000);
    expect(onIdle).not.toHaveBeenCalled();
  });
});

describe("three times Escape", () => {
  const press = (target: EventTarget, key = "Escape"): void => {
    target.dispatchEvent(new KeyboardEvent("keydown", { key }));
  };
  test("within a second and a half leaves; slower does not", () => {
    let now = 0;
    const target = new EventTarget();
    const leave = vi.fn();
    const stop = onThreeEscapes(target, { now: () => now }, leave);
    press(target);
    press(target);
    now = 2000;
    press(target);
    press(target, "a");
    expect(leave).not.toHaveBeenCalled();
    now = 2500;
    press(target);
    press(target);
    expect(leave).toHaveBeenCalledTimes(1);
    stop();
    for (let n = 0; n < 3; n += 1) press(target);
    expect(leave).toHaveBeenCalledTimes(1);
  });
});

test("a page that the browser had put aside whole starts again; an ordinary one does not", () => {
  const target = new EventTarget();
  const again = vi.fn();
  const show = (persisted: boolean): void => {
    target.dispatchEvent(Object.assign(new Event("pageshow"), { persisted }));
  };
  onRestored(target, again);
  show(false);
  expect(again).not.toHaveBeenCalled();
  show(true);
  expect(again).toHaveBeenCalledTimes(1);
});

test("the network is what the last real answer says; the browser's 'offline' is believed", () => {
  expect(networkState(true, "none")).toBe("online");
  expect(networkState(true, "no-network")).toBe("offline");
  expect(networkState(false, "none")).toBe("offline");
  expect(networkState(true, "not-let-through")).toBe("blocked");
  expect(networkState(true, "server-busy")).toBe("online");
});

test("deployment.json gives a person to call; anything else gives nobody", () => {
  expect(readOperator(FAKE_DEPLOYMENT)?.contact.phoneDisplay).toBe("04 65 71 12 30");
  expect(readOperator({ ...FAKE_DEPLOYMENT, human: { ...FAKE_DEPLOYMENT.human, phone: "javascript:1" } })).toBeNull();
  expect(readOperator("<html>")).toBeNull();
});

test("diagnostics hold no path with ids, and the same bug has the same mark", () => {
  const text = diagnosticText({ version: "1", mark: "P-1", screen: "papiers fr", language: "fr", online: true, at: 0 });
  expect(text).not.toContain(window.location.pathname.length > 1 ? window.location.pathname : "//");
  expect(markOf(new Error("x"))).toBe(markOf(new Error("x")));
  expect(markOf(new Error("x"))).toMatch(/^P-[0-9A-F]{3}$/);
});

describe("Sortir leaves nothing of ours in the history but the neutral page", () => {
  function historyAt(depth: number, answers = true) {
    const done: string[] = [];
    let popped = (): void => undefined;
    const win = {
      history: {
        state: { depth },
        go: (by: number) => {
          done.push(`go ${by}`);
          if (answers) popped();
        },
        pushState: (_: unknown, __: string, url: string) => void done.push(`push ${url}`),
        replaceState: (_: unknown, __: string, url: string) => void done.push(`replace ${url}`),
      },
      document: { title: "Mes papiers" },
      location: { replace: (url: string) => void done.push(`leave ${url}`) },
      addEventListener: (_: string, listener: () => void) => {
        popped = listener;
      },
    };
    let late = (): void => undefined;
    const timers = {
      after: (_: number, task: () => void) => {
        late = task;
        return () => undefined;
      },
    };
    leavePage(win as unknown as Parameters<typeof leavePage>[0], timers);
    return { done, late: () => late(), title: () => win.document.title };
  }

  test("from the first entry: replaced, and that is all", () => {
    expect(historyAt(0).done).toEqual([`leave ${NEUTRAL_PAGE}`]);
  });

  test("from further on: back to the first, which becomes neutral, and what was behind it is cut off", () => {
    const { done, late, title } = historyAt(4);
    late();
    expect(done).toEqual(["go -4", `replace ${NEUTRAL_PAGE}`, `push ${NEUTRAL_PAGE}`, `leave ${NEUTRAL_PAGE}`]);
    expect(readFileSync(`public${NEUTRAL_PAGE}`, "utf8")).toContain(`<title>${title()}</title>`);
  });

  test("a browser that does not go back is left all the same", () => {
    const { done, late } = historyAt(4, false);
    expect(done).toEqual(["go -4"]);
    late();
    expect(done).toEqual(["go -4", `leave ${NEUTRAL_PAGE}`]);
  });
});

describe("discreet mode", () => {
  test("is read once, and kept for the next start", () => {
    const keep = memoryKeep();
    const root = document.createElement("html");
    const first = createDiscreet(root, keep);
    first.keep(true);
    expect([first.on, root.dataset.discreet]).toEqual([false, undefined]);
    expect(createDiscreet(root, keep).on).toBe(true);
    expect(root.dataset.discreet).toBe("");
    createDiscreet(root, keep).keep(false);
    expect(createDiscreet(root, keep).on).toBe(false);
    expect(root.dataset.discreet).toBeUndefined();
  });

  test("one name in the page, in the manifest and before the first paint; nothing in the manifest says Besace", () => {
    const manifest = readFileSync("public/carnet.webmanifest", "utf8");
    expect(manifest).not.toMatch(/besace/i);
    expect(JSON.parse(manifest)).toMatchObject({ name: NEUTRAL_NAME, short_name: NEUTRAL_NAME, display: "standalone" });
    expect(readFileSync("public/first.js", "utf8")).toContain(`document.title = "${NEUTRAL_NAME}"`);
    for (const { src } of JSON.parse(manifest).icons) expect(existsSync(`public${src}`), src).toBe(true);
  });
});

test("wiping takes the service worker, every cache, every cookie and every small setting", async () => {
  const done: string[] = [];
  const jar = {
    get cookie() {
      return "besace=1; other=2";
    },
    set cookie(text: string) {
      done.push(text.split(";").slice(0, 2).join(";"));
    },
  };
  await wipePage({
    caches: {
      keys: async () => ["shell", "besace-marks"],
      delete: async (name) => done.push(`cache ${name}`) > 0,
    },
    serviceWorker: {
      getRegistrations: async () => [
        { unregister: async () => done.push("unregister") > 0 } as unknown as ServiceWorkerRegistration,
      ],
    },
    stores: () => [{ clear: () => void done.push("local") }, { clear: () => void done.push("session") }],
    jar,
  });
  expect(done).toEqual([
    "unregister",
    "cache shell",
    "cache besace-marks",
    "besace=; Max-Age=0",
    "other=; Max-Age=0",
    "local",
    "session",
  ]);
});

test("the other tab hears that this browser is wiped; the one that does it does not", async () => {
  const heard: string[] = [];
  const timers = {
    after(ms: number, task: () => void) {
      const id = setTimeout(task, Math.min(ms, 50));
      return () => clearTimeout(id);
    },
  };
  const here = createWipeSignal(timers, () => void heard.push("here"));
  createWipeSignal(timers, () => void heard.push("other"));
  await here.clearOtherTabs();
  expect(heard).toEqual(["other"]);
});
