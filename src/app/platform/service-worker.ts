/**
 * The page's dealings with its service worker: registration, an update that waits for a good moment, what is ready
 * without network, Background Sync. Runs in the page; a chunk of its own, loaded after the first paint.
 *
 * Surprising: a new version never takes over by itself (INV-8). It waits until the person says so; then it is told to
 * skip waiting and the page reloads once.
 */
import * as v from "valibot";
import { Workbox } from "workbox-window";
import type { Readiness } from "../state/shell.ts";

const SCRIPT = "/sw.js";
const SYNC_TAG = "besace-outbox";
const ANSWER_MS = 3000;
/** The browser ends an event of a service worker after five minutes; what came until then is kept. */
const FILL_MS = 5 * 60_000;
const FILL_AGAIN_MS = 30_000;
const FILL_AGAIN_MOST_MS = 10 * 60_000;

const readyAnswer = v.object({
  texts: v.boolean(),
  photos: v.boolean(),
  codes: v.boolean(),
  // A service worker of an older version does not say.
  carrier: v.optional(v.boolean(), false),
  ways: v.optional(v.boolean(), false),
  pdf: v.optional(v.boolean(), false),
  twoddoc: v.optional(v.boolean(), false),
});
const fillAnswer = v.object({ done: v.boolean() });

export interface ServiceWorkerLink {
  /** Takes the waiting version and reloads; call only when nothing would be lost. */
  readonly update: () => void;
  /** Looks for a newer version; quiet without network. */
  readonly lookForUpdate: () => Promise<void>;
  /** What works without network now; null when no service worker answers. */
  readonly readiness: () => Promise<Readiness | null>;
  /** Asks the browser to deliver the outbox even when the page is closed (Chromium; elsewhere nothing happens). */
  readonly askDelivery: () => Promise<void>;
}

interface SyncRegistration {
  readonly sync?: { readonly register: (tag: string) => Promise<void> };
}

async function quietly(task: () => Promise<unknown>): Promise<void> {
  try {
    await task();
  } catch (error) {
    // Refused or unreachable: these are bonuses, everything works without them.
    if (error instanceof TypeError || error instanceof DOMException) return;
    throw error;
  }
}

/** `type` with the language shown, so that its words come first and count; undefined when nobody answers in time. */
function ask(worker: ServiceWorker, type: "READY" | "FILL", withinMs: number): Promise<unknown> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => resolve(undefined), withinMs);
    port1.onmessage = (event) => {
      clearTimeout(timer);
      resolve(event.data);
    };
    worker.postMessage({ type, language: document.documentElement.lang }, [port2]);
  });
}

/**
 * Has the groups after the shell brought: tools, other languages, and the desk's files on the desk's page (the service
 * worker knows which page asks). Asked again, ever less often and when the line comes back, until all is here.
 */
function keepFilling(): void {
  let waitMs = FILL_AGAIN_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDone = false;
  let isAsking = false;
  const fill = async (): Promise<void> => {
    if (isDone || isAsking) return;
    isAsking = true;
    clearTimeout(timer);
    const { active } = await navigator.serviceWorker.ready;
    const answer = v.safeParse(fillAnswer, active === null ? undefined : await ask(active, "FILL", FILL_MS));
    isAsking = false;
    isDone = answer.success && answer.output.done;
    if (isDone) return;
    timer = setTimeout(() => void fill(), waitMs);
    waitMs = Math.min(2 * waitMs, FILL_AGAIN_MOST_MS);
  };
  window.addEventListener("online", () => void fill());
  void fill();
}

/** Registers the service worker; null where there is none (private windows of some browsers, plain http). */
export async function linkServiceWorker(onWaiting: () => void): Promise<ServiceWorkerLink | null> {
  if (!("serviceWorker" in navigator)) return null;
  const workbox = new Workbox(SCRIPT, { type: "classic", updateViaCache: "none" });
  let isAccepted = false;
  workbox.addEventListener("waiting", onWaiting);
  workbox.addEventListener("controlling", () => {
    // Only the update that was accepted here reloads; a first install takes control without a reload.
    if (isAccepted) window.location.reload();
  });
  let isRegistered = false;
  await quietly(async () => {
    isRegistered = (await workbox.register({ immediate: true })) !== undefined;
  });
  if (!isRegistered && navigator.serviceWorker.controller === null) return null;
  keepFilling();
  return {
    update() {
      isAccepted = true;
      workbox.messageSkipWaiting();
    },
    lookForUpdate: () => quietly(() => workbox.update()),
    async readiness() {
      const worker = navigator.serviceWorker.controller ?? (await navigator.serviceWorker.getRegistration())?.active;
      if (worker == null) return null;
      const answer = v.safeParse(readyAnswer, await ask(worker, "READY", ANSWER_MS));
      return answer.success ? answer.output : null;
    },
    askDelivery: () =>
      quietly(async () => {
        const registration = (await navigator.serviceWorker.getRegistration()) as SyncRegistration | undefined;
        await registration?.sync?.register(SYNC_TAG);
      }),
  };
}
