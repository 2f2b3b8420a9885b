/**
 * `npm run bench:forms` (E1): how big the engine with its renderer is, how long 600 fields with 400 conditions take to be worked out
 * again, and a form of 100 fields in real Chromium: from the tap to the painted question, and a key to its paint, at
 * 6x. A floor in the same run. Prints a table. Runs in Node on Linux.
 *
 *   --runs n   default 5; medians and worst are shown
 *   --write    JSON into tests/results
 *
 * Surprising fact: the screen asks for a procedure as always; in the build of this bench "domiciliation" is a form of a hundred
 * questions, one a page, and "demande-libre" the same questions on one page, which no form does.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "vite";
import { launchBrowser, type TestBrowser } from "../support/browser.ts";
import { placePacks } from "../support/tasks/places.ts";
import type { Bench } from "./forms.page.tsx";
import { renderersOf } from "./renderers.ts";
import { slowDown } from "./unlock-slow.ts";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "5" }, write: { type: "boolean", default: false } },
});
const RATE = 6;
const runs = Number(values.runs);
const EVALUATIONS = 200;
/** E1: KB gzip, ms. */
const BUDGETS = { size: 20, evaluate: 5, open: 500, key: 50 };
type Held = { readonly bench: Bench };

const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));
const jsx = { jsx: { runtime: "automatic", importSource: "preact" } } as const;
type Output = Awaited<ReturnType<typeof build>>;
function filesOf(output: Output) {
  if (Array.isArray(output) || !("output" in output)) throw new Error("one build");
  return output.output;
}

/* ---- size ---- */

const ENTRY = "forms-size-entry";
const own =
  /\/src\/forms\/[^/]+\.ts$|\/src\/app\/features\/dossiers\/(fields\/|FieldInput\.|RepeatRows\.|words\.)|\/src\/shared\//;

/** Engine and fields; what the whole application shares (Preact, its pieces, its words, the catalogue) is not theirs. */
const onlyForms = (names: readonly string[]): Plugin => ({
  name: "forms-size",
  enforce: "pre",
  load: (id) =>
    id === ENTRY ? names.map((name) => `export * from ${JSON.stringify(source(name))};`).join("\n") : undefined,
  // What comes later is in the entry itself: without this it would be wrapped as a module of its own, which no build of ours does.
  resolveDynamicImport: (id) => (typeof id === "string" ? { id, external: true } : null),
  async resolveId(id, importer) {
    if (id === ENTRY) return id;
    const found = await this.resolve(id, importer, { skipSelf: true });
    return found === null || importer === undefined || importer === ENTRY || own.test(found.id)
      ? found
      : { id: found.id, external: true };
  },
});

async function size(names: readonly string[]): Promise<number> {
  const output = await build({
    configFile: false,
    logLevel: "error",
    plugins: [onlyForms(names)],
    oxc: jsx,
    build: {
      ...{ write: false, modulePreload: false, target: "es2022", minify: true, cssCodeSplit: false },
      rolldownOptions: { input: ENTRY, preserveEntrySignatures: "strict", output: { codeSplitting: false } },
    },
  });
  const code = filesOf(output).flatMap((file) => (file.type === "chunk" ? [file.code] : []));
  return gzipSync(code.join("\n"), { level: 9 }).length / 1000;
}

/** To fill a form in; then what other screens of the journey load: sections, papers, profile, versions. */
const ENGINE = ["engine", "codec", "show"].map((name) => `forms/${name}.ts`);
const AROUND = ["plan", "papers", "profile", "migrate"].map((name) => `forms/${name}.ts`);
const RENDERER = ["FieldInput.tsx", "RepeatRows.tsx", "fields/Rare.tsx"].map((name) => `app/features/dossiers/${name}`);

/* ---- the page ---- */

