/** DATABASE_URL and what is checked before a database is trusted: each refusal says what to change. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ServerTime } from "../../../src/protocol/wire.ts";
import { migrations } from "../../../src/server/stores/migrations.ts";
import { checkClock, checkFolder, openStore, readStoreUrl } from "../../../src/server/stores/open.ts";
import { random } from "./people.ts";

let folder: string;
const time = { now: Date.UTC(2027, 0, 1) };
const open = (url = `sqlite:${join(folder, "data", "besace.sqlite")}`) =>
  openStore({ url, clock: { now: () => time.now }, random });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "besace-open-"));
  time.now = Date.UTC(2027, 0, 1);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("reads the address of either database, and quotes none that it cannot read", () => {
  expect(readStoreUrl("sqlite:/a/b.sqlite")).toEqual({ type: "sqlite", file: "/a/b.sqlite" });
  expect(readStoreUrl("sqlite:///a/b.sqlite")).toEqual({ type: "sqlite", file: "/a/b.sqlite" });
  expect(readStoreUrl("file:///a/b%20c.sqlite")).toEqual({ type: "sqlite", file: "/a/b c.sqlite" });
  for (const url of ["postgres://u:p@h/d", "postgresql://h/d"])
    expect(readStoreUrl(url)).toEqual({ type: "postgres", url });
  for (const url of ["mysql://u:secret@h/d", "", "sqlite:", "sqlite::memory:", "besace.sqlite"])
    expect(() => readStoreUrl(url)).toThrow(
      /^DATABASE_URL is neither postgres:\/\/user@host\/database nor sqlite:<path/,
    );
});

test("makes the folder and the database, and opens it again", async () => {
  const first = await open();
  const epoch = await first.epoch();
  await first.close();
  const second = await open();
  expect(await second.epoch()).toBe(epoch);
  await second.close();
});

test("refuses a clock that cannot be right", async () => {
  expect(() => checkClock(0, null)).toThrow("1970-01-01T00:00:00Z, before this version was made");
  const used = Date.UTC(2027, 0, 1) as ServerTime;
  expect(() => checkClock(used - 24 * 3_600_000, used)).toThrow("in use at 2027-01-01T00:00:00Z");
  checkClock(used - 60_000, used);
  await (await open()).close();
  time.now -= 30 * 24 * 3_600_000;
  await expect(open()).rejects.toThrow("set the clock first");
  time.now = 1;
  await expect(open(`sqlite:${join(folder, "other", "besace.sqlite")}`)).rejects.toThrow("set it first");
});

test("refuses a network folder and a disk that is nearly full", async () => {
  const here = await statfs(folder);
  checkFolder(folder, here);
  expect(() => checkFolder(folder, { ...here, type: 0x6969 })).toThrow("lies on NFS");
  expect(() => checkFolder(folder, { ...here, type: 0xff534d42 | 0 })).toThrow("lies on CIFS");
  expect(() => checkFolder(folder, { ...here, bavail: 10, bsize: 4096 })).toThrow("0 MiB free, at least 64 MiB");
});

test("refuses a folder that cannot be written, and a file that is no database", async () => {
  writeFileSync(join(folder, "file"), "not a folder");
  await expect(open(`sqlite:${join(folder, "file", "besace.sqlite")}`)).rejects.toThrow("cannot be made or written");
  writeFileSync(join(folder, "noise"), "x".repeat(10_000));
  await expect(open(`sqlite:${join(folder, "noise")}`)).rejects.toThrow("not a database");
});

test("refuses a database of a newer version", async () => {
  await (await open()).close();
  const db = new DatabaseSync(join(folder, "data", "besace.sqlite"));
  db.exec(`INSERT INTO migration (number, at) VALUES (${migrations.length + 1}, 1)`);
  db.close();
  await expect(open()).rejects.toThrow("start the newer one");
});

test("refuses a PostgreSQL that is not there", async () => {
  await expect(open(`postgres://besace@localhost/none?host=${encodeURIComponent(folder)}`)).rejects.toThrow(
    "no connection to the database",
  );
});
