/** What the operator does beside a working server: look whether every byte is there, back up, restore. */
import { mkdtempSync, readdirSync, rmSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readChain } from "../../../src/protocol/statements.ts";
import type { BlobTicket, ServerTime } from "../../../src/protocol/wire.ts";
import { backup, readBackup, restore } from "../../../src/server/admin/backup.ts";
import { checkBlobs, findStrays } from "../../../src/server/admin/check.ts";
import { openBlobFiles, vaultInPlace } from "../../../src/server/stores/blob-files.ts";
import { openSqlite } from "../../../src/server/stores/sqlite.ts";
import { createPerson, random, type TestBlob, type TestPerson } from "./people.ts";

let folder: string;
let clock: { now: () => ServerTime };
let time: number;
let person: TestPerson;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "besace-admin-"));
  time = 1_800_000_000_000;
  clock = { now: () => time as ServerTime };
  person = await createPerson("satchel");
});
afterEach(() => rmSync(folder, { recursive: true }));

const openStore = (file: string) => openSqlite({ file, clock, random });

async function openServer(name: string) {
  const store = await openStore(join(folder, `${name}.sqlite`));
  const staging = await openBlobFiles(join(folder, `${name}-blobs`));
  const vault = vaultInPlace(staging);
  const place = (blob: TestBlob) => join(folder, `${name}-blobs`, `${person.id}.${blob.ref.blob}`);
  return {
    store,
    staging,
    vault,
    place,
    register: async () => {
      const chain = await readChain(person.statements);
      if (!chain.ok) throw new Error("a test person has a chain");
      await store.saveChain({ ...chain.value, statements: person.statements }, 0, clock.now());
    },
    keep: async (plain = 3000) => {
      const blob = await person.blob(plain);
      const ticket: BlobTicket = { t: "ticket", v: 1, owner: person.id, ...blob.ref };
      expect(await store.openUpload(ticket, 1e9, clock.now())).toBe("opened");
      writeFileSync(place(blob), blob.bytes);
      await store.markBlob(person.id, blob.ref.blob, "verified", clock.now());
      return blob;
    },
  };
}
const backupOf = (server: Awaited<ReturnType<typeof openServer>>, to = join(folder, "backup")) =>
  backup({ store: server.store, vault: server.vault, now: clock.now, openCopy: openStore }, to);
const restoreTo = (name: string, keys: { readonly newKeys: boolean; readonly keyFile?: string } = { newKeys: true }) =>
  restore(
    { openStore, openStaging: openBlobFiles, now: clock.now },
    {
      backup: join(folder, "backup"),
      database: join(folder, `${name}.sqlite`),
      blobs: join(folder, `${name}-blobs`),
      keyFile: keys.keyFile ?? join(folder, "no-such-key"),
      newKeys: keys.newKeys,
    },
  );

describe("check", () => {
  const look = (server: Awaited<ReturnType<typeof openServer>>, options: { quick?: boolean; mend?: boolean } = {}) => {
    const told: string[] = [];
    return checkBlobs(
      { store: server.store, vault: server.vault, now: clock.now },
      {
        quick: options.quick ?? false,
        mend: options.mend ?? false,
        onTrouble: (blob, state) => told.push(`${blob.blob} ${state}`),
      },
    ).then((report) => ({ report, told }));
  };

  test("names what is missing, cut or altered, and nothing else; quick looks only at lengths", async () => {
    const server = await openServer("a");
    await server.register();
    const [right, missing, cut, altered] = [
      await server.keep(),
      await server.keep(),
      await server.keep(),
      await server.keep(),
    ];
    unlinkSync(server.place(missing));
    truncateSync(server.place(cut), 100);
    const bytes = Uint8Array.from(altered.bytes);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    writeFileSync(server.place(altered), bytes);
    const whole = await look(server);
    expect(whole.report).toMatchObject({ blobs: 4, missing: 1, damaged: 2, mended: 0 });
    expect(whole.told.sort()).toEqual(
      [`${missing.ref.blob} missing`, `${cut.ref.blob} damaged`, `${altered.ref.blob} damaged`].sort(),
    );
    expect((await look(server, { quick: true })).report).toMatchObject({ missing: 1, damaged: 1 });
    expect(right.ref.length).toBe((await readFile(server.place(right))).length);
    await server.store.close();
  });

  test("tells what lies there and is known to no row, and leaves it there", async () => {
    const server = await openServer("a");
    await server.register();
    const [known, gone, stray] = [await server.keep(), await server.keep(), await person.blob(3000)];
    await server.store.markCollected(person.id, gone.ref.blob, clock.now());
    writeFileSync(server.place(stray), stray.bytes);
    writeFileSync(join(folder, "a-blobs", "some.thing"), "else");
    const told: string[] = [];
    const report = await findStrays(server, ({ key }) => told.push(key));
    const strays = [`${person.id}.${gone.ref.blob}`, `${person.id}.${stray.ref.blob}`, "some.thing"];
    expect(told.sort()).toEqual(strays.sort());
    expect(report).toEqual({ strays: 3, bytes: gone.bytes.length + stray.bytes.length + 4 });
    expect((await look(server)).report).toMatchObject({ missing: 0, damaged: 0 });
    for (const blob of [known, stray]) expect((await readFile(server.place(blob))).length).toBe(blob.bytes.length);
    await server.store.close();
  });

  test("INV-1 mend takes the promise back: the owner's devices hear it and may send again", async () => {
    const server = await openServer("a");
    await server.register();
    const [right, missing] = [await server.keep(), await server.keep()];
    unlinkSync(server.place(missing));
    expect((await look(server, { mend: true })).report).toMatchObject({ missing: 1, mended: 1 });
    expect((await look(server)).report).toMatchObject({ blobs: 1, missing: 0 });
    const { rows } = await server.store.pull(person.id, "0", 0, 1e6);
    expect(rows.flatMap((row) => (row.type === "blob" ? [[row.blob, row.state]] : [])).sort()).toEqual(
      [
        [right.ref.blob, "verified"],
        [missing.ref.blob, "again"],
      ].sort(),
    );
    await server.store.close();
  });
});

