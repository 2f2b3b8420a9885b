/**
 * From staged bytes to a verified object (decision 0010): a crash after each step, an S3 that lies, one that is down, and
 * a server that changes from its folder to S3.
 */

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Letters } from "../../../src/server/letters.ts";
import { createMetrics } from "../../../src/server/metrics.ts";
import { openVault } from "../../../src/server/stores/blob-open.ts";
import type { BlobStaging, BlobVault } from "../../../src/server/stores/blob-ports.ts";
import type { Store } from "../../../src/server/stores/ports.ts";
import { createUploads } from "../../../src/server/uploads.ts";
import { type LyingS3, startLyingS3, startMemoryS3, type TestS3 } from "../../support/s3.ts";
import { createHarness, type Harness } from "./harness.ts";
import { createPerson, type TestBlob, type TestPerson } from "./people.ts";

let honest: TestS3;
let s3: LyingS3;
beforeAll(async () => {
  honest = await startMemoryS3();
  s3 = await startLyingS3(honest);
});
afterAll(async () => {
  await s3.stop();
  await honest.stop();
});

let server: Harness;
afterEach(async () => {
  s3.lie = "none";
  await server.close();
});

const onS3 = (url: string) => (staging: BlobStaging) => openVault({ url, env: {}, staging });
const stagedFile = (person: TestPerson, blob: TestBlob) => join(server.blobFolder, `${person.id}.${blob.ref.blob}`);
const inVault = async (person: TestPerson, blob: TestBlob): Promise<Buffer> => {
  const row = await server.store.blob(person.id, blob.ref.blob);
  if (row === undefined) throw new Error("no row");
  return Buffer.concat(await (await server.vault.read(row)).toArray());
};

async function begin() {
  server = await createHarness({ vault: onS3(await s3.newBucket()) });
  const person = await createPerson();
  await server.register(person);
  return person;
}

test("the staging file goes once the object is verified, and the blob is read from S3, whole and in ranges", async () => {
  const person = await begin();
  const blob = await person.blob(150_000);
  await server.createUpload(person, blob);
  await server.patch(person, blob, 0, 70_000);
  expect((await server.patch(person, blob, 70_000)).headers["besace-blob"]).toBe("verified");
  expect(existsSync(stagedFile(person, blob))).toBe(false);
  expect((await inVault(person, blob)).equals(blob.bytes)).toBe(true);
  // The state is that of a vault in one folder: HEAD, the last part again, a second creation.
  const head = await server.head(person, blob);
  expect([
    head.statusCode,
    head.headers["besace-blob"],
    head.headers["upload-offset"],
    head.headers["upload-length"],
  ]).toEqual([200, "verified", String(blob.ref.length), String(blob.ref.length)]);
  const twice = await server.patch(person, blob, 0);
  expect([twice.statusCode, twice.headers["besace-blob"]]).toEqual([409, "verified"]);
  expect((await server.createUpload(person, blob)).headers["besace-blob"]).toBe("verified");
  const token = await server.session(person);
  const part = await server.ask("GET", `/v1/blobs/${person.id}.${blob.ref.blob}`, undefined, {
    ...server.bearer(token),
    range: "bytes=57-65608",
  });
  expect(part.statusCode).toBe(206);
  expect(part.rawPayload.equals(blob.bytes.subarray(57, 65_609))).toBe(true);
});

/** An object whose calls work until the n-th of all; then this process is dead. `late`: that one still has its effect. */
function mortal(dieAt: number, late: boolean) {
  let calls = 0;
  const dead = () => new Error("killed");
  const wrap = <T extends object>(whole: T): T =>
    new Proxy(whole, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          calls += 1;
          if (calls > dieAt || (calls === dieAt && !late)) throw dead();
          const result: unknown = value.apply(target, args);
          if (calls !== dieAt) return result;
          if (!(result instanceof Promise)) throw dead();
          return result.then(() => {
            throw dead();
          });
        };
      },
    });
  return { wrap, calls: () => calls };
}

const noLetters = { complete: async () => undefined } as unknown as Letters;
const uploadsOf = (store: Store, staging: BlobStaging, vault: BlobVault, notes: string[] = []) =>
  createUploads({
    store,
    staging,
    vault,
    letters: noLetters,
    timers: { after: () => () => undefined },
    now: () => server.time.now as never,
    log: { note: (event) => notes.push(event) },
    metrics: createMetrics({
      store,
      staging,
      stagingAlone: true,
      databaseFile: undefined,
      clock: { now: () => 1 },
      ofProcess: false,
    }),
  });

