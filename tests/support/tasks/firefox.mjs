/**
 * Finds a Firefox for the long tests: the system's, else the distribution's package, installed when we are root.
 *
 * Plain JavaScript for any Node from 20 up. No browser is ever downloaded from anywhere else.
 */
import { existsSync } from "node:fs";
import { onPath, stop } from "./common.mjs";
import { ensureInstalled } from "./packages.mjs";

/** Path of an installed Firefox (FIREFOX first), or undefined. */
export function findFirefox() {
  const told = process.env.FIREFOX;
  if (told !== undefined && told !== "") {
    if (existsSync(told)) return told;
    stop(`FIREFOX points to ${told}, which does not exist.`);
  }
  return onPath(["firefox-esr", "firefox"]);
}

/** Path of a Firefox, installed from the distribution's packages when there is none. Stops the program otherwise. */
export const ensureFirefox = () =>
  ensureInstalled({ what: "Firefox (or FIREFOX set to its path)", packages: ["firefox-esr"], find: findFirefox });
