/**
 * Checks signatures of a busy server, many at a time, away from the thread that answers. Runs in a worker thread of Node.
 */

import { parentPort } from "node:worker_threads";
import { type Question, verifyNow } from "./verify-now.ts";

parentPort?.on("message", (questions: readonly Question[]) => {
  parentPort?.postMessage(questions.map(verifyNow));
});
