/**
 * INV-1, on the server's side, in its long form (B3): forty SIGKILLs of the real server under the load of several people
 * lose nothing that it acknowledged, on SQLite and on PostgreSQL, where every fifth one strikes the database instead. The
 * short forms are tests/fault/server-kill*.test.ts.
 */
import { expect, test } from "vitest";
import { killServers } from "../fault/server-kill.ts";
import { createDatabase, startPostgres } from "../support/postgres.ts";
import { report, seedOf } from "./figures.ts";

const rounds = 40;

test(`INV-1: ${rounds} kills of the server under load lose nothing that it acknowledged`, async (context) => {
  const counts = await killServers({ rounds, seed: seedOf(context), people: 4 });
  report(context, { ...counts });
  expect(counts.ops).toBeGreaterThan(rounds * 5);
  expect(counts.letters).toBeGreaterThan(rounds);
  expect(counts.verified).toBeGreaterThan(rounds / 10);
}, 900_000);

const ofServer = 40;
const ofDatabase = 10;

test(`B3: on PostgreSQL, ${ofServer} kills of the server and ${ofDatabase} of the database lose nothing that was acknowledged`, async (context) => {
  const postgres = await startPostgres();
  try {
    const database = { url: await createDatabase(postgres.url), kill: postgres.restart, every: 5 };
    const counts = await killServers({ rounds: ofServer + ofDatabase, seed: seedOf(context), people: 4, database });
    report(context, { ...counts });
    expect(counts.databaseKills).toBe(ofDatabase);
    expect(counts.ops).toBeGreaterThan(ofServer * 5);
    expect(counts.letters).toBeGreaterThan(ofServer);
    expect(counts.verified).toBeGreaterThan(ofServer / 10);
  } finally {
    await postgres.stop();
  }
}, 900_000);
