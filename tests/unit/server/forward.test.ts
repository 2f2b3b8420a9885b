/**
 * Two processes' worth of server on one database and one vault, in one process: the one that stages an upload is asked by
 * the other. What the network and a death can do between them; tests/fault/cluster.ts does it with real processes.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ServerTime } from "../../../src/protocol/wire.ts";
import { openVault } from "../../../src/server/stores/blob-open.ts";
import type { Store } from "../../../src/server/stores/ports.ts";
import { openSqlite } from "../../../src/server/stores/sqlite.ts";
import { startMemoryS3, type TestS3 } from "../../support/s3.ts";
import { freePort } from "../../support/server.ts";
import { createHarness, type Harness, protocolHeaders } from "./harness.ts";
import { createPerson, random, type TestBlob, type TestPerson } from "./people.ts";

const staleMs = 30_000;
let s3: TestS3;
beforeAll(async () => {
  s3 = await startMemoryS3();
});
afterAll(() => s3.stop());

let folder: string;
let store: Store;
let one: Harness;
let two: Harness;
let person: TestPerson;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "besace-two-"));
  store = await openSqlite({ file: join(folder, "besace.sqlite"), clock: { now: () => 1_800_000_000_000 }, random });
  const url = await s3.newBucket();
  const start = async (node: string): Promise<Harness> => {
    const port = await freePort();
    const harness = await createHarness({
      folder: mkdtempSync(join(folder, "node-")),
      keyFile: join(folder, "server.json"),
      vault: (staging) => openVault({ url, env: {}, staging }),
      among: { store, self: { node, url: `http://127.0.0.1:${port}`, staleMs } },
    });
    await harness.app.start();
    await harness.http.listen({ port, host: "127.0.0.1" });
    return harness;
  };
  one = await start("one");
  two = await start("two");
  person = await createPerson();
  await one.register(person);
});
afterEach(async () => {
  await Promise.all([one.close(true), two.close(true)]);
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const fileAt = (harness: Harness, blob: TestBlob) => join(harness.blobFolder, `${person.id}.${blob.ref.blob}`);
const touch = (node: string, url: string, agoMs: number) =>
  store.touchNode(node, url, (two.time.now - agoMs) as ServerTime);

test("an upload begun at one process goes on at the other, with our headers, and its bytes lie at the first until verified", async () => {
  const blob = await person.blob(200_000);
  expect((await one.createUpload(person, blob)).statusCode).toBe(201);
  const first = await two.patch(person, blob, 0, 70_000);
  expect([first.statusCode, first.headers["upload-offset"], first.headers["besace-blob"]]).toEqual([
    204,
    "70000",
    "incomplete",
  ]);
  expect(first.headers["besace-nonce"]).toBe(protocolHeaders["besace-nonce"]);
  expect(first.headers["besace-protocol"]).toBe("1");
  expect(first.headers["tus-resumable"]).toBe("1.0.0");
  expect(first.headers["x-content-type-options"]).toBe("nosniff");
  expect(existsSync(fileAt(two, blob))).toBe(false);
  expect(readFileSync(fileAt(one, blob)).equals(blob.bytes.subarray(0, 70_000))).toBe(true);
  const head = await two.head(person, blob);
  expect([head.statusCode, head.headers["upload-offset"]]).toEqual([200, "70000"]);
  const wrong = await two.patch(person, blob, 60_000, 90_000);
  expect(wrong.statusCode).toBe(409);
  const again = await two.createUpload(person, blob);
  expect([again.statusCode, again.headers["besace-blob"]]).toEqual([409, "incomplete"]);
  expect((await one.patch(person, blob, 70_000, 130_000)).headers["upload-offset"]).toBe("130000");
  expect((await two.patch(person, blob, 130_000)).headers["besace-blob"]).toBe("verified");
  expect(existsSync(fileAt(one, blob))).toBe(false);
  for (const each of [one, two]) {
    expect((await each.head(person, blob)).headers["besace-blob"]).toBe("verified");
    const token = await each.session(person);
    const back = await each.ask("GET", `/v1/blobs/${person.id}.${blob.ref.blob}`, undefined, each.bearer(token));
    expect(back.rawPayload.equals(blob.bytes)).toBe(true);
  }
});

test("what had arrived when the client was cut reaches the owner, and is there for HEAD", async () => {
  const blob = await person.blob(400_000);
  await one.createUpload(person, blob);
  const { port } = two.http.server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  const lines = [
    `PATCH /v1/blobs/${person.id}.${blob.ref.blob} HTTP/1.1`,
    "host: localhost",
    ...Object.entries(protocolHeaders).map(([name, value]) => `${name}: ${value}`),
    "tus-resumable: 1.0.0",
    "upload-offset: 0",
    "content-type: application/offset+octet-stream",
    `content-length: ${blob.ref.length}`,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  socket.write(blob.bytes.subarray(0, 150_000));
  // Before the end of the body: it streams, nobody holds it back.
  await expect.poll(() => readFileSync(fileAt(one, blob)).length).toBe(150_000);
  socket.destroy();
  expect((await two.head(person, blob)).headers["upload-offset"]).toBe("150000");
  expect((await two.patch(person, blob, 150_000)).headers["besace-blob"]).toBe("verified");
});

test("an owner that reads slowly slows the client down: nothing piles up in between", async () => {
  const blob = await person.blob(48_000_000);
  await one.createUpload(person, blob);
  const idle = createServer(() => undefined);
  await standIn(idle);
  const { port } = two.http.server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  const lines = [
    `PATCH /v1/blobs/${person.id}.${blob.ref.blob} HTTP/1.1`,
    "host: localhost",
    ...Object.entries(protocolHeaders).map(([name, value]) => `${name}: ${value}`),
    "tus-resumable: 1.0.0",
    "upload-offset: 0",
    "content-type: application/offset+octet-stream",
    `content-length: ${blob.ref.length}`,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  let sent = 0;
  const send = (): void => {
    while (sent < blob.ref.length) {
      const part = blob.bytes.subarray(sent, sent + 65_536);
      sent += part.length;
      if (!socket.write(part)) return;
    }
  };
  socket.on("drain", send);
  send();
  // Until it stands still: what the kernels between hold, some megabytes.
  for (let before = -1; before !== sent; ) {
    before = sent;
    await sleep(500);
  }
  expect(sent).toBeLessThan(blob.ref.length / 2);
  socket.destroy();
  idle.closeAllConnections();
  await new Promise((done) => idle.close(done));
});

test("a dead owner: busy while it may come back, and only when its sign of life is stale too does the upload begin again", async () => {
  const blob = await person.blob(100_000);
  await one.createUpload(person, blob);
  await one.patch(person, blob, 0, 50_000);
  await one.http.close();
  const busy = await two.head(person, blob);
  expect([busy.statusCode, busy.headers["retry-after"]]).toEqual([503, "2"]);
  expect((await two.patch(person, blob, 50_000)).statusCode).toBe(503);
  expect((await store.blob(person.id, blob.ref.blob))?.node).toBe("one");
  await touch("one", "http://127.0.0.1:1", staleMs + 1);
  expect((await two.head(person, blob)).statusCode).toBe(404);
  expect((await store.blob(person.id, blob.ref.blob))?.node).toBe("two");
  const created = await two.createUpload(person, blob);
  expect([created.statusCode, created.headers["upload-offset"]]).toEqual([201, "0"]);
  expect((await two.patch(person, blob, 0)).headers["besace-blob"]).toBe("verified");
});

/** Listens where "one" is said to be. */
async function standIn(server: Server): Promise<void> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  await touch("one", `http://127.0.0.1:${(server.address() as AddressInfo).port}`, staleMs * 10);
}

