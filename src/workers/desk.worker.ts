/**
 * Root of the desk worker: real clock, chance, storage and network behind desk/desk.ts. The organisation's keys exist
 * here and nowhere else in clear; pages are opened in memory and never written to the disk in clear.
 */

import { expose, transfer } from "comlink";
import type { Clock, Log, Random, Timers } from "../shared/ports.ts";
import { ok, type Result } from "../shared/result.ts";
import { openDexieStore, openRegistry } from "../storage/dexie/index.ts";
import { hintsOf } from "../sync/hints.ts";
import { webLocks } from "../sync/locks.ts";
import { deploymentSource, drainerMaker, exposedMethods } from "./common/browser.ts";
import { createCouriers } from "./common/couriers.ts";
import { createDeployments } from "./common/deployments.ts";
import { createEmitter } from "./common/emitter.ts";
import { storageErr } from "./common/errors.ts";
import { createStretchHelper } from "./common/helpers.ts";
import { createStores } from "./common/stores.ts";
import { createDesk, type DeskService } from "./desk/desk.ts";
import { createDeskLink } from "./desk/link.ts";
import { createPasses, withPass } from "./desk/passes.ts";
import { withSession } from "./desk/session-fetch.ts";
import { type DeskApi, type DeskChange, deskMethods } from "./desk.contract.ts";
import type { Bytes64, WorkerError } from "./satchel.contract.ts";

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
const passes = createPasses();
const send = withPass(fetch.bind(globalThis), passes);

/** A desk waits for people: it looks more often than a phone with prepaid data. */
const idleMs = 20_000;

async function start(): Promise<Result<DeskService, WorkerError>> {
  const registry = await openRegistry({ timers });
  if (!registry.ok) return storageErr(registry.error);
  const stores = createStores(registry.value, (database) => openDexieStore(database, { clock, timers }));
  const couriers = createCouriers({
    registry: registry.value,
    open: stores.open,
    createDrainer: drainerMaker({
      registry: registry.value,
      fetch: withSession(send),
      locks: webLocks(navigator.locks),
      hints: hintsOf(navigator),
      clock,
      random,
      timers,
    }),
    kind: "organisation",
    timers,
    clock,
    random,
    log,
    idleMs,
    onEvent: (database, event) => desk.onCourier(database, event),
  });
  const desk = createDesk({
    registry: registry.value,
    stores,
    clock,
    random,
    log,
    emitter: createEmitter<DeskChange>(timers),
    stretch: createStretchHelper(
      () => new Worker(new URL("./stretch.worker.ts", import.meta.url), { type: "module", name: "besace-stretch" }),
      timers,
    ),
    deployments: createDeployments(deploymentSource(send, caches, timers), timers),
    couriers,
    link: createDeskLink({ fetch: send, random, timers }),
    fetch: send,
    timers,
    caches,
    passes,
  });
  void desk.start().catch((error: unknown) => {
    log.note("start-failed", { error: error instanceof Error ? error.name : "unknown" });
  });
  return ok(desk);
}

const methods = exposedMethods<DeskApi>(deskMethods, start);

expose({
  ...methods,
  async page(...args: readonly unknown[]) {
    const page = (await methods.page?.(...args)) as Result<Bytes64, WorkerError>;
    return page.ok ? transfer(page, [page.value.bytes]) : page;
  },
});
void methods.opening?.();
