/**
 * Root of the server: reads the environment, opens database, folder and vault, listens, prints the addresses, stops in
 * order. Runs in Node. Every variable is in README.md; with none set, everything lies in one folder.
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pino } from "pino";
import { nodes as nodeLimits, stopMs } from "../protocol/limits.ts";
import type { ServerTime } from "../protocol/wire.ts";
import { toBase64Url } from "../shared/bytes.ts";
import type { Clock, Random, Timers } from "../shared/ports.ts";
import { buildApp } from "./app.ts";
import { type DeploymentBase, demonstration, readDeploymentFile } from "./deployment.ts";
import { prepareDesk } from "./desks.ts";
import type { Self } from "./forward.ts";
import { openKeys } from "./keys.ts";
import { createLogger, describeError } from "./log.ts";
import { readLoginSites } from "./login-sites.ts";
import { readOfficialFolder } from "./official.ts";
import { chooseSite } from "./prefill.ts";
import { openBlobFiles } from "./stores/blob-files.ts";
import { openVault } from "./stores/blob-open.ts";
import type { BlobVault } from "./stores/blob-ports.ts";
import { type FolderLock, lockFolder } from "./stores/folder-lock.ts";
import { openStore, readStoreUrl } from "./stores/open.ts";
import type { Store } from "./stores/ports.ts";
import { publishWeb } from "./web.ts";

const clock: Clock = { now: () => Date.now() };
const random: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };
const timers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
const { env } = process;

const setting = (name: string): string | undefined =>
  env[name] === undefined || env[name] === "" ? undefined : env[name];

const staleMs = (): number => readMs("BESACE_STALE_MS", nodeLimits.staleMs, 1000);
const aliveSince = (): ServerTime => (clock.now() - staleMs()) as ServerTime;

/** A number of milliseconds, at most ten minutes. */
function readMs(name: string, unset: number, least = 0): number {
  const value = Number(setting(name) ?? unset);
  if (!Number.isInteger(value) || value < least || value > 600_000)
    throw new Error(`${name} is not a number of milliseconds between ${least} and 600000`);
  return value;
}

/** One process on this file, or an explanation. */
function hold(file: string, what: string): FolderLock {
  const lock = lockFolder(file);
  if (lock !== undefined) return lock;
  throw new Error(`another Besace server is running on ${what}: stop it, or give this one its own BESACE_DATA`);
}

function readPort(): number {
  const port = Number(setting("PORT") ?? "8080");
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error("PORT is not a port number");
  return port;
}

/** The operator's file, else the demonstration, else (public address without a file) an explanation. */
async function chooseDeployment(localUrl: string): Promise<DeploymentBase> {
  const file = setting("BESACE_DEPLOYMENT");
  if (file !== undefined) return readDeploymentFile(file);
  if (setting("BESACE_URL") !== undefined)
    throw new Error("BESACE_URL is set, so the demonstration is off: BESACE_DEPLOYMENT must name your deployment file");
  return demonstration(localUrl);
}

/** @throws when the vault does not let us in, or when several processes would each keep verified blobs to themselves. */
async function checkPlaces(vault: BlobVault, self: Self | undefined, store: Store): Promise<void> {
  if (vault.inPlace && self !== undefined) {
    const alive = await store.nodes(aliveSince());
    if (alive.some(({ node }) => node !== self.node))
      throw new Error("several processes on one database need one place for blobs: set BLOB_URL (s3://...)");
  }
  try {
    await vault.check();
  } catch (error) {
    const { name, code } = describeError(error);
    throw new Error(`the place for blobs that BLOB_URL names does not answer as it should (${name} ${code})`);
  }
}

/** This process's name among the others: it stays with the staging folder, so a restart owns its uploads again. */
async function nodeName(file: string): Promise<string> {
  const known = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  if (/^[A-Za-z0-9_-]{16}$/.test(known.trim())) return known.trim();
  const fresh = toBase64Url(random.bytes(12));
  await writeFile(file, `${fresh}\n`, { flush: true });
  return fresh;
}

/**
 * Who this process is among others, when the database can have several. A process that says nowhere how it is reached
 * must be alone: another one would wait for ever for uploads that lie here.
 */
async function findSelf(store: Store, file: string): Promise<Self> {
  const node = await nodeName(file);
  const url = setting("BESACE_NODE_URL")?.replace(/\/+$/, "") ?? "";
  if (url !== "" && !/^https?:\/\/[^/]+$/.test(url))
    throw new Error("BESACE_NODE_URL must be what the other processes reach this one by: http://host:port");
  const others = (await store.nodes(aliveSince())).filter((one) => one.node !== node);
  if (others.length > 0 && url === "")
    throw new Error("other processes run on this database: give each its BESACE_NODE_URL (http://host:port)");
  if (others.some((one) => one.url === ""))
    throw new Error("the process that runs on this database has no BESACE_NODE_URL: start it again with one first");
  return { node, url, staleMs: staleMs() };
}

