/** `npm run form`: what an author sees. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formTool, readFormText } from "../../support/tasks/form.ts";

const example = readFileSync(new URL("../../../src/forms/examples/aide-vacances.yaml", import.meta.url), "utf8");

async function run(args: readonly string[], files: Readonly<Record<string, string>>) {
  const said: string[] = [];
  let out = "";
  const code = await formTool(args, {
    read: (file) => files[file] ?? "",
    now: () => Date.UTC(2026, 10, 22, 12),
    out: (text) => {
      out += text;
    },
    tell: (line) => void said.push(line),
  });
  return { code, out, said };
}

describe("check", () => {
  test("the example is right", async () => {
    expect(await run(["check", "f.yaml"], { "f.yaml": example })).toMatchObject({
      code: 0,
      said: [expect.stringContaining("right. ")],
    });
  });
  test.each(["aide-vacances.yaml", "epicerie-solidaire.yaml", "rendez-vous.json"])(
    "the example %s too",
    async (name) => {
      const text = readFileSync(new URL(`../../../src/forms/examples/${name}`, import.meta.url), "utf8");
      expect(await run(["check", name], { [name]: text })).toMatchObject({ code: 0 });
    },
  );
  test("names the line and the column of what is wrong", async () => {
    const wrong = example.replace("type: yesno", "type: yes-no");
    const at = wrong.split("\n").findIndex((line) => line.includes("yes-no")) + 1;
    const { code, said } = await run(["check", "f.yaml"], { "f.yaml": wrong });
    expect(code).toBe(1);
    expect(said).toEqual([
      expect.stringMatching(new RegExp(`^f\\.yaml:${at}:\\d+ field \\w+: there is no type "yes-no"`)),
    ]);
  });
  test("JSON gives lines too, and what is no YAML says where", async () => {
    const { said } = await run(["check", "f.json"], {
      "f.json": '{\n  "format": "besace-form",\n  "form": 3,\n  "words": {"fr": {}}\n}',
    });
    expect(said).toEqual(["f.json:3:11 form: form: 3 is not a group of named parts"]);
    expect(readFormText("a: [1,\nb: 2")).toMatchObject({
      ok: false,
      error: [expect.stringMatching(/^\d+:\d+ the file: /)],
    });
  });
  test("aliases that grow are refused", () => {
    const laughs = [
      "a: &a [x, x]",
      ...Array.from(
        { length: 12 },
        (_, n) =>
          `b${n}: &b${n} [${Array(9)
            .fill(n === 0 ? "*a" : `*b${n - 1}`)
            .join(", ")}]`,
      ),
    ].join("\n");
    expect(readFormText(laughs)).toMatchObject({ ok: false, error: [expect.stringContaining("the file")] });
  });
});

test("graph: pages, sections, and what opens what", async () => {
  const { out, code } = await run(["graph", "f.yaml"], { "f.yaml": example });
  expect(code).toBe(0);
  expect(out).toContain("flowchart TD");
  expect(out).toMatch(/-\. ".+" \.-> /);
});

test("preview: the questions as they are asked, with answers", async () => {
  const none = await run(["preview", "f.yaml"], { "f.yaml": example });
  expect(none.out).not.toContain("Combien d’enfants");
  const answers =
    "has_children: {v: yesno, yes: true}\nresources: {v: number, number: '900'}\ncharges: {v: number, number: '300'}";
  const some = await run(["preview", "f.yaml", "--answers", "a.yaml"], { "f.yaml": example, "a.yaml": answers });
  expect(some.out).toContain("Combien d’enfants");
  expect(some.out).toContain("= 600");
});

test("schema and help", async () => {
  expect(JSON.parse((await run(["schema"], {})).out)).toHaveProperty("$defs.field");
  expect((await run([], {})).code).toBe(2);
  expect((await run(["check"], {})).code).toBe(2);
});
