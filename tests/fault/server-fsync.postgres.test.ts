/** B3 on PostgreSQL: the same, where it is PostgreSQL's own processes that write and sync. */
import { expect, test } from "vitest";
import { createDatabase, startPostgres } from "../support/postgres.ts";
import { processTree } from "../support/processes.ts";
import { watchFsync } from "./server-fsync.ts";

test("B3: strace sees a sync of PostgreSQL's log before each answer", async () => {
  const postgres = await startPostgres();
  try {
    const counts = await watchFsync({
      env: { DATABASE_URL: await createDatabase(postgres.url) },
      log: /\/pg_wal\/[0-9A-F]{24}$/,
      others: () => processTree(postgres.pid() ?? 0).map(({ pid }) => pid),
    });
    expect(counts.syncs).toBeGreaterThan(0);
    console.log(JSON.stringify(counts));
  } finally {
    await postgres.stop();
  }
}, 120_000);
