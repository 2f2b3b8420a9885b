/**
 * Runs the built server as its own process, kills it, and starts it again on the same data. Runs in Node on Linux.
 *
 * Contract with the server: src/server/main.ts runs under the project's own Node, takes PORT and BESACE_DATA, answers
 * GET / with 200 when ready, and prints the desk's one-time code. Surprising fact: everything printed is kept, also
 * across restarts, because the logs are part of what the leak search reads.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { listProcesses, processTree, signalAll, waitUntilGone } from "./processes.ts";

/** The repository's root folder. */
export const ROOT = resolve(import.meta.dirname, "..", "..");

export type ServerOptions = {
  /** Default: a new temporary folder, removed by `close`. */
  readonly data?: string;
  /** Default: any free port; kept across restarts. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: src/server/main.ts. */
  readonly script?: string;
  /** Default 60 s. */
  readonly readyWithinMs?: number;
};

export type LogLine = { readonly from: "stdout" | "stderr"; readonly run: number; readonly text: string };

export type TestServer = {
  readonly port: number;
  /** "http://127.0.0.1:<port>" */
  readonly url: string;
  readonly data: string;
  pid(): number | undefined;
  /** Everything printed so far, all runs. */
  lines(): readonly LogLine[];
  /** The same as one text, for the leak search. */
  log(): string;
  /** The first line, printed or still to come, that matches; throws after `timeoutMs`. */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** Ends the process and its tree; resolves when all are gone. Default SIGKILL. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts again on the same data and port; kills first (SIGKILL) when it still runs. */
  restart(env?: Readonly<Record<string, string>>): Promise<void>;
  /** SIGTERM, then SIGKILL after 5 s; removes a data folder of its own making. */
  close(): Promise<void>;
};

/** The project's pinned Node; the one that runs this when the project is not installed. */
export function pinnedNode(): string {
  const pinned = join(ROOT, "node_modules", ".bin", "node");
  return existsSync(pinned) ? pinned : process.execPath;
}

/** The environment as a person's shell has it: what the test runner adds must not change how the server behaves. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter(([name]) => name !== "NODE_ENV" && name !== "TEST" && !/^VITEST/.test(name)),
  );
}

/** Below what Linux gives to whoever asks for any port, so that none of those takes it before its user has come. */
const PORTS = { from: 11_000, to: 32_000 } as const;

/** A port that was free a moment ago, drawn at random: test files that run side by side do not meet. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    const probe = createServer();
    const isFree = await new Promise<boolean>((done) => {
      probe.once("error", () => done(false));
      probe.listen(port, () => done(true));
    });
    if (!isFree) continue;
    await new Promise((done) => probe.close(done));
    return port;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch (error) {
    // Not listening yet, or too busy to answer: asked again by the caller.
    if (error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError")) return false;
    throw error;
  }
}

/** Starts the server; it answers when the promise resolves. Throws with its last lines when it ends or stays silent. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const ownData = options.data === undefined;
  const data = options.data ?? mkdtempSync(join(tmpdir(), "besace-data-"));
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const script = resolve(ROOT, options.script ?? "src/server/main.ts");
  const lines: LogLine[] = [];
  const listeners = new Set<(line: LogLine) => void>();
  let child: ChildProcess | undefined;
  let run = 0;

  function tail(): string {
    return lines
      .slice(-20)
      .map((line) => line.text)
      .join("\n");
  }

  async function start(env: Readonly<Record<string, string>>): Promise<void> {
    run++;
    const number = run;
    const started = spawn(pinnedNode(), [script], {
      cwd: ROOT,
      env: { ...plainEnvironment(), ...options.env, ...env, PORT: String(port), BESACE_DATA: data },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child = started;
    let ended: string | undefined;
    started.on("error", (error) => {
      ended = error.message;
    });
    // Not "exit": what it said last is read by then.
    started.on("close", (code, signal) => {
      ended = `exit code ${code}, signal ${signal}`;
    });
    for (const from of ["stdout", "stderr"] as const) {
      const stream = started[from];
      if (stream === null) throw new Error(`no ${from}`);
      createInterface({ input: stream }).on("line", (text) => {
        const line = { from, run: number, text };
        lines.push(line);
        for (const listener of [...listeners]) listener(line);
      });
    }
    const end = performance.now() + (options.readyWithinMs ?? 60_000);
    while (!(await answers(`${url}/`))) {
      if (ended !== undefined) throw new Error(`the server ended (${ended}):\n${tail()}`);
      if (performance.now() > end) {
        await stop("SIGKILL");
        throw new Error(`the server does not answer on ${url}:\n${tail()}`);
      }
      await sleep(25);
    }
  }

  async function stop(signal: NodeJS.Signals): Promise<void> {
    const pid = child?.pid;
    if (pid === undefined) return;
    const rows = processTree(pid, listProcesses());
    signalAll(rows.slice(0, 1), signal);
    if (signal === "SIGKILL") signalAll(rows, signal);
    await waitUntilGone(rows);
    child = undefined;
  }

  await start({});

  return {
    port,
    url,
    data,
    pid: () => child?.pid,
    lines: () => lines,
    log: () => lines.map((line) => line.text).join("\n"),
    waitForLine(pattern, timeoutMs = 30_000) {
      return new Promise((done, fail) => {
        const look = (line: LogLine): boolean => {
          const found = pattern.exec(line.text);
          if (found === null) return false;
          listeners.delete(look);
          clearTimeout(timer);
          done(found);
          return true;
        };
        const timer = setTimeout(() => {
          listeners.delete(look);
          fail(new Error(`no line like ${pattern} in:\n${tail()}`));
        }, timeoutMs);
        if (!lines.some(look)) listeners.add(look);
      });
    },
    kill: (signal = "SIGKILL") => stop(signal),
    async restart(env = {}) {
      await stop("SIGKILL");
      await start(env);
    },
    async close() {
      const pid = child?.pid;
      if (pid !== undefined) {
        const rows = processTree(pid, listProcesses());
        signalAll(rows.slice(0, 1), "SIGTERM");
        try {
          await waitUntilGone(rows, 5000);
        } catch {
          // It does not want to end in order; what matters here is that it ends.
          await stop("SIGKILL");
        }
        child = undefined;
      }
      if (ownData) rmSync(data, { recursive: true, force: true });
    },
  };
}
