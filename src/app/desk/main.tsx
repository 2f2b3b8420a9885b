/** Root of the desk (`/guichet`): wires the real clock, worker, network and service worker to its screens. In the page. */

import { render } from "preact";
import type { DeskChange } from "../../workers/desk.contract.ts";
import { loadAreas, startText } from "../i18n/i18n.ts";
import { pickLanguage } from "../i18n/languages.ts";
import { loadOperator } from "../platform/deployment.ts";
import { copyText } from "../platform/diagnostics.ts";
import { browserOnline, feedIdle, watchPage } from "../platform/presence.ts";
import { createRouter } from "../platform/router.ts";
import { createTheme } from "../platform/theme.ts";
import { startDesk } from "../platform/worker.ts";
import { browserClock, browserKeep, browserTimers } from "../platform/world.ts";
import { DESK_IDLE_LIMITS, DeskApp, type DeskDeps } from "./DeskApp.tsx";
import { saveFile } from "./save-file.ts";
import { type DeskHandle, deskPaths } from "./state.ts";
import "../ui/styles/first.css";
import "../ui/app.ts";
import "../ui/styles/desk.css";
import "./desk.css";

const keep = browserKeep();
const router = createRouter(window, (path) => path === deskPaths.inbox || path.startsWith(`${deskPaths.inbox}/`));
router.takeLinks(document);
createTheme(document.documentElement, {
  read: () => keep.read("theme"),
  write: (theme) => keep.write("theme", theme),
});

function startHandle(): DeskHandle {
  const api = startDesk();
  const listeners = new Set<(change: DeskChange) => void>();
  // Not awaited: a worker whose script cannot be read never answers this one, but the bridge answers all others.
  void api.onChange((change) => {
    for (const listener of [...listeners]) listener(change);
  });
  return {
    api,
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const deps: DeskDeps = {
  clock: browserClock,
  timers: browserTimers,
  router,
  desk: startHandle(),
  idleLimits: DESK_IDLE_LIMITS,
  feedIdle,
  watchPage,
  online: browserOnline,
  loadOperator,
  linkServiceWorker: async (onWaiting) => (await import("../platform/service-worker.ts")).linkServiceWorker(onWaiting),
  copyText,
  print: () => window.print(),
  saveFile: (bytes, mime, name) => saveFile(browserTimers, bytes, mime, name),
};

const place = document.getElementById("app");
if (place !== null) {
  void startText(
    { read: () => keep.read("language"), write: (language) => keep.write("language", language) },
    pickLanguage(navigator.languages),
  )
    // Words that are missing are no reason to show nothing: French, or the key, stands in.
    .then(() => loadAreas("desk", "errors"))
    .then(() => render(<DeskApp deps={deps} />, place));
}
