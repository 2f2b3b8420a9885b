/**
 * Root of the satchel worker: real clock, chance, storage, network and helper workers behind satchel/satchel.ts.
 * The only place of the person's app where content keys exist; they never leave it.
 */

import { expose, transfer } from "comlink";
import type { Clock, Log, Random, Timers } from "../shared/ports.ts";
import { ok, type Result } from "../shared/result.ts";
import { carriedListName } from "../storage/dexie/carried.ts";
import { openDexieStore, openRegistry, registryName } from "../storage/dexie/index.ts";
import { hintsOf } from "../sync/hints.ts";
import { createHttpTransport } from "../sync/http.ts";
import { webLocks } from "../sync/locks.ts";
import { createBlobReader } from "./common/blob-reader.ts";
import {
  cacheMarks,
  deploymentSource,
  drainerMaker,
  exposedMethods,
  messageTurns,
  wipeDatabases,
} from "./common/browser.ts";
import { createCouriers } from "./common/couriers.ts";
import { createDeployments } from "./common/deployments.ts";
import { createEmitter } from "./common/emitter.ts";
import { storageErr } from "./common/errors.ts";
import { createImagingHelper, createStretchHelper } from "./common/helpers.ts";
import { createStores } from "./common/stores.ts";
import { createTurns } from "./common/turns.ts";
import { createSatchel, type SatchelService } from "./satchel/satchel.ts";
import { type Bytes64, type Change, type SatchelApi, satchelMethods, type WorkerError } from "./satchel.contract.ts";

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

/** Between two looks for news while nothing waits: a pull is about 1 KB. */
const idleMs = 120_000;

async function start(): Promise<Result<SatchelService, WorkerError>> {
  const registry = await openRegistry({ timers });
  if (!registry.ok) return storageErr(registry.error);
  const stores = createStores(registry.value, (database) => openDexieStore(database, { clock, timers }));
  const couriers = createCouriers({
    registry: registry.value,
    open: stores.open,
    createDrainer: drainerMaker({
      registry: registry.value,
      fetch: send,
      locks: webLocks(navigator.locks),
      hints: hintsOf(navigator),
      clock,
      random,
      timers,
    }),
    kind: "satchel",
    timers,
    clock,
    random,
    log,
    idleMs,
    onEvent: (database, event) => satchel.onCourier(database, event),
  });
  const satchel = createSatchel({
    registry: registry.value,
    stores,
    clock,
    random,
    log,
    timers,
    turns: createTurns(messageTurns()),
    emitter: createEmitter<Change>(timers, ["opening"]),
    stretch: createStretchHelper(
      () => new Worker(new URL("./stretch.worker.ts", import.meta.url), { type: "module", name: "besace-stretch" }),
      timers,
    ),
    imaging: createImagingHelper(
      () => new Worker(new URL("./imaging.worker.ts", import.meta.url), { type: "module", name: "besace-imaging" }),
      timers,
    ),
    deployments: createDeployments(deploymentSource(send, caches, timers), timers),
    couriers,
    home: () => self.location.host,
    room: async () => {
      const { quota, usage } = await navigator.storage.estimate();
      return quota === undefined ? null : Math.max(0, quota - (usage ?? 0));
    },
    hints: hintsOf(navigator),
    lineKnown: () => "connection" in navigator && Object(navigator.connection).type !== undefined,
    marks: cacheMarks(caches),
    caches,
    reader: createBlobReader({ fetch: send, random, timers }),
    fetch: send,
    ways: createHttpTransport({ fetch: send, baseUrl: "", random, timers, clock }),
    wipeDatabases: () => wipeDatabases(indexedDB, timers, [registryName, carriedListName]),
  });
  void satchel.start().catch((error: unknown) => {
    log.note("start-failed", { error: error instanceof Error ? error.name : "unknown" });
  });
  return ok(satchel);
}

const methods = exposedMethods<SatchelApi>(satchelMethods, start);

expose({
  ...methods,
  async readPage(...args: readonly unknown[]) {
    const page = (await methods.readPage?.(...args)) as Result<Bytes64, WorkerError>;
    return page.ok ? transfer(page, [page.value.bytes]) : page;
  },
});
// Deliveries begin with the worker, before anybody asks anything.
void methods.opening?.();
