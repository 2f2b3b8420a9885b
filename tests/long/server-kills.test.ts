/**
 * INV-1, on the server's side, in its long form: forty SIGKILLs of the real server under the load of several people lose
 * nothing that it acknowledged. The short form is tests/fault/server-kill.test.ts.
 */
import { expect, test } from "vitest";
import { killServers } from "../fault/server-kill.ts";
import { report, seedOf } from "./figures.ts";

const rounds = 40;

test(`INV-1: ${rounds} kills of the server under load lose nothing that it acknowledged`, async (context) => {
  const counts = await killServers({ rounds, seed: seedOf(context), people: 4 });
  report(context, { ...counts });
  expect(counts.ops).toBeGreaterThan(rounds * 5);
  expect(counts.letters).toBeGreaterThan(rounds);
  expect(counts.verified).toBeGreaterThan(rounds / 10);
}, 900_000);
