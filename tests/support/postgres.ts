/**
 * A PostgreSQL of the test's own: in a temporary folder, on a socket in that folder, ended with the process that
 * started it. Runs in Node on Linux.
 *
 * Surprising fact: PostgreSQL refuses to run as root, so started by root it runs as the user `postgres` (or `nobody`).
 * Durability is as in production (fsync on): the kill tests mean it, and the server refuses anything less.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chownSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Client } from "pg";
import { listProcesses, processTree, signalAll, waitUntilGone } from "./processes.ts";
import { findPostgres } from "./tasks/postgres.mjs";

export type TestPostgres = {
  /** Of the database "postgres", for `createDatabase`. */
  readonly url: string;
  pid(): number | undefined;
  /** What it printed. */
  log(): string;
  /** SIGKILL to the server and, by themselves, its children; resolves when all are gone. */
  kill(): Promise<void>;
  /** Starts again on the same data; resolves when it answers. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
};

export type PostgresOptions = {
  /** Settings beside the defaults, for example fsync. */
  readonly settings?: Readonly<Record<string, string>>;
};

const USER = "besace";

/** uid and gid of a user who may run it when we are root. */
function otherUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const rows = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const row = rows.find((line) => line.startsWith(`${name}:`))?.split(":");
    if (row !== undefined) return { uid: Number(row[2]), gid: Number(row[3]) };
  }
  throw new Error("PostgreSQL does not run as root, and there is no other user here");
}

/** Starts one; it answers when the promise resolves. */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  const bin = process.env.BESACE_POSTGRES ?? findPostgres();
  if (bin === undefined) throw new Error("PostgreSQL is not installed; `npm test` installs it");
  const folder = mkdtempSync(join(tmpdir(), "besace-pg-"));
  const user = otherUser();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  // The kernel ends it with us, however we end.
  const asUser = ["--pdeathsig=KILL"];
  if (user !== undefined) asUser.push(`--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups");
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };

  await promisify(execFile)(
    "setpriv",
    [...asUser, join(bin, "initdb"), "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
    { env, cwd: folder },
  );
  const settings = {
    listen_addresses: "",
    unix_socket_directories: folder,
    shared_buffers: "64MB",
    max_connections: "100",
    ...options.settings,
  };
  const url = `postgres://${USER}@localhost/postgres?host=${encodeURIComponent(folder)}`;
  let child: ChildProcess | undefined;
  let log = "";

  async function start(): Promise<void> {
    const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const started = spawn("setpriv", [...asUser, join(bin as string, "postgres"), "-D", data, ...args], {
      env,
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    child = started;
    let ended = false;
    started.on("exit", () => {
      ended = true;
    });
    started.stderr.on("data", (bytes: Buffer) => {
      log += bytes.toString();
    });
    const until = performance.now() + 30_000;
    for (;;) {
      const client = new Client({ connectionString: url });
      client.on("error", () => undefined);
      try {
        await client.connect();
        await client.end();
        return;
      } catch (error) {
        // Not there yet, or replaying its log.
        if (ended || performance.now() > until) throw new Error(`PostgreSQL does not start:\n${log}`, { cause: error });
        await sleep(30);
      }
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const pid = child?.pid;
    if (pid === undefined) return;
    const rows = processTree(pid, listProcesses());
    signalAll(rows.slice(0, 1), signal);
    await waitUntilGone(rows, 20_000);
    child = undefined;
  }

  await start();
  return {
    url,
    pid: () => child?.pid,
    log: () => log,
    kill: () => end("SIGKILL"),
    restart: async () => {
      await end("SIGKILL");
      await start();
    },
    stop: async () => {
      // Nothing in it is wanted any more: the quickest end.
      await end("SIGQUIT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let made = 0;

/** Runs one statement on a server. */
export async function runSql(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Address of a new, empty database on a server; it goes with the server (dropping one costs a checkpoint). */
export async function createDatabase(url: string): Promise<string> {
  made += 1;
  const name = `test_${process.pid}_${made}_${Date.now().toString(36)}`;
  await runSql(url, `CREATE DATABASE ${name} TEMPLATE template0`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}
