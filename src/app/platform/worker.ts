/**
 * Starts the workers that hold keys, for the roots of the two pages. Runs in the page. Hints, Background Sync and locking
 * when the page hides are the shell's (App.tsx); the desk has no shell, so its worker is kept informed here.
 */

import { connectDesk } from "../../workers/desk.client.ts";
import type { DeskApi } from "../../workers/desk.contract.ts";
import { connectSatchel } from "../../workers/satchel.client.ts";
import type { SatchelApi } from "../../workers/satchel.contract.ts";

/** The satchel worker. Call once. */
export const startSatchel = (): SatchelApi => connectSatchel().api;

/** The desk's worker: it looks for news when the line or the helper comes back. Call once. */
export function startDesk(): DeskApi {
  const { api } = connectDesk();
  addEventListener("online", () => void api.refresh());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void api.refresh();
  });
  return api;
}
