/** One worker thread's share of the simulation: seeds `from` to `from + count - 1`; tells its progress, then its report. */

import { parentPort, workerData } from "node:worker_threads";
import { simulate } from "./run.ts";
import type { ChunkReport } from "./shards.ts";

const { from, count } = workerData as { readonly from: number; readonly count: number };
const most = 20;
const failed: { seed: number; violations: readonly string[] }[] = [];
const counts: Record<string, number> = {};
let [runs, requests] = [0, 0];
for (let seed = from; seed < from + count && failed.length < most; seed += 1) {
  const result = await simulate(seed);
  runs += 1;
  requests += result.requests;
  for (const [what, times] of Object.entries(result.counts)) counts[what] = (counts[what] ?? 0) + times;
  if (result.violations.length > 0) failed.push({ seed, violations: result.violations });
  if (runs % 500 === 0) parentPort?.postMessage({ progress: runs });
}
parentPort?.postMessage({ report: { runs, failed, requests, counts } satisfies ChunkReport });
