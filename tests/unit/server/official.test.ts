/** E7 at the server: official PDFs that the operator put beside it, by names that cannot mean another file. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { parseDeployment } from "../../../src/protocol/parse.ts";
import { demonstration } from "../../../src/server/deployment.ts";
import { readOfficialFolder } from "../../../src/server/official.ts";
import { createHarness, type Harness } from "./harness.ts";

const folders: string[] = [];
let server: Harness | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "besace-official-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
const pdf = "%PDF-1.7 vide";
const hash = createHash("sha256").update(pdf).digest("hex");
const map = JSON.stringify({ format: "besace-official", form: "aspa", pdf: { sha256: hash, bytes: pdf.length } });

test("the folder is served, never kept by a browser, and deployment.json says for which procedures", async () => {
  const official = await readOfficialFolder(folderOf({ [`${hash}.pdf`]: pdf, "aspa.json": map, "LISEZ-MOI.txt": "x" }));
  server = await createHarness({
    official,
    deployment: { ...demonstration("http://localhost:8080"), official: official.forms },
  });
  const { http } = server;
  const get = (url: string) => http.inject({ method: "GET", url });
  const file = await get(`/official/${hash}.pdf`);
  expect([file.statusCode, file.body, file.headers["content-type"], file.headers["cache-control"]]).toEqual([
    200,
    pdf,
    "application/pdf",
    "no-store",
  ]);
  expect((await get("/official/aspa.json")).json()).toMatchObject({ form: "aspa" });
  for (const name of ["LISEZ-MOI.txt", "..%2f..%2fkeys%2fserver.json", `${"0".repeat(64)}.pdf`])
    expect((await get(`/official/${name}`)).statusCode).toBe(404);
  const said = parseDeployment((await get("/deployment.json")).json());
  expect(said.ok && said.value.official).toEqual(["aspa"]);
});

test("a folder that is not there is empty; a file that is not what its name says stops the start", async () => {
  expect((await readOfficialFolder(join(folderOf({}), "none"))).forms).toEqual([]);
  await expect(readOfficialFolder(folderOf({ [`${"0".repeat(64)}.pdf`]: pdf }))).rejects.toThrow(
    /not the file that its name/,
  );
  await expect(readOfficialFolder(folderOf({ "aspa.json": map }))).rejects.toThrow(/names no PDF/);
  await expect(readOfficialFolder(folderOf({ "aspa.json": "{" }))).rejects.toThrow(/names no PDF/);
});
