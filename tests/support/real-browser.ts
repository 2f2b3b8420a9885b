/**
 * A browser as an administrator starts it on a shared computer: its own folders for profile, home, temporary files and
 * crash reports, and nothing that a test tool would switch off. Types and what Chromium and Firefox share. Runs in Node on
 * Linux.
 *
 * Surprising: Playwright's own start passes thirty switches, among them ones that stop crash reports and the back/forward
 * cache; a search of what such a browser leaves proves little about the one that a person sits at.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning, listProcesses, type ProcessRow, processTree, signalAll, waitUntilGone } from "./processes.ts";

export type Engine = "chromium" | "firefox";
export const engines: readonly Engine[] = ["chromium", "firefox"];

/** Where a browser may write: all of it below one folder of the test, but for a `tmp` that was given. */
export interface Machine {
  readonly root: string;
  readonly profile: string;
  readonly home: string;
  readonly downloads: string;
  readonly tmp: string;
  /** Crash reports, and core dumps: the browser's working folder. */
  readonly crash: string;
  /** What a printer that keeps its jobs would hold. */
  readonly spool: string;
}

/** @param tmp a folder for temporary files that lies elsewhere, in memory. */
export function createMachine(root: string, tmp?: string): Machine {
  const at = (name: string): string => {
    const path = join(root, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  return {
    root,
    profile: at("profile"),
    home: at("home"),
    downloads: at("home/Downloads"),
    tmp: tmp ?? at("tmp"),
    crash: at("crash"),
    spool: at("spool"),
  };
}

export interface RealOptions {
  /** Text of a policy file; undefined: the browser as it is installed. */
  readonly policies?: string;
  /** Crash reports are written into `machine.crash`; else as the checklist says: not at all (Firefox), into `machine.tmp`. */
  readonly crashReports?: boolean;
  /** The system writes core dumps into `machine.crash`. */
  readonly cores?: boolean;
  /** The browser opens again what was open. */
  readonly restore?: boolean;
  /** What a page prints goes without a question into a file of `machine.spool`. Firefox only: Chromium without a window does not print. */
  readonly silentPrint?: boolean;
  /** More arguments of the command line. */
  readonly args?: readonly string[];
}

export interface RealPage {
  readonly goto: (url: string) => Promise<void>;
  /** The value of an expression, awaited; it must be a text, a number or a boolean. Rejects when it throws. */
  readonly evaluate: (expression: string) => Promise<unknown>;
  /** A mouse's click at a point of the window, in CSS pixels. */
  readonly clickAt: (x: number, y: number) => Promise<void>;
  /** Types with keys into what has the focus. */
  readonly type: (text: string) => Promise<void>;
  readonly setFiles: (selector: string, files: readonly string[]) => Promise<void>;
  /** As a PDF, laid out and written in the way that printing takes. */
  readonly print: () => Promise<Uint8Array>;
  readonly back: () => Promise<void>;
  readonly reload: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface RealBrowser {
  readonly engine: Engine;
  readonly pid: number;
  readonly page: RealPage;
  readonly newPage: () => Promise<RealPage>;
  /** Addresses of all tabs. */
  readonly tabs: () => Promise<readonly string[]>;
  /** Every tab that shows something of a server, as after a restart; the browser's own pages cannot be asked. */
  readonly pages: () => Promise<readonly RealPage[]>;
  /** The system has little memory left; only Chromium's own debugging can say so. */
  readonly squeeze?: () => Promise<void>;
  /** Lets go of all pages, so that nothing makes them count as seen, and opens a tab in front; how many are hidden then. */
  readonly hide?: () => Promise<number>;
  /** Files of the machine that the browser holds open after their names were taken away. */
  readonly unlinked: () => readonly { readonly where: string; readonly bytes: Uint8Array }[];
  /** SIGKILL to the browser's first process only; its children end by themselves. Resolves when all are gone. */
  readonly kill: () => Promise<void>;
  /** SIGKILL to the whole process group at once, as when the power is cut. */
  readonly killGroup: () => Promise<void>;
  /** SIGSEGV to the processes that hold pages, or to the browser itself. */
  readonly crash: (what: "page" | "browser") => Promise<void>;
  /** An ordinary end: the browser writes what it keeps. */
  readonly close: () => Promise<void>;
}

/** Where the policy file of each browser lies on Debian; it is read from there in a mount namespace of the browser's own. */
const policyPlaces = {
  chromium: { mount: "/etc/chromium", file: "policies/managed/besace.json" },
  firefox: { mount: "/usr/lib/firefox-esr/distribution", file: "policies.json" },
} as const;

/** Starts `program`; policies and core dumps are wrapped around it without changing its process id. */
export function startProgram(
  engine: Engine,
  program: string,
  args: readonly string[],
  machine: Machine,
  options: RealOptions,
  env: NodeJS.ProcessEnv,
): ChildProcess {
  const command: string[] = [];
  if (options.policies !== undefined) {
    const { mount, file } = policyPlaces[engine];
    const folder = join(machine.root, "policies");
    const path = join(folder, file);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, options.policies);
    mkdirSync(mount, { recursive: true });
    command.push("unshare", "--mount", "sh", "-c", 'mount --bind "$0" "$1" && shift && exec "$@"', folder, mount);
  }
  const core = options.cores === true ? "unlimited" : "0";
  command.push("prlimit", `--core=${core}`, program, ...args);
  const [first = "", ...rest] = command;
  return spawn(first, rest, {
    // A process group of its own, which can be killed whole.
    detached: true,
    cwd: machine.crash,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, HOME: machine.home, TMPDIR: machine.tmp, XDG_RUNTIME_DIR: machine.tmp, ...env },
  });
}

/** A cold start on a busy machine takes this long. */
const startMs = 240_000;

/** The address that the browser says on its error stream. */
export async function listeningAddress(child: ChildProcess, pattern: RegExp): Promise<string> {
  let said = "";
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the browser did not listen: ${said}`)), startMs);
    child.stderr?.on("data", (bytes: Buffer) => {
      if (said.length < 100_000) said += bytes.toString();
      const found = pattern.exec(said)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the browser ended with ${code}: ${said}`)));
  });
}

