/** What whoever runs the server may ask: alive, ready, counters; and what the counters never say. */

import { rmSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { openVault } from "../../../src/server/stores/blob-open.ts";
import { createHarness, type Harness, nonce } from "./harness.ts";
import { createPerson } from "./people.ts";

let server: Harness;
afterEach(() => server.close());
const get = (url: string, headers: Record<string, string> = {}) => server.http.inject({ method: "GET", url, headers });
const later = () => {
  server.time.now += 2000;
};

describe("readiness", () => {
  test("alive and ready, until it is told to stop; alive goes on", async () => {
    server = await createHarness();
    expect([(await get("/healthz")).statusCode, (await get("/healthz")).body]).toEqual([200, "ok\n"]);
    const ready = await get("/readyz");
    expect([ready.statusCode, ready.json()]).toEqual([
      200,
      { ready: true, checks: { database: true, staging: true, disk: true, vault: true, running: true } },
    ]);
    server.app.announceStop();
    const stopping = await get("/readyz");
    expect([stopping.statusCode, stopping.json().checks.running]).toEqual([503, false]);
    expect((await get("/healthz")).statusCode).toBe(200);
  });

  test("names what fails, and nothing else of the server", async () => {
    server = await createHarness({
      vault: (staging) => openVault({ url: "s3://key:hush@127.0.0.1:1/bucket?tls=off", env: {}, staging }),
    });
    const first = await get("/readyz");
    expect([first.statusCode, first.json().checks]).toEqual([
      503,
      { database: true, staging: true, disk: true, vault: false, running: true },
    ]);
    rmSync(server.blobFolder, { recursive: true });
    // Within a second the same answer: asking costs nothing.
    expect((await get("/readyz")).json().checks.staging).toBe(true);
    later();
    expect((await get("/readyz")).json().checks).toMatchObject({ staging: false, vault: false, database: true });
    expect(server.logLines.join("")).not.toContain("hush");
  });
});

describe("metrics", () => {
  test("count what happened, and hold no id, no address, no nonce", async () => {
    server = await createHarness();
    const person = await createPerson();
    const desk = await createPerson("organisation");
    await server.register(person);
    await server.register(desk);
    const blob = await person.blob(150_000);
    await server.createUpload(person, blob);
    await server.patch(person, blob, 0, 70_000);
    await server.patch(person, blob, 70_000);
    const { head, op } = await person.op({ blobs: [blob.ref.blob] });
    await server.push(op);
    await server.push((await person.op({ record: head.record })).op);
    const { letter, id } = await person.letter(desk, [blob.ref]);
    await server.post("/v1/letters", { letter });
    const token = await server.session(person);
    await server.pull(token);
    await server.ask("GET", `/v1/principals/${person.id}`, undefined, server.bearer(token));
    await server.ask("GET", `/v1/nowhere/${person.id}`);
    await server.ask("GET", `/${person.id}`);
    const { body: text, headers } = await get("/metrics");
    expect(headers["content-type"]).toContain("text/plain");
    const value = (line: string) =>
      Number(
        text
          .split("\n")
          .find((one) => one.startsWith(`${line} `))
          ?.slice(line.length + 1),
      );
    expect(value('besace_requests_total{method="POST",route="/v1/push",status="200"}')).toBe(2);
    expect(value('besace_requests_total{method="PATCH",route="/v1/blobs/:name",status="204"}')).toBe(2);
    expect(value('besace_request_seconds_count{method="POST",route="/v1/push"}')).toBe(2);
    expect(value('besace_verdicts_total{item="op",verdict="ok"}')).toBe(1);
    expect(value('besace_verdicts_total{item="op",verdict="conflict"}')).toBe(1);
    expect(value('besace_verdicts_total{item="letter",verdict="ok"}')).toBe(1);
    expect(value('besace_errors_total{code="not-found"}')).toBe(1);
    expect(value("besace_staged_bytes_total")).toBe(blob.ref.length);
    expect(value("besace_promoted_bytes_total")).toBe(blob.ref.length);
    expect(value('besace_blobs{state="verified"}')).toBe(1);
    expect(value("besace_blob_bytes")).toBe(blob.ref.length);
    expect(value('besace_rows{what="principals"}')).toBe(2);
    const secrets = [
      person.id,
      desk.id,
      person.device,
      blob.ref.blob,
      blob.ref.root,
      head.op,
      head.record,
      id,
      nonce,
      token,
    ];
    for (const secret of [...secrets, "127.0.0.1", "ccas", server.folder]) expect(text).not.toContain(secret);
    // The search itself is worth something: what it looks for would be found.
    expect(`${text}{name="${person.id}"}`).toContain(person.id);
  });

  test("say how much is staged, when verified blobs lie elsewhere, and how often that failed", async () => {
    server = await createHarness({
      vault: (staging) => openVault({ url: "s3://key:hush@127.0.0.1:1/bucket?tls=off", env: {}, staging }),
    });
    const person = await createPerson();
    await server.register(person);
    const blob = await person.blob();
    await server.createUpload(person, blob);
    await server.patch(person, blob, 0);
    const lines = (await get("/metrics")).body.split("\n");
    expect(lines).toContain(`besace_staging_bytes ${blob.ref.length}`);
    expect(lines).toContain('besace_promotion_failures_total{why="unreachable"} 1');
    expect(lines).toContain('besace_blobs{state="staged"} 1');
  });

  test("are for the operator: a token where there is one, else this machine in a trial, else nobody", async () => {
    server = await createHarness({ metricsToken: "open sesame" });
    expect((await get("/metrics")).statusCode).toBe(404);
    expect((await get("/metrics", { authorization: "Bearer open" })).statusCode).toBe(404);
    expect((await get("/metrics", { authorization: "Bearer open sesame" })).statusCode).toBe(200);
    await server.close();
    server = await createHarness({ publicUrl: "https://besace.example" });
    expect((await get("/metrics")).statusCode).toBe(404);
    await server.close();
    server = await createHarness();
    const from = (remoteAddress: string) => server.http.inject({ method: "GET", url: "/metrics", remoteAddress });
    expect((await from("192.0.2.7")).statusCode).toBe(404);
    expect((await from("::1")).statusCode).toBe(200);
  });
});
