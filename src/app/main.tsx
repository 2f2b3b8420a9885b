/**
 * Root of the person's app: wires the real clock, chance, storage, network and service worker to the shell. Runs in the
 * page. Surprising: the first screen is already painted from index.html when this starts (shell/written.tsx).
 */
import { render } from "preact";
import { paths } from "./feature.ts";
import { startText, warmText } from "./i18n/i18n.ts";
import { pickLanguage } from "./i18n/languages.ts";
import { copyText, diagnosticText } from "./platform/diagnostics.ts";
import { createDiscreet } from "./platform/discreet.ts";
import { IDLE_LIMITS } from "./platform/idle.ts";
import { markedKeep } from "./platform/mark.ts";
import {
  browserOnline,
  feedIdle,
  hidePage,
  leavePage,
  NEUTRAL_PAGE,
  onRestored,
  onThreeEscapes,
  watchPage,
} from "./platform/presence.ts";

import { createRouter } from "./platform/router.ts";
import { createTheme } from "./platform/theme.ts";
import { createWipeSignal } from "./platform/wipe-signal.ts";
import { browserClock, browserKeep, browserRandom, browserTimers } from "./platform/world.ts";
import { App } from "./shell/App.tsx";
import type { ShellDeps } from "./shell/deps.ts";
import { earlyChoice } from "./shell/early.ts";
import { lazyCarrier } from "./shell/lazy-carrier.ts";
import { lazySatchel } from "./shell/lazy-satchel.ts";
import { ownsPath } from "./shell/routes.ts";
import "./ui/styles/first.css";
import "./shell/shell.css";

const keep = markedKeep(browserKeep(), document, window.location.protocol === "https:");
const discreet = createDiscreet(document.documentElement, keep);
const router = createRouter(window, ownsPath, { silent: discreet.on });
router.takeLinks(document);
onRestored(window, () => window.location.reload());
const { clearOtherTabs } = createWipeSignal(browserTimers, () => {
  hidePage();
  window.location.replace(NEUTRAL_PAGE);
});

const deps: ShellDeps = {
  version: __BESACE_VERSION__,
  clock: browserClock,
  timers: browserTimers,
  random: browserRandom,
  router,
  satchel: lazySatchel(async () => (await import("../workers/satchel.client.ts")).connectSatchel().api),
  carrier: lazyCarrier(async () => (await import("../workers/carrier.client.ts")).connectCarrier().api),
  keep,
  theme: createTheme(document.documentElement, {
    read: () => keep.read("theme"),
    write: (theme) => keep.write("theme", theme),
  }),
  idleLimits: IDLE_LIMITS,
  feedIdle,
  onEscapes: (leave) => onThreeEscapes(window, browserClock, leave),
  watchPage,
  online: browserOnline,
  hidePage,
  leavePage: () => leavePage(window, browserTimers),
  discreet,
  clearOtherTabs,
  wipePage: async () =>
    (await import("./platform/wipe.ts")).wipePage({
      caches: window.caches,
      serviceWorker: navigator.serviceWorker,
      stores: () => [window.localStorage, window.sessionStorage],
      jar: document,
    }),
  startAgain: () => leavePage(window, browserTimers, { path: "/", title: "" }),
  // Parsing comes after the first paint, and brings its library along.
  loadOperator: async () => (await import("./platform/deployment.ts")).loadOperator(),
  linkServiceWorker: async (onWaiting) => (await import("./platform/service-worker.ts")).linkServiceWorker(onWaiting),
  askToKeep: async () => (await import("./platform/storage.ts")).askToKeep(),
  readRoom: async () => (await import("./platform/storage.ts")).readRoom(),
  copyText,
  diagnostics: (mark, screen, at) =>
    diagnosticText({
      version: __BESACE_VERSION__,
      mark,
      screen,
      language: document.documentElement.lang,
      online: navigator.onLine,
      at,
    }),
  print: () => window.print(),
};

// The service worker does not hold them for long.
if (window.location.pathname === paths.sharedIn)
  void import("./platform/shared-in.ts").then(({ collectShared }) => collectShared(navigator.serviceWorker));

const place = document.getElementById("app");
if (place !== null) {
  const early = earlyChoice(place);
  // In another language than French its words come first; French is already in this bundle.
  void startText(
    {
      read: () => early.language ?? keep.read("language"),
      write: (language) => keep.write("language", language),
    },
    pickLanguage(navigator.languages),
  ).then((shown) => {
    if (early.language !== null && shown.ok) keep.write("language", early.language);
    delete document.documentElement.dataset.written;
    render(<App deps={deps} />, place);
    early.press();
    void warmText();
  });
}
