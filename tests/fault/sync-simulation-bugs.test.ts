/** Bugs put into client or server on purpose: the simulation has to see each, by the invariant that it breaks. */

import { describe, expect, test } from "vitest";
import { type SimulationOptions, simulate } from "../support/simulation/run.ts";

/** The rule that each seeded bug must break, within the first `within` runs. */
const bugs: readonly {
  readonly name: string;
  readonly options: SimulationOptions;
  readonly rule: RegExp;
  readonly within: number;
}[] = [
  { name: "last writer wins", options: { server: { lastWriterWins: true } }, rule: /^I2:/, within: 200 },
  { name: "a cursor over a global sequence", options: { globalSequence: true }, rule: /^I5:/, within: 1000 },
  {
    name: "the cursor is stored before its rows",
    options: { client: { cursorFirst: true } },
    rule: /^I[47]:/,
    within: 1000,
  },
  { name: "a retry that changed", options: { client: { mutableRetry: true } }, rule: /^I[278]:/, within: 2000 },
  { name: "no parking", options: { client: { noParking: true } }, rule: /^I[24]:/, within: 4000 },
  { name: "head of line", options: { client: { headOfLine: true } }, rule: /I7:/, within: 300 },
  { name: "answers before fsync", options: { server: { ackBeforeSync: true } }, rule: /^I[1246789]:/, within: 500 },
  {
    name: "verified before the root was checked",
    options: { server: { verifiesTooEarly: true }, always: ["a bad disk", "a desk"] },
    rule: /^I[69]:/,
    within: 2000,
  },
  {
    name: "bytes dropped before they were verified",
    options: { client: { dropsUnverified: true } },
    rule: /^I9:/,
    within: 300,
  },
  {
    name: "a withdrawn letter is filed",
    options: { client: { filesWithdrawn: true }, always: ["a desk", "withdrawals"] },
    rule: /^P-P5:/,
    within: 4000,
  },
  {
    // Rare: what a receipt booked is looked for at the server (S-R1, S-R6) and mostly found missing in time.
    name: "a receipt believed without its signature",
    options: { client: { believesForged: true } },
    rule: /^(INV-1|INV-2|I2|I7|I9)/,
    within: 4000,
  },
  {
    name: "letters are not offered again",
    options: { client: { forgetsLetters: true }, always: ["a desk", "restores"] },
    rule: /^I7:/,
    within: 2000,
  },
  {
    name: "a tombstone forgotten in a reset",
    options: { client: { resurrects: true }, always: ["deletions", "restores"] },
    rule: /^I2:.*came back/,
    within: 4000,
  },
  {
    name: "two drainers deliver one letter twice",
    options: { client: { sealsTwice: true } },
    rule: /^(INV-4, I13|INV-1|I7)/,
    within: 1000,
  },
];

describe("seeded bugs are caught by the simulation", () => {
  for (const { name, options, rule, within } of bugs) {
    test(name, { timeout: 300_000 }, async () => {
      let seed = 0;
      let caught = false;
      for (; seed < within && !caught; seed += 1) {
        const { violations } = await simulate(seed, options);
        caught = violations.some((violation) => rule.test(violation));
      }
      expect(caught, `not caught in ${seed} runs`).toBe(true);
    });
  }
});
