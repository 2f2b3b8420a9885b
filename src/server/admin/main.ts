/**
 * Root of the command line: `npm run admin -- <command>` (commands.ts). Runs in Node, with the same environment as the
 * server: BESACE_DATA, DATABASE_URL, BLOB_URL, BESACE_KEYS.
 */

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { signEnding } from "../../protocol/ending.ts";
import type { ServerTime } from "../../protocol/wire.ts";
import type { Clock, Random } from "../../shared/ports.ts";
import { openKeys, rotateKeys } from "../keys.ts";
import { createShares } from "../shares.ts";
import { openBlobFiles } from "../stores/blob-files.ts";
import { openVault } from "../stores/blob-open.ts";
import { lockFolder } from "../stores/folder-lock.ts";
import { openStore, readStoreUrl } from "../stores/open.ts";
import { openSqlite } from "../stores/sqlite.ts";
import { type AdminDeps, runAdmin } from "./commands.ts";

const clock: Clock = { now: () => Date.now() };
const random: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };
const { env } = process;
const setting = (name: string): string | undefined =>
  env[name] === undefined || env[name] === "" ? undefined : env[name];

const data = resolve(setting("BESACE_DATA") ?? "data");
const url = setting("DATABASE_URL") ?? `sqlite:${join(data, "besace.sqlite")}`;
const blobUrl = setting("BLOB_URL");
const blobFolder = join(data, "blobs");
const keyFile = setting("BESACE_KEYS") ?? join(data, "keys", "server.json");

const deps: AdminDeps = {
  // npm runs scripts in the project's folder, whatever folder the operator is in.
  at: (path) => resolve(setting("INIT_CWD") ?? ".", path),
  now: () => clock.now() as ServerTime,
  print: (line) => process.stdout.write(`${line}\n`),
  withServer: async (work) => {
    const store = await openStore({ url, clock, random });
    try {
      const vault = await openVault({ url: blobUrl, env, staging: await openBlobFiles(blobFolder) });
      try {
        return await work({ store, vault });
      } finally {
        vault.close();
      }
    } finally {
      await store.close();
    }
  },
  openCopy: (file) => openSqlite({ file, clock, random }),
  get restoring() {
    const address = readStoreUrl(url);
    if (address.type !== "sqlite" || blobUrl !== undefined) return undefined;
    return {
      openStore: (file: string) => openSqlite({ file, clock, random }),
      openStaging: openBlobFiles,
      now: () => clock.now() as ServerTime,
      places: { database: address.file, blobs: blobFolder, keyFile },
    };
  },
  stopped: async (work) => {
    await mkdir(data, { recursive: true, mode: 0o700 });
    const lock = lockFolder(join(data, "lock"));
    if (lock === undefined) return "running";
    try {
      return await work();
    } finally {
      lock.release();
    }
  },
  signEnding: async (ending) => {
    const keys = await openKeys(keyFile, random);
    return signEnding(keys.sign, keys.public.sign, ending);
  },
  rotateKey: async () => (await rotateKeys(keyFile)).id,
  // A file is the server's to make: one made here would open nothing.
  shares: async () =>
    existsSync(keyFile) ? createShares((await openKeys(keyFile, random)).shareKey, random) : { give: () => undefined },
};

runAdmin(process.argv.slice(2), deps).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
