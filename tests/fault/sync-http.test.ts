/** The transport against lying networks: only authentic answers count (S-A1, S-A2). A fake fetch, no sockets. */

import { describe, expect, test } from "vitest";
import type { B64, Cursor } from "../../src/protocol/wire.ts";
import { headers } from "../../src/protocol/wire.ts";
import type { BlobId, DeviceId, PrincipalId } from "../../src/shared/ids.ts";
import { createHttpTransport } from "../../src/sync/http.ts";
import type { Transport } from "../../src/sync/ports.ts";

type Handler = (request: {
  readonly path: string;
  readonly init: RequestInit;
  readonly nonce: string;
}) => Promise<Response> | Response;

function over(handler: Handler): Transport {
  let seed = 0;
  return createHttpTransport({
    baseUrl: "",
    clock: { now: () => 1000 },
    random: {
      bytes: (length) => {
        seed += 1;
        return new Uint8Array(length).fill(seed);
      },
    },
    timers: {
      after: (delayMs, task) => {
        const timer = setTimeout(task, delayMs / 200);
        return () => clearTimeout(timer);
      },
    },
    fetch: async (input, init = {}) => {
      const nonce = new Headers(init.headers).get(headers.nonce) ?? "";
      return await handler({ path: String(input), init, nonce });
    },
  });
}
const json = (body: object, init: ResponseInit = {}, extra: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), {
    ...init,
    headers: { "content-type": "application/json", [headers.protocol]: "1", ...extra },
  });
const pull = (transport: Transport) => transport.pull("token", "e.4" as Cursor, 4096);
const rows = { rows: [], cursor: "e.5", more: false, reset: false };
const name = { owner: "o" as PrincipalId, blob: "b" as BlobId };

describe("S-A1 an answer is authentic or it is nothing", () => {
  test("the honest one: header, type, nonce, shape", async () => {
    const seen: string[] = [];
    const outcome = await pull(
      over(({ path, init, nonce }) => {
        seen.push(path, String(init.redirect), String(new Headers(init.headers).get("authorization")));
        return json({ ...rows, nonce, time: 7 });
      }),
    );
    expect(outcome).toMatchObject({ type: "answer", time: 7, value: { cursor: "e.5" } });
    expect(seen).toEqual(["/v1/pull?cursor=e.4&limit=4096", "error", "Bearer token"]);
  });

  const lies: readonly (readonly [string, Handler, string])[] = [
    [
      "200 with a portal's HTML",
      () => new Response("<html>", { headers: { "content-type": "text/html" } }),
      "not-let-through",
    ],
    [
      "JSON without our header",
      ({ nonce }) =>
        new Response(JSON.stringify({ ...rows, nonce, time: 1 }), { headers: { "content-type": "application/json" } }),
      "not-let-through",
    ],
    [
      "an old answer from a cache",
      () => json({ ...rows, nonce: "AAAAAAAAAAAAAAAAAAAAAA", time: 1 }),
      "not-let-through",
    ],
    [
      "truncated JSON",
      ({ nonce }) =>
        new Response(`{"nonce":"${nonce}","rows":[`, {
          headers: { "content-type": "application/json", [headers.protocol]: "1" },
        }),
      "not-let-through",
    ],
    ["another shape", ({ nonce }) => json({ nonce, time: 1, rows: "all" }), "not-let-through"],
    ["a 403 of somebody else", () => new Response("no", { status: 403 }), "not-let-through"],
    ["a 511", () => new Response("<html>", { status: 511 }), "not-let-through"],
    [
      "an error with a foreign nonce",
      () => json({ error: "too-large", retry: "never", nonce: "x", time: 1 }, { status: 413 }),
      "not-let-through",
    ],
    ["a dead line or a redirect", () => Promise.reject(new TypeError("fetch failed")), "unreachable"],
    [
      "a line that hangs",
      ({ init }) =>
        new Promise((_, reject) =>
          init.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError"))),
        ),
      "timeout",
    ],
  ];
  for (const [title, handler, reason] of lies)
    test(title, async () => {
      expect(await pull(over(handler))).toEqual({ type: "lost", reason });
    });

  test("an authentic refusal keeps its status, code and Retry-After", async () => {
    const transport = over(({ nonce }) =>
      json({ error: "busy", retry: "later", nonce, time: 9 }, { status: 503 }, { "retry-after": "12" }),
    );
    expect(await pull(transport)).toEqual({
      type: "refused",
      status: 503,
      error: "busy",
      retry: "later",
      retryAfterMs: 12_000,
      time: 9,
    });
  });

  test("a bug of ours is not taken for a bad network", async () => {
    await expect(pull(over(() => Promise.reject(new RangeError("bug"))))).rejects.toThrow("bug");
  });
});

