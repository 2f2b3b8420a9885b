/**
 * Two processes behind a balancer, in short: the long form, with four on the white zone's link, is
 * tests/long/cluster.test.ts.
 */
import { expect, inject, test } from "vitest";
import { createDatabase } from "../support/postgres.ts";
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
}, 120_000);
