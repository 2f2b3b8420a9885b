/**
 * What holds for every request: authentic answers, coded errors, limits, headers, a log that says nothing of anybody,
 * and hostile input that never gets a 500.
 */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { errors, isErrorCode } from "../../../src/protocol/errors.ts";
import { bodies } from "../../../src/protocol/limits.ts";
import { parseErrorAnswer } from "../../../src/protocol/parse.ts";
import { publishWeb } from "../../../src/server/web.ts";
import { createHarness, type Harness, nonce, protocolHeaders } from "./harness.ts";
import { createPerson, type TestPerson } from "./people.ts";

const posts = [
  "/v1/register",
  "/v1/challenge",
  "/v1/session",
  "/v1/push",
  "/v1/letters",
  "/v1/proofs",
  "/v1/organisations/ccas-brevigny/enrol",
] as const;

let server: Harness;
beforeEach(async () => {
  server = await createHarness();
});
afterEach(() => server.close());

describe("every /v1 answer", () => {
  test.each([
    ["GET", "/v1/pull", 401],
    ["GET", "/v1/nothing", 404],
    ["POST", "/v1/push", 422],
    ["POST", "/v1/blobs", 400],
    ["HEAD", "/v1/blobs/x", 404],
    ["GET", "/v1/blobs/x", 401],
    ["DELETE", "/v1/blobs/x", 404],
    ["PUT", "/v1/push", 404],
    ["OPTIONS", "/v1/push", 404],
  ] as const)("%s %s carries protocol and nonce, also as an error", async (method, url, status) => {
    const answer = await server.http.inject({ method, url, headers: protocolHeaders });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers["besace-protocol"]).toBe("1");
    expect(answer.headers["besace-nonce"]).toBe(nonce);
    expect(answer.headers["cache-control"]).toBe("no-store");
    if (method === "HEAD") return;
    const body = parseErrorAnswer(answer.json());
    expect(body.ok && body.value).toMatchObject({ nonce, time: server.time.now });
    expect(body.ok && isErrorCode(body.value.error) && errors[body.value.error].status).toBe(status);
  });

  test("refuses another protocol version and an unusable nonce, with a code", async () => {
    const ask = async (headers: Record<string, string>) =>
      (await server.http.inject({ method: "GET", url: "/v1/pull", headers })).json();
    expect(await ask({})).toMatchObject({ error: "bad-protocol", nonce: "" });
    expect(await ask({ ...protocolHeaders, "besace-protocol": "2" })).toMatchObject({ error: "bad-protocol", nonce });
    for (const bad of ["short", "x".repeat(65), "with space 0123456789", "<script>0123456789"])
      expect(await ask({ ...protocolHeaders, "besace-nonce": bad })).toMatchObject({ error: "bad-nonce", nonce: "" });
  });
});

