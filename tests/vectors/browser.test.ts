/** The same vectors in Chromium, in a worker, under a policy as strict as the app's: no eval, WebAssembly allowed. */

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { runVectors } from "./run.ts";

/** The worker and what it imports, by file name; the worker's own name is `worker.js`. */
async function bundle(): Promise<ReadonlyMap<string, string>> {
  const output = await build({
    configFile: false,
    logLevel: "error",
    base: "./",
    build: {
      write: false,
      minify: false,
      modulePreload: false,
      target: "es2022",
      rolldownOptions: {
        input: fileURLToPath(new URL("./browser.worker.ts", import.meta.url)),
        output: { entryFileNames: "worker.js", chunkFileNames: "[name].js" },
      },
    },
  });
  if (Array.isArray(output) || !("output" in output)) throw new Error("one bundle");
  return new Map(
    output.output.flatMap((chunk) => (chunk.type === "chunk" ? [[`/${chunk.fileName}`, chunk.code]] : [])),
  );
}

test("vectors in Chromium do what they do in Node", { timeout: 120_000 }, async () => {
  const scripts = await bundle();
  const server = createServer((request, response) => {
    response.setHeader(
      "content-security-policy",
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
    );
    const script = scripts.get(request.url ?? "");
    response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript");
    response.end(script ?? "<!doctype html><title>vectors</title>");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const profile = mkdtempSync(join(tmpdir(), "besace-vectors-"));
  const browser = await launchBrowser({ profile });
  try {
    await browser.page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const seen = await browser.page.evaluate(
      () =>
        new Promise((done, fail) => {
          const worker = new Worker("/worker.js", { type: "module" });
          worker.onmessage = (event) => done(event.data);
          worker.onerror = (event) => fail(new Error(event.message));
        }),
    );
    expect(seen).toEqual(await runVectors());
    expect(seen).toMatchObject({ failed: [] });
  } finally {
    await browser.close();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    rmSync(profile, { recursive: true, force: true });
  }
});
