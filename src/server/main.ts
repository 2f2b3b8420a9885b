/**
 * Root of the server: reads the environment, opens the data folder, listens, prints the addresses. Runs in Node.
 *
 * PORT (8080), HOST (0.0.0.0), BESACE_DATA (./data), BESACE_URL (public address; turns the demonstration off),
 * BESACE_DEPLOYMENT (the operator's deployment file), BESACE_DESK_CODE (fixes the one-time code, for trials),
 * BESACE_LOG (file for the log, default standard error), BESACE_LOG_LEVEL (info), BESACE_DIST (./dist).
 */

import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pino } from "pino";
import type { Clock, Random, Timers } from "../shared/ports.ts";
import { buildApp } from "./app.ts";
import { type DeploymentBase, demonstration, readDeploymentFile } from "./deployment.ts";
import { prepareDesk } from "./desks.ts";
import { openKeys } from "./keys.ts";
import { createLogger, describeError } from "./log.ts";
import { openBlobFiles } from "./stores/blob-files.ts";
import { lockFolder } from "./stores/folder-lock.ts";
import { openSqlite } from "./stores/sqlite.ts";
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

async function start(): Promise<void> {
  const port = readPort();
  const host = setting("HOST") ?? "0.0.0.0";
  const publicUrl = setting("BESACE_URL")?.replace(/\/+$/, "");
  const data = resolve(setting("BESACE_DATA") ?? "data");
  const dist = resolve(setting("BESACE_DIST") ?? join(import.meta.dirname, "../../dist"));
  const blobFolder = join(data, "blobs");
  const webFolder = join(data, "web");
  const localUrl = publicUrl ?? `http://localhost:${port}`;

  await mkdir(data, { recursive: true, mode: 0o700 });
  const lock = lockFolder(join(data, "lock"));
  if (lock === undefined)
    throw new Error(`another Besace server is running on ${data}: stop it, or give this one its own BESACE_DATA`);
  await mkdir(join(data, "keys"), { recursive: true, mode: 0o700 });
  const keys = await openKeys(join(data, "keys", "server.json"), random);
  const store = await openSqlite({ file: join(data, "besace.sqlite"), clock, random });
  const place = await openBlobFiles(blobFolder);
  const deployment = await chooseDeployment(localUrl);
  const logger = createLogger(
    pino.destination({ dest: setting("BESACE_LOG") ?? 2, sync: false, mkdir: true }),
    setting("BESACE_LOG_LEVEL") ?? "info",
  );
  const compressWeb = await publishWeb(dist, webFolder, clock);
  const app = await buildApp({
    store,
    place,
    blobFolder,
    keys,
    deployment,
    clock,
    timers,
    random,
    logger,
    webFolder,
    publicUrl,
  });
  await app.sweep();
  await app.http.listen({ port, host, listenTextResolver: () => "listening" });

  const address = app.http.server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  const shownUrl = publicUrl ?? `http://localhost:${actual}`;
  const kioskUrl = publicUrl === undefined ? `${shownUrl}/` : deployment.urls.kiosk;
  const lines = ["", `Besace         ${shownUrl}/`, `Guichet        ${shownUrl}/guichet`, `Poste partagé  ${kioskUrl}`];
  for (const { slug, name } of deployment.organisations) {
    const code = await prepareDesk({ store, random }, slug, setting("BESACE_DESK_CODE"));
    if (code !== undefined)
      lines.push(
        "",
        `${name} : code à usage unique pour ouvrir le guichet (montré une seule fois)`,
        `  ${code.join(" ")}`,
      );
  }
  process.stdout.write(`${lines.join("\n")}\n\n`);
  compressWeb().catch((error: unknown) => logger.error({ fault: describeError(error) }, "compress"));

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    app.http
      .close()
      .then(() => store.close())
      .then(lock.release)
      .then(
        () => process.exit(0),
        (error: unknown) => {
          logger.error({ fault: describeError(error) }, "stop");
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
