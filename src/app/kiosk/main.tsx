/**
 * Root of a shared computer's page (`/poste`): wires the real clock, worker, network and service worker to its screens.
 *
 * Surprising: a lock of the browser lets one page at a time be the kiosk. The worker, which takes what dead sessions left for
 * its own, is started only under it; a second tab says so and takes over when the first one is closed.
 */
import { render } from "preact";
import { connectKiosk } from "../../workers/kiosk.client.ts";
import type { Change } from "../../workers/satchel.contract.ts";
import { loadAreas, rephrase, startText } from "../i18n/i18n.ts";
import { pickLanguage } from "../i18n/languages.ts";
import { loadDeploymentJson } from "../platform/deployment.ts";
import { copyText } from "../platform/diagnostics.ts";
import { browserOnline, feedIdle, onRestored, watchPage } from "../platform/presence.ts";
import { createTheme } from "../platform/theme.ts";
import { browserClock, browserRandom, browserTimers, memoryKeep } from "../platform/world.ts";
import { lazyCarrier } from "../shell/lazy-carrier.ts";
import { UiWorld } from "../ui/world.ts";
import { runChecks } from "./checks.ts";
import { type KioskDeployment, readKioskDeployment } from "./config.ts";
import type { KioskDeps, KioskHandle } from "./deps.ts";
import { KioskApp } from "./KioskApp.tsx";
import { kioskStart } from "./places.ts";
import { createQuietRouter } from "./router.ts";
import { SecondTab } from "./Screens.tsx";
import { atSharedComputer } from "./words.ts";
import "../ui/styles/first.css";
import "../ui/app.ts";
import "../shell/shell.css";
import "./kiosk.css";

const lockName = "besace-poste";
const pagePath = "/poste";
const isState = window.location.pathname === `${pagePath}/etat`;

// The history of the browser keeps one name for all that is done here.
Object.defineProperty(document, "title", { configurable: true, get: () => "Besace", set: () => undefined });
onRestored(window, () => window.location.replace(pagePath));

const keep = memoryKeep();
const router = createQuietRouter(window.location.origin, kioskStart);
const theme = createTheme(document.documentElement, {
  read: () => keep.read("theme"),
  write: (chosen) => keep.write("theme", chosen),
});

function startHandle(): { readonly kiosk: KioskHandle; readonly stop: () => void } {
  const { api, stop } = connectKiosk();
  const listeners = new Set<(change: Change) => void>();
  // Not awaited: a worker whose script cannot be read never answers this one, but the bridge answers all others.
  void api.onChange((change) => {
    for (const listener of [...listeners]) listener(change);
  });
  return {
    kiosk: {
      api,
      listen(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    stop,
  };
}

async function clearClipboard(): Promise<void> {
  try {
    await navigator.clipboard.writeText("");
  } catch (error) {
    // The browser does not let a page do that now: the person is told to take everything along anyway.
    if (!(error instanceof DOMException) && !(error instanceof TypeError)) throw error;
  }
}

function depsNow(): KioskDeps {
  const { kiosk, stop } = startHandle();
  return {
    version: __BESACE_VERSION__,
    clock: browserClock,
    timers: browserTimers,
    random: browserRandom,
    router,
    kiosk,
    stopWorker: stop,
    // No screen of a kiosk carries for others; the handle would start its worker at the first question only.
    carrier: lazyCarrier(async () => (await import("../../workers/carrier.client.ts")).connectCarrier().api),
    theme,
    feedIdle,
    watchPage,
    online: browserOnline,
    loadDeployment: async () => {
      const found = readKioskDeployment(await loadDeploymentJson());
      if (found?.config.printing === false) {
        document.documentElement.dataset.noPrint = "";
        window.print = () => undefined;
      }
      return found;
    },
    linkServiceWorker: async () => (await import("../platform/service-worker.ts")).linkServiceWorker(() => undefined),
    checks: () =>
      runChecks({
        isSecureContext: window.isSecureContext,
        matchMedia: (query) => window.matchMedia(query),
        serviceWorker: navigator.serviceWorker,
        storage: navigator.storage,
        databases: () => indexedDB.databases(),
      }),
    askToKeep: async () => (await import("../platform/storage.ts")).askToKeep(),
    copyText,
    clearClipboard,
    print: () => window.print(),
    replacePage: () => window.location.replace(pagePath),
  };
}

const place = document.getElementById("app");
if (place !== null) {
  const text = startText(
    { read: () => keep.read("language"), write: (language) => keep.write("language", language) },
    pickLanguage(navigator.languages),
  ).then(async () => {
    const loaded = await loadAreas("poste", "errors", ...(isState ? (["porteur"] as const) : []));
    rephrase(atSharedComputer);
    return loaded;
  });
  router.takeLinks(document);
  void navigator.locks.request(lockName, { ifAvailable: true }, async (lock) => {
    await text;
    if (lock === null) {
      const world = { clock: browserClock, timers: browserTimers };
      const show = (found: KioskDeployment | null): void =>
        render(
          <UiWorld value={world}>
            <SecondTab deployment={found} />
          </UiWorld>,
          place,
        );
      show(null);
      // Whom to call stands there as soon as it is known.
      void loadDeploymentJson().then((json) => show(readKioskDeployment(json)));
      void navigator.locks.request(lockName, async () => window.location.replace(pagePath));
      return;
    }
    render(<KioskApp deps={depsNow()} page={isState ? "etat" : "poste"} />, place);
    // Held until the page goes.
    await new Promise<never>(() => undefined);
  });
}
