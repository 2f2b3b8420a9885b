/**
 * Root of the service worker.
 *
 * | event                      | what happens                                                                     |
 * |----------------------------|----------------------------------------------------------------------------------|
 * | install                    | precache the shell (workbox), `DeploymentFiles.refresh`; of an update also, if the   |
 * |                            | line allows, the later groups that were here                                      |
 * | activate                   | old files go (workbox, `LaterFiles.sweep`), `clients.claim`                       |
 * | fetch, navigation          | `/guichet*`  the desk's page, `/poste*` the kiosk's, else the person's                           |
 * | fetch, deployment.json     | `DeploymentFiles.respond`: network first, three seconds                           |
 * | fetch, file of the shell   | workbox                                                                           |
 * | fetch, file of a later group | `LaterFiles.respond`; any other file goes to the network, never to a page       |
 * | fetch, POST /partage      | `SharedIn.receive`: another app hands over files                                  |
 * | sync `besace-outbox`       | `deliverAll`, then `askForMore`, then `sayWeekly`                                 |
 * | periodicsync `besace-weekly` | `sayWeekly`                                                                     |
 * | notificationclick          | a page of Besace, or a new one at "À prévoir", behind the lock                    |
 * | message SKIP_WAITING       | the person took the update: `skipWaiting`                                         |
 * | message DRAIN              | `deliverAll`; answers the delivery on the port, if one came                       |
 * | message FILL               | `LaterFiles.fill` in the order of `fillOrder`; answers whether all is here        |
 * | message SHARED            | `SharedIn.take`; answers the files on the port                                    |
 * | message READY              | `readiness`; answers on the port                                                  |
 *
 * Surprising fact: it never skips waiting by itself, so a form that is open keeps the files it began with (INV-8).
 */

import { cleanupOutdatedCaches, PrecacheController, PrecacheRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { routes } from "../protocol/wire.ts";
import type { DeviceId, PrincipalId } from "../shared/ids.ts";
import type { Clock, Random, Timers } from "../shared/ports.ts";
import { weekly } from "../shared/weekly.ts";
import { openDexieStore, openRegistry } from "../storage/dexie/index.ts";
import { createDrainer } from "../sync/drain.ts";
import { hintsOf } from "../sync/hints.ts";
import { createHttpTransport } from "../sync/http.ts";
import { createKeysExchange } from "../sync/keys.ts";
import { webLocks } from "../sync/locks.ts";
import { challengeSigner } from "../sync/session.ts";
import { isAuthentic } from "./authentic.ts";
import { askForMore, type DeliverDeps, deliverAll, type SyncManagerLike, syncTag } from "./deliver.ts";
import { createDeploymentFiles } from "./deployment.ts";
import type { ListedFile } from "./groups.ts";
import { createLaterFiles, type LaterFile } from "./later.ts";
import { fillOrder, readiness } from "./readiness.ts";
import { createSharedIn, sharedPath } from "./shared-in.ts";
import { sayWeekly, type WeeklyDeps } from "./weekly.ts";

/** Background Sync is not in TypeScript's libraries: Chromium only. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
  readonly lastChance: boolean;
}

declare const self: ServiceWorkerGlobalScope;

const clock: Clock = { now: () => Date.now() };
const random: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };
const timers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * The tools for PDFs and for printed codes weigh as much as all the rest: a phone that saves data gets them when they are asked
 * for (PdfDoor.tsx, features/twoddoc).
 */
const wantsHeavy = async (tool: "pdf" | "twoddoc"): Promise<boolean> => {
  const { connection } = self.navigator as { readonly connection?: { readonly saveData?: unknown } };
  if (connection?.saveData !== true) return true;
  const begun = await Promise.all(listed.map(({ url, group }) => group === tool && later.knew(`/${url}`)));
  return begun.includes(true);
};

/** An update waits at most this long for its later groups: on a bad line they follow by themselves. */
const updateFillMs = 60_000;
const deskPage = "/guichet.html";
const deskPaths = /^\/guichet(\/|$)/;
const kioskPage = "/poste.html";
const notPersons = /^\/(guichet|poste)(\/|$)/;
const kioskPaths = /^\/poste(\/|$)/;

// What vite.config.ts made of the build's list.
const listed = self.__WB_MANIFEST as readonly ListedFile[];
const isLater = (file: ListedFile): file is LaterFile => file.group !== undefined;
const shellFiles = listed.filter((file) => !isLater(file));
const shell = new PrecacheController({
  plugins: [
    {
      cacheWillUpdate: async ({ request, response }) =>
        isAuthentic(new URL(request.url).pathname, response) ? response : null,
    },
  ],
});
shell.addToCacheList([...shellFiles]);
registerRoute(new PrecacheRoute(shell));
cleanupOutdatedCaches();

const later = createLaterFiles({ fetch: (url, init) => fetch(url, init), caches, files: listed.filter(isLater) });
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && later.lists(url.pathname),
  ({ url }) => later.respond(url.pathname),
);

const deployment = createDeploymentFiles({ fetch: (path, init) => fetch(path, init), caches, timers });
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname === routes.deployment,
  () => deployment.respond(),
);

const sharedIn = createSharedIn(timers);
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname === sharedPath,
  async ({ event, request }) => {
    const { response, held } = sharedIn.receive(request);
    (event as ExtendableEvent).waitUntil(held);
    return response;
  },
  "POST",
);