test("a slow owner is not a dead one: as long as a connection can be made nobody takes over, however stale it is", async () => {
  const blob = await person.blob(100_000);
  await one.createUpload(person, blob);
  await one.patch(person, blob, 0, 50_000);
  const cutting = createServer((request) => request.socket.destroy());
  await standIn(cutting);
  expect((await two.head(person, blob)).statusCode).toBe(503);
  expect((await two.patch(person, blob, 50_000)).statusCode).toBe(503);
  expect((await store.blob(person.id, blob.ref.blob))?.node).toBe("one");
  await new Promise((done) => cutting.close(done));
});

test("a process that came back without its disk is another one: at its old address nobody answers for what is gone", async () => {
  const blob = await person.blob(100_000);
  await one.createUpload(person, blob);
  await one.patch(person, blob, 0, 50_000);
  const { port } = two.http.server.address() as AddressInfo;
  // Where "one" was there is now "two".
  await touch("one", `http://127.0.0.1:${port}`, 1000);
  expect((await two.head(person, blob)).statusCode).toBe(503);
  expect((await store.blob(person.id, blob.ref.blob))?.node).toBe("one");
  await touch("one", `http://127.0.0.1:${port}`, staleMs + 1);
  expect((await two.patch(person, blob, 50_000)).statusCode).toBe(503);
  expect((await store.blob(person.id, blob.ref.blob))?.node).toBe("two");
  expect((await two.head(person, blob)).statusCode).toBe(404);
  await two.createUpload(person, blob);
  expect((await two.patch(person, blob, 0)).headers["besace-blob"]).toBe("verified");
});

