/** When the stretch worker lives: while a code is typed and tried, and no longer (C6, decisions/0021). Timers run by hand. */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { type Endpoint, expose } from "comlink";
import { afterEach, describe, expect, test } from "vitest";
import type { Bytes } from "../../../src/shared/bytes.ts";
import type { Timers } from "../../../src/shared/ports.ts";
import { err, ok, type Result } from "../../../src/shared/result.ts";
import { createStretchHelper, type HelperWorker } from "../../../src/workers/common/helpers.ts";
import type { StretchTrouble, StretchWorkerApi } from "../../../src/workers/stretch.contract.ts";
import { createBrowser, eventually, must, openTab, quickStretch, random } from "./world.ts";

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** Time passes when it is told to. */
function handTimers(): Timers & { readonly pass: (ms: number) => void; readonly waiting: () => number } {
  let now = 0;
  const due = new Set<{ readonly at: number; readonly task: () => void }>();
  return {
    after(delayMs, task) {
      const one = { at: now + delayMs, task };
      due.add(one);
      return () => void due.delete(one);
    },
    pass(ms) {
      now += ms;
      for (const one of [...due])
        if (one.at <= now) {
          due.delete(one);
          one.task();
        }
    },
    waiting: () => due.size,
  };
}

interface Seen {
  readonly asked: string[];
  ended: boolean;
  readonly die: () => void;
}

/** A browser's stretch workers, each with what it was asked; `right`: they know the answer of SPEC C-A4. */
function createWorkers(right: () => boolean) {
  const all: Seen[] = [];
  const start = (): HelperWorker => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    const deaths = new Set<() => void>();
    const seen: Seen = {
      asked: [],
      ended: false,
      die: () => {
        for (const tell of deaths) tell();
      },
    };
    all.push(seen);
    const output = async (): Promise<Result<Bytes, StretchTrouble>> =>
      right() ? ok(new Uint8Array(32).fill(1)) : err({ type: "broken" });
    const api: Pick<StretchWorkerApi, "prove" | "derive"> = {
      prove: async () => {
        seen.asked.push("prove");
        return right();
      },
      derive: () => {
        seen.asked.push("derive");
        return output();
      },
    };
    expose(api, port2 as unknown as Endpoint);
    return {
      terminate: () => {
        seen.ended = true;
      },
      postMessage: (message: unknown, transfer?: Transferable[]) => port1.postMessage(message, transfer as never),
      addEventListener: (type: string, listener: unknown) => {
        if (type === "error") deaths.add(listener as () => void);
        else port1.addEventListener(type as "message", listener as never);
      },
      removeEventListener: (type: string, listener: unknown) =>
        port1.removeEventListener(type as "message", listener as never),
      start: () => port1.start(),
    } as never;
  };
  return { all, start };
}

const parameters = { memoryKiB: 19 * 1024, passes: 2, lanes: 1 } as const;
const salt = random.bytes(16);

describe("C6 the stretch worker", () => {
  test("starts with the first digit, proves itself once, stretches the code, and is ended", async () => {
    const timers = handTimers();
    const { all, start } = createWorkers(() => true);
    const stretch = createStretchHelper(start, timers);
    for (let digit = 0; digit < 6; digit += 1) stretch.expect();
    must(await stretch.derive("417233", salt, parameters));
    expect(all.map(({ asked, ended }) => ({ asked, ended }))).toEqual([{ asked: ["prove", "derive"], ended: true }]);
    // Nothing is left that would end, or start, anything.
    expect(timers.waiting()).toBe(0);
    stretch.expect();
    expect(all).toHaveLength(2);
  });

  test("a code that nobody finishes keeps no memory: ended after twenty seconds without a digit", () => {
    const timers = handTimers();
    const { all, start } = createWorkers(() => true);
    const stretch = createStretchHelper(start, timers);
    stretch.expect();
    timers.pass(15_000);
    stretch.expect();
    timers.pass(15_000);
    expect(all.map(({ ended }) => ended)).toEqual([false]);
    timers.pass(5_000);
    expect(all.map(({ ended }) => ended)).toEqual([true]);
    stretch.expect();
    expect(all).toHaveLength(2);
  });

  test("is dismissed at once when it stretches nothing, and never in the middle of a code", async () => {
    const { all, start } = createWorkers(() => true);
    const stretch = createStretchHelper(start, handTimers());
    stretch.expect();
    stretch.dismiss();
    expect(all.map(({ ended }) => ended)).toEqual([true]);
    const deriving = stretch.derive("417233", salt, parameters);
    stretch.expect();
    stretch.dismiss();
    must(await deriving);
    expect(all.map(({ ended }) => ended)).toEqual([true, true]);
  });

  test("a wrong known answer refuses the code, however early it was asked (SPEC C-A4)", async () => {
    const { all, start } = createWorkers(() => false);
    const stretch = createStretchHelper(start, handTimers());
    stretch.expect();
    await eventually(() => (all[0]?.asked.length === 1 ? true : undefined));
    expect(await stretch.derive("417233", salt, parameters)).toEqual({ ok: false, error: { type: "broken" } });
  });

  test("one that dies while it waits is followed by another", async () => {
    const { all, start } = createWorkers(() => true);
    const stretch = createStretchHelper(start, handTimers());
    stretch.expect();
    all[0]?.die();
    await eventually(() => (all[0]?.ended === true ? true : undefined));
    must(await stretch.derive("417233", salt, parameters));
    expect(all[1]?.asked).toEqual(["derive"]);
  });
});

describe("C6 an opening", () => {
  const code = "417233";

  test("expects a code while it is typed, and no more once it locks", async () => {
    const told: string[] = [];
    const tab = openTab(createBrowser(), {
      stretch: { ...quickStretch, expect: () => void told.push("expect"), dismiss: () => void told.push("dismiss") },
    });
    must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
    must(await tab.api.lock());
    must(await tab.api.expectCode());
    expect(told).toEqual(["dismiss", "expect"]);
  });

  test("leaves the rest until the first list is answered, or a moment when no screen asks", async () => {
    const browser = createBrowser();
    const first = openTab(browser);
    const { database } = must(await first.api.create({ code, language: "fr", pictogram: "bateau" }));
    const listing = openTab(browser, { firstScreen: { drawMs: 0, mostMs: 600_000 } });
    must(await listing.api.unlock({ database, code }));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(listing.kicks).toEqual([]);
    must(await listing.api.papers());
    await eventually(() => (listing.kicks.length > 0 ? true : undefined));

    const silent = openTab(browser, { firstScreen: { drawMs: 0, mostMs: 20 } });
    must(await silent.api.unlock({ database, code }));
    await eventually(() => (silent.kicks.length > 0 ? true : undefined));

    const locked = openTab(browser, { firstScreen: { drawMs: 0, mostMs: 20 } });
    must(await locked.api.unlock({ database, code }));
    must(await locked.api.lock());
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(locked.kicks).toEqual([]);
  });
});
