/** What the drainer takes from the browser: the data saver as a hint (S-D4), Web Locks as an optimisation (S-D2). */
import { describe, expect, test } from "vitest";
import { hintsOf } from "../../../src/sync/hints.ts";
import { webLocks } from "../../../src/sync/locks.ts";

describe("the browser's hints", () => {
  test("S-D4 a browser that says nothing of its line holds nothing back", () => {
    expect(hintsOf({})().slow).toBe(false);
    expect(hintsOf({ connection: undefined })().slow).toBe(false);
    expect(hintsOf({ connection: { effectiveType: "2g" } })().slow).toBe(false);
  });

  test("the data saver is read anew at each choice", () => {
    const connection = { saveData: false };
    const hints = hintsOf({ connection });
    expect(hints().slow).toBe(false);
    connection.saveData = true;
    expect(hints()).toEqual({ slow: true, metered: true });
  });

  test("S-O8 a line is metered unless the browser knows better", () => {
    const metered = (connection?: object): boolean => hintsOf({ connection })().metered;
    expect(metered()).toBe(true);
    expect(metered({ type: "cellular" })).toBe(true);
    expect(metered({ type: "unknown" })).toBe(true);
    expect(metered({ type: "wifi" })).toBe(false);
    expect(metered({ type: "ethernet", saveData: false })).toBe(false);
    expect(metered({ type: "wifi", saveData: true })).toBe(true);
  });
});

describe("S-D2 the one lock of page worker and service worker", () => {
  test("a browser without Web Locks has none; runs are harmless twice", () => {
    expect(webLocks(undefined)).toBeUndefined();
  });

  test("of two that ask at once one works, the other hears taken, and later ones work again", async () => {
    const locks = webLocks(navigator.locks);
    if (locks === undefined) throw new Error("Node has Web Locks");
    let end = (): void => undefined;
    const first = locks.tryHold("besace-test", () => new Promise<string>((resolve) => (end = () => resolve("first"))));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await locks.tryHold("besace-test", async () => "second")).toBe("taken");
    end();
    expect(await first).toEqual({ held: "first" });
    expect(await locks.tryHold("besace-test", async () => "third")).toEqual({ held: "third" });
  });

  test("what the work throws is thrown, and the lock is free", async () => {
    const locks = webLocks(navigator.locks);
    await expect(locks?.tryHold("besace-test", () => Promise.reject(new Error("bug")))).rejects.toThrow("bug");
    expect(await locks?.tryHold("besace-test", async () => 1)).toEqual({ held: 1 });
  });
});
