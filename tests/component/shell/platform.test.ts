import { describe, expect, test, vi } from "vitest";
import { readOperator } from "../../../src/app/platform/deployment.ts";
import { diagnosticText, markOf } from "../../../src/app/platform/diagnostics.ts";
import { watchIdle } from "../../../src/app/platform/idle.ts";
import { onRestored, onThreeEscapes } from "../../../src/app/platform/presence.ts";
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
