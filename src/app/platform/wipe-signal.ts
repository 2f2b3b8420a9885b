/** "This browser is being wiped": from the tab that does it to all others. Runs in the page. */
import type { Timers } from "../../shared/ports.ts";

const CHANNEL = "besace-wipe";
/** Other tabs are gone within this. */
const OTHERS_MS = 500;

/** Calls `leave` when another tab wipes this browser; the returned function lets go. */
export function onWiped(leave: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = leave;
  return () => channel.close();
}

/** Tells the other tabs to leave, and waits until they have. */
export function clearOtherTabs(timers: Timers): Promise<void> {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("leave");
  return new Promise((resolve) => {
    timers.after(OTHERS_MS, () => {
      channel.close();
      resolve();
    });
  });
}