describe("tus answers have no JSON: the nonce comes back as a header", () => {
  const tus = (status: number, nonce: string, more: Record<string, string> = {}): Response =>
    new Response(null, { status, headers: { [headers.protocol]: "1", [headers.nonce]: nonce, ...more } });

  test("create, head and patch say what the server holds", async () => {
    const asked: string[] = [];
    const transport = over(({ path, init, nonce }) => {
      const sent = new Headers(init.headers);
      asked.push(`${init.method} ${path} ${sent.get("upload-offset") ?? sent.get("upload-length") ?? ""}`);
      if (init.method === "POST") return tus(201, nonce);
      if (init.method === "HEAD")
        return tus(200, nonce, { "upload-offset": "5", date: "Wed, 01 Jan 2036 00:00:00 GMT" });
      return tus(204, nonce, { "upload-offset": "9", [headers.blob]: "verified" });
    });
    const ticket = { body: "YQ" as B64, sig: "YQ" as B64 };
    expect(await transport.blobCreate("t", name, 9, ticket)).toMatchObject({ type: "answer" });
    // The purge of the bin runs on the server's time: a Date header of who knows whom must not move it.
    expect(await transport.blobHead("t", name)).toMatchObject({
      time: null,
      value: { offset: 5, state: "incomplete" },
    });
    expect(await transport.blobPatch("t", name, 5, new Uint8Array(4))).toMatchObject({
      value: { offset: 9, state: "verified" },
    });
    expect(asked).toEqual(["POST /v1/blobs 9", "HEAD /v1/blobs/o.b ", "PATCH /v1/blobs/o.b 5"]);
  });

  test("without the nonce, or with a foreign one, nothing is believed", async () => {
    const foreign = over(() =>
      tus(204, "AAAAAAAAAAAAAAAAAAAAAA", { "upload-offset": "9", [headers.blob]: "verified" }),
    );
    expect(await foreign.blobPatch("t", name, 5, new Uint8Array(4))).toEqual({
      type: "lost",
      reason: "not-let-through",
    });
    const lies404 = over(() => new Response("not found", { status: 404 }));
    expect(await lies404.blobHead("t", name)).toEqual({ type: "lost", reason: "not-let-through" });
    const honest404 = over(({ nonce }) => tus(404, nonce));
    expect(await honest404.blobHead("t", name)).toMatchObject({ type: "refused", status: 404 });
  });

  test("an answer without an offset is no answer", async () => {
    const transport = over(({ nonce }) => tus(204, nonce));
    expect(await transport.blobHead("t", name)).toEqual({ type: "lost", reason: "not-let-through" });
  });
});

test("sessions: the challenge and the signature travel as they are", async () => {
  const who = { principal: "AAAAAAAAAAAAAAAAAAAAAAAAAAA" as PrincipalId, device: "AAAAAAAAAAAAAAAAAAAAAA" as DeviceId };
  const transport = over(({ init, nonce }) => {
    expect(JSON.parse(String(init.body))).toEqual({ ...who, challenge: "YQ", sig: "Yg" });
    return json({ nonce, time: 1, token: "abc", lifetimeMs: 5 });
  });
  expect(await transport.session(who, "YQ" as B64, "Yg" as B64)).toMatchObject({ value: { token: "abc" } });
});

describe("S-T5 how long an answer is waited for", () => {
  /** A transport whose requests end as told: "answer" after `tookMs`, "late" by their time, "cut" at once. */
  function timed() {
    let now = 0;
    const limits: number[] = [];
    let late: (() => void) | undefined;
    let next: { readonly kind: "answer" | "late" | "cut"; readonly tookMs: number } = { kind: "answer", tookMs: 100 };
    const transport = createHttpTransport({
      baseUrl: "",
      clock: { now: () => now },
      random: { bytes: (length) => new Uint8Array(length) },
      timers: {
        after: (delayMs, task) => {
          limits.push(delayMs);
          late = task;
          return () => undefined;
        },
      },
      fetch: async (_input, init = {}) => {
        const nonce = new Headers(init.headers).get(headers.nonce) ?? "";
        now += next.tookMs;
        if (next.kind === "cut") throw new TypeError("fetch failed");
        if (next.kind === "late") {
          late?.();
          throw new DOMException("aborted", "AbortError");
        }
        return new Response(null, {
          status: 200,
          headers: { [headers.protocol]: "1", [headers.nonce]: nonce, "upload-offset": "0" },
        });
      },
    });
    return {
      head: async (kind: typeof next.kind, tookMs = 100): Promise<number> => {
        next = { kind, tookMs };
        await transport.blobHead("", name);
        return limits.at(-1) ?? Number.NaN;
      },
      patch: async (bytes: number, tookMs: number): Promise<number> => {
        next = { kind: "answer", tookMs };
        await transport.blobPatch("", name, 0, new Uint8Array(bytes));
        return limits.at(-1) ?? Number.NaN;
      },
    };
  }

  test("20 s on a line that works or is not known; after a loss six round trips, 5 s at least, doubling while nothing comes", async () => {
    const { head } = timed();
    expect(await head("cut")).toBe(20_000);
    expect(await head("answer", 900), "no round trip is known yet").toBe(20_000);
    expect(await head("cut")).toBe(20_000);
    expect(await head("late")).toBe(5400);
    expect(await head("late")).toBe(10_800);
    expect(await head("late")).toBe(20_000);
    expect(await head("cut")).toBe(20_000);
    expect(await head("answer", 200), "a line that is refused at once is knocked at with the short time").toBe(5400);
    expect(await head("cut")).toBe(20_000);
    expect(await head("answer")).toBe(5000);
    expect(await head("answer")).toBe(20_000);
  });

  test("a part is given three times what the line's measured speed says for it and what goes beside it", async () => {
    const { patch } = timed();
    expect(await patch(65_536, 10_000), "nothing is known").toBe(120_000);
    expect(await patch(65_536, 10_000), "alone, with room for one more").toBeCloseTo(60_000, -2);
    expect(await patch(1000, 100), "a small one").toBe(12_000);
    expect(await patch(1_000_000, 100_000)).toBe(120_000);
  });
});
