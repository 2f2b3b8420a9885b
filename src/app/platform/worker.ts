/**
 * The page's hold on the workers with keys: starts them, tells them when the line or the person comes back, and asks the
 * browser to deliver later when the page is gone. Runs in the page.
 *
 * Surprising fact: only the page can ask for Background Sync where it exists (Chromium); the registration is harmless
 * when nothing waits, because the service worker looks at the queue itself.
 */

import { connectDesk } from "../../workers/desk.client.ts";
import type { DeskApi } from "../../workers/desk.contract.ts";
import { connectSatchel } from "../../workers/satchel.client.ts";
import type { SatchelApi } from "../../workers/satchel.contract.ts";

/** Tag that sw.ts listens for. */
export const outboxSyncTag = "besace-outbox";
/** Between two registrations, ms: a transfer changes the queue many times a second. */
const registerEveryMs = 5_000;

interface SyncManager {
  readonly register: (tag: string) => Promise<void>;
}

/** Asks for one delivery after the page is gone. Silent where the browser has no such thing or refuses it. */
async function askForSync(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const sync = (registration as { readonly sync?: SyncManager } | undefined)?.sync;
  if (sync === undefined) return;
  try {
    await sync.register(outboxSyncTag);
  } catch (error) {
    // Refused (private window, permission, no active worker yet): a bonus that is not there.
    if (!(error instanceof DOMException)) throw error;
  }
}

/** At most one registration in a while, and always one after the last change. */
function throttled(run: () => Promise<void>): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let last = 0;
  return () => {
    if (waiting !== undefined) return;
    const delay = Math.max(0, last + registerEveryMs - Date.now());
    waiting = setTimeout(() => {
      waiting = undefined;
      last = Date.now();
      void run();
    }, delay);
  };
}

/** The satchel worker, kept informed by this page. Call once. */
export function startSatchel(): SatchelApi {
  const { api } = connectSatchel();
  const ask = throttled(askForSync);
  void api.onChange((change) => {
    if (change.type === "outbox") ask();
  });
  addEventListener("online", () => void api.hint("online"));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void api.hint("visible");
    else {
      void api.flush();
      ask();
    }
  });
  return api;
}

/** The desk's worker. Call once. */
export function startDesk(): DeskApi {
  const { api } = connectDesk();
  addEventListener("online", () => void api.refresh());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void api.refresh();
  });
  return api;
}
