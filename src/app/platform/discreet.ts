/**
 * Discreet mode: another name and icon for who looks over a shoulder or at the phone's screen of apps. Runs in the page;
 * `public/first.js` does the same before the first paint.
 *
 * Surprising: it is read once, at the start of the page. Changing it starts the page again, because the addresses in the
 * history, the name of the tab and the manifest must not be half of one and half of the other.
 */
import type { Keep } from "./world.ts";

/** Name of the setting in `Keep`; public/first.js reads it too. */
export const DISCREET = "discreet";
/** As in public/carnet.webmanifest; a name, never translated. */
export const NEUTRAL_NAME = "Carnet";

export interface Discreet {
  readonly on: boolean;
  /** Keeps the choice; it holds from the next start of the page on. */
  readonly keep: (on: boolean) => void;
}

export function createDiscreet(root: HTMLElement, keep: Keep): Discreet {
  const on = keep.read(DISCREET) !== null;
  if (on) root.dataset.discreet = "";
  else delete root.dataset.discreet;
  return {
    on,
    keep(next) {
      if (next) keep.write(DISCREET, "1");
      else keep.remove(DISCREET);
    },
  };
}

/** Whether this page runs in discreet mode. Never while the first screen is drawn for index.html, where there is no page. */
export const isDiscreet = (): boolean =>
  typeof document !== "undefined" && document.documentElement.dataset.discreet !== undefined;
