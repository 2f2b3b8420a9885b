/** One worker thread's share of the simulation: seeds `from` to `from + count - 1`; answers with one report. */
import { parentPort, workerData } from "node:worker_threads";
import { simulate } from "./run.ts";

const { from, count } = workerData;
const failed = [];
let [runs, requests, crashes, conflicts] = [0, 0, 0, 0];
for (let seed = from; seed < from + count && failed.length < 20; seed += 1) {
  const result = await simulate(seed);
  runs += 1;
  requests += result.requests;
  crashes += result.crashes;
  conflicts += result.conflicts;
  if (result.violations.length > 0) failed.push({ seed, violations: result.violations });
}
parentPort?.postMessage({ runs, failed, requests, crashes, conflicts });
