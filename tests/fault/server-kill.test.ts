/**
 * INV-1, on the server's side, in its short form: ten SIGKILLs of the real server lose nothing that it acknowledged.
 * The long form is tests/long/server-kills.test.ts.
 */
import { expect, test } from "vitest";
import { killServers } from "./server-kill.ts";

const rounds = 10;

test(`${rounds} kills during pushes, deposits and uploads lose nothing that was acknowledged`, async () => {
  const seed = Date.now() % 1_000_000;
  console.log(`seed ${seed}`);
  const counts = await killServers({ rounds, seed });
  // The test is worth something only if there was something to lose.
  expect(counts.ops).toBeGreaterThan(rounds * 5);
  expect(counts.letters).toBeGreaterThan(rounds);
  expect(counts.verified).toBeGreaterThan(0);
  console.log(`acknowledged and found again over ${rounds} kills: ${JSON.stringify(counts)}`);
}, 300_000);
