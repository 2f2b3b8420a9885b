/** Blobs over tus: creation by ticket, cuts, wrong bytes, crashes in the middle, reading back. */

import { truncateSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHarness, type Harness, protocolHeaders } from "./harness.ts";
import { createPerson, type TestPerson } from "./people.ts";

let server: Harness;
let person: TestPerson;
beforeEach(async () => {
  server = await createHarness();
  person = await createPerson();
  await server.register(person);
});
afterEach(() => server.close());

describe("an upload", () => {
  test("is created by a ticket, filled in parts, verified, and read back with Range", async () => {
    const blob = await person.blob(150_000);
    const created = await server.createUpload(person, blob);
    expect(created.statusCode).toBe(201);
    expect(created.headers.location).toBe(`/v1/blobs/${person.id}.${blob.ref.blob}`);
    expect(created.headers["besace-protocol"]).toBe("1");

    const first = await server.patch(person, blob, 0, 70_000);
    expect(first.statusCode).toBe(204);
    expect(first.headers["upload-offset"]).toBe("70000");
    expect(first.headers["besace-blob"]).toBe("incomplete");
    expect(first.headers["besace-nonce"]).toBe(protocolHeaders["besace-nonce"]);

    const head = await server.head(person, blob);
    expect(head.headers["upload-offset"]).toBe("70000");
    expect(head.headers["besace-blob"]).toBe("incomplete");

    const last = await server.patch(person, blob, 70_000);
    expect(last.headers["besace-blob"]).toBe("verified");
    expect(last.headers["upload-offset"]).toBe(String(blob.ref.length));
    const done = await server.head(person, blob);
    expect(done.headers["besace-blob"]).toBe("verified");
    expect(done.headers["upload-offset"]).toBe(String(blob.ref.length));

    const token = await server.session(person);
    const path = `/v1/blobs/${person.id}.${blob.ref.blob}`;
    const whole = await server.ask("GET", path, undefined, server.bearer(token));
    expect(whole.statusCode).toBe(200);
    expect(Buffer.compare(whole.rawPayload, Buffer.from(blob.bytes))).toBe(0);
    const part = await server.ask("GET", path, undefined, { ...server.bearer(token), range: "bytes=57-65608" });
    expect(part.statusCode).toBe(206);
    expect(part.headers["content-range"]).toBe(`bytes 57-65608/${blob.ref.length}`);
    expect(Buffer.compare(part.rawPayload, Buffer.from(blob.bytes.subarray(57, 65_609)))).toBe(0);
    const beyond = await server.ask("GET", path, undefined, {
      ...server.bearer(token),
      range: `bytes=${blob.ref.length}-`,
    });
    expect(beyond.statusCode).toBe(416);
    expect((await server.ask("GET", path)).statusCode).toBe(401);

    const rows = (await server.pull(token)).rows;
    expect(rows).toEqual([{ seq: 1, type: "blob", blob: blob.ref.blob, state: "verified", at: server.time.now }]);
  });

  test("with a wrong root is thrown away and asked for again, then accepted", async () => {
    const blob = await person.blob();
    await server.createUpload(person, blob);
    const wrong = Uint8Array.from(blob.bytes);
    wrong[500] = (wrong[500] ?? 0) ^ 1;
    const answer = await server.patch(person, blob, 0, wrong.length, wrong);
    expect(answer.headers["besace-blob"]).toBe("again");
    expect(answer.headers["upload-offset"]).toBe("0");
    const head = await server.head(person, blob);
    expect(head.headers["upload-offset"]).toBe("0");
    expect(head.headers["besace-blob"]).toBe("again");
    const token = await server.session(person);
    expect((await server.pull(token)).rows).toMatchObject([{ type: "blob", state: "again" }]);
    expect((await server.patch(person, blob, 0)).headers["besace-blob"]).toBe("verified");
    expect((await server.pull(token)).rows).toMatchObject([{ type: "blob", state: "verified" }]);
  });

  test("a second creation never cuts what was acknowledged", async () => {
    const blob = await person.blob();
    await server.createUpload(person, blob);
    await server.patch(person, blob, 0, 600);
    const again = await server.createUpload(person, blob);
    expect(again.statusCode).toBe(409);
    expect(again.headers["besace-blob"]).toBe("incomplete");
    expect(again.json()).toMatchObject({ error: "offset" });
    expect((await server.head(person, blob)).headers["upload-offset"]).toBe("600");
    await server.patch(person, blob, 600);
    const verified = await server.createUpload(person, blob);
    expect(verified.statusCode).toBe(409);
    expect(verified.headers["besace-blob"]).toBe("verified");
    expect(Buffer.compare(server.readBlobFile(person, blob), Buffer.from(blob.bytes))).toBe(0);
  });

  test("ten creations at once give one upload", async () => {
    const blob = await person.blob();
    const answers = await Promise.all(Array.from({ length: 10 }, () => server.createUpload(person, blob)));
    expect(answers.filter((answer) => answer.statusCode === 201).length).toBeGreaterThanOrEqual(1);
    expect(answers.every((answer) => [201, 409].includes(answer.statusCode))).toBe(true);
    expect((await server.patch(person, blob, 0)).headers["besace-blob"]).toBe("verified");
  });

  test("the last part sent twice is told where it stands", async () => {
    const blob = await person.blob();
    await server.createUpload(person, blob);
    await server.patch(person, blob, 0);
    const twice = await server.patch(person, blob, 0);
    expect(twice.statusCode).toBe(409);
    expect(twice.headers["besace-blob"]).toBe("verified");
    expect(Buffer.compare(server.readBlobFile(person, blob), Buffer.from(blob.bytes))).toBe(0);
  });

  test("longer than its ticket is refused", async () => {
    const blob = await person.blob();
    await server.createUpload(person, blob);
    const longer = new Uint8Array(blob.ref.length + 1);
    longer.set(blob.bytes);
    expect((await server.patch(person, blob, 0, longer.length, longer)).statusCode).toBe(413);
    expect((await server.head(person, blob)).headers["upload-offset"]).toBe("0");
  });
});

