/**
 * Many lives on several cores: seeds cut in shards, one worker thread each. Runs in Node (npm test and npm run soak).
 *
 * BESACE_SEED=n plays that life alone, SIM_RUNS=n as many from there on: the same seed gives the same life.
 */

import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

export interface ChunkReport {
  readonly runs: number;
  readonly failed: readonly { readonly seed: number; readonly violations: readonly string[] }[];
  readonly requests: number;
  /** How often what a life can be about did happen. */
  readonly counts: Readonly<Record<string, number>>;
}

const chunk = (from: number, count: number, onProgress: (runs: number) => void): Promise<ChunkReport> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(new URL("./chunk.ts", import.meta.url)), { workerData: { from, count } });
    worker.on("message", (message: { readonly progress: number } | { readonly report: ChunkReport }) => {
      if ("report" in message) resolve(message.report);
      else onProgress(message.progress);
    });
    worker.once("error", reject);
  });

/** What the environment asks for, or `runs` from seed 0. */
export function asked(runs: number): { readonly from: number; readonly runs: number } {
  const seed = process.env.BESACE_SEED;
  const wanted = process.env.SIM_RUNS;
  return { from: Number(seed ?? 0), runs: Number(wanted ?? (seed === undefined ? runs : 1)) };
}

/** @param onProgress runs so far, over all shards. */
export async function playShards(
  from: number,
  runs: number,
  options: { readonly workers?: number; readonly onProgress?: (runs: number) => void } = {},
): Promise<ChunkReport> {
  const workers = Math.min(options.workers ?? availableParallelism(), runs);
  const share = Math.ceil(runs / workers);
  const done = new Map<number, number>();
  const reports = await Promise.all(
    Array.from({ length: workers }, (_, i) =>
      chunk(from + i * share, Math.min(share, runs - i * share), (count) => {
        done.set(i, count);
        options.onProgress?.([...done.values()].reduce((sum, each) => sum + each, 0));
      }),
    ),
  );
  const counts: Record<string, number> = {};
  for (const report of reports)
    for (const [what, times] of Object.entries(report.counts)) counts[what] = (counts[what] ?? 0) + times;
  return {
    runs: reports.reduce((sum, report) => sum + report.runs, 0),
    requests: reports.reduce((sum, report) => sum + report.requests, 0),
    failed: reports.flatMap((report) => report.failed),
    counts,
  };
}

/** "forgotten" = a restored backup without a new epoch for a while. */
export const themes: readonly string[] = [
  "crashes",
  "conflicts",
  "deletions",
  "carried",
  "receipts",
  "restored",
  "forgotten",
  "drawer",
  "deposits",
  "opened",
  "withdrawals",
  "full server",
  "dropped",
];

export const told = (report: ChunkReport): string =>
  Object.entries(report.counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, times]) => `${what} ${times}`)
    .join(", ");
