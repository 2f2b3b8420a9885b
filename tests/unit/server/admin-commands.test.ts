/** The operator's commands: what they print, how they end, what they refuse. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readChain } from "../../../src/protocol/statements.ts";
import type { B64, ServerTime } from "../../../src/protocol/wire.ts";
import { type AdminDeps, runAdmin, usage } from "../../../src/server/admin/commands.ts";
import { openBlobFiles, vaultInPlace } from "../../../src/server/stores/blob-files.ts";
import { openSqlite } from "../../../src/server/stores/sqlite.ts";
import { createPerson, random } from "./people.ts";

const now = () => 1_800_000_000_000 as ServerTime;
const clock = { now };
let folder: string;
let running: boolean;
let lines: string[];
let deps: AdminDeps;

const withStore: AdminDeps["withServer"] = async (work) => {
  const store = await openSqlite({ file: join(folder, "besace.sqlite"), clock, random });
  try {
    return await work({ store, vault: vaultInPlace(await openBlobFiles(join(folder, "blobs"))) });
  } finally {
    await store.close();
  }
};
const run = (...args: readonly string[]) => runAdmin(args, deps);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "besace-commands-"));
  running = false;
  lines = [];
  const openCopy = (file: string) => openSqlite({ file, clock, random });
  deps = {
    withServer: withStore,
    openCopy,
    restoring: {
      openStore: openCopy,
      openStaging: openBlobFiles,
      now,
      places: { database: join(folder, "new.sqlite"), blobs: join(folder, "new"), keyFile: join(folder, "none") },
    },
    stopped: async (work) => (running ? "running" : work()),
    signEnding: async ({ at, next }) => ({ body: `${at} ${next}` as B64, sig: "" as B64 }),
    rotateKey: async () => "KEY",
    shares: async () => ({ give: () => undefined }),
    at: (path) => join(folder, path),
    now,
    print: (line) => lines.push(line),
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what is not understood is answered with the usage", async () => {
  for (const args of [[], ["chekc"], ["check", "more"], ["backup"], ["check", "--fast"], ["quota", "x", "1"]]) {
    lines = [];
    expect([await run(...args), lines]).toEqual([2, [usage]]);
  }
});

test("check, backup, restore of an empty server, each with its lines", async () => {
  expect(await run("check")).toBe(0);
  expect(await run("backup", "copy")).toBe(0);
  expect(await run("restore", "copy")).toBe(1);
  running = true;
  expect(await run("restore", "copy", "--new-keys")).toBe(1);
  running = false;
  expect(await run("restore", "copy", "--new-keys")).toBe(0);
  expect(await run("restore", "copy", "--new-keys")).toBe(1);
  expect(lines).toEqual([
    "0 blobs, 0 MiB; 0 in use; 0 missing, 0 damaged",
    "whole as of 2027-01-15T08:00:00.000Z: 0 blobs, 0 MiB, 0 of them new",
    "the key file is not in it: keep a copy of it elsewhere",
    expect.stringContaining("keys/server.json"),
    expect.stringContaining("stop it first"),
    expect.stringMatching(/^0 blobs, 0 of them asked for again; epoch [0-9a-f]+$/),
    expect.stringContaining("holds a database already"),
  ]);
});

test("epoch, the time of another backup, the key", async () => {
  const before = await withStore(({ store }) => store.epoch());
  expect(await run("epoch")).toBe(0);
  expect(await withStore(({ store }) => store.epoch())).not.toBe(before);
  expect(await run("backed-up", "yesterday")).toBe(1);
  expect(await run("backed-up", "2999-01-01T00:00:00Z")).toBe(1);
  expect(await run("backed-up", "2026-11-01T03:00:00Z")).toBe(0);
  expect(await withStore(({ store }) => store.lastBackup())).toBe(Date.UTC(2026, 10, 1, 3));
  expect(await run("rotate-key")).toBe(0);
  expect(lines.at(-1)).toContain("new key KEY");
});

test("a quota of one satchel, and back to what its kind has", async () => {
  const person = await createPerson("satchel");
  expect(await run("quota", person.id, "5")).toBe(1);
  const chain = await readChain(person.statements);
  if (!chain.ok) throw new Error("a test person has a chain");
  await withStore(({ store }) => store.saveChain({ ...chain.value, statements: person.statements }, 0, now()));
  const quota = () => withStore(async ({ store }) => (await store.principal(person.id))?.quota);
  expect(await run("quota", person.id, "5")).toBe(0);
  expect(await quota()).toBe(5 * 1024 * 1024);
  expect(await run("quota", person.id, "default")).toBe(0);
  expect(await quota()).toBeNull();
});

test("closing prints a signed notice for a day that leaves people time, and an address that is one", async () => {
  expect(await run("closing", "2027-06-30", "https://ailleurs.exemple.fr")).toBe(0);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    ending: { body: `${Date.UTC(2027, 5, 30)} https://ailleurs.exemple.fr`, sig: "" },
  });
  expect(await run("closing", "2028-01-01")).toBe(0);
  for (const args of [["30/06/2027"], ["2027-02-01"], ["2027-13-45"], ["2027-06-30", "http://ailleurs.fr"]])
    expect(await run("closing", ...args)).toBe(1);
});

test("an id that begins with a hyphen is an id, and a short option is none", async () => {
  for (const id of [`-${"A".repeat(26)}`, `--${"A".repeat(25)}`]) {
    lines = [];
    expect(await run("quota", id, "5")).toBe(1);
    expect(lines).toEqual(["no satchel of that id is registered here"]);
  }
  expect(await run("check", "-q")).toBe(2);
});
