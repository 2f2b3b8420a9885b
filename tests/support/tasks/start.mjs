/**
 * `npm start`: the one command on a fresh clone. Installs what is missing, builds when a source is newer than the
 * build, then runs the server with the pinned Node until it is told to stop.
 *
 * Plain JavaScript for any Node from 20 up: nothing is installed yet when it begins.
 */
import { spawn } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { forwardSignals, install, pinnedNode, root, runPinned, say, stop } from "./common.mjs";

const SOURCES = ["index.html", "vite.config.ts", "package-lock.json", "tsconfig.json", "public", "locales", "src"];
// The service worker is the last file a build writes: it is there only when the build was whole.
const LAST_BUILT = join(root, "dist/sw.js");

/**
 * Latest change in milliseconds under a path; folders count, so that a removed file is seen too.
 *
 * @param {string} path
 * @returns {number}
 */
function changedAt(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, changedAt(join(path, name))), stat.mtimeMs);
}

await install();

const newest = Math.max(...SOURCES.map((name) => changedAt(join(root, name))));
if (changedAt(LAST_BUILT) < newest) {
  say("Building...");
  const code = await runPinned(["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"], { quiet: true });
  if (code !== 0) stop(`The build failed (code ${code}).`);
}

const server = spawn(pinnedNode, ["src/server/main.ts", ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
forwardSignals(server);
server.once("error", (cause) => stop(`The server could not be started: ${cause.message}`));
server.once("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 128 + constants.signals[signal])));
