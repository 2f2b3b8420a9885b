/**
 * Finds a Chromium for the browser tests: the system's, else the distribution's package, installed when we are root.
 *
 * Plain JavaScript for any Node from 20 up. No browser is ever downloaded from anywhere else.
 */
import { existsSync } from "node:fs";
import { onPath, stop } from "./common.mjs";
import { ensureInstalled } from "./packages.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
// The fonts draw the Latin and Arabic text of the screens; a bare Debian has none.
const PACKAGES = ["chromium", "fonts-dejavu-core"];

/** Path of an installed Chromium (CHROMIUM first), or undefined. */
export function findChromium() {
  const told = process.env.CHROMIUM;
  if (told !== undefined && told !== "") {
    if (existsSync(told)) return told;
    stop(`CHROMIUM points to ${told}, which does not exist.`);
  }
  return onPath(NAMES);
}

/** Path of a Chromium, installed from the distribution's packages when there is none. Stops the program otherwise. */
export const ensureChromium = () =>
  ensureInstalled({ what: "Chromium (or CHROMIUM set to its path)", packages: PACKAGES, find: findChromium });
