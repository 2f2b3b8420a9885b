/** The browser tool: a real Chromium keeps its IndexedDB through SIGKILL, and nothing of it survives the kill. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium, launchBrowser, type TestBrowser } from "../../support/browser.ts";
import { listProcesses } from "../../support/processes.ts";

const profile = mkdtempSync(join(tmpdir(), "besace-browser-"));
let server: Server;
let url: string;
let open: TestBrowser | undefined;

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>t</title>");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterAll(async () => {
  await open?.kill();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(profile, { recursive: true, force: true });
});

/** Milliseconds for a fixed piece of work on the page's main thread; the best of three. */
function work(browser: TestBrowser): Promise<number> {
  return browser.page.evaluate(() => {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3; round++) {
      const start = performance.now();
      let sum = 0;
      for (let i = 0; i < 4e7; i++) sum += i % 7;
      best = Math.min(best, performance.now() - start + (sum === -1 ? 1 : 0));
    }
    return best;
  });
}

function profileUsers(): number[] {
  return listProcesses()
    .filter((row) => row.args.some((arg) => arg.includes(profile)))
    .map((row) => row.pid);
}

test("finds the system's Chromium, and CHROMIUM comes first", () => {
  expect(findChromium()).toMatch(/chrom/);
  expect(findChromium({ CHROMIUM: process.execPath })).toBe(process.execPath);
  expect(findChromium({ CHROMIUM: "/nonexistent/chromium" })).not.toBe("/nonexistent/chromium");
});

test("what a page committed to IndexedDB survives SIGKILL of the whole browser", { timeout: 120_000 }, async () => {
  open = await launchBrowser({ profile, cpuThrottle: 6, colorScheme: "dark", locale: "ar" });
  await open.page.goto(url);
  expect(
    await open.page.evaluate(() => [
      innerWidth,
      innerHeight,
      navigator.language,
      matchMedia("(prefers-color-scheme: dark)").matches,
    ]),
  ).toEqual([360, 640, "ar", true]);
  await open.page.evaluate(
    () =>
      new Promise<void>((done, fail) => {
        const request = indexedDB.open("kill", 1);
        request.onupgradeneeded = () => request.result.createObjectStore("rows");
        request.onerror = () => fail(request.error);
        request.onsuccess = () => {
          const transaction = request.result.transaction("rows", "readwrite", { durability: "strict" });
          transaction.objectStore("rows").put("still here", 1);
          transaction.oncomplete = () => done();
          transaction.onerror = () => fail(transaction.error);
        };
      }),
  );
  const slow = await work(open);
  expect(profileUsers()).toContain(open.pid);
  await expect(launchBrowser({ profile })).rejects.toThrow("still uses the profile");
  await open.kill();
  expect(profileUsers()).toEqual([]);
  await open.kill();

  open = await launchBrowser({ profile, viewport: { width: 1280, height: 800 } });
  await open.page.goto(url);
  expect(await open.page.evaluate(() => innerWidth)).toBe(1280);
  expect(slow / (await work(open))).toBeGreaterThan(2.5);
  const value = await open.page.evaluate(
    () =>
      new Promise<unknown>((done, fail) => {
        const request = indexedDB.open("kill");
        request.onerror = () => fail(request.error);
        request.onsuccess = () => {
          const get = request.result.transaction("rows").objectStore("rows").get(1);
          get.onsuccess = () => done(get.result);
          get.onerror = () => fail(get.error);
        };
      }),
  );
  expect(value).toBe("still here");
  await open.close();
  expect(profileUsers()).toEqual([]);
});