/** Null: it ended, or closed the file, while this looked. */
function orGone<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ESRCH", "EACCES"].includes(code)) return null;
    throw error;
  }
}

/** What lies under `root` without a name: its blocks stay readable on the disk. */
function unlinkedIn(rows: readonly ProcessRow[], root: string) {
  const found = new Map<string, { readonly where: string; readonly bytes: Uint8Array }>();
  for (const { pid } of rows) {
    for (const name of orGone(() => readdirSync(`/proc/${pid}/fd`)) ?? []) {
      const link = `/proc/${pid}/fd/${name}`;
      const where = orGone(() => readlinkSync(link)) ?? "";
      if (!where.startsWith(root) || !where.endsWith(" (deleted)")) continue;
      const bytes = orGone(() => readFileSync(link));
      if (bytes !== null) found.set(where, { where, bytes });
    }
  }
  return [...found.values()];
}

/** The ways in which a browser ends. `isPage` tells the processes that hold pages; `leave` asks it to end by itself. */
export function endings(
  child: ChildProcess,
  machine: Machine,
  isPage: (row: ProcessRow) => boolean,
  leave: () => Promise<unknown>,
): Pick<RealBrowser, "unlinked" | "kill" | "killGroup" | "crash" | "close"> & { readonly pid: number } {
  const { pid } = child;
  if (pid === undefined) throw new Error("the browser was not started");
  const groupOf = (): ProcessRow[] => {
    const tree = processTree(pid);
    const known = new Set(tree.map((row) => row.pid));
    return [...tree, ...listProcesses().filter((row) => row.group === pid && !known.has(row.pid))];
  };
  async function killGroup(): Promise<void> {
    // Twice: what was started while the first signal went round.
    for (let rows = groupOf(); rows.length > 0; rows = groupOf()) {
      signalAll(rows, "SIGKILL");
      await waitUntilGone(rows);
    }
  }
  async function goneWithin(ms: number): Promise<void> {
    for (const until = Date.now() + ms; Date.now() < until && groupOf().length > 0; ) await sleep(50);
    await killGroup();
  }
  return {
    pid,
    killGroup,
    unlinked: () => unlinkedIn(groupOf(), machine.root),
    async kill() {
      const rows = groupOf();
      signalAll(rows.slice(0, 1), "SIGKILL");
      await goneWithin(5000);
    },
    async crash(what) {
      const rows = groupOf();
      const aimed = what === "browser" ? rows.slice(0, 1) : rows.filter(isPage);
      if (aimed.length === 0) throw new Error("no process holds a page");
      // A dump is written before the process is gone. Without a reporter Firefox survives the first signal: its own handler
      // waits for the fault to come back.
      for (let times = 0; times < 6 && aimed.some(isRunning); times++) {
        signalAll(aimed, "SIGSEGV");
        for (const until = Date.now() + 10_000; Date.now() < until && aimed.some(isRunning); ) await sleep(50);
      }
      if (aimed.some(isRunning)) throw new Error("a process outlived SIGSEGV");
    },
    async close() {
      await Promise.race([leave(), sleep(5000)]);
      await goneWithin(20_000);
    },
  };
}
