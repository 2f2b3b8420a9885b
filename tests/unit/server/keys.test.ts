/** The server's key file: made once, read again, rotated without losing who it was (SPEC P-K1). */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readServerProof, signProof } from "../../../src/protocol/proofs.ts";
import { followServerKeys } from "../../../src/protocol/server-keys.ts";
import { b64, generateSignPair, rawPublicKey } from "../../../src/protocol/sign.ts";
import type { ServerTime } from "../../../src/protocol/wire.ts";
import { openKeys, rotateKeys } from "../../../src/server/keys.ts";
import type { LetterId, PrincipalId } from "../../../src/shared/ids.ts";

const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "besace-keys-"));
  file = join(folder, "server.json");
});
afterEach(() => rm(folder, { recursive: true }));

const proof = (keys: Awaited<ReturnType<typeof openKeys>>) =>
  signProof(keys.sign, {
    t: "complete",
    v: 1,
    letter: b64(random.bytes(16)) as string as LetterId,
    manifest: b64(random.bytes(32)),
    to: b64(random.bytes(20)) as string as PrincipalId,
    depositedAt: 1 as ServerTime,
    at: 2 as ServerTime,
  });

test("processes that start at once on one file have one key, and nothing is left beside it", async () => {
  const all = await Promise.all(Array.from({ length: 12 }, () => openKeys(file, random)));
  expect(new Set(all.map((keys) => keys.public.sign)).size).toBe(1);
  expect(new Set(all.map((keys) => b64(Uint8Array.from(keys.sessionSecret)))).size).toBe(1);
  expect(await readdir(folder)).toEqual(["server.json"]);
});

test("the key of a second start is the first one's; the file is its owner's alone", async () => {
  const first = await openKeys(file, random);
  const again = await openKeys(file, random);
  expect(again.public).toEqual(first.public);
  expect(again.sessionSecret).toEqual(first.sessionSecret);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await readServerProof(await proof(again), [first.public])).ok).toBe(true);
});

test("P-K1 after two rotations old proofs verify with the listed keys, and who pinned the first key follows", async () => {
  const first = await openKeys(file, random);
  const old = await proof(first);
  const second = await rotateKeys(file);
  const third = await rotateKeys(file);
  const now = await openKeys(file, random);
  expect(now.public).toEqual(third);
  expect(now.older.map((key) => key.sign)).toEqual([second.sign, first.public.sign]);
  expect(now.sessionSecret).toEqual(first.sessionSecret);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(["server.json"]);
  const listed = [now.public, ...now.older];
  expect((await readServerProof(old, listed)).ok).toBe(true);
  expect((await readServerProof(await proof(now), [first.public])).ok).toBe(false);
  const followed = await followServerKeys([first.public.sign], listed);
  expect((await readServerProof(await proof(now), followed)).ok).toBe(true);
});

test("a key file of the first version is read and rotated; a damaged one is refused", async () => {
  const pair = await generateSignPair(true);
  const sign = await rawPublicKey(pair);
  const pkcs8 = b64(new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)));
  const session = b64(random.bytes(32));
  await writeFile(file, JSON.stringify({ v: 1, private: pkcs8, public: sign, session }));
  const read = await openKeys(file, random);
  expect([read.public.sign, b64(read.sessionSecret)]).toEqual([sign, session]);
  await rotateKeys(file);
  expect((await openKeys(file, random)).older).toEqual([read.public]);
  await writeFile(file, (await readFile(file, "utf8")).replace('"v":2', '"v":3'));
  await expect(openKeys(file, random)).rejects.toThrow();
});
