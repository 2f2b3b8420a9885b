/** The parts of the service worker that can be looked at without a browser; tests/e2e sees the whole. */

import { describe, expect, test } from "vitest";
import { routes } from "../../../src/protocol/wire.ts";
import { createMemoryRegistry, createMemoryStore } from "../../../src/storage/memory/index.ts";
import type { Profile } from "../../../src/storage/ports.ts";
import { askForMore, type Delivery, deliverAll } from "../../../src/sw/deliver.ts";
import { createDeploymentFiles } from "../../../src/sw/deployment.ts";
import { readiness } from "../../../src/sw/readiness.ts";
import type { RunReport } from "../../../src/sync/drain.ts";

const human = { name: "a", phone: "+33123456789", phoneShown: "01", hours: [], timeZone: "Europe/Paris", address: "" };
const deployment = (operator: string): object => ({
  v: 1,
  operator,
  human,
  urls: { app: "a", desk: "b", kiosk: "c" },
  languages: ["fr"],
  serverKeys: [],
  organisations: [],
  legal: { publisher: "", privacy: "" },
  quotas: { satchelBytes: 1, blobBytes: 1 },
});

function bench(answer: () => Promise<Response>) {
  const held = new Map<string, Response>();
  const timers: (() => void)[] = [];
  const files = createDeploymentFiles({
    fetch: answer,
    caches: {
      open: async () =>
        ({
          match: async (path: string) => held.get(path)?.clone(),
          put: async (path: string, response: Response) => void held.set(path, response),
        }) as unknown as Cache,
    },
    timers: {
      after: (_delay, task) => {
        timers.push(task);
        return () => undefined;
      },
    },
  });
  return { files, held, timers };
}
const operatorOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { readonly operator: string }).operator;

describe("deployment.json", () => {
  test("is kept when it is one; a portal's answer, an error or a dead line leaves the kept one", async () => {
    let next: () => Promise<Response> = async () => Response.json(deployment("one"));
    const { files, held } = bench(() => next());
    expect(await files.refresh()).toBe(true);
    const lies: readonly (() => Promise<Response>)[] = [
      async () => new Response("<html>login</html>"),
      async () => Response.json({ v: 1 }),
      async () => Response.json(deployment("bad"), { status: 500 }),
      () => Promise.reject(new TypeError("fetch failed")),
    ];
    for (const lie of lies) {
      next = lie;
      expect(await files.refresh()).toBe(false);
      expect(await operatorOf(await files.respond())).toBe("one");
    }
    expect([...held.keys()]).toEqual([routes.deployment]);
    next = async () => Response.json(deployment("two"));
    expect(await operatorOf(await files.respond())).toBe("two");
  });

  test("after three seconds the kept one answers; the late one is kept for the next time", async () => {
    let arrive: (response: Response) => void = () => undefined;
    let first = true;
    const { files, timers } = bench(() => {
      if (first) {
        first = false;
        return Promise.resolve(Response.json(deployment("kept")));
      }
      return new Promise((resolve) => {
        arrive = resolve;
      });
    });
    await files.refresh();
    const answer = files.respond();
    while (timers.length === 0) await new Promise((resolve) => setImmediate(resolve));
    timers[0]?.();
    expect(await operatorOf(await answer)).toBe("kept");
    arrive(Response.json(deployment("late")));
    await new Promise((resolve) => setImmediate(resolve));
    const again = files.respond();
    while (timers.length < 2) await new Promise((resolve) => setImmediate(resolve));
    timers[1]?.();
    expect(await operatorOf(await again)).toBe("late");
  });

  test("without any, the answer is a network error, never a page", async () => {
    const { files } = bench(() => Promise.reject(new TypeError("fetch failed")));
    expect((await files.respond()).type).toBe("error");
  });
});

const report = (more: Partial<RunReport>): RunReport => ({
  ended: "empty",
  nextInMs: null,
  answers: 1,
  left: 0,
  trouble: null,
  ...more,
});
const profile = (database: string): Profile => ({ database, revision: 1 }) as unknown as Profile;

describe("delivering while locked", () => {
  test("A5 every profile is drained; one that cannot be opened counts as left and stops nobody", async () => {
    const registry = createMemoryRegistry();
    for (const database of ["a", "b", "c"]) await registry.add(profile(database));
    const drained: string[] = [];
    const delivery = await deliverAll({
      openRegistry: async () => ({ ok: true, value: registry }),
      openStore: async (database) =>
        database === "b"
          ? { ok: false, error: { type: "unavailable", detail: "blocked" } }
          : { ok: true, value: createMemoryStore({ clock: { now: () => 0 } }) },
      createDrainer: ({ database }) => ({
        run: async ({ reason, budgetMs }) => {
          drained.push(`${database} ${reason} ${budgetMs}`);
          return report({ left: database === "c" ? 2 : 0 });
        },
      }),
    });
    expect(drained).toEqual(["a sync 110000", "c sync 110000"]);
    expect([delivery.left, delivery.outOfTime]).toEqual([3, false]);
  });

  test("something left: the event fails so that the browser repeats it; at the last chance the tag is renewed", async () => {
    const tags: string[] = [];
    const sync = { register: async (tag: string) => void tags.push(tag) };
    const left: Delivery = { left: 1, outOfTime: false, reports: [] };
    await expect(askForMore(left, sync, { lastChance: false })).rejects.toThrow("left");
    expect(tags).toEqual([]);
    await askForMore(left, sync, { lastChance: true });
    await askForMore({ ...left, outOfTime: true }, sync, { lastChance: false });
    await askForMore(left, sync, "message");
    await askForMore(left, undefined, "message");
    expect(tags).toEqual(["besace-outbox", "besace-outbox", "besace-outbox"]);
    await askForMore({ ...left, left: 0 }, sync, { lastChance: false });
    expect(tags).toHaveLength(3);
  });
});

describe("Prêt sans réseau", () => {
  const urls = ["index.html", "assets/index-1.js", "assets/imaging.worker-2.js", "assets/uqr-3.js"];
  const without = (...missing: readonly string[]) => readiness(urls, async (url) => !missing.includes(url));

  test("says what is really in the cache, by groups", async () => {
    expect(await without()).toEqual({ shell: true, tools: true, texts: true, photos: true, codes: true });
    expect(await without("assets/imaging.worker-2.js")).toEqual({
      shell: true,
      tools: false,
      texts: true,
      photos: false,
      codes: true,
    });
    expect(await without("assets/index-1.js")).toMatchObject({ shell: false, texts: false, photos: false });
    expect(await readiness([], async () => true)).toMatchObject({ shell: false, tools: false });
  });
});
