/** Erasing everywhere against a real server, and wiping a browser of every satchel. */
import { IDBFactory } from "fake-indexeddb";
import { afterEach, describe, expect, test } from "vitest";
import { createHttpTransport } from "../../../src/sync/http.ts";
import { wipeDatabases } from "../../../src/workers/common/browser.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import {
  type Browser,
  createBrowser,
  createConnectedBrowser,
  createLine,
  eventually,
  must,
  openTab,
  random,
  timers,
} from "./world.ts";

const code = "417233";
let server: Harness | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe("erasing everywhere", { timeout: 120_000 }, () => {
  async function begun() {
    server = await createHarness();
    const line = createLine(await server.listen());
    const browser = createConnectedBrowser(line);
    const tab = openTab(browser);
    must(await tab.api.create({ code, language: "fr", pictogram: "code-velo" }));
    must(await tab.api.saveProfile({ given_name: "Nour" }));
    return { line, browser, tab };
  }
  const arrived = (tab: ReturnType<typeof openTab>) =>
    eventually(async () => {
      const outbox = await tab.api.outbox();
      return outbox.ok && outbox.value.waiting === 0 && outbox.value.pulledAt > 0 ? true : undefined;
    });

  test("goes from the server first, then from here; the same satchel is not taken there again", async () => {
    const { tab, line, browser } = await begun();
    await arrived(tab);
    const [row] = must(await browser.registry.list());
    must(await tab.api.eraseEverywhere({ code }));
    expect(must(await tab.api.opening())).toEqual({ type: "none" });
    expect(must(await browser.registry.list())).toEqual([]);
    const transport = createHttpTransport({ fetch: line.fetch, baseUrl: "", random, timers, clock: browser.clock });
    expect(await transport.register(row?.statements ?? [])).toMatchObject({ type: "refused", error: "gone" });
  });

  test("without network nothing is erased anywhere, and the satchel goes on", async () => {
    const { tab, line } = await begun();
    await arrived(tab);
    line.online = false;
    expect(await tab.api.eraseEverywhere({ code })).toEqual({ ok: false, error: { type: "no-network" } });
    expect(must(await tab.api.opening()).type).toBe("open");
    line.online = true;
    must(await tab.api.saveProfile({ given_name: "Sam" }));
    await arrived(tab);
  });

  test("a wrong code erases nothing", async () => {
    const { tab } = await begun();
    expect(await tab.api.eraseEverywhere({ code: "902417" })).toMatchObject({ error: { type: "wrong-code" } });
    expect(must(await tab.api.profile()).given_name).toBe("Nour");
  });
});

describe("wiping this device", () => {
  test("every satchel goes, and nothing is asked of the registry afterwards", async () => {
    const browser: Browser = createBrowser();
    const tab = openTab(browser);
    must(await tab.api.create({ code, language: "fr", pictogram: "code-velo" }));
    must(await tab.api.lock());
    must(await tab.api.create({ code: "902417", language: "fr", pictogram: "code-lune" }));
    expect(must(await browser.registry.list())).toHaveLength(2);
    must(await tab.api.wipeDevice());
    expect(must(await browser.registry.list())).toEqual([]);
    expect([...browser.disks.keys(), ...browser.marks, ...browser.weeks.keys()]).toEqual([]);
    expect(must(await tab.api.opening())).toEqual({ type: "none" });
  });

  test("databases that nobody named go too; one that is held counts as left", async () => {
    const factory = new IDBFactory();
    const make = (name: string) =>
      new Promise<IDBDatabase>((resolve) => {
        const request = factory.open(name);
        request.onsuccess = () => resolve(request.result as unknown as IDBDatabase);
      });
    for (const name of ["besace", "b-1", "besace-porteur"]) (await make(name)).close();
    expect(await wipeDatabases(factory as unknown as globalThis.IDBFactory, timers, [])).toBe(0);
    expect(await factory.databases()).toEqual([]);
    await make("held");
    const soon = { after: (_: number, task: () => void) => timers.after(20, task) };
    expect(await wipeDatabases(factory as unknown as globalThis.IDBFactory, soon, [])).toBe(1);
  });
});
