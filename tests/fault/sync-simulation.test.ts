/**
 * The simulation of client and server cores (QUALITY "Deterministic simulation"): 20,000 lives of a satchel on three
 * devices, and the seeded bugs that it must catch. SIM_RUNS asks for more; a failing seed replays with
 * `simulate(seed)`.
 */

import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { soundClient } from "../support/simulation/device.ts";
import { type SimulationOptions, simulate } from "../support/simulation/run.ts";

const runs = Number(process.env.SIM_RUNS ?? 20_000);

interface ChunkReport {
  readonly runs: number;
  readonly failed: readonly { readonly seed: number; readonly violations: readonly string[] }[];
  readonly requests: number;
  readonly crashes: number;
  readonly conflicts: number;
}

const chunk = (from: number, count: number): Promise<ChunkReport> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(new URL("../support/simulation/chunk.ts", import.meta.url)), {
      workerData: { from, count },
    });
    worker.once("message", resolve);
    worker.once("error", reject);
  });

describe("sync simulation", () => {
  test(`${runs} seeded runs keep INV-1, INV-4, INV-5 and S-I1 to S-I9`, { timeout: 600_000 }, async () => {
    const workers = Math.min(2, availableParallelism());
    const share = Math.ceil(runs / workers);
    const reports = await Promise.all(Array.from({ length: workers }, (_, i) => chunk(i * share, share)));
    const sum = (pick: (report: ChunkReport) => number): number => reports.reduce((all, one) => all + pick(one), 0);
    const failed = reports.flatMap((report) => report.failed);
    console.log(
      `simulation: ${sum((r) => r.runs)} runs, ${sum((r) => r.requests)} requests, ${sum((r) => r.crashes)} crashes, ${sum((r) => r.conflicts)} conflicts`,
    );
    expect(failed.map(({ seed, violations }) => `seed ${seed}: ${violations.join("; ")}`)).toEqual([]);
    expect(sum((r) => r.runs)).toBeGreaterThanOrEqual(runs);
    expect(sum((r) => r.crashes)).toBeGreaterThan(runs / 10);
    expect(sum((r) => r.conflicts)).toBeGreaterThan(runs / 10);
  });

  test("the same seed gives the same life", async () => {
    for (const seed of [3, 77, 4242]) expect(await simulate(seed)).toEqual(await simulate(seed));
  });
});

/** The rule that each seeded bug must break, within the first `within` runs. */
const bugs: readonly {
  readonly name: string;
  readonly options: SimulationOptions;
  readonly rule: string;
  readonly within: number;
}[] = [
  { name: "last writer wins", options: { lastWriterWins: true }, rule: "I2", within: 100 },
  { name: "a cursor over a global sequence", options: { globalSequence: true }, rule: "I4", within: 3000 },
  {
    name: "a retry that changed",
    options: { client: { ...soundClient, mutableRetry: true } },
    rule: "I2",
    within: 3000,
  },
  { name: "no parking", options: { client: { ...soundClient, noParking: true } }, rule: "I2", within: 3000 },
  { name: "head of line", options: { client: { ...soundClient, headOfLine: true } }, rule: "I7", within: 300 },
];

describe("seeded bugs are caught by the simulation", () => {
  for (const { name, options, rule, within } of bugs) {
    test(name, { timeout: 300_000 }, async () => {
      let seed = 0;
      let caught = false;
      for (; seed < within && !caught; seed += 1) {
        const { violations } = await simulate(seed, options);
        caught = violations.some((violation) => violation.startsWith(`${rule}:`));
      }
      expect(caught, `not caught in ${seed} runs`).toBe(true);
    });
  }
});
