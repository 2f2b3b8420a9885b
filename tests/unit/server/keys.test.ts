/** The server's key file: made once, read again, rotated without losing who it was (SPEC P-K1). */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readServerProof, signProof } from "../../../src/protocol/proofs.ts";
import { followServerKeys, readServerBox } from "../../../src/protocol/server-keys.ts";
import { openShare, sealShare } from "../../../src/protocol/share.ts";
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

const firstFile = async (session: ReturnType<typeof random.bytes>) => {
  const pair = await generateSignPair(true);
  const sign = await rawPublicKey(pair);
  const pkcs8 = b64(new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)));
  return { sign, text: JSON.stringify({ v: 1, private: pkcs8, public: sign, session: b64(session) }) };
};
/** The share keys of a file: what nothing may ever change. */
const shareKeys = ({ box, shareKey }: Awaited<ReturnType<typeof openKeys>>) => [box.box, b64(shareKey)];

test("a key file of the first version is read and rotated; a damaged one is refused", async () => {
  const session = random.bytes(32);
  const { sign, text } = await firstFile(session);
  await writeFile(file, text);
  const read = await openKeys(file, random);
  expect([read.public.sign, b64(read.sessionSecret)]).toEqual([sign, b64(session)]);
  await rotateKeys(file);
  expect((await openKeys(file, random)).older).toEqual([read.public]);
  await writeFile(file, (await readFile(file, "utf8")).replace('"v":3', '"v":4'));
  await expect(openKeys(file, random)).rejects.toThrow();
});

test("P-K3 shares stay under the same keys through rotations, and the key that signs now says which box is the server's", async () => {
  const first = await openKeys(file, random);
  await rotateKeys(file);
  const now = await openKeys(file, random);
  expect(shareKeys(now)).toEqual(shareKeys(first));
  expect(await readServerBox(now.shareBox, [now.public])).toBe(first.box.box);
  expect(await readServerBox(now.shareBox, now.older)).toBeUndefined();
  const context = {
    use: "card",
    principal: b64(random.bytes(20)) as never,
    root: 0,
    name: b64(random.bytes(20)),
  } as const;
  const share = random.bytes(32);
  const sealed = await sealShare(first.box.box, context, share);
  const opened = sealed && (await openShare(now.box, context, sealed));
  expect(opened?.ok === true && b64(opened.value)).toBe(b64(share));
});

test("files of earlier versions come to the same share keys wherever a copy of them lies, and keep them once rotated", async () => {
  const { text } = await firstFile(random.bytes(32));
  const copy = join(folder, "copy.json");
  await writeFile(file, text);
  await writeFile(copy, text);
  const here = await openKeys(file, random);
  expect(shareKeys(await openKeys(copy, random))).toEqual(shareKeys(here));
  await rotateKeys(copy);
  expect(shareKeys(await openKeys(copy, random))).toEqual(shareKeys(here));
  // The second version: the same without them.
  const { box: _box, shareKey: _shareKey, shareBox: _shareBox, ...second } = JSON.parse(await readFile(copy, "utf8"));
  await writeFile(file, JSON.stringify({ ...second, v: 2 }));
  expect(shareKeys(await openKeys(file, random))).toEqual(shareKeys(here));
  await writeFile(file, (await firstFile(random.bytes(32))).text);
  expect(shareKeys(await openKeys(file, random))).not.toEqual(shareKeys(here));
});

test("a file whose share keys are no keys is refused", async () => {
  await openKeys(file, random);
  const good = JSON.parse(await readFile(file, "utf8"));
  const bad = [
    { box: b64(new Uint8Array(32)) },
    { box: b64(new Uint8Array(32).fill(255)) },
    { shareKey: b64(random.bytes(31)) },
  ];
  for (const fields of bad) {
    await writeFile(file, JSON.stringify({ ...good, ...fields }));
    await expect(openKeys(file, random)).rejects.toThrow();
  }
});