describe("hostile input", () => {
  const strange = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.constantFrom(
      "",
      "null",
      "[]",
      '{"__proto__":{}}',
      '{"constructor":{"prototype":{}}}',
      "{",
      "[".repeat(5000),
      `{"ops":${"[".repeat(2000)}${"]".repeat(2000)}}`,
    ),
  );

  test.each(posts)("%s answers any body with a coded 4xx", async (url) => {
    await fc.assert(
      fc.asyncProperty(strange, async (payload) => {
        const answer = await server.ask("POST", url, payload);
        expect(answer.statusCode).toBeGreaterThanOrEqual(400);
        expect(answer.statusCode).toBeLessThan(500);
        expect(parseErrorAnswer(answer.json()).ok).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  /** A valid message in which one place is replaced: deeper than what random JSON reaches. */
  test("a valid request with any one value replaced never gets a 500", async () => {
    const person = await createPerson();
    const desk = await createPerson("organisation");
    await server.register(person);
    await server.register(desk);
    const { op } = await person.op();
    const { letter, id, manifest } = await person.letter(desk);
    const valid: readonly (readonly [string, object])[] = [
      ["/v1/register", { statements: person.statements }],
      ["/v1/challenge", { principal: person.id, device: person.device }],
      ["/v1/session", { principal: person.id, device: person.device, challenge: "AAAA", sig: op.sig }],
      ["/v1/push", { ops: [op, op] }],
      ["/v1/letters", { letter }],
      ["/v1/proofs", { proof: await desk.opened(id, manifest) }],
      [posts[6], { auth: letter.sig.slice(0, 43), statements: desk.statements, sealedRoot: op.body }],
    ];
    const paths = (value: unknown): (readonly string[])[] =>
      typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => [[key], ...paths(inner).map((rest) => [key, ...rest])])
        : [];
    const put = (value: unknown, path: readonly string[], leaf: unknown): unknown => {
      const [first, ...rest] = path;
      if (first === undefined) return leaf;
      const copy = structuredClone(value) as Record<string, unknown>;
      copy[first] = put(copy[first], rest, leaf);
      return copy;
    };
    const request = fc
      .constantFrom(...valid)
      .chain(([url, body]) =>
        fc.tuple(
          fc.constant(url),
          fc.constant(body),
          fc.constantFrom(...paths(body)),
          fc.oneof(fc.jsonValue(), fc.base64String()),
        ),
      );
    await fc.assert(
      fc.asyncProperty(request, async ([url, body, path, leaf]) => {
        const answer = await server.post(url, put(body, path, leaf));
        expect(answer.statusCode).toBeLessThan(500);
      }),
      { numRuns: 300 },
    );
  });

  test("any cursor, blob name, range, ticket and header", async () => {
    const person = await createPerson();
    await server.register(person);
    const token = server.bearer(await server.session(person));
    const blob = await person.blob();
    await server.createUpload(person, blob);
    await server.patch(person, blob, 0);
    const visible = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_.=/+ ,;:%&?\"'<>") });
    await fc.assert(
      fc.asyncProperty(visible, visible, async (a, b) => {
        const text = encodeURIComponent(a);
        const answers = [
          await server.ask("GET", `/v1/pull?cursor=${text}&limit=${encodeURIComponent(b)}`, undefined, token),
          await server.ask("GET", `/v1/pull?cursor=${text}&cursor=0.0`, undefined, token),
          await server.ask("GET", `/v1/blobs/${text}`, undefined, token),
          await server.ask("GET", `/v1/principals/${text}`, undefined, token),
          await server.ask("GET", `/v1/blobs/${person.id}.${blob.ref.blob}`, undefined, { ...token, range: a }),
          await server.ask("POST", "/v1/blobs", undefined, {
            "tus-resumable": "1.0.0",
            "upload-length": a,
            "upload-metadata": b,
          }),
          await server.ask("PATCH", `/v1/blobs/${person.id}.${blob.ref.blob}`, undefined, {
            "tus-resumable": "1.0.0",
            "upload-offset": a,
            "content-type": "application/offset+octet-stream",
          }),
          await server.ask("GET", "/v1/pull", undefined, { authorization: `Bearer ${b}` }),
        ];
        for (const answer of answers) {
          expect(answer.statusCode).toBeLessThan(500);
          expect(answer.headers["besace-protocol"]).toBe("1");
        }
      }),
      { numRuns: 60 },
    );
  });

  test("too large a body is refused as such on every route", async () => {
    const body = JSON.stringify({ statements: "x".repeat(Math.max(...Object.values(bodies)) + 1) });
    for (const url of posts) {
      const answer = await server.ask("POST", url, body);
      expect(answer.statusCode).toBe(413);
      expect(answer.json()).toMatchObject({ error: "too-large", nonce });
    }
  });

  test("a form, a text and a missing type are no messages", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const answer = await server.http.inject({
        method: "POST",
        url: "/v1/push",
        headers: { ...protocolHeaders, "content-type": type },
        payload: '{"ops":[]}',
      });
      expect(answer.json()).toMatchObject({ error: "bad-format", nonce });
    }
  });
});

test("a fault of the server is a coded 500 without words of its own, and the log keeps none either", async () => {
  const person = await createPerson();
  await server.register(person);
  const { op } = await person.op();
  const store = server.store as { -readonly [K in keyof typeof server.store]: (typeof server.store)[K] };
  const working = store.applyOp;
  store.applyOp = async () => {
    throw new Error(`secret-marker ${op.head}`);
  };
  const answer = await server.post("/v1/push", { ops: [op] });
  expect(answer.statusCode).toBe(500);
  expect(answer.json()).toEqual({ nonce, time: server.time.now, error: "internal", retry: "later" });
  expect(server.logLines.some((line) => line.includes('"fault"'))).toBe(true);
  expect(server.logLines.join("")).not.toMatch(/secret-marker/);
  store.applyOp = working;
  expect((await server.push(op)).verdicts).toMatchObject([{ type: "ok" }]);
});