// A path with an extension, or under /v1, is no page: it must fail as what it is (a missing chunk is not HTML). The way to
// another site and back is the server's own.
const notPages = [/^\/(v1|connexion)\//, /\/[^/?]+\.[^/?]+$/];
registerRoute(
  // The desk's page comes with its group; until then only the network has it.
  new NavigationRoute(async ({ request }) => (await later.kept(deskPage)) ?? fetch(request), {
    allowlist: [/^\/guichet(\/|\?|$)/],
    denylist: notPages,
  }),
);
registerRoute(
  new NavigationRoute(async ({ request }) => (await later.kept(kioskPage)) ?? fetch(request), {
    allowlist: [/^\/poste(\/|\?|$)/],
    denylist: notPages,
  }),
);
registerRoute(new NavigationRoute(shell.createHandlerBoundToURL("index.html"), { denylist: notPages }));

const deliverDeps: DeliverDeps = {
  openRegistry: () => openRegistry({ timers }),
  openStore: (database) => openDexieStore(database, { clock, timers }),
  createDrainer: (profile, store, registry) => {
    const locks = webLocks(self.navigator.locks);
    const send: typeof fetch = (...request) => fetch(...request);
    const transport = createHttpTransport({ fetch: send, baseUrl: "", random, timers, clock });
    const principal = profile.principal as PrincipalId;
    const keys = createKeysExchange({ registry, database: profile.database, principal, transport, clock });
    return createDrainer({
      identity: { principal, device: profile.device as DeviceId },
      store,
      transport,
      clock,
      random,
      timers,
      signChallenge: challengeSigner(profile.transportKey),
      register: keys.statements,
      ...(profile.kind === "satchel" ? { keys } : {}),
      hints: hintsOf(self.navigator),
      ...(locks === undefined ? {} : { locks }),
    });
  },
};
const personsPage = ({ url }: Client): boolean => !notPersons.test(new URL(url).pathname);
const weeklyDeps: WeeklyDeps = {
  caches,
  async isSeen() {
    const pages = await self.clients.matchAll({ type: "window" });
    return pages.some((page) => page.visibilityState === "visible" && personsPage(page));
  },
  now: () => clock.now(),
  minutesEast: (at) => -new Date(at).getTimezoneOffset(),
  mayShow: () => "Notification" in self && Notification.permission === "granted",
  show: ({ title, text, lang, dir }) =>
    self.registration.showNotification(title, { body: text, lang, dir, tag: weekly.tag }),
};
const syncManager = (): SyncManagerLike | undefined =>
  (self.registration as ServiceWorkerRegistration & { readonly sync?: SyncManagerLike }).sync;

/** What worked without network before an update works after it too, as far as the line allows. Never rejects. */
async function followUpdate(): Promise<void> {
  const tooLate = new Promise<void>((resolve) => void timers.after(updateFillMs, resolve));
  await Promise.race([
    tooLate,
    later.fill(
      fillOrder(undefined, "person", await later.knew(deskPage), await later.knew(kioskPage), {
        pdf: await wantsHeavy("pdf"),
        twoddoc: await wantsHeavy("twoddoc"),
      }),
    ),
  ]);
}

self.addEventListener("install", (event) => {
  // Without it the shell is still worth having; the first answer that comes is kept later.
  event.waitUntil(deployment.refresh());
  const shellHere = shell.install(event);
  if (self.registration.active !== null) event.waitUntil(shellHere.then(followUpdate));
});

self.addEventListener("activate", (event) => {
  shell.activate(event);
  event.waitUntil(later.sweep().then(() => self.clients.claim()));
});

self.addEventListener("sync" as keyof ServiceWorkerGlobalScopeEventMap, (raw) => {
  const event = raw as SyncEvent;
  if (event.tag !== syncTag) return;
  event.waitUntil(
    (async () => {
      const delivery = await deliverAll(deliverDeps);
      await askForMore(delivery, syncManager(), { lastChance: event.lastChance });
      await sayWeekly(weeklyDeps);
    })(),
  );
});

self.addEventListener("periodicsync" as keyof ServiceWorkerGlobalScopeEventMap, (raw) => {
  const event = raw as SyncEvent;
  if (event.tag === weekly.tag) event.waitUntil(sayWeekly(weeklyDeps));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    (async () => {
      const pages = await self.clients.matchAll({ type: "window" });
      const own = pages.find(personsPage);
      // Whoever is in the middle of something is not led away from it.
      await (own === undefined ? self.clients.openWindow(weekly.opens) : own.focus());
    })(),
  );
});

self.addEventListener("message", (event) => {
  const { type, language } = (event.data ?? {}) as { readonly type?: unknown; readonly language?: unknown };
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
    case "FILL":
      event.waitUntil(
        (async () => {
          const from = event.source instanceof WindowClient ? new URL(event.source.url).pathname : "";
          const page = deskPaths.test(from) ? "desk" : kioskPaths.test(from) ? "kiosk" : "person";
          const wantsDesk = page === "desk" || (await later.knew(deskPage));
          const wantsKiosk = page === "kiosk" || (await later.knew(kioskPage));
          const done = await later.fill(
            fillOrder(language, page, wantsDesk, wantsKiosk, {
              pdf: await wantsHeavy("pdf"),
              twoddoc: await wantsHeavy("twoddoc"),
            }),
          );
          port?.postMessage({ done });
        })(),
      );
      return;
    case "SHARED":
      event.waitUntil(sharedIn.take().then((files) => port?.postMessage({ files })));
      return;
    case "READY":
      event.waitUntil(
        (async () => {
          const isCached = async (url: string): Promise<boolean> => (await shell.matchPrecache(url)) !== undefined;
          const urls = shellFiles.map((file) => file.url);
          port?.postMessage(await readiness(urls, isCached, later.has, language));
        })(),
      );
      return;
    default:
      // Messages of other versions of the app are not for this one.
      return;
  }
});
