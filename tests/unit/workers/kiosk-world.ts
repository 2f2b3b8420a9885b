/** A shared computer without a screen: what lies on its disk outlives each worker, as after a kill. */
import { ok } from "../../../src/shared/result.ts";
import { createMemoryDisk, createMemoryStore, type MemoryDisk } from "../../../src/storage/memory/index.ts";
import { createMemoryPostboxes } from "../../../src/storage/memory/postboxes.ts";
import type { PostboxRow } from "../../../src/storage/postbox-ports.ts";
import { createHttpTransport } from "../../../src/sync/http.ts";
import { createBlobReader } from "../../../src/workers/common/blob-reader.ts";
import { drainerMaker } from "../../../src/workers/common/browser.ts";
import { createCouriers } from "../../../src/workers/common/couriers.ts";
import { createDeployments } from "../../../src/workers/common/deployments.ts";
import { createEmitter } from "../../../src/workers/common/emitter.ts";
import { createDelivery } from "../../../src/workers/kiosk/delivery.ts";
import { createKiosk } from "../../../src/workers/kiosk/kiosk.ts";
import type { KioskApi } from "../../../src/workers/kiosk.contract.ts";
import type { Change } from "../../../src/workers/satchel.contract.ts";
import { createFakeCaches } from "../../support/fake-caches.ts";
import { eventually, fakeImaging, type Line, must, quickStretch, quietLog, random, timers } from "./world.ts";

export interface Kiosk {
  readonly line: Line;
  readonly rows: Map<string, PostboxRow>;
  readonly disks: Map<string, MemoryDisk>;
  kept: unknown;
}

export const createKioskDisk = (line: Line): Kiosk => ({ line, rows: new Map(), disks: new Map(), kept: undefined });

export interface KioskTab {
  readonly api: KioskApi;
  /** The worker dies: its network and its timers do nothing any more. */
  readonly kill: () => void;
}

/** A worker of that computer: again after each session, or after a kill. `haste`: how many times sooner its short timers come. */
export async function openKiosk(kiosk: Kiosk, haste = 1): Promise<KioskTab> {
  const clock = { now: () => Date.now() };
  let dead = false;
  const never = new Promise<never>(() => undefined);
  const fetch: typeof globalThis.fetch = (path, init) => (dead ? never : kiosk.line.fetch(path, init));
  const mortal = {
    after: (ms: number, task: () => void) =>
      timers.after(ms > 5000 ? ms : ms / haste, () => (dead ? undefined : task())),
  };
  const postboxes = createMemoryPostboxes(kiosk.rows, (database) => void kiosk.disks.delete(database));
  const openStore = async (database: string) => {
    const disk = kiosk.disks.get(database) ?? createMemoryDisk();
    kiosk.disks.set(database, disk);
    return ok(createMemoryStore({ clock, disk }));
  };
  const transport = createHttpTransport({ fetch, baseUrl: "", random, timers: mortal, clock });
  const emitter = createEmitter<Change>(mortal);
  const common = { clock, random, timers: mortal, log: quietLog };
  const source = {
    kept: async () => kiosk.kept,
    fresh: async () => {
      try {
        return await (await fetch("/deployment.json")).json();
      } catch (error) {
        if (error instanceof TypeError) return undefined;
        throw error;
      }
    },
    keep: async (deployment: unknown) => {
      kiosk.kept = deployment;
    },
  };
  const service = createKiosk({
    ...common,
    postboxes,
    openStore,
    makeCouriers: ({ registry, stores, onEvent }) =>
      createCouriers({
        ...common,
        registry,
        open: stores.open,
        createDrainer: drainerMaker({
          ...common,
          registry,
          fetch,
          locks: undefined,
          hints: () => ({ slow: false, metered: false }),
        }),
        kind: "satchel",
        idleMs: 300,
        onEvent,
      }),
    delivery: createDelivery({
      ...common,
      postboxes,
      openStore,
      transport,
      onChange: () => emitter.emit({ type: "outbox" }),
    }),
    emitter,
    stretch: quickStretch,
    firstScreen: { drawMs: 0, mostMs: 0 },
    imaging: fakeImaging,
    deployments: createDeployments(source, mortal),
    home: () => "besace.example",
    room: async () => 123,
    hints: () => ({ slow: false, metered: false }),
    lineKnown: () => false,
    reader: createBlobReader({ fetch, random, timers: mortal }),
    caches: createFakeCaches(),
    ways: transport,
    fetch,
  });
  // Not awaited: it ends when the network has answered, or has not.
  void service.start();
  return {
    api: service.api,
    kill: () => {
      dead = true;
    },
  };
}

/** Nobody is there; a network is. */
export const delivered = (kiosk: Kiosk, tab: KioskTab): Promise<true> =>
  eventually(async () => {
    must(await tab.api.hint("online"));
    return kiosk.rows.size === 0 && kiosk.disks.size === 0 ? true : undefined;
  }, 20);
