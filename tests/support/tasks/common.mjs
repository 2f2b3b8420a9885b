/**
 * What the scripts behind `npm start` and `npm test` share: installing, finding the pinned Node, running programs.
 *
 * Plain JavaScript on purpose: these files run before anything is installed, on any Node from 20 up.
 */
import { spawn } from "node:child_process";
import { accessSync, existsSync, constants as files, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the repository. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

/** The runtime that package.json pins; it exists once the packages are installed. */
export const pinnedNode = join(root, "node_modules/node/bin/node");

const STOPPING = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * Prints one line of progress to standard error, so that standard output stays the program's own.
 *
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * A failure that a person can act on: printed without a stack.
 *
 * @param {string} message
 * @param {number} [code] exit code
 * @returns {never}
 */
export function stop(message, code = 1) {
  say(message);
  process.exit(code);
}

/**
 * Full path of the first of `names` found on PATH (outside the folder `except`, when given), or undefined.
 *
 * @param {readonly string[]} names
 * @param {string} [except]
 */
export function onPath(names, except) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? "").split(delimiter)) {
      if (folder === "" || (except !== undefined && resolve(folder).startsWith(except))) continue;
      const file = join(folder, name);
      try {
        accessSync(file, files.X_OK);
        return file;
      } catch (cause) {
        const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
        if (code !== "ENOENT" && code !== "EACCES" && code !== "ENOTDIR") throw cause;
      }
    }
  }
  return undefined;
}

/**
 * Hands the signals that tell this process to stop on to a child. The returned function ends that, and says which
 * signal had come, if any.
 *
 * @param {import("node:child_process").ChildProcess} child
 * @returns {() => NodeJS.Signals | undefined}
 */
export function forwardSignals(child) {
  /** @type {NodeJS.Signals | undefined} */
  let asked;
  /** @param {NodeJS.Signals} signal */
  const hand = (signal) => {
    asked = signal;
    child.kill(signal);
  };
  for (const signal of STOPPING) process.on(signal, hand);
  return () => {
    for (const signal of STOPPING) process.off(signal, hand);
    return asked;
  };
}

/**
 * Runs a program in the repository and waits for its end.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string | undefined>, quiet?: boolean }} [options] quiet: output goes to stderr
 * @returns {Promise<number>} its exit code; 128 plus the signal's number when a signal ended it
 */
export function run(program, args, options = {}) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ["ignore", options.quiet === true ? process.stderr.fd : "inherit", "inherit"],
      env: { ...process.env, ...options.env },
    });
    const forget = forwardSignals(child);
    child.once("error", fail);
    child.once("exit", (code, signal) => {
      const asked = forget();
      // Told to stop: the steps that would follow are not wanted either.
      if (asked !== undefined) process.exit(128 + constants.signals[asked]);
      done(code ?? (signal === null ? 1 : 128 + constants.signals[signal]));
    });
  });
}

/**
 * Runs a script with the pinned Node, with the installed tools first on PATH (as `npm run` does).
 *
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string | undefined>, quiet?: boolean }} [options] as for `run`
 */
export function runPinned(args, options = {}) {
  const path = [join(root, "node_modules/.bin"), process.env.PATH ?? ""].join(delimiter);
  return run(pinnedNode, args, { ...options, env: { PATH: path, ...options.env } });
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

/**
 * Why an install is needed, or undefined when node_modules holds exactly what package-lock.json says.
 * npm leaves its own account of what it installed in node_modules/.package-lock.json.
 */
export function whyInstall() {
  const account = join(root, "node_modules/.package-lock.json");
  if (!existsSync(account)) return "nothing is installed yet";
  const installed = readJson(account).packages;
  for (const [path, wanted] of Object.entries(readJson(join(root, "package-lock.json")).packages)) {
    if (path === "" || wanted.optional === true || wanted.peer === true) continue;
    if (installed[path]?.version !== wanted.version) return `${path} is not at ${wanted.version}`;
  }
  if (!existsSync(pinnedNode)) return "the pinned Node is missing";
  return undefined;
}

/**
 * Installs the packages when needed (`npm ci`), with the Node and npm found outside node_modules, since the pinned
 * Node is itself replaced by the install.
 */
export async function install() {
  const reason = whyInstall();
  if (reason === undefined) return;
  say(`Installing packages (${reason})...`);
  const bin = join(root, "node_modules") + sep;
  const npm = onPath(["npm"], bin);
  if (npm === undefined) return stop("npm was not found. Install Node 20 or later together with npm, then try again.");
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !resolve(folder).startsWith(bin));
  const code = await run(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    quiet: true,
    env: { PATH: path.join(delimiter), npm_execpath: undefined, npm_node_execpath: undefined, NODE: undefined },
  });
  if (code !== 0) stop(`npm ci failed (code ${code}). Is the package registry reachable?`);
  const still = whyInstall();
  if (still !== undefined) stop(`After npm ci, still: ${still}. Are install scripts switched off (ignore-scripts)?`);
}
