/**
 * Checks signatures of a busy server, many at a time, away from the thread that answers. Runs in a worker thread of Node.
 */

import { parentPort } from "node:worker_threads";
import { type Packed, unpack, verifyNow } from "./verify-now.ts";

parentPort?.on("message", (packed: Packed) => {
  parentPort?.postMessage(unpack(packed).map(verifyNow));
});
