/** `npm run form -- import`: from a file, from an address, refused with reasons. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { importForm, schemaAddress } from "../../../support/tasks/form-import.ts";
import { champs, schemaOf } from "./fixture.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "besace-import-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function world(answers: Readonly<Record<string, string>> = {}) {
  const told: string[] = [];
  const out: string[] = [];
  return {
    told,
    out,
    world: {
      fetch: async (url: string) => {
        const body = answers[url];
        return body === undefined ? new Response("", { status: 404 }) : new Response(body);
      },
      now: () => new Date("2026-11-22T12:00:00Z"),
      out: (text: string) => void out.push(text),
      tell: (line: string) => void told.push(line),
    },
  };
}

test("a file becomes a form file, and what was understood is printed", async () => {
  const source = join(folder, "schema.json");
  writeFileSync(source, JSON.stringify(schemaOf(champs)));
  const { told, out, world: it } = world();
  expect(await importForm([source], it)).toBe(0);
  expect(JSON.parse(out.join(""))).toMatchObject({
    format: "besace-form",
    form: {
      id: "ds-4321",
      reviewBefore: "2027-05-23",
      origin: { hash: expect.stringMatching(/^[0-9a-f]{64}$/), logic: "missing" },
    },
  });
  expect(told.slice(0, 6)).toEqual([
    "questions                    42",
    "  understood                 31 (74 %)",
    "  the site takes prepared    29 (69 %)",
    "  only on line, here a text  11 (26 %)",
    "  of unknown type            0 (0 %)",
    "papers                       3 (none can be handed over: they are added on the site)",
  ]);
  expect(told.join("\n")).toContain("conditions                   missing");
});

test("the address that people get leads to the schema", async () => {
  const url = "https://demarche.example.fr/commencer/aide-facultative";
  expect(schemaAddress(url)).toBe("https://demarche.example.fr/preremplir/aide-facultative/schema");
  expect(schemaAddress(`${url}?a=b`)).toBe("https://demarche.example.fr/preremplir/aide-facultative/schema");
  expect(schemaAddress("https://demarche.example.fr/commencer/aide_2026")).toBe(
    "https://demarche.example.fr/preremplir/aide_2026/schema",
  );
  expect(schemaAddress("https://example.fr/other.json")).toBe("https://example.fr/other.json");
  const { world: it } = world({ [schemaAddress(url)]: JSON.stringify(schemaOf(champs, { demarcheURL: undefined })) });
  const target = join(folder, "form.json");
  expect(await importForm([url, "--out", target], it)).toBe(0);
  expect(JSON.parse(readFileSync(target, "utf8"))).toMatchObject({ form: { portal: url } });
  await expect(importForm(["https://demarche.example.fr/commencer/autre"], it)).rejects.toThrow("404");
});

test("what cannot be read is refused with its places", async () => {
  const source = join(folder, "schema.json");
  writeFileSync(source, JSON.stringify(schemaOf([{ ...champs[2], id: "" }])));
  const { told, out, world: it } = world();
  expect(await importForm([source], it)).toBe(1);
  expect(told).toEqual(["revision.champDescriptors[0].id: without its id it cannot be told from others [missing]"]);
  expect(out).toEqual([]);
  expect(await importForm([], it)).toBe(1);
});