const TYPES = ["text", "integer", "yesno", "choice", "date", "phone", "choices", "decimal", "email", "longText"];
const fields = Array.from({ length: 100 }, (_, n) => {
  const type = TYPES[n % TYPES.length] ?? "text";
  return {
    ...{ id: `f${n}`, type, required: n % 3 === 0, unknown: n % 4 === 0, maxLength: 200 },
    ...(type === "date" ? { partial: true } : {}),
    ...(type === "choice" || type === "choices" ? { choices: [{ id: "one" }, { id: "two" }, { id: "three" }] } : {}),
    ...(n > 10 && n % 2 === 0 ? { if: ["or", ["empty", ["answer", "f0"]], ["!=", ["answer", "f0"], `x${n}`]] } : {}),
  };
});
type Shape = (typeof fields)[number];
const formOf = (id: string, pages: readonly (readonly Shape[])[]) => ({
  ...{ id, version: 1, icon: "boite", official: null, sources: [], reviewBefore: "2027-01-01" },
  ...{ minutes: 9, fields, requirements: [], notForeseen: false, declaration: false },
  pages: pages.map((list, at) => ({ id: `p${at}`, section: "all", fields: list.map((field) => field.id) })),
});
/** As forms are here, one question a page; and all on one page, which none is. */
const forms = {
  domiciliation: formOf("domiciliation", [fields.slice(0, 2), ...fields.slice(2).map((field) => [field])]),
  "demande-libre": formOf("demande-libre", [fields]),
};
const exported = { domiciliation: "domiciliation", "demande-libre": "demandeLibre" } as const;
const choices = { one: "Un", two: "Deux", three: "Trois" };
const words = {
  ...{
    title: "Cent questions",
    sections: { all: "Tout" },
    pages: Object.fromEntries(fields.map((_, at) => [`p${at}`, { title: "Cent questions" }])),
  },
  ...Object.fromEntries(fields.map(({ id }) => [id, { label: `Question ${id}`, hint: "Un mot suffit.", choices }])),
};
const inPlace: Plugin = {
  name: "forms-bench",
  enforce: "pre",
  load(id) {
    for (const name of ["domiciliation", "demande-libre"] as const) {
      if (id.endsWith(`/src/forms/catalogue/${name}.ts`)) {
        return `export const ${exported[name]} = ${JSON.stringify(forms[name])};`;
      }
      if (new RegExp(`/locales/\\w+/form-${name}\\.json$`).test(id)) return JSON.stringify(words);
    }
    return undefined;
  },
};

const place = mkdtempSync(join(tmpdir(), "besace-bench-"));
const built = await build({
  configFile: false,
  logLevel: "error",
  plugins: [inPlace, placePacks()],
  oxc: jsx,
  build: {
    ...{ write: false, modulePreload: false, target: "es2022" },
    rolldownOptions: {
      input: { page: fileURLToPath(new URL("./forms.page.tsx", import.meta.url)) },
      output: { entryFileNames: "page.js" },
    },
  },
});
const files = new Map<string, string | Uint8Array>(
  filesOf(built).map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source] as const),
);
const styles = [...files.keys()].filter((name) => name.endsWith(".css"));
const html = `<!doctype html><html lang="fr"><meta name="viewport" content="width=device-width"><title>forms</title>${styles
  .map((name) => `<link rel="stylesheet" href="${name}">`)
  .join("")}<div id="app"></div><script type="module" src="/page.js"></script></html>`;
const server = createServer((request, response) => {
  const path = request.url?.split("?")[0] ?? "/";
  response.setHeader(
    "content-type",
    /\.m?js$/.test(path) ? "text/javascript" : /\.css$/.test(path) ? "text/css" : "text/html",
  );
  response.end(path === "/" ? html : (files.get(path) ?? ""));
});
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const worst = (numbers: readonly number[]): number => Math.max(0, ...numbers);

async function slowly<T>(browser: TestBrowser, work: () => Promise<T>): Promise<T> {
  const free = slowDown(renderersOf(browser), RATE);
  try {
    return await work();
  } finally {
    await free();
  }
}

const KEYS = ["A", "Aw", "Awa", "Awa ", "Awa D", "Awa Di"];

