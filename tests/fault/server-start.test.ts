/** The server as a process: what it prints, what it leaves on disk, how it stops, and what it refuses to start with. */

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deskAuthOf, readDeskCode } from "../../src/protocol/desk-code.ts";
import { b64 } from "../../src/protocol/sign.ts";
import { freePort, pinnedNode, ROOT, startServer } from "../support/server.ts";
import { createPerson, random } from "../unit/server/people.ts";

let folder: string;
let dist: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "besace-start-"));
  dist = join(folder, "dist");
  mkdirSync(dist);
  writeFileSync(join(dist, "index.html"), "<!doctype html><title>start</title>");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a server that is to end by itself. */
async function startRefused(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: unknown; readonly text: string }> {
  const child = spawn(pinnedNode(), ["src/server/main.ts"], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? "", PORT: String(await freePort()), ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.on("data", (bytes: Buffer) => {
    text += bytes.toString();
  });
  const code = await new Promise((done) => child.once("close", done));
  return { code, text };
}

const headers = { "besace-protocol": "1", "besace-nonce": "start-test-nonce-0000", "content-type": "application/json" };

test("prints the addresses and a code that opens the desk, keeps its keys, and stops in order", async () => {
  const env = { BESACE_DIST: dist, HOST: "127.0.0.1" };
  const server = await startServer({ data: join(folder, "data"), env });
  try {
    await server.waitForLine(/http:\/\/localhost:\d+\/guichet/);
    const [code = ""] = await server.waitForLine(/([A-Z2-9]{4} ){9}[A-Z2-9]{4}/);
    const secret = await readDeskCode(code);
    if (!secret.ok) throw new Error(secret.error.type);
    const desk = await createPerson("organisation");
    const enrolled = await fetch(`${server.url}/v1/organisations/ccas-brevigny/enrol`, {
      method: "POST",
      headers,
      body: JSON.stringify({
        auth: await deskAuthOf(secret.value),
        statements: desk.statements,
        sealedRoot: b64(random.bytes(60)),
      }),
    });
    expect(enrolled.status).toBe(200);

    const keyFile = join(server.data, "keys", "server.json");
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    const before = await (await fetch(`${server.url}/deployment.json`)).json();
    // The private key is in the key file only, and the code is nowhere.
    const { private: secretKey } = JSON.parse(readFileSync(keyFile, "utf8"));
    for (const name of readdirSync(server.data, { recursive: true, encoding: "utf8" })) {
      const path = join(server.data, name);
      if (!statSync(path).isFile() || path === keyFile) continue;
      const bytes = readFileSync(path);
      expect([name, bytes.includes(secretKey)]).toEqual([name, false]);
      expect([name, bytes.includes(code) || bytes.includes(code.replaceAll(" ", ""))]).toEqual([name, false]);
    }

    await server.restart();
    const after = await (await fetch(`${server.url}/deployment.json`)).json();
    expect(after).toEqual(before);
    expect(after.organisations[0].statements).toEqual(desk.statements);
    // Opened once: no code is printed any more.
    const secondRun = () => server.lines().filter((line) => line.run === 2);
    await expect.poll(() => secondRun().some((line) => line.text.includes("/guichet"))).toBe(true);
    const second = secondRun();
    expect(second.some((line) => /([A-Z2-9]{4} ){9}[A-Z2-9]{4}/.test(line.text))).toBe(false);
    await server.kill("SIGTERM");
    expect(server.log()).not.toContain("fault");
  } finally {
    await server.close();
  }
});

test("refuses a data folder that another server runs on, says so, touches nothing; kill -9 leaves no lock", async () => {
  const server = await startServer({ data: join(folder, "shared"), env: { BESACE_DIST: dist, HOST: "127.0.0.1" } });
  try {
    const before = await (await fetch(`${server.url}/deployment.json`)).json();
    const { code, text } = await startRefused({ BESACE_DATA: server.data, BESACE_DIST: dist });
    expect(code).toBe(1);
    expect(text).toContain("another Besace server is running on");
    expect(text).toContain(server.data);
    expect(text).not.toContain("    at ");
    await server.kill("SIGKILL");
    // A database elsewhere, named by two that have each a folder of their own, is one too.
    const elsewhere = { DATABASE_URL: `sqlite:${join(folder, "elsewhere", "besace.sqlite")}` };
    await server.restart(elsewhere);
    const second = await startRefused({ BESACE_DATA: join(folder, "other"), BESACE_DIST: dist, ...elsewhere });
    expect([second.code, second.text]).toEqual([1, expect.stringContaining("another Besace server is running on")]);
    await server.restart();
    expect(await (await fetch(`${server.url}/deployment.json`)).json()).toEqual(before);
  } finally {
    await server.close();
  }
});

test.each([
  ["a public address without a deployment file", { BESACE_URL: "https://besace.example" }, "BESACE_DEPLOYMENT"],
  ["a port that is none", { PORT: "many" }, "PORT"],
  ["a place for blobs that is none", { BLOB_URL: "s3://key:hush@host" }, "BLOB_URL"],
  ["a place for blobs without its keys", { BLOB_URL: "s3://127.0.0.1/bucket" }, "AWS_ACCESS_KEY_ID"],
  ["a time that is none", { BESACE_STOP_MS: "soon" }, "BESACE_STOP_MS"],
  ["a database that is none", { DATABASE_URL: "mysql://root:hush@host/db" }, "DATABASE_URL"],
  ["a deployment that is none", { BESACE_DEPLOYMENT: "package.json" }, "deployment"],
])("does not start with %s, and says why", async (_name, env, why) => {
  const { code, text } = await startRefused({ BESACE_DATA: join(folder, "none"), ...env });
  expect(code).toBe(1);
  expect(text).toContain(why);
  expect(text).not.toContain("    at ");
  expect(text).not.toContain("hush");
});

test("the storage's SDK is not loaded by a server on one folder", async () => {
  // Says of each module that is asked for whether it is the SDK.
  const watch = `import { registerHooks } from "node:module";
    registerHooks({ resolve(name, context, next) {
      if (name.startsWith("@aws-sdk/")) process.stderr.write("LOADED " + name + "\\n");
      return next(name, context);
    } });`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(watch)}`;
  const env = { BESACE_DIST: dist, HOST: "127.0.0.1", NODE_OPTIONS };
  const server = await startServer({ data: join(folder, "light"), env });
  await server.close();
  expect(server.log()).not.toContain("LOADED");
  // The watch itself is worth something: with S3 it sees the SDK.
  const refused = await startRefused({
    ...env,
    BESACE_DATA: join(folder, "heavy"),
    BLOB_URL: "s3://some-key:hush@127.0.0.1:1/bucket?tls=off",
  });
  expect(refused.text).toContain("LOADED @aws-sdk/client-s3");
  expect(refused.text).toContain("BLOB_URL");
  expect(refused.text).not.toContain("hush");
  expect(refused.code).toBe(1);
});
