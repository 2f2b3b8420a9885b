/**
 * Installs what the tests need from the distribution's packages, when it is missing and we are root.
 *
 * Plain JavaScript for any Node from 20 up. Nothing is ever downloaded from anywhere else.
 */
import { onPath, run, say, stop } from "./common.mjs";

/**
 * What `find` finds, after installing `packages` when it found nothing. Stops the program when that does not help.
 *
 * @template T
 * @param {{ what: string, packages: readonly string[], find: () => T | undefined }} wanted
 * @returns {Promise<T>}
 */
export async function ensureInstalled({ what, packages, find }) {
  const found = find();
  if (found !== undefined) return found;
  const apt = onPath(["apt-get"]);
  if (apt === undefined || process.getuid?.() !== 0)
    return stop(`The tests need ${what}. Install it (Debian: \`sudo apt-get install ${packages.join(" ")}\`).`);
  say(`Installing ${what} from the distribution's packages...`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const updated = await run(apt, ["update", "-qq"], { quiet: true, env });
  const code = await run(apt, ["install", "-y", "-qq", "--no-install-recommends", ...packages], { quiet: true, env });
  const installed = find();
  if (installed === undefined) stop(`${what} could not be installed (apt-get: update ${updated}, install ${code}).`);
  return installed;
}
