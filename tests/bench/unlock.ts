/**
 * `npm run bench:unlock`: from the last digit of the code to the list of papers on the screen, without network, in the
 * built app in Chromium (issue 4, C6): at 1x and slowed 6 times, with the weakest parameters that a satchel may have and with
 * those that the app chooses on this machine, each next to one bare Argon2id of the same parameters in a worker just before
 * it. And the memory that the stretching takes and gives back. Runs in Node on Linux; build the app first.
 *
 *   --runs n     unlocks of each kind, medians are shown (default 5)
 *   --pace ms    from one digit to the next (default 250)
 *   --write      JSON into tests/results
 *
 * Surprising facts: Chromium's throttle does not reach workers, so the page's whole process is slowed (unlock-slow.ts). Each
 * unlock is a page loaded anew. The app derives twice: SPEC C-A4 asks for a known answer first, in each new worker; it begins
 * with the first digit (decisions/0021), so digits come at a person's pace here, and what is not done by the last one counts.
 * performance.measureUserAgentSpecificMemory needs a page isolated by COEP, which the app is not; anonymous memory of the
 * renderer processes is read in its place.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { floor, type StretchParameters } from "../../src/protocol/wrap-head.ts";
import { launchBrowser, type TestBrowser } from "../support/browser.ts";
import { createPerson } from "../support/person.ts";
import { ROOT, startServer } from "../support/server.ts";
import { bundled } from "./bundle.ts";
import { memoryOf, renderersOf } from "./renderers.ts";
import { drawPictures } from "./sync-pictures.ts";
import { slowDown } from "./unlock-slow.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    pace: { type: "string", default: "250" },
    write: { type: "boolean", default: false },
  },
});
const runs = Number(values.runs);
const paceMs = Number(values.pace);
const CODE = "418273";
const PAPERS = 3;
const RATE = 6;
/** C6. */
const BUDGET_MS = 1500;
/** What stays after an unlock is the open satchel and its screen: clearly less than the least that stretching takes. */
const LEFT_BUDGET_MIB = floor.memoryKiB / 1024 / 2;
/** So slow that the app finds nothing but the floor bearable, as on the cheapest phone. */
const CRAWL = 60;

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/* ---- the floor: a page of its own, with the library and nothing else ---- */

/** Milliseconds of one bare derivation, from starting its worker to its answer. */
const runFloor = (page: Page, { memoryKiB, passes }: StretchParameters): Promise<number> =>
  page.evaluate(
    (input) =>
      new Promise<number>((done, fail) => {
        const began = performance.now();
        const worker = new Worker("/worker.js", { type: "module" });
        worker.onerror = (event) => fail(new Error(event.message));
        worker.onmessage = () => {
          const ms = performance.now() - began;
          worker.terminate();
          done(ms);
        };
        worker.postMessage(input);
      }),
    { memoryKiB, passes },
  );

/* ---- the renderer processes ---- */

async function quietMemory(browser: TestBrowser, page: Page): Promise<number> {
  const cdp = await browser.context.newCDPSession(page);
  await sleep(1000);
  await cdp.send("HeapProfiler.collectGarbage");
  await sleep(200);
  await cdp.detach();
  return memoryOf(renderersOf(browser));
}

/* ---- the app ---- */

/** Times of the last click and of the first painted list after it, in the page's clock. */
async function watchUnlock(page: Page): Promise<void> {
  await page.context().addInitScript(() => {
    const seen: { from: number; to: number | null } = { from: 0, to: null };
    Object.assign(window, { besaceUnlock: seen });
    addEventListener("click", () => Object.assign(seen, { from: performance.now() }), true);
    new MutationObserver((_, observer) => {
      if (document.querySelector(".papers-list li") === null) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => Object.assign(seen, { to: performance.now() })));
    }).observe(document, { childList: true, subtree: true });
  });
}

/** Clear words of the wrap that the code opens. */
const parametersOf = (page: Page): Promise<StretchParameters> =>
  page.evaluate(async () => {
    const wanted = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    type Row = { readonly wraps: readonly { readonly pair: string; readonly wrap: { readonly head: string } }[] };
    const db = await wanted(indexedDB.open("besace"));
    const rows = await wanted<Row[]>(db.transaction("profiles").objectStore("profiles").getAll());
    db.close();
    const head = rows[0]?.wraps.find(({ pair }) => pair === "D+P")?.wrap.head ?? "";
    return JSON.parse(atob(head.replaceAll("-", "+").replaceAll("_", "/"))).params;
  });

