/**
 * Holds the layout of DESIGN 2: who may import whom, and where the clock, chance, storage and network may be touched.
 *
 * Runs in Node over the text of src. Biome says the same while editing (biome.json); this test also sees type
 * imports apart from run-time ones, `import()`, worker URLs and cycles, and cannot be silenced by a comment.
 */
import { describe, expect, test } from "vitest";
import {
  cycles,
  type Edge,
  parseSource,
  readSource,
  type SourceFile,
  sourceFiles,
} from "../support/tasks/sourceGraph.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

/** What a folder may import beside itself. `types`: erased imports only. `packages`: beside the ones free for all. */
type Zone = {
  readonly name: string;
  readonly holds: (path: string) => boolean;
  readonly imports: readonly string[];
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
};

const inFolder = (name: string) => (path: string) => path.startsWith(`src/${name}/`);
const CLIENTS = /^src\/workers\/[^/]+\.(client|contract)\.ts$/;
const CONTRACTS = /^src\/workers\/[^/]+\.contract\.ts$/;

// The first zone that holds a file is its zone.
const ZONES: readonly Zone[] = [
  { name: "shared", holds: inFolder("shared"), imports: [], packages: [] },
  // HPKE is for the share that the server opens: one file of protocol wraps it.
  {
    name: "protocol hpke",
    holds: (path) => path === "src/protocol/hpke.ts",
    imports: ["shared", "protocol"],
    packages: ["@hpke/core"],
  },
  { name: "protocol", holds: inFolder("protocol"), imports: ["shared", "protocol/hpke.ts"] },
  { name: "crypto", holds: inFolder("crypto"), imports: ["shared", "protocol"], packages: ["hash-wasm", "@hpke/core"] },
  { name: "satchel", holds: inFolder("satchel"), imports: ["shared"] },
  { name: "forms", holds: inFolder("forms"), imports: ["shared"], packages: ["@cfworker/json-schema"] },
  { name: "storage", holds: inFolder("storage"), imports: ["shared"], types: ["protocol"], packages: ["dexie"] },
  { name: "sync", holds: inFolder("sync"), imports: ["shared", "protocol", "storage/ports.ts"] },
  {
    // These two kinds of file are bundled with the page: at run time they may bring nothing that holds a key.
    name: "worker clients",
    holds: (path) => CLIENTS.test(path),
    imports: ["shared", "satchel", "forms", "worker clients"],
    types: ["protocol"],
    packages: ["comlink"],
  },
  {
    name: "workers",
    holds: inFolder("workers"),
    imports: ["shared", "protocol", "crypto", "satchel", "forms", "storage", "sync", "worker contracts"],
    packages: ["comlink", "@nuintun/qrcode", "pdfjs-dist/", "@cantoo/pdf-lib", "zxing-wasm/"],
  },
  {
    name: "sw",
    holds: inFolder("sw"),
    imports: ["shared", "protocol", "storage", "sync"],
    packages: ["workbox-precaching", "workbox-routing"],
  },
  {
    name: "app",
    holds: inFolder("app"),
    imports: ["shared", "satchel", "forms", "worker clients", "locales"],
    // "yaml": the desk's reader of an author's file (desk/forms/read-file.ts), loaded when one is chosen.
    packages: ["preact", "i18next", "workbox-window", "comlink", "uqr", "yaml", "virtual:"],
  },
  {
    // One page of its own: it opens sealed copies, and shares nothing with the app but the formats and the words.
    name: "reader",
    holds: inFolder("reader"),
    imports: ["shared", "protocol", "crypto", "satchel", "locales"],
  },
  {
    name: "server",
    holds: inFolder("server"),
    // Words of the few pages between here and another site.
    imports: [
      "shared",
      "protocol",
      "locales/fr/connexion.json",
      "locales/en/connexion.json",
      "locales/ar/connexion.json",
    ],
    packages: [
      "node:",
      "fastify",
      "@fastify/",
      "@tus/",
      "pino",
      "pg",
      "prom-client",
      "@aws-sdk/client-s3",
      "openid-client",
    ],
  },
];
const FREE_PACKAGES = ["valibot"];

// Roots compose the real clock, chance, storage and network; everything else is handed them.
const EFFECTS = [
  /^src\/app\/platform\//,
  /^src\/storage\/dexie\//,
  /^src\/sw\//,
  /^src\/server\/(admin\/)?main\.ts$/,
  /^src\/workers\/[^/]+\.worker\.ts$/,
  /^src\/app\/((desk|kiosk)\/)?main\.tsx$/,
  /^src\/reader\/main\.ts$/,
];

const zoneOf = (path: string): Zone | undefined => ZONES.find((zone) => zone.holds(path));

function reaches(target: string, path: string): boolean {
  if (target === "worker clients") return CLIENTS.test(path);
  if (target === "worker contracts") return CONTRACTS.test(path);
  if (target === "locales") return path.startsWith("locales/");
  if (target.startsWith("locales/")) return path === target;
  return target.endsWith(".ts") ? path === `src/${target}` : path.startsWith(`src/${target}/`);
}

