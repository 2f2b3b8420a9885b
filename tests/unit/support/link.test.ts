/** The link emulator: it is as slow, as late and as treacherous as it says, to a few per cent. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createHttpWatcher } from "../../support/http-watch.ts";
import { bestTimeMs, capacity, createLink, type Link, type LinkOptions, parseTrace } from "../../support/link.ts";

const BODY = randomBytes(300_000);
const MIDDLE = BODY.subarray(0, 80_000);
let server: Server;
let target: number;
/** What the server got of each request, finished or not. */
const arrived: { path: string; bytes: number; done: boolean; firstAt: number }[] = [];
const links: Link[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const entry = { path: request.url ?? "", bytes: 0, done: false, firstAt: performance.now() };
    arrived.push(entry);
    request.on("data", (part: Buffer) => {
      entry.bytes += part.length;
    });
    request.on("error", () => response.destroy());
    request.on("end", () => {
      entry.done = true;
      response.end(
        request.url?.startsWith("/big") ? BODY : request.url?.startsWith("/mid") ? MIDDLE : `got ${entry.bytes}`,
      );
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  target = (server.address() as AddressInfo).port;
});

afterEach(async () => {
  for (const link of links.splice(0)) await link.close();
  arrived.length = 0;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

async function open(options: Omit<LinkOptions, "target">): Promise<Link> {
  const link = await createLink({ ...options, target });
  links.push(link);
  return link;
}

type Answer = { status: number; body: Buffer; type: string; ms: number };

function call(link: Link, path: string, body?: Buffer, timeoutMs = 30_000): Promise<Answer> {
  const start = performance.now();
  return new Promise((done, fail) => {
    const request = httpRequest(
      {
        port: link.port,
        host: "127.0.0.1",
        path,
        method: body === undefined ? "GET" : "POST",
        agent: false,
        timeout: timeoutMs,
      },
      (response: IncomingMessage) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", fail);
        response.on("end", () =>
          done({
            status: response.statusCode ?? 0,
            type: response.headers["content-type"] ?? "",
            body: Buffer.concat(parts),
            ms: performance.now() - start,
          }),
        );
      },
    );
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", fail);
    request.end(body);
  });
}

// A busy machine may disturb one measurement; an emulator that is wrong fails each time.
describe("throughput and delay", { retry: 5 }, () => {
  test("1000 kbit/s up, 100 KB: 0.8 s", async () => {
    const link = await open({ up: 1_000_000 });
    const answer = await call(link, "/up", BODY.subarray(0, 100_000));
    const best = bestTimeMs({ bytes: link.counters().up.delivered, rate: 1_000_000 });
    expect(answer.body.toString()).toBe("got 100000");
    expect(answer.ms / best).toBeGreaterThan(0.98);
    expect(answer.ms / best).toBeLessThan(1.06);
  });

  test("1000 kbit/s down over two connections together, bytes equal", async () => {
    const link = await open({ down: 1_000_000 });
    const start = performance.now();
    const answers = await Promise.all([call(link, "/mid/1"), call(link, "/mid/2")]);
    const ratio = (performance.now() - start) / bestTimeMs({ bytes: link.counters().down.delivered, rate: 1_000_000 });
    expect(answers.every((answer) => answer.body.equals(MIDDLE))).toBe(true);
    expect(ratio).toBeGreaterThan(0.98);
    expect(ratio).toBeLessThan(1.05);
  });

  test("40 kbit/s up and 400 ms one way", async () => {
    const link = await open({ up: 40_000, down: 40_000, delayMs: 400 });
    const answer = await call(link, "/up", BODY.subarray(0, 8_000));
    const { up, down } = link.counters();
    // Connection (2 delays), the way there, the way back.
    const best =
      800 +
      bestTimeMs({ bytes: up.delivered, rate: 40_000, delayMs: 400 }) +
      bestTimeMs({ bytes: down.delivered, rate: 40_000, delayMs: 400 });
    expect(answer.ms / best).toBeGreaterThan(0.98);
    expect(answer.ms / best).toBeLessThan(1.05);
  });

  test("a reader that stops holds the sender back", async () => {
    const link = await open({});
    const socket = connect(link.port, "127.0.0.1");
    await new Promise<void>((done) => socket.once("connect", done));
    socket.pause();
    for (let i = 0; i < 300; i++) socket.write(`GET /big/${i} HTTP/1.1\r\nhost: x\r\n\r\n`);
    let early: number;
    do {
      early = link.counters().down.offered;
      await sleep(300);
    } while (early === 0 || link.counters().down.offered !== early);
    expect(early).toBeLessThan(300 * BODY.length * 0.5);
    socket.destroy();
  });

  test("a trace is followed, silences too", async () => {
    // 100 ms with a packet every 10 ms, then 400 ms of silence: 24 kB/s on average.
    const trace = parseTrace(`${[10, 20, 30, 40, 50, 60, 70, 80].join("\n")}\n500\n`);
    expect(capacity(trace, 0, 500)).toBe(9 * 1500);
    expect(capacity(trace, 85, 499)).toBe(0);
    expect(capacity(trace, 500, 1000)).toBe(9 * 1500);
    const link = await open({ down: trace });
    const answer = await call(link, "/mid");
    const best = bestTimeMs({ bytes: link.counters().down.delivered, rate: trace });
    expect(answer.body.equals(MIDDLE)).toBe(true);
    expect(answer.ms / best).toBeGreaterThan(0.93);
    expect(answer.ms / best).toBeLessThan(1.05);
  }, 120_000);

  test("a bad trace is refused", () => {
    expect(() => parseTrace("3\n2\n")).toThrow("line 2");
    expect(() => parseTrace("")).toThrow("at least one");
  });
});

describe("cuts", () => {
  test("periodic cuts reset what runs and refuse what comes", async () => {
    const link = await open({ down: 400_000, cuts: { onMs: 1500, offMs: 1000 } });
    await expect(call(link, "/big")).rejects.toThrow(/ECONNRESET|hang up/);
    expect(link.isOnline()).toBe(false);
    await expect(call(link, "/small")).rejects.toThrow(/ECONNRESET|hang up/);
    await expect.poll(link.isOnline).toBe(true);
    expect((await call(link, "/small")).status).toBe(200);
    link.set({ cuts: "none" });
    await sleep(1600);
    expect(link.isOnline()).toBe(true);
  });

  test("a black hole takes connections and never answers; online() resets them", async () => {
    const link = await open({ cutStyle: "blackhole" });
    link.offline();
    const waiting = call(link, "/small");
    const outcome = waiting.then(
      () => "answered",
      () => "reset",
    );
    expect(await Promise.race([outcome, sleep(200, "silence")])).toBe("silence");
    link.online();
    expect(await outcome).toBe("reset");
    expect(arrived).toEqual([]);
    expect((await call(link, "/small")).status).toBe(200);
  });

  test("a stalled link goes on where it stopped", async () => {
    const link = await open({ down: 4_000_000, cutStyle: "stall" });
    const waiting = call(link, "/big");
    await sleep(150);
    link.offline();
    await sleep(20);
    const before = link.counters().down.delivered;
    await sleep(300);
    expect(link.counters().down.delivered).toBe(before);
    link.online();
    const answer = await waiting;
    expect(answer.body.equals(BODY)).toBe(true);
    expect(answer.ms).toBeGreaterThan(900);
  });

  test.each([1, 777, 50_000])("cut after %i bytes up: the server gets exactly these", async (bytes) => {
    const link = await open({ up: 8_000_000 });
    const cut = link.cutAfter("up", bytes);
    await expect(call(link, "/up", BODY)).rejects.toThrow(/ECONNRESET|EPIPE|hang up/);
    await cut;
    expect(link.counters().up.delivered).toBe(bytes);
    expect((await call(link, "/again", Buffer.from("ok"))).body.toString()).toBe("got 2");
  });

  test("cut after n bytes down, then offline", async () => {
    const link = await open({ down: 8_000_000 });
    const cut = link.cutAfter("down", 1000, "offline");
    await expect(call(link, "/big")).rejects.toThrow(/ECONNRESET|aborted|hang up/);
    await cut;
    expect(link.counters().down.delivered).toBe(1000);
    expect(link.isOnline()).toBe(false);
  });
});

describe("lies", () => {
  test("half-open: accepted, never answered, nothing reaches the server", async () => {
    const link = await open({ mode: "half-open" });
    await expect(call(link, "/small", undefined, 200)).rejects.toThrow("timeout");
    expect(arrived).toEqual([]);
    link.set({ mode: "pass" });
    expect((await call(link, "/small")).status).toBe(200);
  });

  test("portal: 200 and HTML to anything, also to a large body", async () => {
    const link = await open({ mode: "portal" });
    const answer = await call(link, "/sync/push", BODY);
    expect(answer).toMatchObject({ status: 200, type: "text/html; charset=utf-8" });
    expect(answer.body.toString()).toContain("Bienvenue");
    expect(arrived).toEqual([]);
    link.set({ portal: { status: 302, headers: { location: "http://portal.invalid/" }, body: "" } });
    expect((await call(link, "/")).status).toBe(302);
    link.set({ mode: "pass" });
    expect((await call(link, "/x")).body.toString()).toBe("got 0");
  });

  test("a buffering proxy gives the server whole requests or nothing", async () => {
    const link = await open({ up: 1_000_000, bufferRequests: true, bufferResponses: true });
    const cut = link.cutAfter("up", 20_000);
    const first = call(link, "/held", BODY.subarray(0, 30_000)).catch(() => "lost");
    await sleep(120);
    expect(arrived).toEqual([]);
    link.cutNow();
    expect(await first).toBe("lost");
    const second = call(link, "/held", BODY.subarray(0, 30_000)).catch(() => "lost");
    await cut;
    expect(await second).toBe("lost");
    const answer = await call(link, "/held", BODY.subarray(0, 30_000));
    expect(answer.body.toString()).toBe("got 30000");
    expect(arrived.filter((entry) => entry.done).length).toBe(1);
  });

  test("the answer to the n-th matching request is lost after the server did its work", async () => {
    const link = await open({});
    const dropped = link.dropResponse(2, (head) => head.method === "POST");
    expect((await call(link, "/1", Buffer.from("a"))).status).toBe(200);
    expect((await call(link, "/2")).status).toBe(200);
    await expect(call(link, "/3", Buffer.from("abc"))).rejects.toThrow(/ECONNRESET|hang up/);
    expect((await dropped).path).toBe("/3");
    expect(arrived.at(-1)).toMatchObject({ path: "/3", bytes: 3, done: true });
    expect((await call(link, "/4", Buffer.from("d"))).status).toBe(200);
    const last = link.dropResponse(1, undefined, "offline");
    await expect(call(link, "/5")).rejects.toThrow(/ECONNRESET|hang up/);
    await last;
    expect([link.isOnline(), arrived.at(-1)?.path]).toEqual([false, "/5"]);
  });
});

test("every byte is recorded and counted", async () => {
  const folder = mkdtempSync(join(tmpdir(), "besace-record-"));
  const seen = { up: 0, down: 0 };
  const paths: string[] = [];
  const link = await open({
    recordTo: folder,
    onBytes: (direction, _connection, bytes) => {
      seen[direction] += bytes.length;
    },
    onRequest: ({ head }) => paths.push(head.path),
  });
  await call(link, "/record?secret=1", Buffer.from("needle in a body"));
  const { up, down, requests, connections } = link.counters();
  expect(seen).toEqual({ up: up.offered, down: down.offered });
  expect([requests, connections, paths]).toEqual([1, 1, ["/record?secret=1"]]);
  expect(readFileSync(join(folder, "1.up"), "latin1")).toContain("needle in a body");
  expect(readFileSync(join(folder, "1.down"), "latin1")).toContain("got 16");
  rmSync(folder, { recursive: true });
});

test("an origin that is down resets the client", async () => {
  const link = await createLink({ target: 1 });
  links.push(link);
  await expect(call(link, "/")).rejects.toThrow(/ECONNRESET|hang up/);
  expect(link.counters().errors.ECONNREFUSED).toBe(1);
});

test("message boundaries are found however the bytes are cut", () => {
  const stream = Buffer.from(
    "POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello" +
      "POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n" +
      "GET /c HTTP/1.1\r\nA: 1\r\nA: 2\r\n\r\n",
  );
  for (const size of [1, 2, 3, 7, 1000]) {
    const watcher = createHttpWatcher("request");
    const parts: Buffer[] = [];
    const paths: string[] = [];
    let ends = 0;
    for (let at = 0; at < stream.length; at += size) {
      for (const run of watcher.push(stream.subarray(at, at + size))) {
        parts.push(run.bytes);
        if (run.head !== undefined) paths.push(run.head.path);
        if (run.ends) ends++;
      }
    }
    expect(Buffer.concat(parts).equals(stream)).toBe(true);
    expect([paths, ends, watcher.betweenMessages()]).toEqual([["/a", "/b", "/c"], 3, true]);
  }
});
