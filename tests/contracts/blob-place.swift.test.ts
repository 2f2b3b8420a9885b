/**
 * The vault on a real S3 that is not Amazon's: OpenStack Swift of the distribution (`npm run test:s3`). The same suite as
 * in memory, then the real server on it, through a SIGKILL of the whole storage.
 */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBlobFiles } from "../../src/server/stores/blob-files.ts";
import { openVault } from "../../src/server/stores/blob-open.ts";
import { startServer } from "../support/server.ts";
import { startSwift, type TestSwift } from "../support/swift.ts";
import { uploadAll } from "../support/uploader.ts";
import { createPerson } from "../unit/server/people.ts";
import { vaultContract } from "./blob-place.ts";

let swift: TestSwift;
beforeAll(async () => {
  const from = performance.now();
  swift = await startSwift();
  console.log(`Swift answers after ${Math.round(performance.now() - from)} ms`);
}, 120_000);
afterAll(() => swift.stop());

for (const prefix of ["", "/a/b"])
  vaultContract(`OpenStack Swift${prefix === "" ? "" : ", in a folder of its bucket"}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "besace-place-"));
    const staging = await openBlobFiles(join(folder, "blobs"));
    const vault = await openVault({ url: await swift.newBucket(prefix), env: {}, staging });
    return {
      staging,
      vault,
      close: async () => {
        vault.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  });

test("the server on Swift: uploads are verified and read back, through a kill of the storage in the middle", async () => {
  const folder = mkdtempSync(join(tmpdir(), "besace-swift-server-"));
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist", "index.html"), "<!doctype html><title>swift</title>");
  const server = await startServer({
    data: join(folder, "data"),
    env: { BESACE_DIST: join(folder, "dist"), HOST: "127.0.0.1", BLOB_URL: await swift.newBucket() },
  });
  try {
    const person = await createPerson();
    const blobs = await Promise.all([300_000, 300_000, 2_000_000].map((plain) => person.blob(plain)));
    const [before, during, after] = blobs;
    if (before === undefined || during === undefined || after === undefined) throw new Error("three blobs");
    const upload = (blob: typeof before) => uploadAll({ url: server.url, person, blob, partBytes: 64 * 1024 });
    await upload(before);
    expect(readdirSync(join(server.data, "blobs"))).toEqual([]);
    const [restarted] = await Promise.all([swift.restart(), upload(during)]);
    console.log(
      `Swift answers again ${Math.round(restarted)} ms after SIGKILL, ${Math.round(swift.memory() / 1e6)} MB resident`,
    );
    const from = performance.now();
    const told = await upload(after);
    console.log(`2 MB in ${told.parts} parts, verified in ${Math.round(performance.now() - from)} ms`);
    await server.restart();
    for (const blob of blobs) expect((await told.read(blob)).equals(blob.bytes)).toBe(true);
    expect(readdirSync(join(server.data, "blobs"))).toEqual([]);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);
