/**
 * Two processes behind a balancer, in short: the long form, with four on the white zone's link, is
 * tests/long/cluster.test.ts.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { createDatabase } from "../support/postgres.ts";
import { startMemoryS3 } from "../support/s3.ts";
import { startServer } from "../support/server.ts";
import { runCluster } from "./cluster.ts";

test("INV-1: two processes on one PostgreSQL and one S3: uploads go on at either, and outlive the death of their owner", async () => {
  const counts = await runCluster({
    processes: 2,
    database: await createDatabase(inject("postgresUrl")),
    link: { up: 4_000_000, down: 4_000_000, delayMs: 10, cuts: { onMs: 900, offMs: 200 } },
    blobs: [300_000, 600_000],
    partBytes: 48 * 1024,
    staleMs: 1_500,
  });
  console.log(JSON.stringify(counts));
  expect(counts.restarts).toBe(1);
  expect(counts.forwarded).toBeGreaterThan(2);
}, 300_000);

test("processes on one database that could not reach each other, or would keep blobs to themselves, do not start", async () => {
  const folder = mkdtempSync(join(tmpdir(), "besace-alone-"));
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist", "index.html"), "<!doctype html><title>alone</title>");
  const s3 = await startMemoryS3();
  const BLOB_URL = await s3.newBucket();
  const DATABASE_URL = await createDatabase(inject("postgresUrl"));
  const start = (name: string, env: Readonly<Record<string, string>>) =>
    startServer({
      data: join(folder, name),
      env: { BESACE_DIST: join(folder, "dist"), BESACE_LOG_LEVEL: "warn", HOST: "127.0.0.1", DATABASE_URL, ...env },
    });
  const refused = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const running = await start("second", env).catch((error: Error) => error.message);
    if (typeof running === "string") return running;
    await running.close();
    return "it started";
  };
  // Alone it needs neither.
  const first = await start("first", {});
  const code = /([A-Z2-9]{4} ){9}[A-Z2-9]{4}/;
  const [shown] = await first.waitForLine(code);
  const url = { BESACE_NODE_URL: "http://127.0.0.1:1" };
  expect(await refused({})).toContain("give each its BESACE_NODE_URL");
  expect(await refused({ BLOB_URL, ...url })).toContain("has no BESACE_NODE_URL");
  await first.restart({ BESACE_NODE_URL: first.url });
  expect(await refused(url)).toContain("set BLOB_URL");
  expect(await refused({ BLOB_URL, BESACE_NODE_URL: "somewhere" })).toContain("BESACE_NODE_URL must be");
  await first.restart({ BESACE_NODE_URL: first.url, BLOB_URL });
  // The code of a desk that was not opened yet: the second process does not make the first one's worthless.
  // The port answers a moment before the code is printed.
  await expect.poll(() => first.lines().filter(({ text }) => code.test(text)).length, { timeout: 120_000 }).toBe(3);
  const second = await start("second", { BLOB_URL, ...url });
  await second.waitForLine(/\/guichet/);
  expect(code.test(second.log())).toBe(false);
  expect(second.log()).not.toContain(shown);
  await second.close();
  await first.close();
  await s3.stop();
  rmSync(folder, { recursive: true, force: true });
}, 300_000);
