/**
 * The service worker of a real build in Chromium: what is here without network and what is not, the desk's files only
 * where the desk was opened, an update that asks, and files that fail as what they are. The server is stopped for "no
 * network", so nothing but the device can answer.
 */
import { appendFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeAxe, runAxe } from "../support/axe.ts";
import { launchBrowser, type TestBrowser } from "../support/browser.ts";
import { createPerson } from "../support/person.ts";
import { ROOT, startServer, type TestServer } from "../support/server.ts";
import { createWords } from "../support/words.ts";

const words = createWords("fr");
const folder = mkdtempSync(join(tmpdir(), "besace-shell-"));
const dist = join(folder, "dist");
const complaints: string[] = [];

let server: TestServer;
let browser: TestBrowser;
let page: Page;

const url = (path: string): string => `${server.url}${path}`;
const heading = (): Promise<string> => page.locator("h1").first().innerText();

/** Paths in all caches. */
const cached = (): Promise<readonly string[]> =>
  page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map((request) => new URL(request.url).pathname);
  });

type Ready = Readonly<Record<"shell" | "tools" | "texts" | "photos" | "codes" | "ways" | "carrier", boolean>>;

const ready = (language: string | undefined): Promise<Ready | null> =>
  page.evaluate(
    (spoken) =>
      new Promise<Ready | null>((resolve) => {
        const { controller } = navigator.serviceWorker;
        if (controller === null) return resolve(null);
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = (event) => resolve(event.data);
        controller.postMessage({ type: "READY", language: spoken }, [port2]);
      }),
    language,
  );

/** What fetch() in the page gets: status and type, or "failed". */
const fetched = (path: string): Promise<string> =>
  page.evaluate(async (wanted) => {
    try {
      const answer = await fetch(wanted);
      return `${answer.status} ${answer.headers.get("content-type")}`;
    } catch {
      return "failed";
    }
  }, path);