/** `workerMs`: how long the stretch worker was there after the last digit. */
type Unlock = { readonly ms: number; readonly workerMs: number; readonly peak: number; readonly left: number };

async function unlockOnce(browser: TestBrowser, url: string, rate: number): Promise<Unlock> {
  const { page } = browser;
  const person = createPerson(page, { url });
  await person.open("/papiers");
  await person.sees("opening.enter");
  const before = await quietMemory(browser, page);
  const alive = { from: 0, to: 0, count: 0 };
  const onWorker = (worker: { url(): string; on(event: "close", listener: () => void): unknown }): void => {
    if (!worker.url().includes("stretch.worker")) return;
    alive.count += 1;
    alive.from = performance.now();
    worker.on("close", () => {
      alive.count -= 1;
      alive.to = performance.now();
    });
  };
  page.on("worker", onWorker);
  const pids = renderersOf(browser);
  let pressedAt = 0;
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, memoryOf(pids));
  }, 10);
  const free = slowDown(pids, rate);
  try {
    for (const digit of CODE) {
      const next = performance.now() + paceMs;
      pressedAt = performance.now();
      await page.getByRole("button", { name: digit, exact: true }).click();
      await sleep(Math.max(0, next - performance.now()));
    }
    await page.locator(".papers-list li").first().waitFor();
    await page.waitForFunction(() => (window as unknown as { besaceUnlock: { to: number | null } }).besaceUnlock.to);
  } finally {
    await free();
    clearInterval(watch);
  }
  const { from, to } = await page.evaluate(
    () => (window as unknown as { besaceUnlock: { from: number; to: number } }).besaceUnlock,
  );
  const after = await quietMemory(browser, page);
  page.off("worker", onWorker);
  if (alive.from === 0) throw new Error("no stretch worker was seen");
  if (alive.count !== 0) throw new Error("the stretch worker is still there");
  return { ms: to - from, workerMs: alive.to - pressedAt, peak: peak - before, left: after - before };
}

/** A satchel with a few papers. `crawl`: the code is stretched on a phone where only the floor is bearable. */
async function makeSatchel(browser: TestBrowser, url: string, pictures: readonly string[], crawl: boolean) {
  const { page } = browser;
  const person = createPerson(page, { url, timeoutMs: 120_000 });
  const ends: Promise<void>[] = [];
  if (crawl)
    page.on("worker", (worker) => {
      if (!worker.url().includes("stretch.worker")) return;
      const free = slowDown(renderersOf(browser), CRAWL);
      ends.push(new Promise((done) => worker.once("close", () => void free().then(done))));
    });
  await person.open();
  await person.readyOffline();
  await browser.context.setOffline(true);
  await person.createSatchel(CODE);
  await Promise.all(ends);
  page.removeAllListeners("worker");
  await person.laterCard();
  for (const [n, file] of pictures.entries())
    await person.addPaper({ kind: "letter-received", files: [file], title: `Courrier ${n + 1}` });
}

/* ---- all of it ---- */

