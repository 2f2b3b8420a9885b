/**
 * `npm run soak`: a million lives of the sync simulation in shards over all cores. Prints progress, then a table; writes
 * JSON to test-results/soak.json. SIM_RUNS and BESACE_SEED change how many and from where.
 *
 * Ends with code 1 and the failing seeds when an invariant broke; `BESACE_SEED=<seed> npm run soak` plays one again and
 * tells that life line by line.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { simulate } from "../support/simulation/run.ts";
import { asked, type ChunkReport, playShards } from "../support/simulation/shards.ts";

const { from, runs } = asked(1_000_000);

if (runs === 1) {
  const { violations } = await simulate(from, { trace: (line) => console.log(line.replace(/_+A/g, "")) });
  console.log(violations.length === 0 ? "every invariant held" : violations.join("\n"));
  process.exitCode = violations.length === 0 ? 0 : 1;
} else {
  const started = Date.now();
  const seconds = (): number => (Date.now() - started) / 1000;
  const workers = availableParallelism();
  let shown = 0;
  const report: ChunkReport = await playShards(from, runs, {
    workers,
    onProgress: (count) => {
      if (count - shown < runs / 50) return;
      shown = count;
      console.log(`${((100 * count) / runs).toFixed(0).padStart(3)} %  ${count} runs  ${seconds().toFixed(0)} s`);
    },
  });
  console.log(`\n${"runs".padEnd(22)}${report.runs}`);
  console.log(`${"seconds".padEnd(22)}${seconds().toFixed(0)} on ${workers} cores`);
  console.log(`${"requests".padEnd(22)}${report.requests}`);
  for (const [what, times] of Object.entries(report.counts).sort()) console.log(`${what.padEnd(22)}${times}`);
  console.log(`${"violations".padEnd(22)}${report.failed.length}`);
  for (const { seed, violations } of report.failed) console.log(`  seed ${seed}: ${violations.join("; ")}`);
  mkdirSync("test-results", { recursive: true });
  const json = { from, asked: runs, seconds: seconds(), workers, ...report };
  writeFileSync("test-results/soak.json", `${JSON.stringify(json, null, 1)}\n`);
  process.exitCode = report.failed.length > 0 || report.runs < runs ? 1 : 0;
}
