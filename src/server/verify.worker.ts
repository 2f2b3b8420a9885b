/**
 * Checks the ops of a busy server, many at a time, away from the thread that answers. Runs in a worker thread of Node.
 */

import { parentPort } from "node:worker_threads";
import type { B64 } from "../protocol/wire.ts";
import { checkPacked } from "./verify-now.ts";

parentPort?.on("message", (texts: readonly B64[]) => {
  parentPort?.postMessage(checkPacked(texts));
});