beforeAll(async () => {
  cpSync(join(ROOT, "dist"), dist, { recursive: true });
  server = await startServer({ data: join(folder, "data"), env: { BESACE_DIST: dist } });
  browser = await launchBrowser({ profile: join(folder, "profile") });
  page = browser.page;
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("after one visit all is ready, and nothing of the desk was fetched", async () => {
  const asked: string[] = [];
  browser.context.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(url("/"));
  // Without a language: every language must be here, which is the last thing that comes.
  await expect.poll(() => ready(undefined), { timeout: 180_000 }).toMatchObject({ texts: true, tools: true });
  const here = await cached();
  expect(here).toContain("/index.html");
  // A person's own screens speak of desks too: the desk's files are its page, its script, its worker and its words.
  const ofDesk = /\/guichet(\.html|-)|\/desk(\.worker)?-[\w-]{8}\.\w+$/;
  expect(ofDesk.test("/assets/desk.worker-DaHPtIGi.js") && ofDesk.test("/assets/guichet-Dw1wDwEe.js")).toBe(true);
  expect([...here, ...asked].filter((path) => ofDesk.test(path))).toEqual([]);
  expect(complaints).toEqual([]);
});

test("without network the app starts, in every language, and the desk that was never opened is not claimed", async () => {
  await server.kill();
  await page.goto(url("/"));
  expect(await heading()).toBe(words.text("start.heading"));
  await page.getByRole("radio", { name: "العربية" }).check();
  await page.locator('html[lang="ar"][dir="rtl"]').waitFor({ state: "attached" });
  await page.getByRole("radio", { name: "Français" }).check();
  await page.locator('html[lang="fr"]').waitFor({ state: "attached" });
  await page.getByRole("link", { name: words.text("start.begin") }).click();
  await expect.poll(heading, { timeout: 180_000 }).toBe(words.text("opening.choose"));
  await page.reload();
  await expect.poll(heading, { timeout: 180_000 }).toBe(words.text("opening.choose"));
  expect(await fetched("/assets/gone-12345678.js")).toBe("failed");
  await expect(page.goto(url("/guichet"))).rejects.toThrow("ERR_FAILED");
  await server.restart();
});

test("a missing file is a missing file, never a page", async () => {
  await page.goto(url("/"));
  expect(await fetched("/assets/gone-12345678.js")).toMatch(/^404 (?!text\/html)/);
  complaints.length = 0;
});

test("the desk is fetched when it is opened, and then works without network too", async () => {
  await page.goto(url("/guichet"));
  await expect
    .poll(async () => (await cached()).filter((path) => /guichet\.html|desk\.worker/.test(path)).length, {
      timeout: 180_000,
    })
    .toBe(2);
  await expect.poll(() => ready(undefined), { timeout: 180_000 }).toMatchObject({ texts: true });
  await server.kill();
  await page.reload();
  await page.locator("h1").first().waitFor();
  await expect.poll(() => page.title()).toMatch(/guichet/i);
  await server.restart();
});

test("a new version waits until the person takes it, then the page starts again once, the desk still here", async () => {
  await page.goto(url("/"));
  complaints.length = 0;
  await server.kill();
  appendFileSync(join(dist, "sw.js"), "\n// another version\n");
  await server.restart();
  let loads = 0;
  page.on("load", () => {
    loads += 1;
  });
  await page.reload();
  const take = page.getByRole("button", { name: words.text("errors.update.action") });
  await take.waitFor();
  const waiting = () => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting !== null);
  expect([await waiting(), loads]).toEqual([true, 1]);
  await take.click();
  await expect.poll(() => loads, { timeout: 180_000 }).toBe(2);
  await page.locator("h1").first().waitFor();
  await page.waitForTimeout(500);
  expect([await waiting(), await take.count(), loads]).toEqual([false, 0, 2]);
  expect(await cached()).toContain("/guichet.html");
  expect(complaints).toEqual([]);
});

test("on a slow line the first screen stands still, and what was pressed before the script came is done by it", async () => {
  const slow = await launchBrowser({ profile: join(folder, "slow") });
  try {
    const first = slow.page;
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    await first.route("**/assets/*.js", async (route) => {
      await gate;
      await route.continue();
    });
    await first.addInitScript(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value);
      }).observe({ type: "layout-shift", buffered: true });
    });
    await first.goto(url("/"), { waitUntil: "commit" });
    expect(await first.locator("h1").innerText()).toBe(words.text("start.heading"));
    await first.getByRole("radio", { name: "English" }).check();
    await first.getByRole("link", { name: words.text("start.begin") }).click();
    expect(new URL(first.url()).pathname).toBe("/");
    release();
    const english = createWords("en");
    await first.getByRole("heading", { level: 1, name: english.text("opening.choose") }).waitFor();
    expect(await first.evaluate(() => localStorage.getItem("besace.language"))).toBe("en");

    // Again in French and without a press: the script takes over without moving anything.
    await first.evaluate(() => localStorage.setItem("besace.language", "fr"));
    await first.goto(url("/"));
    await first.locator("html[data-started]").waitFor({ state: "attached" });
    await first.waitForTimeout(1000);
    const shifts = await first.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
    expect(shifts.reduce((sum, shift) => sum + shift, 0)).toBeLessThan(0.01);
  } finally {
    await slow.close();
  }
});

test("no control lies under the head or the tab bar when it gets the focus", async () => {
  const person = createPerson(page, { url: server.url });
  await person.open("/");
  await person.createSatchel("418273");
  await person.laterCard();
  await person.sees("home.hello");
  expect(describeAxe(await runAxe(page))).toBe("");
  await page.evaluate(() => window.scrollTo(0, 0));
  const covered = new Set<string>();
  for (let steps = 0; steps < 25; steps += 1) {
    await page.keyboard.press(steps < 16 ? "Tab" : "Shift+Tab");
    const found = await page.evaluate(() => {
      const { activeElement } = document;
      if (activeElement === null || activeElement === document.body || activeElement.closest(".skip") !== null)
        return "";
      const { left, top, bottom, width } = activeElement.getBoundingClientRect();
      const seen = [top + 2, bottom - 2].every((y) =>
        activeElement.contains(document.elementFromPoint(left + width / 2, y)),
      );
      return seen ? "" : (activeElement.textContent ?? "");
    });
    if (found !== "") covered.add(found);
  }
  expect([...covered]).toEqual([]);
});