describe("backup and restore", () => {
  test("every verified byte comes back, under a new epoch; only what is new is copied the second time", async () => {
    const server = await openServer("a");
    await server.register();
    const blobs = [await server.keep(), await server.keep(200_000)];
    const first = await backupOf(server);
    expect(first).toMatchObject({ ok: true, value: { blobs: 2, copied: 2, startedAt: time } });
    expect(await server.store.lastBackup()).toBe(time);
    time += 60_000;
    blobs.push(await server.keep(10));
    expect(await backupOf(server)).toMatchObject({ ok: true, value: { blobs: 3, copied: 1, startedAt: time } });
    expect(readdirSync(join(folder, "backup")).sort()).toEqual([
      "besace-1800000060000.sqlite",
      "besace-backup.json",
      "blobs",
    ]);
    const epoch = await server.store.epoch();
    await server.store.close();

    expect(await restoreTo("b")).toMatchObject({ ok: true, value: { blobs: 3, asked: 0 } });
    const restored = await openServer("b");
    expect(await restored.store.epoch()).not.toBe(epoch);
    expect(await restored.store.lastBackup()).toBe(time);
    for (const blob of blobs) {
      expect(await restored.store.blob(person.id, blob.ref.blob)).toMatchObject({
        state: "verified",
        root: blob.ref.root,
      });
      expect(Uint8Array.from(await readFile(restored.place(blob)))).toEqual(blob.bytes);
    }
    await restored.store.close();
  });

  test("a blob that the database promises and that is not there refuses the backup; the one before stands", async () => {
    const server = await openServer("a");
    await server.register();
    await server.keep();
    await backupOf(server);
    const before = await readBackup(join(folder, "backup"));
    time += 1000;
    unlinkSync(server.place(await server.keep()));
    expect(await backupOf(server)).toEqual({ ok: false, error: { type: "blobs-missing", count: 1 } });
    expect(await server.store.lastBackup()).toBe(before?.startedAt);
    expect(await readBackup(join(folder, "backup"))).toEqual(before);
    await server.store.close();
    expect(await restoreTo("b")).toMatchObject({ ok: true, value: { blobs: 1, asked: 0 } });
  });

  test("a backup whose blobs were lost or altered restores the rest, and asks the phones for those", async () => {
    const server = await openServer("a");
    await server.register();
    const [right, lost, altered] = [await server.keep(), await server.keep(), await server.keep()];
    await backupOf(server);
    await server.store.close();
    const copy = (blob: TestBlob) => join(folder, "backup/blobs", `${person.id}.${blob.ref.blob}`);
    unlinkSync(copy(lost));
    const bytes = Uint8Array.from(altered.bytes);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    writeFileSync(copy(altered), bytes);
    expect(await restoreTo("b")).toMatchObject({ ok: true, value: { blobs: 3, asked: 2 } });
    const restored = await openServer("b");
    const states = [right, lost, altered].map(
      async (blob) => (await restored.store.blob(person.id, blob.ref.blob))?.state,
    );
    expect(await Promise.all(states)).toEqual(["verified", "again", "again"]);
    await restored.store.close();
  });

  test("refuses an unfinished backup, an altered database, a folder in use, a missing key file", async () => {
    expect(await restoreTo("b")).toEqual({ ok: false, error: { type: "no-backup" } });
    const server = await openServer("a");
    await server.register();
    await backupOf(server);
    await server.store.close();
    expect(await restoreTo("a")).toEqual({ ok: false, error: { type: "data-not-empty" } });
    expect(await restoreTo("b", { newKeys: false })).toEqual({ ok: false, error: { type: "no-key-file" } });
    writeFileSync(join(folder, "server.json"), "{}");
    writeFileSync(join(folder, "backup", `besace-${time}.sqlite`), "altered");
    expect(await restoreTo("b", { newKeys: false, keyFile: join(folder, "server.json") })).toEqual({
      ok: false,
      error: { type: "damaged-backup" },
    });
  });

  test("what the person deleted leaves the backup at the next one", async () => {
    const server = await openServer("a");
    await server.register();
    const blob = await server.keep();
    await backupOf(server);
    time += 1000;
    expect(await server.store.markCollected(person.id, blob.ref.blob, clock.now())).toBe(true);
    expect(await backupOf(server)).toMatchObject({ ok: true, value: { blobs: 0 } });
    expect(readdirSync(join(folder, "backup/blobs"))).toEqual([]);
    await server.store.close();
  });
});
