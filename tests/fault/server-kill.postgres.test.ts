/**
 * B3 on PostgreSQL, in its short form: SIGKILLs of the server, and of PostgreSQL under a server that lives on, lose
 * nothing that was acknowledged. The long form is tests/long/server-kills.test.ts.
 */
import { expect, test } from "vitest";
import { createDatabase, startPostgres } from "../support/postgres.ts";
import { killServers } from "./server-kill.ts";

const rounds = 6;

test(`B3: ${rounds} kills of the server or of its PostgreSQL lose nothing that was acknowledged`, async () => {
  const seed = Date.now() % 1_000_000;
  console.log(`seed ${seed}`);
  // Its own: it is killed.
  const postgres = await startPostgres();
  try {
    const database = { url: await createDatabase(postgres.url), kill: postgres.restart, every: 3 };
    const counts = await killServers({ rounds, seed, people: 2, database });
    expect(counts.databaseKills).toBe(2);
    expect(counts.ops).toBeGreaterThan(rounds * 5);
    expect(counts.letters).toBeGreaterThan(rounds);
    expect(counts.verified).toBeGreaterThan(0);
    console.log(`acknowledged and found again over ${rounds} kills: ${JSON.stringify(counts)}`);
  } finally {
    await postgres.stop();
  }
}, 300_000);
