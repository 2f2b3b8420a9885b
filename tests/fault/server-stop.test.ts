/** How the real process stops: what is in flight is finished, a part too slow keeps what arrived, a second signal ends it. */

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort, pinnedNode, ROOT } from "../support/server.ts";
import { createAsker } from "../support/uploader.ts";
import { createPerson, type TestBlob, type TestPerson } from "../unit/server/people.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "besace-stop-"));
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist", "index.html"), "<!doctype html><title>stop</title>");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The process itself, because how it ends is what is tested. */
async function start(env: Readonly<Record<string, string>>) {
  const port = Number(env.PORT ?? (await freePort()));
  const child = spawn(pinnedNode(), ["src/server/main.ts"], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? "",
      HOST: "127.0.0.1",
      BESACE_DATA: join(folder, "data"),
      BESACE_DIST: join(folder, "dist"),
      BESACE_LOG_LEVEL: "warn",
      PORT: String(port),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => {
      text += bytes.toString();
    });
  const ended = new Promise<number | string | null>((done) =>
    child.once("exit", (code, signal) => done(code ?? signal)),
  );
  const until = performance.now() + 60_000;
  while (!/Poste partag.*\n/.test(text)) {
    if (performance.now() > until) throw new Error(`the server does not start:\n${text}`);
    await sleep(20);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    text: () => text,
    signal: (name: NodeJS.Signals) => child.kill(name),
    ended,
  };
}

async function beginUpload(url: string): Promise<{ readonly person: TestPerson; readonly blob: TestBlob }> {
  const person = await createPerson();
  const blob = await person.blob(200_000);
  const asker = createAsker(url);
  await asker.post("/v1/register", { statements: person.statements });
  const ticket = Buffer.from(JSON.stringify(await person.ticket(blob.ref))).toString("base64");
  const created = await asker.ask("POST", "/v1/blobs", {
    "tus-resumable": "1.0.0",
    "upload-length": String(blob.ref.length),
    "upload-metadata": `ticket ${ticket}`,
  });
  expect(created?.status).toBe(201);
  asker.close();
  return { person, blob };
}

