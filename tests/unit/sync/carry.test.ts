import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readCarried } from "../../../src/protocol/carried.ts";
import { type OpenedCarrier, placesOf, readCarrier } from "../../../src/protocol/carrier.ts";
import type { Op } from "../../../src/protocol/wire.ts";
import type { Bytes } from "../../../src/shared/bytes.ts";
import { ok } from "../../../src/shared/result.ts";
import { type CarryProgress, createCarry } from "../../../src/sync/carry.ts";
import { createHttpTransport } from "../../../src/sync/http.ts";
import { type CarrierContents, carrierFile, inChunks } from "../../support/carrier-file.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { createPerson, newOpId, random, type TestBlob, type TestPerson } from "../server/people.ts";

let server: Harness;
let base: string;
let me: TestPerson;
let desk: TestPerson;
beforeEach(async () => {
  server = await createHarness();
  base = await server.listen();
  me = await createPerson();
  desk = await createPerson("organisation");
  await server.register(desk);
});
afterEach(() => server.close());

const timers = {
  after: (delayMs: number, task: () => void) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
const clock = { now: () => Date.now() };

interface Line {
  /** Decides what becomes of a request, by method and path; "lost": nothing comes back, though it may have arrived. */
  rule: (method: string, path: string, n: number) => "pass" | "lost-before" | "lost-after" | "portal";
  readonly requests: string[];
}

const createLine = (): Line => ({ rule: () => "pass", requests: [] });

const transportOver = (line: Line) =>
  createHttpTransport({
    baseUrl: base,
    random,
    timers,
    clock,
    fetch: async (url, init) => {
      const method = init?.method ?? "GET";
      const path = String(url).slice(base.length);
      line.requests.push(`${method} ${path.split("/").slice(0, 3).join("/")}`);
      const what = line.rule(method, path, line.requests.length);
      if (what === "lost-before") throw new TypeError("cut");
      if (what === "portal") return new Response("<h1>Bienvenue</h1>", { headers: { "content-type": "text/html" } });
      const response = await fetch(url, init);
      if (what === "lost-after") throw new TypeError("cut");
      return response;
    },
  });

interface Carried {
  readonly opened: OpenedCarrier;
  readonly payload: Bytes;
}

async function take(contents: CarrierContents): Promise<Carried> {
  const { bytes } = await carrierFile(me, contents, { keys: [server.keys.public.id] });
  const opened = await readCarrier(
    inChunks(bytes, () => 100_000),
    { opened: async () => ok(undefined), bytes: async () => ok(undefined) },
  );
  if (!opened.ok) throw new Error("the file of a test reads");
  const { payloadAt, manifest } = opened.value;
  return { opened: opened.value, payload: bytes.slice(payloadAt, payloadAt + manifest.bytes) };
}

function carrier({ opened, payload }: Carried, line: Line) {
  const progress: CarryProgress[] = [];
  const carry = createCarry(
    {
      transport: transportOver(line),
      clock,
      random,
      read: async (at, bytes) => ok(payload.slice(at, at + bytes)),
      onProgress: (each) => void progress.push(each),
    },
    opened.signed,
    opened.manifest,
  );
  return { carry, progress };
}

async function contents(blobs: readonly TestBlob[]): Promise<CarrierContents & { readonly ops: readonly Op[] }> {
  const first = await me.op();
  const second = await me.op({ record: first.head.record, base: first.head.op });
  const letter = await me.letter(
    desk,
    blobs.map((blob) => blob.ref),
  );
  return { ops: [first.op, second.op, (await me.op()).op], letters: [letter.letter], blobs };
}

describe("S-K: delivery of what somebody else sealed", () => {
  test("registers, pushes a chain in order, deposits before the blobs, completes; the statement says all of it", async () => {
    const blobs = [await me.blob(300), await me.blob(200_000)];
    const line = createLine();
    const taken = await take(await contents(blobs));
    const { carry, progress } = carrier(taken, line);
    const report = await carry.run(false);
    expect(report).toMatchObject({ ended: "settled", missing: 0, codes: [], nextInMs: null, trouble: null });
    const said = report.said;
    const statement = said === null ? undefined : await readCarried(said.statement, [server.keys.public]);
    const { manifest } = taken.opened;
    expect(statement).toMatchObject({ ok: true, value: { file: manifest.file, from: me.id } });
    const ids = (kind: string) => manifest.items.filter((item) => item[0] === kind).map((item) => item[1]);
    if (statement?.ok !== true) throw new Error("it verifies");
    expect([...statement.value.ops].sort()).toEqual([...ids("op")].sort());
    expect(statement.value.letters).toEqual(ids("letter"));
    expect([...statement.value.blobs].sort()).toEqual([...ids("blob")].sort());
    expect(said?.proofs[0]?.proofs).toHaveLength(2);
    expect(progress.at(-1)?.done).toBe(manifest.bytes);
    const at = (path: string) => line.requests.indexOf(path);
    expect(at("POST /v1/register")).toBeLessThan(at("POST /v1/push"));
    expect(at("POST /v1/letters")).toBeLessThan(at("POST /v1/blobs"));
    for (const blob of blobs) expect(server.readBlobFile(me, blob).equals(blob.bytes)).toBe(true);
  });

  test("INV-4: a second delivery changes nothing and sends nothing but the question", async () => {
    const taken = await take(await contents([await me.blob(5000)]));
    await carrier(taken, createLine()).carry.run(false);
    const token = await server.session(me);
    const before = await server.pull(token);
    const line = createLine();
    const report = await carrier(taken, line).carry.run(false);
    expect(report).toMatchObject({ ended: "settled", missing: 0 });
    expect(line.requests).toEqual(["POST /v1/carried"]);
    expect((await server.pull(token)).rows).toEqual(before.rows);
  });

  test("killed anywhere, another process goes on where the server says", async () => {
    const blobs = [await me.blob(300_000), await me.blob(150_000)];
    const taken = await take(await contents(blobs));
    for (let last = 1; ; last += 1) {
      const line = createLine();
      // The process dies: what was sent may have arrived, nobody hears of it.
      line.rule = (_method, _path, n) => (n < last ? "pass" : n === last ? "lost-after" : "lost-before");
      const report = await carrier(taken, line).carry.run(false);
      if (report.ended === "settled") break;
      expect(report.ended).toBe("network");
      expect(last).toBeLessThan(30);
    }
    for (const blob of blobs) expect(server.readBlobFile(me, blob).equals(blob.bytes)).toBe(true);
  });

  test("S-A2: a portal changes timers and nothing else", async () => {
    const taken = await take(await contents([await me.blob(500)]));
    const line = createLine();
    line.rule = () => "portal";
    const { carry } = carrier(taken, line);
    const first = await carry.run(false);
    expect(first).toMatchObject({ ended: "network", trouble: "not-let-through", said: null });
    expect(first.nextInMs).toBeGreaterThan(0);
    line.rule = () => "pass";
    expect(await carry.run(false)).toMatchObject({ ended: "settled", missing: 0 });
  });

  test("a poisoned item is named and the others arrive (INV-5)", async () => {
    const mine = await contents([await me.blob(500)]);
    // Another op under a known id: the server will never take it.
    const id = newOpId();
    await server.register(me);
    await server.push((await me.op({ op: id })).op);
    const poison = (await me.op({ op: id })).op;
    const conflict = (await me.op({ base: newOpId() })).op;
    const taken = await take({ ...mine, ops: [poison, conflict, ...mine.ops] });
    const report = await carrier(taken, createLine()).carry.run(false);
    // The server has an op of that id: the statement counts it as there.
    expect(report).toMatchObject({ ended: "settled", missing: 1, codes: ["conflict"] });
    expect(report.said?.proofs[0]?.proofs).toHaveLength(2);
  });

  test("an item that breaks every connection lets the others go first (S-O5)", async () => {
    const blobs = [await me.blob(400), await me.blob(500), await me.blob(600)];
    const taken = await take({ blobs });
    const line = createLine();
    line.rule = (method, path) =>
      method === "PATCH" && path.includes(blobs[0]?.ref.blob ?? "") ? "lost-before" : "pass";
    const { carry } = carrier(taken, line);
    for (let runs = 0; runs < 4; runs += 1) await carry.run(false);
    const there = await server.store.verifiedOf(
      me.id,
      blobs.map((blob) => blob.ref),
    );
    expect(there).toHaveLength(2);
  });

  test("busy: waits as long as the server says; the person may ask again", async () => {
    const taken = await take(await contents([]));
    const line = createLine();
    const busy = createCarry(
      {
        transport: {
          ...transportOver(line),
          carried: async () => ({
            type: "refused",
            status: 503,
            error: "busy",
            retry: "later",
            retryAfterMs: 7000,
            time: 1,
          }),
        },
        clock,
        random,
        read: async () => ok(new Uint8Array(0)),
        onProgress: () => undefined,
      },
      taken.opened.signed,
      taken.opened.manifest,
    );
    const report = await busy.run(true);
    expect(report).toMatchObject({ ended: "waiting", trouble: "server-busy" });
    expect(report.nextInMs).toBeGreaterThan(6000);
  });

  test("bytes that are not here any more end the run, and nothing is said to be delivered", async () => {
    const taken = await take(await contents([]));
    const carry = createCarry(
      {
        transport: transportOver(createLine()),
        clock,
        random,
        read: async () => ({ ok: false, error: "gone" }),
        onProgress: () => undefined,
      },
      taken.opened.signed,
      taken.opened.manifest,
    );
    expect(await carry.run(false)).toMatchObject({ ended: "gone", said: null });
  });

  test("a million ops are not needed to see that each op is read a few times only", async () => {
    const ops = await Promise.all(Array.from({ length: 60 }, async () => (await me.op()).op));
    const taken = await take({ ops });
    let reads = 0;
    const carry = createCarry(
      {
        transport: transportOver(createLine()),
        clock,
        random,
        read: async (at, bytes) => {
          reads += 1;
          return ok(taken.payload.slice(at, at + bytes));
        },
        onProgress: () => undefined,
      },
      taken.opened.signed,
      taken.opened.manifest,
    );
    expect(await carry.run(false)).toMatchObject({ ended: "settled", missing: 0 });
    expect(reads).toBeLessThan(130);
    expect(placesOf(taken.opened.manifest.items)).toHaveLength(61);
  });
});
