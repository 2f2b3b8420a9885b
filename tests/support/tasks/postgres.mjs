/**
 * Finds the programs of PostgreSQL (15 or later) for the server's tests, and strace, which counts what reaches the disk.
 *
 * Plain JavaScript for any Node from 20 up. Only the tests want them: `npm start` uses SQLite.
 */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { onPath } from "./common.mjs";
import { ensureInstalled } from "./packages.mjs";

const OLDEST = 15;
// Debian keeps each version's programs in a folder of its own, outside PATH.
const DEBIAN = "/usr/lib/postgresql";

/** Folder that holds `initdb` and `postgres`, or undefined. */
export function findPostgres() {
  const versions = existsSync(DEBIAN)
    ? readdirSync(DEBIAN)
        .map(Number)
        .filter((version) => version >= OLDEST)
    : [];
  for (const version of versions.sort((a, b) => b - a)) {
    const folder = join(DEBIAN, String(version), "bin");
    if (existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres"))) return folder;
  }
  const initdb = onPath(["initdb"]);
  return initdb === undefined ? undefined : dirname(initdb);
}

/** The same, installed from the distribution's packages when there is none. */
export const ensurePostgres = () =>
  ensureInstalled({ what: "PostgreSQL", packages: ["postgresql"], find: findPostgres });

/** Path of strace, or undefined. */
export const findStrace = () => onPath(["strace"]);

/** The same, installed in the same way. */
export const ensureStrace = () => ensureInstalled({ what: "strace", packages: ["strace"], find: findStrace });
