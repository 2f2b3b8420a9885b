/** The places for sealed bytes that need nothing installed: a folder, and an S3 in memory. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBlobFiles, vaultInPlace } from "../../src/server/stores/blob-files.ts";
import { openVault } from "../../src/server/stores/blob-open.ts";
import { readS3Url } from "../../src/server/stores/blob-s3.ts";
import { startMemoryS3, type TestS3 } from "../support/s3.ts";
import { stagingContract, vaultContract } from "./blob-place.ts";

const inFolder = async () => {
  const folder = mkdtempSync(join(tmpdir(), "besace-place-"));
  return {
    staging: await openBlobFiles(join(folder, "blobs")),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
};

let s3: TestS3;
beforeAll(async () => {
  s3 = await startMemoryS3();
});
afterAll(() => s3.stop());

stagingContract("a folder", inFolder);
vaultContract("the staging folder itself", async () => {
  const one = await inFolder();
  return { ...one, vault: vaultInPlace(one.staging) };
});
for (const prefix of ["", "/a/b"])
  vaultContract(`S3 in memory${prefix === "" ? "" : ", in a folder of its bucket"}`, async () => {
    const one = await inFolder();
    const vault = await openVault({ url: await s3.newBucket(prefix), env: {}, staging: one.staging });
    return { ...one, vault };
  });

test("a URL of S3 is read whole; what is wrong is said without repeating it", () => {
  expect(readS3Url("s3://k%2F1:s%40x@store.example:9000/papers/a/b?region=fr-1&tls=off", {})).toEqual({
    ok: true,
    value: {
      endpoint: "http://store.example:9000",
      region: "fr-1",
      bucket: "papers",
      prefix: "a/b/",
      pathStyle: true,
      keyId: "k/1",
      secret: "s@x",
    },
  });
  const env = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "hush", AWS_REGION: "eu-west-3" };
  expect(readS3Url("s3://store.example/papers?style=virtual", env)).toMatchObject({
    ok: true,
    value: {
      endpoint: "https://store.example",
      region: "eu-west-3",
      pathStyle: false,
      keyId: "id",
      secret: "hush",
      prefix: "",
    },
  });
  for (const wrong of [
    "nothing",
    "https://k:hush@host/bucket",
    "s3://k:hush@host",
    "s3://k:hush@host/",
    "s3://host/bucket",
    "s3://k:hush@host/bucket?tls=maybe",
    "s3://k:hush@host/bucket?style=odd",
    "s3://k:hush@host/bucket?endpoint=x",
  ]) {
    const read = readS3Url(wrong, {});
    expect([wrong, read.ok]).toEqual([wrong, false]);
    if (!read.ok) expect(read.error).not.toContain("hush");
  }
});

test("a vault that nobody answers for is not reached", async () => {
  const one = await inFolder();
  const vault = await openVault({ url: "s3://k:s@127.0.0.1:1/b?tls=off", env: {}, staging: one.staging });
  await expect(vault.check()).rejects.toThrow();
  vault.close();
  await one.close();
});
