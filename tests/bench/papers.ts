/**
 * `npm run bench:papers`: how long a satchel of 1,000 papers takes to list after an unlock (QUALITY: 300 ms at 6x), in real
 * Chromium. Prints a table. Runs in Node.
 *
 * Surprising fact: the debugging protocol slows pages only, never workers. So the worker's times are those of this
 * machine, to be compared with each other; the page's time is at 6x.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { launchBrowser } from "../support/browser.ts";

/** `npm run bench:papers -- <papers> <of them not delivered yet>` */
const [count = 1000, waiting = 10] = process.argv
  .slice(2)
  .filter((argument) => !argument.startsWith("-"))
  .map(Number);
const runs = 5;

const output = await build({
  configFile: false,
  logLevel: "error",
  build: {
    write: false,
    modulePreload: false,
    target: "es2022",
    rolldownOptions: {
      input: fileURLToPath(new URL("./papers.worker.ts", import.meta.url)),
      output: { codeSplitting: false },
    },
  },
});
if (Array.isArray(output) || !("output" in output)) throw new Error("one bundle");
const script = output.output.find((chunk) => chunk.type === "chunk")?.code ?? "";

const server = createServer((request, response) => {
  const isScript = request.url === "/worker.js";
  response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
  response.end(isScript ? script : "<!doctype html><title>papers</title>");
});
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
const profile = mkdtempSync(join(tmpdir(), "besace-bench-"));
const browser = await launchBrowser({ profile, cpuThrottle: 6 });
try {
  const { page } = browser;
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  /** One task in a fresh worker, so that nothing is warm; `keys` stay in the page. */
  const run = (task: "seed" | "open", arg: object) =>
    page.evaluate(
      ([name, input]) =>
        new Promise<Readonly<Record<string, number>>>((done, fail) => {
          const held = globalThis as unknown as { keys: unknown };
          const worker = new Worker("/worker.js", { type: "module" });
          worker.onerror = (event) => fail(new Error(event.message));
          worker.onmessage = (event) => {
            const started = performance.now();
            const { value, error } = event.data as {
              readonly value: { readonly steps: object };
              readonly error?: string;
            };
            const ms = performance.now() - started;
            worker.terminate();
            if (error !== undefined) return fail(new Error(error));
            if (name === "seed") held.keys = value;
            done(name === "seed" ? {} : { ...value.steps, "take the list in the page (6x)": ms });
          };
          worker.postMessage([name, name === "seed" ? input : held.keys]);
        }),
      [task, arg] as const,
    );
  await run("seed", { count, waiting });
  const seen = new Map<string, number[]>();
  for (let n = 0; n < runs; n += 1) {
    for (const [step, ms] of Object.entries(await run("open", {}))) seen.set(step, [...(seen.get(step) ?? []), ms]);
  }
  console.log(
    `${count} papers of two pages, ${waiting} wait, ms, ${runs} runs`.padEnd(50),
    "median".padStart(8),
    "worst".padStart(8),
  );
  for (const [step, times] of seen) {
    const sorted = times.toSorted((a, b) => a - b);
    const shown = [sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0];
    console.log(step.padEnd(50), ...shown.map((ms) => ms.toFixed(1).padStart(8)));
  }
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
  rmSync(profile, { recursive: true, force: true });
}
