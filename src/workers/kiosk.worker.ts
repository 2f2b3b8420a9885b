/**
 * Root of a shared computer's worker: real clock, chance, storage and network behind kiosk/kiosk.ts. What opens a satchel
 * lives in this worker's memory and nowhere else; the page ends the worker when a session ends.
 */

import { expose, transfer } from "comlink";
import type { Clock, Log, Random, Timers } from "../shared/ports.ts";
import { ok, type Result } from "../shared/result.ts";
import { openDexieStore } from "../storage/dexie/index.ts";
import { openPostboxes } from "../storage/dexie/postboxes.ts";
import { hintsOf } from "../sync/hints.ts";
import { createHttpTransport } from "../sync/http.ts";
import { webLocks } from "../sync/locks.ts";
import { createBlobReader } from "./common/blob-reader.ts";
import { deploymentSource, drainerMaker, exposedMethods } from "./common/browser.ts";
import { createCouriers } from "./common/couriers.ts";
import { createDeployments } from "./common/deployments.ts";
import { createEmitter } from "./common/emitter.ts";
import { storageErr } from "./common/errors.ts";
import { createImagingHelper, createStretchHelper } from "./common/helpers.ts";
import { createDelivery } from "./kiosk/delivery.ts";
import { createKiosk, type KioskService } from "./kiosk/kiosk.ts";
import { type KioskApi, kioskMethods } from "./kiosk.contract.ts";
import type { Bytes64, Change, WorkerError } from "./satchel.contract.ts";

const clock: Clock = { now: () => Date.now() };
const random: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };
const timers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
/** Nothing of a session is written anywhere: no console either. */
const log: Log = { note: () => undefined };
const send = fetch.bind(globalThis);
const idleMs = 120_000;

async function start(): Promise<Result<KioskService, WorkerError>> {
  const postboxes = await openPostboxes({ timers });
  if (!postboxes.ok) return storageErr(postboxes.error);
  const openStore = (database: string) => openDexieStore(database, { clock, timers });
  const transport = createHttpTransport({ fetch: send, baseUrl: "", random, timers, clock });
  const locks = webLocks(navigator.locks);
  const hints = hintsOf(navigator);
  const emitter = createEmitter<Change>(timers, ["opening"]);
  const kiosk = createKiosk({
    postboxes: postboxes.value,
    openStore,
    makeCouriers: ({ registry, stores, onEvent }) =>
      createCouriers({
        registry,
        open: stores.open,
        createDrainer: drainerMaker({ registry, fetch: send, locks, hints, clock, random, timers }),
        kind: "satchel",
        timers,
        clock,
        random,
        log,
        idleMs,
        onEvent,
      }),
    delivery: createDelivery({
      postboxes: postboxes.value,
      openStore,
      transport,
      clock,
      random,
      timers,
      log,
      locks,
      onChange: () => emitter.emit({ type: "outbox" }),
    }),
    clock,
    random,
    log,
    timers,
    emitter,
    stretch: createStretchHelper(
      () => new Worker(new URL("./stretch.worker.ts", import.meta.url), { type: "module", name: "besace-stretch" }),
      timers,
    ),
    imaging: createImagingHelper(
      () => new Worker(new URL("./imaging.worker.ts", import.meta.url), { type: "module", name: "besace-imaging" }),
      timers,
    ),
    deployments: createDeployments(deploymentSource(send, caches, timers), timers),
    home: () => self.location.host,
    room: async () => {
      const { quota, usage } = await navigator.storage.estimate();
      return quota === undefined ? null : Math.max(0, quota - (usage ?? 0));
    },
    hints,
    lineKnown: () => false,
    reader: createBlobReader({ fetch: send, random, timers }),
    caches,
    ways: transport,
    fetch: send,
  });
  void kiosk.start();
  return ok(kiosk);
}

const methods = exposedMethods<KioskApi>(kioskMethods, start);

expose({
  ...methods,
  async readPage(...args: readonly unknown[]) {
    const page = (await methods.readPage?.(...args)) as Result<Bytes64, WorkerError>;
    return page.ok ? transfer(page, [page.value.bytes]) : page;
  },
  async approvalPage(...args: readonly unknown[]) {
    const page = (await methods.approvalPage?.(...args)) as Result<Bytes64, WorkerError>;
    return page.ok ? transfer(page, [page.value.bytes]) : page;
  },
});
// Deliveries begin with the worker, before anybody asks anything.
void methods.opening?.();