type Row = {
  readonly memoryMiB: number;
  readonly passes: number;
  readonly rate: number;
  readonly floorMs: number;
  readonly appMs: number;
  readonly worstMs: number;
  readonly workerMs: number;
  readonly ratio: number;
  readonly peakMiB: number;
  readonly leftMiB: number;
  readonly budgetMs?: number;
  readonly passed: boolean;
};
const rows: Row[] = [];
const folder = mkdtempSync(join(tmpdir(), "besace-bench-unlock-"));
const script = await bundled(fileURLToPath(new URL("./unlock.worker.ts", import.meta.url)));
const floorServer = createServer((request, response) => {
  const isScript = request.url === "/worker.js";
  response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
  response.end(isScript ? script : "<!doctype html><title>floor</title>");
});
await new Promise<void>((done) => floorServer.listen(0, "127.0.0.1", done));
const floorUrl = `http://127.0.0.1:${(floorServer.address() as AddressInfo).port}/`;
const server = await startServer({ data: join(folder, "data") });
try {
  console.log(
    `code to list of ${PAPERS} papers, ms, ${runs} runs`.padEnd(38),
    "floor".padStart(7),
    "app".padStart(7),
    "worst".padStart(7),
    "worker".padStart(7),
    "ratio".padStart(6),
    "MiB more".padStart(9),
    "left".padStart(6),
  );
  const bare = await launchBrowser({ profile: join(folder, "bare") });
  await bare.page.goto(floorUrl);
  const pictures = await drawPictures(bare.page, join(folder, "pictures"), PAPERS);
  /** One just before each unlock: what else this machine does then weighs on both. */
  const floorOnce = async (parameters: StretchParameters, rate: number): Promise<number> => {
    const free = slowDown(renderersOf(bare), rate);
    try {
      return await runFloor(bare.page, parameters);
    } finally {
      await free();
    }
  };

  for (const crawl of [true, false]) {
    const browser = await launchBrowser({ profile: join(folder, crawl ? "weak" : "dear") });
    await watchUnlock(browser.page);
    await makeSatchel(browser, server.url, pictures, crawl);
    const parameters = await parametersOf(browser.page);
    const { memoryKiB, passes } = parameters;
    if (crawl && (memoryKiB !== floor.memoryKiB || passes !== floor.passes))
      throw new Error(`not the floor: ${memoryKiB} KiB, ${passes} passes`);
    for (const rate of [1, RATE]) {
      const seen: (Unlock & { readonly floorMs: number })[] = [];
      // The first of a browser fills caches that every later one has; it is not counted.
      for (let n = 0; n <= runs; n += 1)
        seen.push({
          floorMs: await floorOnce(parameters, rate),
          ...(await unlockOnce(browser, server.url, rate)),
        });
      const counted = seen.slice(1);
      const floorMs = median(counted.map((one) => one.floorMs));
      const appMs = median(counted.map(({ ms }) => ms));
      const leftMiB = median(counted.map(({ left }) => left));
      const isBudgeted = crawl && rate === RATE;
      const row: Row = {
        memoryMiB: memoryKiB / 1024,
        passes,
        rate,
        floorMs,
        appMs,
        worstMs: Math.max(...counted.map(({ ms }) => ms)),
        workerMs: median(counted.map(({ workerMs }) => workerMs)),
        ratio: median(counted.map(({ ms, floorMs: one }) => ms / one)),
        peakMiB: median(counted.map(({ peak }) => peak)),
        leftMiB,
        ...(isBudgeted ? { budgetMs: BUDGET_MS } : {}),
        passed: leftMiB <= LEFT_BUDGET_MIB && (!isBudgeted || appMs <= BUDGET_MS),
      };
      rows.push(row);
      console.log(
        `${row.memoryMiB} MiB, ${passes} passes, ${rate}x${isBudgeted ? ` (budget ${BUDGET_MS})` : ""}`.padEnd(38),
        ...[row.floorMs, row.appMs, row.worstMs, row.workerMs].map((ms) => ms.toFixed(0).padStart(7)),
        row.ratio.toFixed(2).padStart(6),
        row.peakMiB.toFixed(0).padStart(9),
        row.leftMiB.toFixed(1).padStart(6),
        row.passed ? "pass" : "FAIL",
      );
    }
    await browser.close();
  }
  await bare.close();
  console.log(
    `"left" is the open satchel and its screen, at most ${LEFT_BUDGET_MIB} MiB; the stretch worker was gone after every unlock.`,
  );
  if (values.write) {
    const date = new Date().toISOString().slice(0, 10);
    const commit = execFileSync("git", ["rev-parse", "--short=12", "HEAD"], { cwd: ROOT, encoding: "utf8" }).trim();
    const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
    const name = `bench-unlock-${date}.json`;
    writeFileSync(
      join(ROOT, "tests", "results", name),
      `${JSON.stringify({ date, commit, machine, runs, papers: PAPERS, rows }, null, 2)}\n`,
    );
    console.log(`written to tests/results/${name}`);
  }
  process.exitCode = rows.every(({ passed }) => passed) ? 0 : 1;
} finally {
  await server.close();
  floorServer.closeAllConnections();
  floorServer.close();
  rmSync(folder, { recursive: true, force: true });
}
// As in sync.ts: Node may span for ever in its own clearing up of handles.
process.exit();