/** What is wrong with one import, or undefined. */
function fault(edge: Edge): string | undefined {
  const zone = zoneOf(edge.from);
  const where = `${edge.from}:${edge.line} imports ${edge.to}`;
  if (zone === undefined) return `${edge.from} is in no folder of DESIGN 2`;
  if (edge.target === "missing") return `${where}, which is no file (imports carry their extension)`;
  if (edge.target === "package") {
    const allowed = [...(zone.packages ?? []), ...(zone.name === "shared" ? [] : FREE_PACKAGES)];
    const fits = allowed.some((name) => edge.to === name || edge.to.startsWith(/[:/]$/.test(name) ? name : `${name}/`));
    return fits ? undefined : `${where}: "${zone.name}" may use only these packages: ${allowed.join(", ") || "none"}`;
  }
  // A worker is started by its URL from its client, and from nowhere else; a thread of the server from the server.
  if (edge.to.endsWith(".worker.ts")) {
    const ours = /^src\/workers\/[^/]+\.(client|worker)\.ts$/.test(edge.from);
    const serverOwn = inFolder("server")(edge.from) && inFolder("server")(edge.to);
    const starts = edge.kind === "url" && (ours || serverOwn);
    return starts ? undefined : `${where}: a worker is reached through its src/workers/<name>.client.ts`;
  }
  if (zone.holds(edge.to) && zoneOf(edge.to) === zone) return undefined;
  const allowed = edge.kind === "type" ? [...zone.imports, ...(zone.types ?? [])] : zone.imports;
  if (allowed.some((target) => reaches(target, edge.to))) return undefined;
  return `${where} (${edge.kind}): "${zone.name}" may import only: ${allowed.join(", ") || "nothing"}`;
}

const faults = (files: readonly SourceFile[]): readonly string[] =>
  files.flatMap((file) => file.edges.map(fault)).filter((text) => text !== undefined);

const uses = (files: readonly SourceFile[]): readonly string[] =>
  files
    .filter((file) => !EFFECTS.some((place) => place.test(file.path)))
    .flatMap((file) => file.globals.map((use) => `${use.from}:${use.line} uses ${use.name}`));

describe("the import graph of src", () => {
  const files = sourceFiles(ROOT, "src").map((path) => readSource(ROOT, path));

  test("is not empty", () => {
    expect(files.length).toBeGreaterThan(3);
    expect(files.flatMap((file) => file.edges).length).toBeGreaterThan(3);
  });

  test("follows the table of DESIGN 2", () => {
    expect(faults(files)).toEqual([]);
  });

  test("has no cycle at run time", () => {
    expect(cycles(files)).toEqual([]);
  });

  test("touches clock, chance, storage and network only in roots and platform code", () => {
    expect(uses(files)).toEqual([]);
  });

  test("never leads from server or service worker to code that could read (INV-3)", () => {
    const edges = new Map(files.map((file) => [file.path, file.edges.filter((edge) => edge.kind !== "type")]));
    const reached = new Set(files.map((file) => file.path).filter((path) => /^src\/(server|sw)\//.test(path)));
    for (const path of reached) for (const edge of edges.get(path) ?? []) reached.add(edge.to);
    expect([...reached].filter((path) => /^src\/(crypto|satchel|forms)\//.test(path))).toEqual([]);
  });

  test("never leads from the service worker or a page to HPKE: who moves sealed bytes opens none", () => {
    const edges = new Map(files.map((file) => [file.path, file.edges.filter((edge) => edge.kind === "static")]));
    const reached = new Set(files.map((file) => file.path).filter((path) => /^src\/(app|sw|sync)\//.test(path)));
    for (const path of reached) for (const edge of edges.get(path) ?? []) reached.add(edge.to);
    expect([...reached].filter((path) => path === "src/protocol/hpke.ts")).toEqual([]);
    expect(edges.get("src/protocol/share.ts")?.map((edge) => edge.to)).toContain("src/protocol/hpke.ts");
  });
});

describe("the checks themselves see", () => {
  const read = (path: string, text: string) => [parseSource(ROOT, path, text)];

  test.each([
    ["src/server/x.ts", `import "../app/main.tsx";`],
    ["src/server/x.ts", `export * from "../app/main.tsx";`],
    ["src/server/x.ts", `await import("../app/main.tsx");`],
    ["src/server/x.ts", `new URL("../app/main.tsx", import.meta.url);`],
    ["src/server/x.ts", `type T = import("../app/main.tsx").T;`],
    ["src/server/x.ts", `import.meta.glob(["../crypto/*.ts"], { eager: true });`],
    ["src/server/x.ts", `import { y } from "./not-there.ts";`],
    ["src/sync/x.ts", `import { readFile } from "node:fs";`],
    ["src/shared/x.ts", `import * as v from "valibot";`],
    ["src/app/x.ts", `import type { Table } from "dexie";`],
    ["src/elsewhere/x.ts", `import "../app/main.tsx";`],
  ])("a forbidden import in %s: %s", (path, text) => {
    expect(faults(read(path, text))).toHaveLength(1);
  });

  test.each([
    "Date.now()",
    "Math.random()",
    "localStorage.x",
    "globalThis.fetch",
    "indexedDB.open('x')",
    "fetch('/x')",
    "const f = { fetch }",
  ])("a raw effect: %s", (text) => {
    expect(uses(read("src/sync/x.ts", text))).toHaveLength(1);
  });

  test.each([
    "deps.fetch('/x')",
    "const run = ({ fetch }: Deps) => fetch('/x')",
    "type D = { fetch: typeof fetch }",
    "// Date.now()",
    "const text = 'Math.random()'",
  ])("nothing wrong in: %s", (text) => {
    expect(uses(read("src/sync/x.ts", text))).toEqual([]);
  });

  test("a cycle, and not one made of types", () => {
    const edge = (from: string, to: string, kind: Edge["kind"]): SourceFile => ({
      path: from,
      edges: [{ from, to, kind, line: 1, target: "file" }],
      globals: [],
    });
    expect(cycles([edge("a", "b", "static"), edge("b", "a", "static"), edge("c", "a", "static")])).toEqual([
      ["a", "b"],
    ]);
    expect(cycles([edge("a", "b", "static"), edge("b", "a", "type")])).toEqual([]);
  });
});
