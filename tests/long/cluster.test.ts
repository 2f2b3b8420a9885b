/**
 * Four processes behind a plain balancer, on the white zone's link: 40 kbit/s, 400 ms one way, cut ten seconds a minute.
 * The owner of an upload is killed in its middle. The short form is tests/fault/cluster.postgres.test.ts.
 */
import { expect, test } from "vitest";
import { runCluster } from "../fault/cluster.ts";
import { startPostgres } from "../support/postgres.ts";
import { report } from "./figures.ts";

test("INV-1: four processes on one PostgreSQL and one S3 over 40 kbit/s with cuts; the owner of an upload is killed", async (context) => {
  const postgres = await startPostgres();
  try {
    const counts = await runCluster({
      processes: 4,
      database: postgres.url,
      link: { up: 40_000, down: 40_000, delayMs: 400, cuts: { onMs: 50_000, offMs: 10_000 } },
      blobs: [60_000, 100_000, 100_000],
      partBytes: 16 * 1024,
      staleMs: 30_000,
    });
    report(context, { ...counts });
    console.log(JSON.stringify(counts));
    expect(counts.restarts).toBe(1);
    expect(counts.cuts).toBeGreaterThan(1);
    expect(counts.forwarded).toBeGreaterThan(5);
  } finally {
    await postgres.stop();
  }
}, 900_000);
