/**
 * The contract of SatchelStore in real Chromium, in a worker: and what no imitation of IndexedDB can show, durability, a
 * full disk, two tabs.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, type TestBrowser } from "../support/browser.ts";

let browser: TestBrowser;
let server: Server;
let origin: string;
const profile = mkdtempSync(join(tmpdir(), "besace-store-"));

async function workerScript(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      modulePreload: false,
      target: "es2022",
      rolldownOptions: {
        input: fileURLToPath(new URL("./satchel-store.worker.ts", import.meta.url)),
        output: { codeSplitting: false },
      },
    },
  });
  if (Array.isArray(output) || !("output" in output)) throw new Error("one bundle");
  const [chunk, ...more] = output.output.filter((each) => each.type === "chunk");
  if (chunk === undefined || more.length > 0) throw new Error("one script");
  return chunk.code;
}

/** A page with the worker in it. */
async function tab(page?: Page, at = origin): Promise<Page> {
  const opened = page ?? (await browser.context.newPage());
  await opened.goto(at);
  await opened.evaluate(() => {
    Object.assign(globalThis, { worker: new Worker("/worker.js", { type: "module" }) });
  });
  return opened;
}

/** Runs one task in the page's worker. */
async function ask(page: Page, task: string, ...args: readonly unknown[]): Promise<unknown> {
  const answer = await page.evaluate(
    (message) =>
      new Promise<unknown>((done, fail) => {
        const { worker } = globalThis as unknown as { readonly worker: Worker };
        worker.onmessage = (event) => done(event.data);
        worker.onerror = (event) => fail(new Error(event.message));
        worker.postMessage(message);
      }),
    { task, args },
  );
  const { ok, value, error } = answer as { readonly ok: boolean; readonly value: unknown; readonly error: unknown };
  if (!ok) throw new Error(String(error));
  return value;
}

beforeAll(async () => {
  const script = await workerScript();
  server = createServer((request, response) => {
    const isScript = request.url === "/worker.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : "<!doctype html><title>store</title>");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  browser = await launchBrowser({ profile });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(profile, { recursive: true, force: true });
});

describe("SatchelStore in Chromium", { timeout: 120_000 }, () => {
  test("keeps the whole contract", async () => {
    const page = await tab(browser.page);
    expect(await ask(page, "contract")).toEqual([]);
  });

  test("a form's save is strict, a photo's bytes are relaxed", async () => {
    const page = await tab(browser.page);
    expect(await ask(page, "durability")).toEqual(["readwrite relaxed", "readwrite strict", "readonly relaxed"]);
  });

  test("two tabs that write at once: no save is lost, and each hears of the other", async () => {
    const [one, two] = [await tab(browser.page), await tab()];
    const races = await Promise.all([ask(one, "race", "race", 40), ask(two, "race", "race", 40)]);
    expect(await ask(one, "revision", "race")).toBe(80);
    for (const race of races) expect((race as { readonly heard: number }).heard).toBeGreaterThan(40);
    await two.close();
  });

  test("a full disk: photos are refused, the ballast is freed, and the form is still kept", async () => {
    // Another name of this machine, so that the browser has no idea yet of the room that is left.
    const elsewhere = origin.replace("127.0.0.1", "localhost");
    const session = await browser.context.newCDPSession(browser.page);
    await session.send("Storage.overrideQuotaForOrigin", { origin: elsewhere, quotaSize: 6_000_000 });
    const page = await tab(browser.page, elsewhere);
    expect(await ask(page, "full", "full")).toEqual({ photos: ["full", "full", "full"], forms: ["kept"], same: true });
  });

  test("a full disk: a try of the code is counted; where nothing fits any more, by what is taken away", async () => {
    const elsewhere = origin.replace("127.0.0.1", "tries.localhost");
    const session = await browser.context.newCDPSession(browser.page);
    await session.send("Storage.overrideQuotaForOrigin", { origin: elsewhere, quotaSize: 6_000_000 });
    const page = await tab(browser.page, elsewhere);
    const { first, more, spent, seen, expected } = (await ask(page, "tries")) as Readonly<Record<string, unknown>>;
    expect(first).toEqual(["counted", "counted"]);
    expect(more).toBe("full");
    expect(spent).toEqual(["taken", "taken", "taken", "full"]);
    expect(seen).toEqual(expected);
  });
});