test.each([true, false])(
  "a kill at each step is made good by the next start (the step had its effect: %s)",
  async (late) => {
    const person = await begin();
    let steps = 0;
    for (let dieAt = 1; ; dieAt += 1) {
      const blob = await person.blob(70_000);
      await server.createUpload(person, blob);
      writeFileSync(stagedFile(person, blob), blob.bytes);
      const { wrap, calls } = mortal(dieAt, late);
      const doomed = uploadsOf(wrap(server.store), wrap(server.staging), wrap(server.vault));
      const said = await doomed.settle(person.id, blob.ref.blob).then(
        (progress) => progress,
        () => "killed",
      );
      if (calls() < dieAt) {
        expect(said).toBe("verified");
        steps = dieAt - 1;
        break;
      }
      // Whatever step it was: nobody was told "verified" unless it is so for ever.
      if (said === "verified") expect((await inVault(person, blob)).equals(blob.bytes)).toBe(true);
      const again = uploadsOf(server.store, server.staging, server.vault);
      await again.sweep();
      await again.sweep();
      expect([dieAt, await again.settle(person.id, blob.ref.blob)]).toEqual([dieAt, "verified"]);
      expect([dieAt, (await inVault(person, blob)).equals(blob.bytes)]).toEqual([dieAt, true]);
      expect([dieAt, existsSync(stagedFile(person, blob))]).toEqual([dieAt, false]);
    }
    // Row, size, read, sync, put, size there, read back, mark, remove.
    expect(steps).toBe(9);
    const token = await server.session(person);
    const rows = (await server.pull(token, "0.0", 100_000)).rows.filter((row) => row.type === "blob");
    expect(rows.length).toBe(steps + 1);
  },
);

test.each(["flip-a-bit", "frame", "cut", "nothing-kept", "down"] as const)(
  "an S3 that lies (%s): never verified, the staged bytes stay, and the truth is told once it is honest",
  async (lie) => {
    const person = await begin();
    const blob = await person.blob(150_000);
    await server.createUpload(person, blob);
    s3.lie = lie;
    const last = await server.patch(person, blob, 0);
    expect([last.statusCode, last.headers["besace-blob"], last.headers["upload-offset"]]).toEqual([
      204,
      "incomplete",
      String(blob.ref.length),
    ]);
    const head = await server.head(person, blob);
    expect([head.statusCode, head.headers["besace-blob"]]).toEqual([200, "incomplete"]);
    expect((await server.store.blob(person.id, blob.ref.blob))?.state).toBe("staged");
    expect(server.readBlobFile(person, blob).equals(blob.bytes)).toBe(true);
    const token = await server.session(person);
    expect(
      (await server.ask("GET", `/v1/blobs/${person.id}.${blob.ref.blob}`, undefined, server.bearer(token))).statusCode,
    ).toBe(404);
    s3.lie = "none";
    expect((await server.head(person, blob)).headers["besace-blob"]).toBe("verified");
    expect((await inVault(person, blob)).equals(blob.bytes)).toBe(true);
    expect(existsSync(stagedFile(person, blob))).toBe(false);
  },
);

test("storage that is down: what is verified stays so, and is read later", async () => {
  const person = await begin();
  const blob = await person.blob(150_000);
  await server.createUpload(person, blob);
  await server.patch(person, blob, 0);
  const token = await server.session(person);
  const read = () => server.ask("GET", `/v1/blobs/${person.id}.${blob.ref.blob}`, undefined, server.bearer(token));
  s3.lie = "down";
  const down = await read();
  expect([down.statusCode, down.json()]).toEqual([503, expect.objectContaining({ error: "busy", retry: "later" })]);
  expect((await server.head(person, blob)).headers["besace-blob"]).toBe("verified");
  s3.lie = "none";
  expect((await read()).rawPayload.equals(blob.bytes)).toBe(true);
});

test("a server that changes from its folder to S3 moves what is verified at its next start, and cuts nothing that is not", async () => {
  server = await createHarness();
  const person = await createPerson();
  await server.register(person);
  const [whole, half] = [await person.blob(150_000), await person.blob(150_000)];
  for (const blob of [whole, half]) await server.createUpload(person, blob);
  await server.patch(person, whole, 0);
  await server.patch(person, half, 0, 60_000);
  await server.close(true);
  server = await createHarness({ folder: server.folder, vault: onS3(await s3.newBucket()) });
  s3.lie = "flip-a-bit";
  await server.sweep();
  expect(server.readBlobFile(person, whole).equals(whole.bytes)).toBe(true);
  s3.lie = "none";
  await server.sweep();
  expect(existsSync(stagedFile(person, whole))).toBe(false);
  expect((await inVault(person, whole)).equals(whole.bytes)).toBe(true);
  expect((await server.head(person, half)).headers["upload-offset"]).toBe("60000");
  expect((await server.patch(person, half, 60_000)).headers["besace-blob"]).toBe("verified");
});

test("only what the smallest S3 has is asked of it", async () => {
  const person = await begin();
  const blob = await person.blob();
  await server.createUpload(person, blob);
  s3.seen.length = 0;
  await server.patch(person, blob, 0);
  expect(s3.seen).toEqual(["PUT", "HEAD", "GET"]);
});