describe("rate limits", () => {
  test("go by principal where a session names one, else by address", async () => {
    await server.close();
    server = await createHarness({ rates: { perPrincipal: 5, perAddress: 30 } });
    const [one, two] = [await createPerson(), await createPerson()];
    const pull = async (token: string) =>
      (await server.ask("GET", "/v1/pull", undefined, server.bearer(token))).statusCode;
    for (const person of [one, two]) await server.register(person);
    const [first, second] = [await server.session(one), await server.session(two)];
    // Registering counted once for the principal.
    for (let times = 0; times < 4; times += 1) expect(await pull(first)).toBe(200);
    expect(await pull(first)).toBe(429);
    expect(await pull(second)).toBe(200);
    let refused: Awaited<ReturnType<typeof server.ask>> | undefined;
    for (let times = 0; times < 30; times += 1) refused = await server.ask("GET", "/v1/nothing");
    expect(refused?.statusCode).toBe(429);
    expect(refused?.json()).toMatchObject({ error: "too-many", retry: "later", nonce });
    expect(Number(refused?.headers["retry-after"])).toBeGreaterThan(0);
    expect(await pull(second)).toBe(200);
  });

  test("count a signed item for its author, session or not; forged ones count for nobody else", async () => {
    await server.close();
    server = await createHarness({ rates: { perPrincipal: 3, perAddress: 1000 } });
    const [person, stranger] = [await createPerson(), await createPerson()];
    await server.register(person);
    for (let times = 0; times < 10; times += 1) await server.push((await stranger.op({ satchel: person.id })).op);
    const codes = [];
    for (let times = 0; times < 4; times += 1) {
      const [verdict] = (await server.push((await person.op()).op)).verdicts;
      codes.push(verdict?.type === "reject" ? verdict.code : verdict?.type);
    }
    expect(codes).toEqual(["ok", "ok", "busy", "busy"]);
  });
});

test("INV-3: the log has method, route, status and time, and nothing of anybody", async () => {
  const person: TestPerson = await createPerson();
  const desk = await createPerson("organisation");
  await server.register(person);
  await server.register(desk);
  const token = await server.session(person);
  const blob = await person.blob();
  const { letter, id } = await person.letter(desk, [blob.ref]);
  await server.createUpload(person, blob);
  await server.patch(person, blob, 0);
  await server.head(person, blob);
  await server.post("/v1/letters", { letter });
  await server.pull(token);
  await server.push((await person.op()).op);
  await server.ask("POST", "/v1/push", '{"secret-marker-1');
  await server.ask("GET", "/v1/secret-marker-2?x=secret-marker-3", undefined, { "x-forwarded-for": "203.0.113.9" });
  await server.http.inject({ url: "/secret-marker-4%zz", headers: { "user-agent": "secret-marker-5" } });

  const text = server.logLines.join("");
  expect(server.logLines.length).toBeGreaterThan(10);
  for (const secret of [
    person.id,
    person.device,
    desk.id,
    blob.ref.blob,
    id,
    token,
    nonce,
    "127.0.0.1",
    "203.0.113",
    "secret-marker",
    "/v1/blobs/A",
  ])
    expect(text).not.toContain(secret);
  const requests = server.logLines.map((line) => JSON.parse(line)).filter((line) => line.msg === "request");
  for (const line of requests)
    expect(Object.keys(line).sort()).toEqual(["level", "method", "ms", "msg", "route", "status", "time"]);
  expect(requests.map((line) => line.route)).toContain("/v1/blobs/:name");
});

test("INV-3: a fault is logged by name and place, never by its words", async () => {
  const { describeError } = await import("../../../src/server/log.ts");
  const error = new TypeError("secret-marker in a message\n    at secret-marker:1:2");
  const text = JSON.stringify(describeError(error));
  expect(text).not.toContain("secret-marker");
  expect(text).toContain("TypeError");
  expect(text).toContain("server/requests.test.ts:");
  expect(text).not.toContain(process.cwd());
});

