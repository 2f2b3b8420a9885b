/**
 * A whole process n times slower: it runs a few milliseconds, then is stopped n - 1 times as long, again and again. Runs in
 * Node on Linux. Chromium's own throttle slows the page's main thread only, never the workers that stretch codes.
 *
 * Surprising fact: what is slept is measured each time, so the ratio holds where a timer comes late.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";

const RUN_MS = 4;

/** Sleeps without a timer of the event loop, which is late whenever this process is busy. */
const LOOP = `
const { workerData: { pids, rate, runMs, flag } } = require("node:worker_threads");
const stop = new Int32Array(flag);
const signal = (name) => { for (const pid of pids) { try { process.kill(pid, name); } catch (error) { if (error.code !== "ESRCH") throw error; } } };
for (;;) {
  signal("SIGCONT");
  const began = performance.now();
  if (Atomics.wait(stop, 0, 0, runMs) !== "timed-out") break;
  signal("SIGSTOP");
  if (Atomics.wait(stop, 0, 0, (performance.now() - began) * (rate - 1)) !== "timed-out") break;
}
signal("SIGCONT");
`;

/** Slows `pids` until the returned function is called; that one resolves when they run freely again. */
export function slowDown(pids: readonly number[], rate: number): () => Promise<void> {
  if (rate <= 1) return async () => undefined;
  const flag = new SharedArrayBuffer(4);
  const worker = new Worker(LOOP, { eval: true, workerData: { pids, rate, runMs: RUN_MS, flag } });
  const ended = new Promise<void>((resolve, reject) => {
    worker.once("exit", () => resolve());
    worker.once("error", reject);
  });
  return async () => {
    Atomics.store(new Int32Array(flag), 0, 1);
    Atomics.notify(new Int32Array(flag), 0);
    await ended;
    // Nothing may stay stopped, whatever ended the loop.
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGCONT");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    }
    await sleep(20);
  };
}
