/**
 * Starts the system's Chromium on a profile folder, and can kill it as a power cut would. Runs in Node on Linux.
 *
 * Surprising fact: Playwright hides the process of a persistent context, and Debian's /usr/bin/chromium is a script
 * that execs the real program. The browser process is therefore found in /proc: the one process that carries this
 * `--user-data-dir` and no `--type`.
 */
import { accessSync, constants, mkdirSync, rmSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { isRunning, listProcesses, type ProcessRow, processTree, signalAll, waitUntilGone } from "./processes.ts";

/** The reference phone (QUALITY) and the helper's screen, in CSS pixels. */
export const PHONE = { width: 360, height: 640 } as const;
export const DESK = { width: 1280, height: 800 } as const;

/** Arguments for every start: nothing that speaks to the outside by itself, nothing that needs a sandbox. */
export const QUIET_ARGS: readonly string[] = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-domain-reliability",
  "--metrics-recording-only",
  "--no-pings",
];

export type BrowserOptions = {
  /** Folder of the profile; made if absent, kept afterwards. */
  readonly profile: string;
  /** CSS pixels; default PHONE. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** BCP 47; default "fr-FR". Sets navigator.language and Accept-Language. */
  readonly locale?: string;
  readonly colorScheme?: "light" | "dark" | "no-preference";
  readonly reducedMotion?: "reduce" | "no-preference";
  /** Slows the page's main thread n times (CDP); 6 is the reference phone. Default 1. Applies to every page. */
  readonly cpuThrottle?: number;
  readonly touch?: boolean;
  readonly permissions?: readonly string[];
  /** Playwright's offline switch at the start; also blocks service workers' fetches. */
  readonly offline?: boolean;
  readonly args?: readonly string[];
  /** Default arguments of Playwright to leave out. */
  readonly withoutArgs?: readonly string[];
  /** Default true. */
  readonly headless?: boolean;
};

export type TestBrowser = {
  readonly context: BrowserContext;
  readonly page: Page;
  /** The browser process itself, parent of all others. */
  readonly pid: number;
  readonly profile: string;
  /** SIGKILL to the browser and its whole tree. Resolves when every process is gone. Calling it twice is harmless. */
  kill(): Promise<void>;
  /** Ordinary end: Chromium flushes what it holds. Resolves when every process is gone. */
  close(): Promise<void>;
};

/**
 * Path of the first usable Chromium: `CHROMIUM` from the environment, then the usual names in the usual places and on
 * the PATH. Undefined when there is none.
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const folders = ["/usr/bin", "/usr/local/bin", "/snap/bin", ...(env.PATH ?? "").split(delimiter).filter(Boolean)];
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  if (env.CHROMIUM !== undefined && env.CHROMIUM !== "") candidates.unshift(env.CHROMIUM);
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** As `findChromium`, but throws with what to do. */
export function requireChromium(): string {
  const path = findChromium();
  if (path === undefined)
    throw new Error("no Chromium found: install the package `chromium` or set CHROMIUM to its path");
  return path;
}

function ofProfile(profile: string): ProcessRow[] {
  const argument = `--user-data-dir=${profile}`;
  return listProcesses().filter((row) => row.args.includes(argument) || rewritten(row, argument));
}

/** Chromium's children rewrite their command line into one string with spaces. */
function rewritten(row: ProcessRow, argument: string): boolean {
  const first = row.args[0] ?? "";
  return row.args.length === 1 && (first.endsWith(argument) || first.includes(`${argument} `));
}

function isChild(row: ProcessRow): boolean {
  return row.args.some((arg) => arg.startsWith("--type=") || arg.includes(" --type="));
}

/** Everything that belongs to the browser: its tree, and what carries its profile but was adopted by init. */
function everythingOf(browserRow: ProcessRow, profile: string): ProcessRow[] {
  const rows = new Map<number, ProcessRow>();
  for (const row of [...processTree(browserRow.pid), ...ofProfile(profile)]) rows.set(row.pid, row);
  return [...rows.values()];
}

async function findBrowserProcess(profile: string): Promise<ProcessRow> {
  for (let tries = 0; tries < 100; tries++) {
    const row = ofProfile(profile).find((candidate) => !isChild(candidate));
    if (row !== undefined) return row;
    await sleep(20);
  }
  throw new Error(`Chromium runs but no process carries the profile ${profile}`);
}

/**
 * Starts Chromium on `options.profile`. A profile whose browser was killed starts again: its stale locks are removed.
 * Throws when a live browser still uses the profile (two would corrupt it).
 */
export async function launchBrowser(options: BrowserOptions): Promise<TestBrowser> {
  const profile = resolve(options.profile);
  mkdirSync(profile, { recursive: true });
  const users = ofProfile(profile).filter((row) => !isChild(row));
  if (users.length > 0) throw new Error(`process ${users[0]?.pid} still uses the profile ${profile}`);
  for (const lock of ["SingletonLock", "SingletonCookie", "SingletonSocket"])
    rmSync(join(profile, lock), { force: true });

  const context = await chromium.launchPersistentContext(profile, {
    executablePath: requireChromium(),
    headless: options.headless ?? true,
    chromiumSandbox: false,
    args: [...QUIET_ARGS, ...(options.args ?? [])],
    ignoreDefaultArgs: [...(options.withoutArgs ?? [])],
    viewport: { ...(options.viewport ?? PHONE) },
    locale: options.locale ?? "fr-FR",
    colorScheme: options.colorScheme ?? "light",
    reducedMotion: options.reducedMotion ?? "no-preference",
    hasTouch: options.touch ?? false,
    permissions: [...(options.permissions ?? [])],
    offline: options.offline ?? false,
  });
  const browserRow = await findBrowserProcess(profile);

  const rate = options.cpuThrottle ?? 1;
  const throttle = async (page: Page): Promise<void> => {
    const session = await context.newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate });
  };
  if (rate !== 1) {
    context.on("page", (page) => {
      throttle(page).catch((error: unknown) => {
        // A page may close before it is throttled; anything else is a fault of the test.
        if (!page.isClosed()) throw error;
      });
    });
  }
  const page = context.pages()[0] ?? (await context.newPage());
  if (rate !== 1) await throttle(page);

  return {
    context,
    page,
    pid: browserRow.pid,
    profile,
    async kill() {
      // The browser first, so that it starts no new child while its children die; then look again, to be sure.
      const rows = everythingOf(browserRow, profile);
      const closed = isRunning(browserRow)
        ? new Promise<void>((done) => context.once("close", () => done()))
        : undefined;
      signalAll([browserRow], "SIGKILL");
      signalAll(rows, "SIGKILL");
      await waitUntilGone(rows);
      const stragglers = everythingOf(browserRow, profile);
      signalAll(stragglers, "SIGKILL");
      await waitUntilGone(stragglers);
      await closed;
    },
    async close() {
      const rows = everythingOf(browserRow, profile);
      await context.close();
      await waitUntilGone(rows);
    },
  };
}
