/**
 * Root of the service worker.
 *
 * | event                      | what happens                                                                     |
 * |----------------------------|----------------------------------------------------------------------------------|
 * | install                    | precache the build (workbox), `DeploymentFiles.refresh`                          |
 * | activate                   | old precaches go (workbox), `clients.claim`                                      |
 * | fetch, navigation          | `/guichet*` gets the desk's page, all else the person's: `createHandlerBoundToURL` |
 * | fetch, deployment.json     | `DeploymentFiles.respond`: network first, three seconds                          |
 * | fetch, precached file      | workbox; a file that is not precached goes to the network, never to a page        |
 * | sync `besace-outbox`       | `deliverAll`, then `askForMore`                                                  |
 * | message SKIP_WAITING       | the person took the update: `skipWaiting`                                        |
 * | message DRAIN              | `deliverAll`; answers the delivery on the port, if one came                       |
 * | message READY              | `readiness`; answers on the port                                                  |
 *
 * Surprising fact: it never skips waiting by itself, so a form that is open keeps the files it began with (INV-8).
 */

import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  matchPrecache,
  type PrecacheEntry,
  precacheAndRoute,
} from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { routes } from "../protocol/wire.ts";
import type { DeviceId, PrincipalId } from "../shared/ids.ts";
import type { Clock, Random, Timers } from "../shared/ports.ts";
import { openDexieStore, openRegistry } from "../storage/dexie/index.ts";
import { createDrainer } from "../sync/drain.ts";
import { createHttpTransport } from "../sync/http.ts";
import { webLocks } from "../sync/locks.ts";
import { challengeSigner } from "../sync/session.ts";
import { askForMore, type DeliverDeps, deliverAll, type SyncManagerLike, syncTag } from "./deliver.ts";
import { createDeploymentFiles } from "./deployment.ts";
import { readiness } from "./readiness.ts";

/** Background Sync is not in TypeScript's libraries: Chromium only. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
  readonly lastChance: boolean;
}

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: readonly (PrecacheEntry | string)[] };

const clock: Clock = { now: () => Date.now() };
const random: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };
const timers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

const manifest = self.__WB_MANIFEST;
const precached = manifest.map((entry) => (typeof entry === "string" ? entry : entry.url));
precacheAndRoute([...manifest]);
cleanupOutdatedCaches();

const deployment = createDeploymentFiles({ fetch: (path, init) => fetch(path, init), caches, timers });
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname === routes.deployment,
  () => deployment.respond(),
);

// A path with an extension, or under /v1, is no page: it must fail as what it is (a missing chunk is not HTML).
const notPages = [/^\/v1\//, /\/[^/?]+\.[^/?]+$/];
if (precached.includes("guichet.html"))
  registerRoute(
    new NavigationRoute(createHandlerBoundToURL("guichet.html"), {
      allowlist: [/^\/guichet(\/|\?|$)/],
      denylist: notPages,
    }),
  );
if (precached.includes("index.html"))
  registerRoute(new NavigationRoute(createHandlerBoundToURL("index.html"), { denylist: notPages }));

const deliverDeps: DeliverDeps = {
  openRegistry: () => openRegistry({ timers }),
  openStore: (database) => openDexieStore(database, { clock, timers }),
  createDrainer: (profile, store) => {
    const locks = webLocks(self.navigator.locks);
    return createDrainer({
      identity: { principal: profile.principal as PrincipalId, device: profile.device as DeviceId },
      store,
      transport: createHttpTransport({ fetch: (...request) => fetch(...request), baseUrl: "", random, timers, clock }),
      clock,
      random,
      timers,
      signChallenge: challengeSigner(profile.transportKey),
      register: async () => profile.statements,
      ...(locks === undefined ? {} : { locks }),
    });
  },
};
const syncManager = (): SyncManagerLike | undefined =>
  (self.registration as ServiceWorkerRegistration & { readonly sync?: SyncManagerLike }).sync;

self.addEventListener("install", (event) => {
  // Without it the shell is still worth having; the first answer that comes is kept later.
  event.waitUntil(deployment.refresh());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("sync" as keyof ServiceWorkerGlobalScopeEventMap, (raw) => {
  const event = raw as SyncEvent;
  if (event.tag !== syncTag) return;
  event.waitUntil(
    (async () => {
      const delivery = await deliverAll(deliverDeps);
      await askForMore(delivery, syncManager(), { lastChance: event.lastChance });
    })(),
  );
});

self.addEventListener("message", (event) => {
  const type = (event.data as { readonly type?: unknown } | null)?.type;
  const [port] = event.ports;
  switch (type) {
    case "SKIP_WAITING":
      event.waitUntil(self.skipWaiting());
      return;
    case "DRAIN":
      event.waitUntil(
        (async () => {
          const delivery = await deliverAll(deliverDeps);
          await askForMore(delivery, syncManager(), "message");
          port?.postMessage({ left: delivery.left });
        })(),
      );
      return;
    case "READY":
      event.waitUntil(
        (async () => {
          port?.postMessage(await readiness(precached, async (url) => (await matchPrecache(url)) !== undefined));
        })(),
      );
      return;
    default:
      // Messages of other versions of the app are not for this one.
      return;
  }
});