describe("the app's files", () => {
  let dist: string;
  let web: string;
  beforeAll(() => {
    dist = mkdtempSync(join(tmpdir(), "besace-dist-"));
    web = mkdtempSync(join(tmpdir(), "besace-web-"));
    mkdirSync(join(dist, "assets"));
    mkdirSync(join(dist, ".vite"));
    const files = {
      "index.html": "<!doctype html><title>app</title>",
      "guichet.html": "<!doctype html><title>desk</title>",
      "sw.js": "// worker",
      "manifest.webmanifest": "{}",
      "assets/index-abc.js": `// ${"x".repeat(5000)}`,
      ".vite/manifest.json": "{}",
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dist, name), text);
  });
  afterAll(() => {
    rmSync(dist, { recursive: true, force: true });
    rmSync(web, { recursive: true, force: true });
  });
  const open = async (publicUrl?: string) => {
    await (await publishWeb(dist, web, { now: Date.now }))();
    await server.close();
    server = await createHarness({ webFolder: web, ...(publicUrl === undefined ? {} : { publicUrl }) });
  };
  const get = (url: string, headers: Record<string, string> = {}) => server.http.inject({ url, headers });

  test("pages, worker and manifest are asked for each time, assets never again", async () => {
    await open();
    for (const [url, type, cache] of [
      ["/", "text/html", "no-cache"],
      ["/guichet", "text/html", "no-cache"],
      ["/sw.js", "javascript", "no-cache"],
      ["/manifest.webmanifest", "application/manifest+json", "no-cache"],
      ["/deployment.json", "application/json", "no-cache"],
      ["/assets/index-abc.js", "javascript", "public, max-age=31536000, immutable"],
    ] as const) {
      const answer = await get(url);
      expect([url, answer.statusCode, answer.headers["cache-control"]]).toEqual([url, 200, cache]);
      expect(answer.headers["content-type"]).toContain(type);
    }
    expect((await get("/guichet")).body).toContain("desk");
    expect((await get("/guichet/dossiers/3")).body).toContain("desk");
  });

  test("compressed when the browser takes it", async () => {
    await open();
    const plain = await get("/assets/index-abc.js");
    const small = await get("/assets/index-abc.js", { "accept-encoding": "gzip, br" });
    expect(small.headers["content-encoding"]).toBe("br");
    expect(small.rawPayload.length).toBeLessThan(plain.rawPayload.length / 10);
    expect(small.headers["cache-control"]).toBe(plain.headers["cache-control"]);
    expect(small.headers["content-type"]).toBe(plain.headers["content-type"]);
  });

  test("a screen's path gives the app, a missing file never does", async () => {
    await open();
    const html = { accept: "text/html,application/xhtml+xml" };
    expect((await get("/papiers/3", html)).body).toContain("app");
    for (const url of [
      "/assets/index-old.js",
      "/assets/x",
      "/nope.png",
      "/.vite/manifest.json",
      "/../main.ts",
      "/v1/x",
    ]) {
      const answer = await get(url, html);
      expect([url, answer.statusCode]).toEqual([url, url === "/v1/x" ? 400 : 404]);
      expect(answer.headers["content-type"]).not.toContain("html");
    }
  });

  test("carry a strict policy; https is demanded only where it is spoken", async () => {
    await open();
    const { headers } = await get("/");
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|\*|https?:/);
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["permissions-policy"]).toContain("camera=(self)");
    expect(headers["strict-transport-security"]).toBeUndefined();
    await open("https://besace.example");
    expect((await get("/")).headers["strict-transport-security"]).toContain("max-age");
  });

  test("a new build replaces pages at once and keeps old assets for sixty days", async () => {
    await open();
    writeFileSync(join(dist, "index.html"), "<!doctype html><title>next</title>");
    rmSync(join(dist, "assets/index-abc.js"));
    writeFileSync(join(dist, "assets/index-def.js"), "// next");
    await open();
    expect((await get("/", { "accept-encoding": "br" })).rawPayload).not.toContain("app");
    expect((await get("/")).body).toContain("next");
    expect((await get("/assets/index-abc.js")).statusCode).toBe(200);
    expect((await get("/assets/index-def.js")).statusCode).toBe(200);
    const old = (statSync(join(web, "assets/index-abc.js")).mtimeMs - 61 * 24 * 3600 * 1000) / 1000;
    for (const name of readdirSync(join(web, "assets")).filter((one) => one.startsWith("index-abc")))
      utimesSync(join(web, "assets", name), old, old);
    await open();
    expect((await get("/assets/index-abc.js")).statusCode).toBe(404);
    expect((await get("/assets/index-def.js")).statusCode).toBe(200);
  });
});
