/** B3 on SQLite: each push is in the log and the log is on the disk before its answer leaves; a blob before "verified". */
import { expect, test } from "vitest";
import { watchFsync } from "./server-fsync.ts";

test("B3: strace sees a sync of SQLite's log, and of the blob, before each answer", async () => {
  const counts = await watchFsync({ env: {}, log: /besace\.sqlite-wal$/, others: () => [] });
  expect(counts.syncs).toBeGreaterThan(0);
  // Those that came together share a sync: the answers are grouped, never early.
  expect(counts.syncs).toBeLessThanOrEqual(counts.pushes);
  console.log(JSON.stringify(counts));
}, 120_000);
