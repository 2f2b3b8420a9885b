/** The accessibility check: it works under the app's strict policy, finds a planted fault, and is quiet without one. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeAxe, runAxe } from "../../support/axe.ts";
import { launchBrowser, type TestBrowser } from "../../support/browser.ts";

const folder = mkdtempSync(join(tmpdir(), "besace-axetest-"));
let server: Server;
let browser: TestBrowser;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.setHeader(
      "content-security-policy",
      "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    const field =
      request.url === "/bad" ? '<input id="nom">' : '<label for="nom">Nom</label><input id="nom" autocomplete="off">';
    response.end(`<!doctype html><html lang="fr"><title>Essai</title><main><h1>Essai</h1>${field}</main></html>`);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchBrowser({ profile: folder });
});

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

test("a field without a label is found and described", async () => {
  await browser.page.goto(`${url}/bad`);
  const report = await runAxe(browser.page);
  expect(report.violations.map((violation) => violation.rule)).toContain("label");
  expect(describeAxe(report)).toMatch(/label \(critical\)[\s\S]*#nom/);
  expect((await runAxe(browser.page, { include: "h1" })).violations).toEqual([]);
  expect(
    (await runAxe(browser.page, { without: ["label"] })).violations.map((violation) => violation.rule),
  ).not.toContain("label");
}, 120_000);

test("a good page passes", async () => {
  await browser.page.goto(`${url}/good`);
  const report = await runAxe(browser.page);
  expect(describeAxe(report)).toBe("");
  expect(report.passes).toBeGreaterThan(10);
}, 120_000);
