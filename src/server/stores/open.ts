/**
 * From DATABASE_URL to a database that may be trusted: which one, and whether the machine keeps what it says. Runs in Node.
 *
 * Surprising: most of what is checked here works at first on a machine where it is wrong (a clock of 1970, a network
 * folder, a disk that is nearly full), and loses something later. So the server refuses to start and says what to change.
 */

import { constants, type StatsFs } from "node:fs";
import { access, mkdir, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ServerTime } from "../../protocol/wire.ts";
import type { Clock, Random } from "../../shared/ports.ts";
import type { Store } from "./ports.ts";
import { openPostgres } from "./postgres.ts";
import { openSqlite } from "./sqlite.ts";

export interface OpenStoreDeps {
  /** `postgres://...`, or `sqlite:<path>`, or `file:///<path>`. */
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
}

export type StoreAddress =
  | { readonly type: "sqlite"; readonly file: string }
  | { readonly type: "postgres"; readonly url: string };

/** @throws Error when it is the address of neither. Never quotes the address: it may hold a password. */
export function readStoreUrl(url: string): StoreAddress {
  if (/^postgres(ql)?:\/\//.test(url)) return { type: "postgres", url };
  if (url.startsWith("file://")) return { type: "sqlite", file: fileURLToPath(url) };
  const path = /^sqlite:(?:\/\/)?(.+)$/.exec(url)?.[1];
  if (path !== undefined && path !== ":memory:") return { type: "sqlite", file: resolve(path) };
  throw new Error("DATABASE_URL is neither postgres://user@host/database nor sqlite:<path of a file>");
}

/** Free space under which a server does not start: its own log and a few letters would fill it. */
const leastFreeBytes = 64 * 1024 * 1024;

/** File systems over a network: their locks and fsync do not hold what SQLite's write-ahead log needs. */
const networkTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x5346414f, "AFS"],
  [0x73757245, "Coda"],
  [0x00c36400, "Ceph"],
]);

/** @throws Error that says what to change. `found` is what the operating system says of the folder. */
export function checkFolder(folder: string, found: Pick<StatsFs, "type" | "bavail" | "bsize">): void {
  const network = networkTypes.get(found.type >>> 0);
  if (network !== undefined)
    throw new Error(
      `${folder} lies on ${network}, over a network: SQLite needs a disk of this machine. Move the data folder, or use PostgreSQL (DATABASE_URL)`,
    );
  const free = found.bavail * found.bsize;
  if (free < leastFreeBytes)
    throw new Error(
      `${folder} has ${Math.floor(free / 1024 / 1024)} MiB free, at least ${leastFreeBytes / 1024 / 1024} MiB are needed: make room first`,
    );
}

async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new Error(
      `${folder} cannot be made or written by the user who runs the server (number ${process.getuid?.() ?? "unknown"})`,
      {
        cause,
      },
    );
  }
  checkFolder(folder, await statfs(folder));
}

/** No machine that runs this version has seen less: what it is made of is newer. */
const earliest = Date.UTC(2026, 0, 1);
/** How far a clock may be set back between two starts (correction by a time server, a change of machine). */
const mayGoBackMs = 60 * 60 * 1000;

/** @throws Error when `now` cannot be right: before this version was written, or well before the server ran last. */
export function checkClock(now: number, lastSeen: ServerTime | null): void {
  const text = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
  if (now < earliest)
    throw new Error(`the clock of this machine says ${text(now)}, before this version was made: set it first`);
  if (lastSeen !== null && now < lastSeen - mayGoBackMs)
    throw new Error(
      `the clock of this machine says ${text(now)}, but this database was in use at ${text(lastSeen)}: set the clock first`,
    );
}

/** Opens what the address names, after the checks. @throws Error that says what to change. */
export async function openStore({ url, clock, random }: OpenStoreDeps): Promise<Store> {
  const address = readStoreUrl(url);
  checkClock(clock.now(), null);
  if (address.type === "sqlite") await prepareFolder(dirname(address.file));
  const store =
    address.type === "sqlite"
      ? await openSqlite({ file: address.file, clock, random })
      : await openPostgres({ url: address.url, clock, random });
  try {
    const now = clock.now() as ServerTime;
    checkClock(now, await store.seen(now));
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
