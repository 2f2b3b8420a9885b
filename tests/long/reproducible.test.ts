/**
 * A release can be checked by anybody (C9, THREATS): the same sources give the same files, byte for byte, whatever the folder,
 * the time zone, the language and the moment. What is built is what git lists, as it lies in the work tree.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Figures of tests and vectors weigh the most and are no part of a build. */
const NEEDED =
  /^(?:index\.html|package(?:-lock)?\.json|tsconfig\.json|vite\.config\.ts|public\/|locales\/|src\/|tests\/support\/|tests\/.*tsconfig[^/]*\.json$)/;

/** The same moment of the work tree in each folder. */
function copyTo(folders: readonly string[]): void {
  const listed = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 });
  for (const file of listed.split("\0").filter((name) => NEEDED.test(name))) {
    const bytes = readFileSync(join(ROOT, file));
    for (const folder of folders) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), bytes);
    }
  }
  for (const folder of folders) symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
}

/** Name and SHA-256 of every file of a build. */
function build(folder: string, env: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  execFileSync(process.execPath, [join(ROOT, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "error"], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: "production", VITEST: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const dist = join(folder, "dist");
  const names = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    names
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(dist.length + 1), createHash("sha256").update(readFileSync(path)).digest("hex")]),
  );
}

test("C9 two builds in other folders, time zones and languages are the same, byte for byte", {
  timeout: 600_000,
}, () => {
  const place = mkdtempSync(join(tmpdir(), "besace-builds-"));
  try {
    const [near, far] = [join(place, "a"), join(place, "another/folder/further/down")];
    copyTo([near, far]);
    const one = build(near, { TZ: "UTC", LANG: "C" });
    const two = build(far, { TZ: "Asia/Tokyo", LANG: "fr_FR.UTF-8" });
    expect(one.size).toBeGreaterThan(50);
    expect([...two]).toEqual([...one]);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
