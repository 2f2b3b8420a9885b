/**
 * "This browser is being wiped": from the tab that does it to all others. Runs in the page.
 *
 * Surprising: it is one channel for hearing and telling, because a channel does not hear itself, but hears any other of the
 * same page.
 */
import type { Timers } from "../../shared/ports.ts";

const CHANNEL = "besace-wipe";
/** Other tabs are gone within this. */
const OTHERS_MS = 500;

export interface WipeSignal {
  /** Tells the other tabs to leave, and waits until they have. */
  readonly clearOtherTabs: () => Promise<void>;
}

/** `leave` is called when another tab wipes this browser. */
export function createWipeSignal(timers: Timers, leave: () => void): WipeSignal {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = leave;
  return {
    clearOtherTabs() {
      channel.postMessage("leave");
      return new Promise((resolve) => void timers.after(OTHERS_MS, resolve));
    },
  };
}