test("a request is handed on once: two processes that believe each other the owner do not run in a ring", async () => {
  const blob = await person.blob(100_000);
  await one.createUpload(person, blob);
  let asked = 0;
  const { port } = one.http.server.address() as AddressInfo;
  // While the request travels to "one", the upload becomes that of "two".
  const door = createServer((request, answer) => {
    asked += 1;
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value === "string" && !["host", "connection"].includes(name) ? [[name, value] as [string, string]] : [],
    );
    store
      .claimUpload(person.id, blob.ref.blob, "two", two.time.now as ServerTime, two.time.now as ServerTime)
      .then(() => fetch(`http://127.0.0.1:${port}${request.url}`, { method: request.method ?? "HEAD", headers }))
      .then((back) => answer.writeHead(back.status, Object.fromEntries(back.headers)).end());
  });
  await standIn(door);
  expect((await two.head(person, blob)).statusCode).toBe(503);
  expect(asked).toBe(1);
  expect((await store.blob(person.id, blob.ref.blob))?.node).toBe("two");
  await new Promise((done) => door.close(done));
});

test("who says wrongly that it comes from a process of this server is told to come again, and nothing happens", async () => {
  const blob = await person.blob(100_000);
  await one.createUpload(person, blob);
  for (const claim of ["two.one.1800000000000.AAAA", "two", "", `two.one.1800000000000.${"A".repeat(43)}`]) {
    const url = `/v1/blobs/${person.id}.${blob.ref.blob}`;
    const answer = await one.ask("HEAD", url, undefined, { "tus-resumable": "1.0.0", "besace-forwarded": claim });
    expect([claim, answer.statusCode]).toEqual([claim, 503]);
  }
});

test("a session is opened at any process, once, and holds at all of them", async () => {
  const { labels } = await import("../../../src/protocol/labels.ts");
  const { signBytes } = await import("../../../src/protocol/sign.ts");
  const { fromBase64Url } = await import("../../../src/shared/bytes.ts");
  const who = { principal: person.id, device: person.device };
  const { challenge } = (await one.post("/v1/challenge", who)).json<{ challenge: string }>();
  const sig = await signBytes(
    person.transport.privateKey,
    labels.session,
    fromBase64Url(challenge) ?? new Uint8Array(0),
  );
  const redeem = (at: Harness) => at.post("/v1/session", { ...who, challenge, sig });
  const answers = await Promise.all([redeem(two), redeem(one), redeem(two)]);
  expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 401, 401]);
  const token = answers.find((answer) => answer.statusCode === 200)?.json<{ token: string }>().token ?? "";
  await one.push((await person.op()).op);
  for (const each of [one, two]) expect((await each.pull(token)).rows.length).toBe(1);
});

test("the first process alive collects for all", async () => {
  const blob = await person.blob();
  await two.createUpload(person, blob);
  for (const each of [one, two]) each.time.now += 61 * 24 * 3600 * 1000;
  expect((await two.app.collector.run()).uploads).toBe(0);
  expect((await one.app.collector.run()).uploads).toBe(1);
  // The file lies at the other one, which keeps its own folder tidy.
  expect(existsSync(fileAt(two, blob))).toBe(true);
  await two.app.collector.run();
  expect(existsSync(fileAt(two, blob))).toBe(false);
});

test("wrong one-time codes are counted together", async () => {
  const enrol = (at: Harness) =>
    at.post("/v1/organisations/ccas-brevigny/enrol", {
      auth: "A".repeat(43),
      statements: person.statements,
      sealedRoot: "",
    });
  const codes = [];
  for (let tries = 0; tries < 12; tries += 1) codes.push((await enrol(tries % 2 === 0 ? one : two)).statusCode);
  expect(codes).toEqual([...Array.from({ length: 10 }, () => 403), 429, 429]);
});

test("two processes share a limit: together they never allow more than it", async () => {
  const third = await createHarness({
    folder: mkdtempSync(join(folder, "node-")),
    keyFile: join(folder, "server.json"),
    rates: { perPrincipal: 6, perAddress: 1000 },
    among: { store, self: { node: "three", url: "http://127.0.0.1:1", staleMs } },
  });
  await third.app.start();
  const token = await third.session(person);
  const codes = [];
  for (let asked = 0; asked < 4; asked += 1)
    codes.push((await third.ask("GET", "/v1/pull?cursor=0.0", undefined, third.bearer(token))).statusCode);
  // Three are alive: two requests of six are its share.
  expect(codes).toEqual([200, 200, 429, 429]);
  await third.close(true);
});
