/** The server runner, on a server that keeps the same contract: start, log, kill, restart on the same data. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listProcesses } from "../../support/processes.ts";
import { pinnedNode, startServer } from "../../support/server.ts";

const folder = mkdtempSync(join(tmpdir(), "besace-servertest-"));
const script = join(folder, "main.ts");

beforeAll(() => {
  writeFileSync(
    script,
    `import { createServer } from "node:http";
     import { appendFileSync, readFileSync } from "node:fs";
     import { spawn } from "node:child_process";
     const data: string = process.env.BESACE_DATA ?? "";
     appendFileSync(data + "/runs", "x");
     if (process.env.FAIL) { console.error("cannot: " + process.env.FAIL); process.exit(3); }
     const helper = spawn("sleep", ["1000"]);
     process.on("SIGTERM", () => { helper.kill(); if (!process.env.STUBBORN) process.exit(0); });
     createServer((_request, response) => response.end(readFileSync(data + "/runs"))).listen(Number(process.env.PORT), "127.0.0.1");
     setTimeout(() => console.log("Code du guichet : ABCD-" + process.version), 50);`,
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("starts, is killed with its children, and starts again on the same data", async () => {
  const server = await startServer({ script });
  const code = await server.waitForLine(/Code du guichet : (\S+)/);
  expect(code[1]).toMatch(/^ABCD-v\d+/);
  expect(await (await fetch(`${server.url}/`)).text()).toBe("x");
  const pid = server.pid() ?? 0;
  const children = listProcesses().filter((row) => row.parent === pid);
  expect(children.length).toBe(1);
  await server.kill();
  expect(server.pid()).toBeUndefined();
  expect(listProcesses().filter((row) => row.pid === pid || row.pid === children[0]?.pid)).toEqual([]);
  await expect(fetch(`${server.url}/`)).rejects.toThrow();

  await server.restart();
  expect(await (await fetch(`${server.url}/`)).text()).toBe("xx");
  await expect(server.waitForLine(/never printed/, 100)).rejects.toThrow("no line like");
  expect(server.log()).toContain("Code du guichet");
  expect(readFileSync(join(server.data, "runs"), "utf8")).toBe("xx");
  await server.close();
  expect(existsSync(server.data)).toBe(false);
}, 120_000);

test("a server that ends at once says why; given data stay", async () => {
  await expect(startServer({ script, data: folder, env: { FAIL: "no room" } })).rejects.toThrow(
    /exit code 3[\s\S]*cannot: no room/,
  );
  expect(existsSync(join(folder, "runs"))).toBe(true);
});

test("runs under the project's own Node", () => {
  expect(pinnedNode()).toMatch(/node$/);
});
