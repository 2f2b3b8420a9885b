/**
 * Finds a Chromium for the browser tests: the system's, else the distribution's package, installed when we are root.
 *
 * Plain JavaScript for any Node from 20 up. No browser is ever downloaded from anywhere else.
 */
import { existsSync } from "node:fs";
import { onPath, run, say, stop } from "./common.mjs";

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
export async function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  const apt = onPath(["apt-get"]);
  if (apt === undefined || process.getuid?.() !== 0) {
    return stop(
      "The browser tests need Chromium. Install it (Debian: `sudo apt-get install chromium`), or set CHROMIUM to its path.",
    );
  }
  say("Installing Chromium from the distribution's packages...");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const updated = await run(apt, ["update", "-qq"], { quiet: true, env });
  const code = await run(apt, ["install", "-y", "-qq", "--no-install-recommends", ...PACKAGES], { quiet: true, env });
  const installed = onPath(NAMES);
  if (installed === undefined) stop(`Chromium could not be installed (apt-get: update ${updated}, install ${code}).`);
  return installed;
}