async function start(): Promise<void> {
  const port = readPort();
  const host = setting("HOST") ?? "0.0.0.0";
  const publicUrl = setting("BESACE_URL")?.replace(/\/+$/, "");
  const data = resolve(setting("BESACE_DATA") ?? "data");
  const dist = resolve(setting("BESACE_DIST") ?? join(import.meta.dirname, "../../dist"));
  const webFolder = join(data, "web");
  const databaseUrl = setting("DATABASE_URL") ?? `sqlite:${join(data, "besace.sqlite")}`;
  const database = readStoreUrl(databaseUrl);
  const drainMs = readMs("BESACE_DRAIN_MS", 0);
  const finishMs = readMs("BESACE_STOP_MS", stopMs);

  await mkdir(data, { recursive: true, mode: 0o700 });
  const locks = [hold(join(data, "lock"), data)];
  if (database.type === "sqlite" && dirname(database.file) !== data) {
    await mkdir(dirname(database.file), { recursive: true, mode: 0o700 });
    locks.push(hold(`${database.file}.lock`, database.file));
  }
  await mkdir(join(data, "keys"), { recursive: true, mode: 0o700 });
  const keys = await openKeys(setting("BESACE_KEYS") ?? join(data, "keys", "server.json"), random);
  const store = await openStore({ url: databaseUrl, clock, random });
  const staging = await openBlobFiles(join(data, "blobs"));
  const vault = await openVault({ url: setting("BLOB_URL"), env, staging });
  const self = database.type === "postgres" ? await findSelf(store, join(data, "node")) : undefined;
  await checkPlaces(vault, self, store);
  // With port 0 the addresses of the demonstration are known once it listens; nobody asks before.
  const urls = { app: "", desk: "", kiosk: "" };
  const chosen = await chooseDeployment(publicUrl ?? `http://localhost:${port}`);
  const official = await readOfficialFolder(join(data, "official"));
  const deployment = { ...chosen, urls: Object.assign(urls, chosen.urls), official: official.forms };
  const logger = createLogger(
    pino.destination({ dest: setting("BESACE_LOG") ?? 2, sync: false, mkdir: true }),
    setting("BESACE_LOG_LEVEL") ?? "info",
  );
  const loginFile = setting("BESACE_LOGIN");
  const compressWeb = await publishWeb(dist, webFolder, clock);
  const app = await buildApp({
    store,
    staging,
    vault,
    ...(self === undefined ? {} : { self }),
    keys,
    deployment,
    clock,
    timers,
    random,
    logger,
    webFolder,
    publicUrl,
    proxies: (setting("BESACE_PROXIES") ?? "").split(/[\s,]+/).filter((proxy) => proxy !== ""),
    prefill: chooseSite(setting("BESACE_PREFILL_URL"), chosen.prefill?.url, (...request) => fetch(...request)),
    logins:
      loginFile === undefined
        ? undefined
        : { sites: await readLoginSites(loginFile), fetch: (...request) => fetch(...request) },
    official,
    metricsToken: setting("BESACE_METRICS_TOKEN"),
    databaseFile: database.type === "sqlite" ? database.file : undefined,
    processMetrics: true,
  });
  const fault = (event: string) => (error: unknown) => logger.error({ fault: describeError(error) }, event);
  const swept = app.sweep();
  // Moving what was left behind to the vault may take long, and harms nobody who comes meanwhile.
  if (vault.inPlace) await swept;
  else swept.catch(fault("sweep"));
  await app.start();
  await app.http.listen({ port, host, listenTextResolver: () => "listening" });

  const address = app.http.server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  const shownUrl = publicUrl ?? `http://localhost:${actual}`;
  if (publicUrl === undefined && setting("BESACE_DEPLOYMENT") === undefined)
    Object.assign(urls, demonstration(shownUrl).urls);
  const kioskUrl = publicUrl === undefined ? `${shownUrl}/poste` : deployment.urls.kiosk;
  const lines = ["", `Besace         ${shownUrl}/`, `Guichet        ${shownUrl}/guichet`, `Poste partagé  ${kioskUrl}`];
  const others = self === undefined ? [] : (await store.nodes(aliveSince())).filter(({ node }) => node !== self.node);
  for (const { slug, name } of deployment.organisations) {
    // The first process drew the code and showed it; another one would make it worthless.
    if (others.length > 0 && (await store.desk(slug)) !== undefined) continue;
    const code = await prepareDesk({ store, random }, slug, setting("BESACE_DESK_CODE"));
    if (code !== undefined)
      lines.push(
        "",
        `${name} : code à usage unique pour ouvrir le guichet (montré une seule fois)`,
        `  ${code.join(" ")}`,
      );
  }
  process.stdout.write(`${lines.join("\n")}\n\n`);
  compressWeb().catch(fault("compress"));

  /** First no more new requests, then those in flight to their end or to the limit, then everything else. */
  const stopInOrder = async (): Promise<void> => {
    app.announceStop();
    await new Promise<void>((done) => timers.after(drainMs, done));
    const stopped = app.stop();
    const closed = app.http.close();
    const { server } = app.http;
    // A connection that was busy when the listener closed is idle once its request was answered.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    const limit = setTimeout(() => server.closeAllConnections(), finishMs);
    await closed;
    clearInterval(idle);
    clearTimeout(limit);
    await stopped;
    vault.close();
    await store.close();
    for (const lock of locks) lock.release();
  };
  let stopping = false;
  const stop = (): void => {
    // Asked a second time: at once. Nothing that was answered is lost by it, as by any kill.
    if (stopping) process.exit(1);
    stopping = true;
    stopInOrder().then(
      () => process.exit(0),
      (error: unknown) => {
        fault("stop")(error);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

start().catch((error: unknown) => {
  process.stderr.write(`Besace could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