/** A request of whose body only `sent` bytes are sent for now. */
function halfRequest(url: string, what: string, body: Uint8Array, sent: number, headers: readonly string[]) {
  const socket: Socket = connect(Number(new URL(url).port), "127.0.0.1");
  let answer = "";
  socket.on("data", (part) => {
    answer += part.toString();
  });
  socket.on("error", () => undefined);
  const closed = new Promise((done) => socket.once("close", done));
  const lines = [
    `${what} HTTP/1.1`,
    "host: localhost",
    "besace-protocol: 1",
    "besace-nonce: stop-test-nonce-00000",
    ...headers,
    `content-length: ${body.length}`,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  socket.write(body.subarray(0, sent));
  return { answer: () => answer, closed, send: (from: number, to: number) => socket.write(body.subarray(from, to)) };
}

/** A part of which only `sent` bytes are sent for now; resolves when the server has them on its disk. */
async function halfPart(url: string, person: TestPerson, blob: TestBlob, sent: number) {
  const part = halfRequest(url, `PATCH /v1/blobs/${person.id}.${blob.ref.blob}`, blob.bytes, sent, [
    "tus-resumable: 1.0.0",
    "upload-offset: 0",
    "content-type: application/offset+octet-stream",
  ]);
  await expect.poll(() => statSync(stagedFile(person, blob)).size).toBe(sent);
  return part;
}

const statusOf = (url: string): Promise<number | "refused"> =>
  new Promise((done) => {
    request(url, { agent: false }, (answer) => {
      answer.resume();
      done(answer.statusCode ?? 0);
    })
      .on("error", () => done("refused"))
      .end();
  });
/** Asks until the answer is `wanted`, or for a minute. */
async function statusUntil(url: string, wanted: number | "refused"): Promise<number | "refused"> {
  for (const until = performance.now() + 60_000; ; await sleep(20)) {
    const status = await statusOf(url);
    if (status === wanted || performance.now() > until) return status;
  }
}
const stagedFile = (person: TestPerson, blob: TestBlob) =>
  join(folder, "data", "blobs", `${person.id}.${blob.ref.blob}`);

test("not ready first, then no new connections, and the part in flight is finished and answered", async () => {
  const server = await start({ BESACE_DRAIN_MS: "5000" });
  const { person, blob } = await beginUpload(server.url);
  const part = await halfPart(server.url, person, blob, 100_000);
  const { op } = await person.op();
  const body = Buffer.from(JSON.stringify({ ops: [op] }));
  const push = halfRequest(server.url, "POST /v1/push", body, 300, ["content-type: application/json"]);
  expect(await statusOf(`${server.url}/readyz`)).toBe(200);
  server.signal("SIGTERM");
  expect(await statusUntil(`${server.url}/readyz`, 503)).toBe(503);
  expect(await statusOf(`${server.url}/deployment.json`)).toBe(200);
  expect(await statusUntil(`${server.url}/healthz`, "refused")).toBe("refused");
  part.send(100_000, blob.ref.length);
  push.send(300, body.length);
  await part.closed;
  await push.closed;
  expect(push.answer()).toContain('"type":"ok"');
  expect(part.answer()).toContain("HTTP/1.1 204");
  expect(part.answer().toLowerCase()).toContain("besace-blob: verified");
  expect(await server.ended).toBe(0);
  expect(readFileSync(stagedFile(person, blob)).equals(blob.bytes)).toBe(true);
});

test("a part that does not come to an end is cut at the limit, keeps what arrived, and goes on after the next start", async () => {
  const port = String(await freePort());
  const server = await start({ BESACE_STOP_MS: "400", PORT: port });
  const { person, blob } = await beginUpload(server.url);
  const part = await halfPart(server.url, person, blob, 100_000);
  const from = performance.now();
  server.signal("SIGTERM");
  await part.closed;
  expect(await server.ended).toBe(0);
  expect(performance.now() - from).toBeGreaterThan(350);
  expect(performance.now() - from).toBeLessThan(15_000);
  const again = await start({ PORT: port });
  const asker = createAsker(again.url);
  const head = await asker.ask("HEAD", `/v1/blobs/${person.id}.${blob.ref.blob}`, { "tus-resumable": "1.0.0" });
  expect(head?.headers["upload-offset"]).toBe("100000");
  asker.close();
  again.signal("SIGINT");
  expect(await again.ended).toBe(0);
});

test("a second signal ends it at once; an idle connection holds nothing up", async () => {
  const server = await start({});
  const { person, blob } = await beginUpload(server.url);
  await halfPart(server.url, person, blob, 100_000);
  server.signal("SIGTERM");
  // The first one was heard: two that come together would be one.
  expect(await statusUntil(`${server.url}/healthz`, "refused")).toBe("refused");
  const from = performance.now();
  server.signal("SIGTERM");
  expect(await server.ended).toBe(1);
  expect(performance.now() - from).toBeLessThan(10_000);
  const idle = await start({});
  const socket = connect(Number(new URL(idle.url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  await new Promise((done) => socket.once("connect", done));
  socket.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await new Promise((done) => socket.once("data", done));
  idle.signal("SIGTERM");
  expect(await idle.ended).toBe(0);
});

test("with PORT=0 the addresses printed and in deployment.json are those where it listens", async () => {
  const server = await start({ PORT: "0" });
  const port = /Besace {9}http:\/\/localhost:(\d+)\//.exec(server.text())?.[1];
  expect(Number(port)).toBeGreaterThan(0);
  const deployment = await (await fetch(`http://127.0.0.1:${port}/deployment.json`)).json();
  expect(deployment.urls).toEqual({
    app: `http://localhost:${port}/`,
    desk: `http://localhost:${port}/guichet`,
    kiosk: `http://localhost:${port}/poste`,
  });
  // What the process uses is counted too, for whoever is on this machine.
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  for (const name of ["nodejs_eventloop_lag_p99_seconds", "process_resident_memory_bytes", "besace_database_bytes"])
    expect(metrics).toMatch(new RegExp(`^${name} \\d`, "m"));
  server.signal("SIGTERM");
  expect(await server.ended).toBe(0);
});