describe("a crash", () => {
  test("between the last byte and the verification is finished by HEAD", async () => {
    const blob = await person.blob();
    await server.createUpload(person, blob);
    await server.patch(person, blob, 0, 100);
    const { writeFileSync } = await import("node:fs");
    writeFileSync(join(server.blobFolder, `${person.id}.${blob.ref.blob}`), blob.bytes);
    expect((await server.head(person, blob)).headers["besace-blob"]).toBe("verified");
  });

  test("is finished by the sweep at start; a blob that lost bytes says so", async () => {
    const [whole, cut] = [await person.blob(), await person.blob()];
    for (const blob of [whole, cut]) {
      await server.createUpload(person, blob);
      await server.patch(person, blob, 0, 700);
    }
    const { writeFileSync } = await import("node:fs");
    writeFileSync(join(server.blobFolder, `${person.id}.${whole.ref.blob}`), whole.bytes);
    truncateSync(join(server.blobFolder, `${person.id}.${cut.ref.blob}`), 300);
    await server.close(true);
    server = await createHarness({ folder: server.folder });
    await server.sweep();
    expect((await server.store.blob(person.id, whole.ref.blob))?.state).toBe("verified");
    expect((await server.head(person, cut)).headers["upload-offset"]).toBe("300");
    expect((await server.patch(person, cut, 300)).headers["besace-blob"]).toBe("verified");
  });

  test("after the row but before the file is made good by creating again", async () => {
    const blob = await person.blob();
    const ticket = { t: "ticket", v: 1, owner: person.id, ...blob.ref } as const;
    await server.store.openUpload(ticket, 1_000_000, server.time.now as never);
    expect((await server.head(person, blob)).statusCode).toBe(404);
    expect((await server.createUpload(person, blob)).statusCode).toBe(201);
    expect((await server.patch(person, blob, 0)).headers["besace-blob"]).toBe("verified");
  });
});

test("a connection cut in the middle of a part: HEAD tells the truth and the rest goes on from there", async () => {
  const blob = await person.blob(400_000);
  await server.createUpload(person, blob);
  const port = Number(new URL(await server.listen()).port);
  const socket = connect(port, "127.0.0.1");
  const head = [
    `PATCH /v1/blobs/${person.id}.${blob.ref.blob} HTTP/1.1`,
    "host: localhost",
    ...Object.entries(protocolHeaders).map(([name, value]) => `${name}: ${value}`),
    "tus-resumable: 1.0.0",
    "upload-offset: 0",
    "content-type: application/offset+octet-stream",
    `content-length: ${blob.ref.length}`,
  ].join("\r\n");
  socket.write(`${head}\r\n\r\n`);
  socket.write(blob.bytes.subarray(0, 200_000));
  await expect.poll(() => server.readBlobFile(person, blob).length).toBeGreaterThan(0);
  socket.resetAndDestroy();
  await sleep(100);
  const offset = Number((await server.head(person, blob)).headers["upload-offset"]);
  expect(offset).toBeGreaterThan(0);
  expect(offset).toBeLessThanOrEqual(200_000);
  const kept = server.readBlobFile(person, blob).subarray(0, offset);
  expect(Buffer.compare(kept, Buffer.from(blob.bytes.subarray(0, offset)))).toBe(0);
  expect((await server.patch(person, blob, offset)).headers["besace-blob"]).toBe("verified");
});