async function measure() {
  const browser = await launchBrowser({ profile: mkdtempSync(join(place, "profile-")) });
  const seen = { conditions: 0, boxes: 0 };
  const ms = {
    evaluate: [] as number[],
    full: [] as number[],
    first: [] as number[],
    whole: [] as number[],
    floor: [] as number[],
    open: [] as number[],
    openFull: [] as number[],
    whole100: [] as number[],
    wholeFull: [] as number[],
    wholeKey: [] as number[],
    plain: [] as number[],
    key: [] as number[],
    bare: [] as number[],
  };
  try {
    const { page } = browser;
    const fresh = async (): Promise<void> => {
      await page.goto(url);
      await page.waitForFunction(() => "bench" in window);
    };
    for (let n = 0; n < runs; n += 1) {
      await fresh();
      const slow = await slowly(browser, () =>
        page.evaluate((times) => (window as unknown as Held).bench.engine(times), EVALUATIONS),
      );
      seen.conditions = slow.conditions;
      ms.evaluate.push(slow.each);
      ms.first.push(slow.first);
      ms.whole.push(slow.whole);
      ms.full.push((await page.evaluate((times) => (window as unknown as Held).bench.engine(times), EVALUATIONS)).each);
      ms.floor.push(
        await slowly(browser, () =>
          page.evaluate((times) => (window as unknown as Held).bench.floor(times), EVALUATIONS),
        ),
      );
      for (const [procedure, open, openFull, key] of [
        ["domiciliation", ms.open, ms.openFull, ms.key],
        ["demande-libre", ms.whole100, ms.wholeFull, ms.wholeKey],
      ] as const) {
        await fresh();
        openFull.push(await page.evaluate((id) => (window as unknown as Held).bench.open(id), procedure));
        await fresh();
        open.push(
          await slowly(browser, () => page.evaluate((id) => (window as unknown as Held).bench.open(id), procedure)),
        );
        seen.boxes = await page.evaluate(() => (window as unknown as Held).bench.count());
        for (const text of KEYS) {
          key.push(
            await slowly(browser, () => page.evaluate((typed) => (window as unknown as Held).bench.key(typed), text)),
          );
        }
      }
      await fresh();
      ms.plain.push(await slowly(browser, () => page.evaluate(() => (window as unknown as Held).bench.plain())));
      for (const text of KEYS) {
        ms.bare.push(
          await slowly(browser, () => page.evaluate((typed) => (window as unknown as Held).bench.key(typed), text)),
        );
      }
    }
    return { seen, ms };
  } finally {
    await browser.close();
  }
}

try {
  const [engine, both] = [await size(ENGINE), await size([...ENGINE, ...RENDERER])];
  const all = await size([...ENGINE, ...RENDERER, ...AROUND]);
  const { seen, ms } = await measure();
  let holds = true;
  const line = (name: string, middle: number, most: number | null, budget?: number): void => {
    const kept = budget === undefined || middle <= budget;
    holds &&= kept;
    const limit = budget === undefined ? "" : `  at most ${budget}${kept ? "" : "  OVER"}`;
    const second = most === null ? "" : most.toFixed(1);
    console.log(`  ${name.padEnd(52)}${middle.toFixed(1).padStart(9)}${second.padStart(9)}${limit}`);
  };
  const times = (name: string, list: readonly number[], budget?: number): void =>
    line(name, median(list), worst(list), budget);
  console.log(`\n600 fields, ${seen.conditions} conditions; load of the machine ${(loadavg()[0] ?? 0).toFixed(1)}`);
  console.log("".padEnd(54), "  median".padStart(8), "worst".padStart(8));
  line("engine, KB gzip", engine, null);
  line("engine with every field drawn, KB gzip", both, null, BUDGETS.size);
  line("and sections, papers, profile, versions, KB gzip", all, null);
  times("worked out again, 6x, ms", ms.evaluate, BUDGETS.evaluate);
  times("floor: 400 comparisons, 600 answers listed, 6x, ms", ms.floor);
  times("worked out again, full speed, ms", ms.full);
  times("compiled and worked out the first time, 6x, ms", ms.first);
  times("with every problem of every page, 6x, ms", ms.whole);
  times("tap to a question of a form of 100, 6x, ms", ms.open, BUDGETS.open);
  times("the same at full speed, ms", ms.openFull);
  times(`tap to 100 questions on one page (${seen.boxes} boxes), 6x, ms`, ms.whole100);
  times("the same at full speed, ms", ms.wholeFull);
  times("floor: 100 plain boxes, 6x, ms", ms.plain);
  times("key to paint in a form of 100, 6x, ms", ms.key, BUDGETS.key);
  times("key to paint, 100 questions on one page, 6x, ms", ms.wholeKey, BUDGETS.key);
  times("floor: key to paint in a plain box, 6x, ms", ms.bare);
  if (values.write) {
    const day = new Date().toISOString().slice(0, 10);
    const file = fileURLToPath(new URL(`../results/bench-forms-${day}.json`, import.meta.url));
    const facts = {
      day,
      machine: `${cpus().length} cores`,
      load: loadavg(),
      rate: RATE,
      budgets: BUDGETS,
      engine,
      both,
      all,
      seen,
      ms,
    };
    writeFileSync(file, `${JSON.stringify(facts, null, 1)}\n`);
    console.log(`\nwritten: tests/results/bench-forms-${day}.json`);
  }
  if (!holds) process.exitCode = 1;
} finally {
  server.closeAllConnections();
  server.close();
  rmSync(place, { recursive: true, force: true });
}
