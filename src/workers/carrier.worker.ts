/**
 * Root of the carrier's worker: real clock, chance, storage and network behind carrier/carrier.ts. It holds no key; any
 * browser may start it, with or without a satchel of its own.
 */

import { expose } from "comlink";
import type { Clock, Log, Random, Timers } from "../shared/ports.ts";
import { ok, type Result } from "../shared/result.ts";
import { openCarried } from "../storage/dexie/carried.ts";
import { createHttpTransport } from "../sync/http.ts";
import { webLocks } from "../sync/locks.ts";
import { type CarrierService, createCarrier } from "./carrier/carrier.ts";
import { type CarrierApi, type CarrierChange, carrierMethods } from "./carrier.contract.ts";
import { deploymentSource, exposedMethods } from "./common/browser.ts";
import { createDeployments } from "./common/deployments.ts";
import { createEmitter } from "./common/emitter.ts";
import { storageErr } from "./common/errors.ts";
import type { WorkerError } from "./satchel.contract.ts";

const clock: Clock = { now: () => Date.now() };
const random: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };
const timers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
/** Fixed words and counts only; shown in the browser's console, sent nowhere. */
const log: Log = { note: (event, fields) => console.info("besace", event, fields ?? {}) };
const send = fetch.bind(globalThis);

async function start(): Promise<Result<CarrierService, WorkerError>> {
  const store = await openCarried({ timers });
  if (!store.ok) return storageErr(store.error);
  const carrier = createCarrier({
    store: store.value,
    transport: createHttpTransport({ fetch: send, baseUrl: "", random, timers, clock }),
    deployments: createDeployments(deploymentSource(send, caches, timers), timers),
    clock,
    random,
    timers,
    log,
    emitter: createEmitter<CarrierChange>(timers),
    locks: webLocks(navigator.locks),
  });
  void carrier.start().catch((error: unknown) => {
    log.note("start-failed", { error: error instanceof Error ? error.name : "unknown" });
  });
  return ok(carrier);
}

expose(exposedMethods<CarrierApi>(carrierMethods, start));
