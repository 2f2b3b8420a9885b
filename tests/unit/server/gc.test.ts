/**
 * Garbage collection with a clock of the test's: what nothing names, what was never finished, what a person deleted. On a
 * folder and on S3.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openVault } from "../../../src/server/stores/blob-open.ts";
import { type LyingS3, startLyingS3, startMemoryS3, type TestS3 } from "../../support/s3.ts";
import { createHarness, type Harness } from "./harness.ts";
import { createPerson, type TestBlob, type TestPerson } from "./people.ts";

const DAY = 24 * 3600 * 1000;
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

describe.each(["folder", "S3"])("collection on a %s", (kind) => {
  let server: Harness;
  let person: TestPerson;
  const begin = async () => {
    const url = await s3.newBucket();
    server = await createHarness(kind === "S3" ? { vault: (staging) => openVault({ url, env: {}, staging }) } : {});
    person = await createPerson();
    await server.register(person);
  };
  afterEach(async () => {
    await server.close();
  });
  const uploaded = async () => {
    const blob = await person.blob();
    await server.createUpload(person, blob);
    expect((await server.patch(person, blob, 0)).headers["besace-blob"]).toBe("verified");
    return blob;
  };
  const isThere = async (blob: TestBlob): Promise<boolean> => {
    const row = await server.store.blob(person.id, blob.ref.blob);
    return row !== undefined && (await server.vault.size(row)) === blob.ref.length;
  };
  const record = async (blobs: readonly TestBlob[], fields: Parameters<TestPerson["op"]>[0] = {}) => {
    const { head, op } = await person.op({ blobs: blobs.map(({ ref }) => ref.blob), ...fields });
    expect((await server.push(op)).verdicts[0]?.type).toBe("ok");
    return head;
  };
  const run = () => server.app.collector.run();
  const state = async (blob: TestBlob) => (await server.store.blob(person.id, blob.ref.blob))?.state;

  test("a blob that nothing names goes 30 days after its last reference, not a day before; a named one never", async () => {
    await begin();
    const [kept, dropped, never] = [await uploaded(), await uploaded(), await uploaded()];
    const first = await record([kept, dropped]);
    server.time.now += 100 * DAY;
    const again = await uploaded();
    await run();
    expect(await Promise.all([kept, dropped, never, again].map(isThere))).toEqual([true, true, false, true]);
    // An edit takes a page out of the record.
    await record([kept], { record: first.record, base: first.op });
    server.time.now += 30 * DAY - 1000;
    await run();
    expect(await Promise.all([kept, dropped, again].map(isThere))).toEqual([true, true, true]);
    server.time.now += 2000;
    expect((await run()).blobs).toBe(2);
    expect(await Promise.all([kept, dropped, again].map(isThere))).toEqual([true, false, false]);
    expect(await state(dropped)).toBe("collected");
    server.time.now += 1000 * DAY;
    await run();
    expect(await isThere(kept)).toBe(true);
  });

  test("a reference to what was collected is answered blob-missing; sent again by its ticket, it is taken", async () => {
    await begin();
    const blob = await uploaded();
    server.time.now += 31 * DAY;
    expect((await run()).blobs).toBe(1);
    expect((await server.head(person, blob)).statusCode).toBe(404);
    const { op } = await person.op({ blobs: [blob.ref.blob] });
    expect((await server.push(op)).verdicts).toMatchObject([{ type: "reject", code: "blob-missing", retry: "later" }]);
    expect((await server.createUpload(person, blob)).statusCode).toBe(201);
    expect((await server.patch(person, blob, 0)).headers["besace-blob"]).toBe("verified");
    expect((await server.push(op)).verdicts[0]?.type).toBe("ok");
    server.time.now += 100 * DAY;
    await run();
    expect(await isThere(blob)).toBe(true);
  });

  test("what a person deleted goes within a second or so, uploads under way too; what a letter names stays", async () => {
    await begin();
    const desk = await createPerson("organisation");
    await server.register(desk);
    const [gone, shared, half] = [await uploaded(), await uploaded(), await person.blob()];
    await server.createUpload(person, half);
    await server.patch(person, half, 0, 500);
    const { letter } = await person.letter(desk, [shared.ref]);
    await server.post("/v1/letters", { letter });
    const head = await record([gone, shared, half]);
    await record([], { record: head.record, base: head.op, deleted: true });
    const until = performance.now() + 60_000;
    while (performance.now() < until && ((await isThere(gone)) || (await state(half)) !== undefined)) await sleep(20);
    expect(await Promise.all([gone, shared].map(isThere))).toEqual([false, true]);
    expect(await state(half)).toBeUndefined();
    expect(await server.staging.size(`${person.id}.${half.ref.blob}`)).toBeUndefined();
  });

  test("the papers of a letter that was taken back go at once when nothing else names them", async () => {
    await begin();
    const desk = await createPerson("organisation");
    await server.register(desk);
    const [only, kept] = [await uploaded(), await uploaded()];
    await record([kept]);
    const { letter, id, manifest } = await person.letter(desk, [only.ref, kept.ref]);
    await server.post("/v1/letters", { letter });
    const token = await server.session(desk);
    const read = () => server.ask("GET", `/v1/blobs/${person.id}.${only.ref.blob}`, undefined, server.bearer(token));
    expect((await read()).statusCode).toBe(200);
    expect((await server.post("/v1/proofs", { proof: await person.withdrawn(id, manifest) })).statusCode).toBe(200);
    expect((await read()).statusCode).toBe(404);
    const until = performance.now() + 60_000;
    while (performance.now() < until && (await isThere(only))) await sleep(20);
    expect(await Promise.all([only, kept].map(isThere))).toEqual([false, true]);
  });

  test("an upload that was never finished goes after 60 days; one that goes on after weeks does not", async () => {
    await begin();
    const [old, young] = [await person.blob(), await person.blob()];
    await server.createUpload(person, old);
    await server.patch(person, old, 0, 100);
    server.time.now += 30 * DAY;
    await server.createUpload(person, young);
    await server.patch(person, young, 0, 100);
    server.time.now += 30 * DAY + 1;
    expect((await run()).uploads).toBe(1);
    expect((await server.head(person, old)).statusCode).toBe(404);
    expect((await server.head(person, young)).headers["upload-offset"]).toBe("100");
    expect(await server.staging.names()).toEqual([`${person.id}.${young.ref.blob}`]);
  });

  test("the body of a tombstone goes after 400 days; its id refuses for ever what does not know of it", async () => {
    await begin();
    const head = await record([]);
    const tombstone = await record([], { record: head.record, base: head.op, deleted: true });
    server.time.now += 400 * DAY - 1;
    expect((await run()).tombstones).toBe(0);
    server.time.now += 2;
    expect((await run()).tombstones).toBe(1);
    expect((await run()).tombstones).toBe(0);
    const late = await person.op({ record: head.record, base: head.op });
    expect((await server.push(late.op)).verdicts[0]?.type).not.toBe("ok");
    expect(tombstone.deleted).toBe(true);
  });

  test("many at once go in slices, and requests are answered meanwhile", async () => {
    await begin();
    const blobs = await Promise.all(Array.from({ length: 60 }, uploaded));
    server.time.now += 31 * DAY;
    const order: string[] = [];
    const { op } = await person.op();
    const [result, , answer] = await Promise.all([
      run().finally(() => order.push("collected")),
      run(),
      server.push(op).finally(() => order.push("pushed")),
    ]);
    expect(result.blobs).toBe(60);
    expect(answer.verdicts[0]?.type).toBe("ok");
    expect(order).toEqual(["pushed", "collected"]);
    expect(await Promise.all(blobs.map(isThere))).toEqual(blobs.map(() => false));
  });

  test("a crash between row and bytes is made good by the next collection", async () => {
    await begin();
    const blob = await uploaded();
    server.time.now += 31 * DAY;
    expect(await server.store.markCollected(person.id, blob.ref.blob, server.time.now as never)).toBe(true);
    expect(await isThere(blob)).toBe(true);
    expect((await server.createUpload(person, blob)).statusCode).toBe(503);
    expect((await run()).blobs).toBe(1);
    expect(await isThere(blob)).toBe(false);
    expect((await server.createUpload(person, blob)).statusCode).toBe(201);
  });
});

test("storage that does not answer delays collection and loses nothing", async () => {
  const url = await s3.newBucket();
  const server = await createHarness({ vault: (staging) => openVault({ url, env: {}, staging }) });
  const person = await createPerson();
  await server.register(person);
  const blob = await person.blob();
  await server.createUpload(person, blob);
  await server.patch(person, blob, 0);
  server.time.now += 31 * DAY;
  s3.lie = "down";
  await expect(server.app.collector.run()).rejects.toThrow();
  s3.lie = "none";
  const row = await server.store.blob(person.id, blob.ref.blob);
  expect((await server.app.collector.run()).blobs).toBe(1);
  expect(row && (await server.vault.size(row))).toBeUndefined();
  await server.close();
});
