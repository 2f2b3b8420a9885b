/** Wires gestures and visibility of the window to an idle watch, and quick exit to the Escape key. Runs in the page. */
import type { Clock, Timers } from "../../shared/ports.ts";
import type { IdleWatch } from "./idle.ts";
import { depthOf } from "./router.ts";

const GESTURES = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

/** Feeds `watch` from the window; the returned function lets go. */
export function feedIdle(watch: IdleWatch): () => void {
  const gesture = (): void => watch.gesture();
  const seen = (): void => (document.visibilityState === "hidden" ? watch.hidden() : watch.shown());
  const isPicker = (event: Event): boolean => event.target instanceof HTMLInputElement && event.target.type === "file";
  const picking = (event: Event): void => {
    if (isPicker(event)) watch.away(true);
  };
  const picked = (event: Event): void => {
    if (isPicker(event)) watch.away(false);
  };
  for (const name of GESTURES) window.addEventListener(name, gesture, { passive: true, capture: true });
  document.addEventListener("visibilitychange", seen);
  document.addEventListener("click", picking, { capture: true });
  document.addEventListener("change", picked, { capture: true });
  document.addEventListener("cancel", picked, { capture: true });
  return () => {
    watch.stop();
    document.removeEventListener("click", picking, { capture: true });
    document.removeEventListener("change", picked, { capture: true });
    document.removeEventListener("cancel", picked, { capture: true });
    for (const name of GESTURES) window.removeEventListener(name, gesture, { capture: true });
    document.removeEventListener("visibilitychange", seen);
  };
}

const ESCAPES = 3;
const ESCAPE_MS = 1500;

/** Calls `leave` when Escape is pressed three times within a second and a half; the returned function lets go. */
export function onThreeEscapes(target: EventTarget, clock: Clock, leave: () => void): () => void {
  let times: readonly number[] = [];
  const pressed = (event: Event): void => {
    if ((event as KeyboardEvent).key !== "Escape" || (event as KeyboardEvent).repeat) return;
    const now = clock.now();
    times = [...times.filter((at) => now - at < ESCAPE_MS), now];
    if (times.length < ESCAPES) return;
    times = [];
    leave();
  };
  target.addEventListener("keydown", pressed, { capture: true });
  return () => target.removeEventListener("keydown", pressed, { capture: true });
}

/** Where "Sortir" leads: a page of ours that says nothing about Besace (public/jours-feries.html). */
export const NEUTRAL_PAGE = "/jours-feries.html";

/** Nothing readable on the screen or in the title, from this moment on. */
export function hidePage(): void {
  document.title = "";
  document.body.hidden = true;
}

/** The part of `window` that leaving needs. */
export interface LeavableWindow {
  readonly history: Pick<History, "go" | "pushState" | "replaceState" | "state">;
  readonly location: Pick<Location, "replace">;
  readonly document: Pick<Document, "title">;
  readonly addEventListener: (type: "popstate", listener: () => void, options: { readonly once: true }) => void;
}

export interface LeavingTo {
  readonly path: string;
  /** Of the entry that stays behind, under which the browser lists it. */
  readonly title: string;
}

/** As public/jours-feries.html names itself. */
const neutral: LeavingTo = { path: NEUTRAL_PAGE, title: "Jours fériés" };

/** The browser goes back to our first entry within this; else this entry alone is replaced. */
const BACK_MS = 400;

/**
 * Replaces this page by another one, the neutral page unless said otherwise. Screens that the history holds go too: back
 * to our first entry, which takes the new address, and one more such entry behind it cuts off the rest. In discreet mode
 * there is one entry only.
 */
export function leavePage(win: LeavableWindow, timers: Timers, { path, title } = neutral): void {
  const depth = depthOf(win.history.state);
  let hasLeft = false;
  const leave = (): void => {
    if (!hasLeft) win.location.replace(path);
    hasLeft = true;
  };
  if (depth === 0) {
    leave();
    return;
  }
  timers.after(BACK_MS, leave);
  const atFirst = (): void => {
    if (hasLeft) return;
    win.history.replaceState(null, "", path);
    win.document.title = title;
    win.history.pushState(null, "", path);
    leave();
  };
  win.addEventListener("popstate", atFirst, { once: true });
  win.history.go(-depth);
}

/**
 * Calls `again` when the browser brings back a page that it had put aside whole ("back" after "Sortir"): such a page is
 * hidden, and may hold what was on it. The returned function lets go.
 */
export function onRestored(target: EventTarget, again: () => void): () => void {
  const shown = (event: Event): void => {
    if ((event as PageTransitionEvent).persisted) again();
  };
  target.addEventListener("pageshow", shown);
  return () => target.removeEventListener("pageshow", shown);
}

/** Tells when the person comes back to the page, leaves it, or a network is announced. `online` is a hint, never a gate. */
export function watchPage(on: {
  readonly network: (online: boolean) => void;
  readonly shown: () => void;
  readonly hidden: () => void;
}): () => void {
  const online = (): void => on.network(true);
  const offline = (): void => on.network(false);
  const seen = (): void => (document.visibilityState === "hidden" ? on.hidden() : on.shown());
  const left = (): void => on.hidden();
  window.addEventListener("online", online);
  window.addEventListener("offline", offline);
  window.addEventListener("pagehide", left);
  document.addEventListener("visibilitychange", seen);
  return () => {
    window.removeEventListener("online", online);
    window.removeEventListener("offline", offline);
    window.removeEventListener("pagehide", left);
    document.removeEventListener("visibilitychange", seen);
  };
}

/** What the browser believes about the network now. */
export const browserOnline = (): boolean => navigator.onLine;