test("a half-open connection: HEAD on a new one is heard within seconds, honest, and loses no byte", async () => {
  const blob = await person.blob(400_000);
  await server.createUpload(person, blob);
  const port = Number(new URL(await server.listen()).port);
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  const head = [
    `PATCH /v1/blobs/${person.id}.${blob.ref.blob} HTTP/1.1`,
    "host: localhost",
    ...Object.entries(protocolHeaders).map(([name, value]) => `${name}: ${value}`),
    "tus-resumable: 1.0.0",
    "upload-offset: 0",
    "content-type: application/offset+octet-stream",
    `content-length: ${blob.ref.length}`,
  ].join("\r\n");
  socket.write(`${head}\r\n\r\n`);
  socket.write(blob.bytes.subarray(0, 150_000));
  await expect.poll(() => server.readBlobFile(person, blob).length).toBe(150_000);
  const from = performance.now();
  const cpu = process.cpuUsage();
  const asked = await Promise.all([server.head(person, blob), server.head(person, blob)]);
  const used = process.cpuUsage(cpu);
  expect(performance.now() - from).toBeLessThan(20_000);
  // Waiting costs no processor time.
  expect((used.user + used.system) / 1000).toBeLessThan(1500);
  expect(asked.map((answer) => answer.headers["upload-offset"])).toEqual(["150000", "150000"]);
  expect((await server.patch(person, blob, 150_000)).headers["besace-blob"]).toBe("verified");
  socket.destroy();
});

test("a part whose sender is gone, its last bytes still on their way: HEAD waits for them and says verified", async () => {
  const blob = await person.blob(400_000);
  await server.createUpload(person, blob);
  const port = Number(new URL(await server.listen()).port);
  const socket = connect(port, "127.0.0.1");
  const head = [
    `PATCH /v1/blobs/${person.id}.${blob.ref.blob} HTTP/1.1`,
    "host: localhost",
    ...Object.entries(protocolHeaders).map(([name, value]) => `${name}: ${value}`),
    "tus-resumable: 1.0.0",
    "upload-offset: 0",
    "content-type: application/offset+octet-stream",
    `content-length: ${blob.ref.length}`,
  ].join("\r\n");
  socket.write(`${head}\r\n\r\n`);
  socket.write(blob.bytes.subarray(0, 300_000));
  await expect.poll(() => server.readBlobFile(person, blob).length).toBe(300_000);
  const asked = server.head(person, blob);
  await sleep(100);
  socket.write(blob.bytes.subarray(300_000));
  const { headers } = await asked;
  expect([headers["upload-offset"], headers["besace-blob"]]).toEqual([String(blob.ref.length), "verified"]);
  socket.destroy();
});

describe("refused", () => {
  test("a ticket by somebody else, for another length, of an unknown owner, over the quota", async () => {
    const stranger = await createPerson();
    const blob = await person.blob();
    const codes = async (ticket: Awaited<ReturnType<TestPerson["ticket"]>>) =>
      (await server.createUpload(person, blob, ticket)).json<{ error: string }>().error;
    expect(await codes(await stranger.ticket(blob.ref, person.id))).toBe("bad-signature");
    expect(await codes(await person.ticket({ ...blob.ref, length: (await person.blob(5000)).ref.length }))).toBe(
      "bad-format",
    );
    expect(await codes(await stranger.ticket(blob.ref))).toBe("unknown-principal");
    await server.createUpload(person, blob);
    const other = { ref: { ...(await person.blob()).ref, blob: blob.ref.blob }, bytes: blob.bytes };
    expect((await server.createUpload(person, other)).json()).toMatchObject({ error: "id-taken" });
    const huge = { ref: { ...blob.ref, blob: (await person.blob()).ref.blob }, bytes: blob.bytes };
    expect(
      await server.store.openUpload({ t: "ticket", v: 1, owner: person.id, ...huge.ref }, 1, server.time.now as never),
    ).toBe("quota");
  });

  test.each(["nope", "../../etc/passwd", "..", "a.b", `${"A".repeat(27)}.${"B".repeat(22)}.c`])(
    "the name %s",
    async (name) => {
      const url = `/v1/blobs/${encodeURIComponent(name)}`;
      const answer = await server.ask("HEAD", url, undefined, { "tus-resumable": "1.0.0" });
      expect(answer.statusCode).toBe(404);
      expect(answer.headers["besace-protocol"]).toBe("1");
    },
  );

  test("reading by a stranger, and by an organisation that got no letter about it", async () => {
    const organisation = await createPerson("organisation");
    await server.register(organisation);
    const blob = await person.blob();
    await server.createUpload(person, blob);
    await server.patch(person, blob, 0);
    const token = await server.session(organisation);
    const path = `/v1/blobs/${person.id}.${blob.ref.blob}`;
    expect((await server.ask("GET", path, undefined, server.bearer(token))).statusCode).toBe(404);
    const { letter } = await person.letter(organisation, [blob.ref]);
    await server.post("/v1/letters", { letter });
    expect((await server.ask("GET", path, undefined, server.bearer(token))).statusCode).toBe(200);
  });
});

test("an upload that was never finished is given up after its time, and its space comes back", async () => {
  const blob = await person.blob();
  await server.createUpload(person, blob);
  await server.patch(person, blob, 0, 100);
  await server.app.collector.run();
  expect((await server.head(person, blob)).statusCode).toBe(200);
  server.time.now += 61 * 24 * 3600 * 1000;
  expect(await server.app.collector.run()).toEqual({ blobs: 0, uploads: 1, tombstones: 0 });
  expect((await server.head(person, blob)).statusCode).toBe(404);
  expect((await server.createUpload(person, blob)).statusCode).toBe(201);
});
