/**
 * `npm run size`: what the build weighs on the line, chunk by chunk, against the budgets of QUALITY. Fails when over.
 *
 * Runs in Node on dist/. Bytes are brotli at its highest quality, as a well-kept server sends them.
 * Surprising: what the first screen needs is not a list kept by hand; it is followed from index.html through Vite's
 * manifest (static imports, their styles and pictures), so a careless import shows up here at once.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import type { LaterGroup } from "../../../src/sw/groups.ts";
import { root } from "./common.mjs";

type ManifestChunk = {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
  readonly assets?: readonly string[];
};
type Budget = {
  readonly name: string;
  readonly holds: (file: Row) => boolean;
  /** KB of 1000 bytes, brotli. Above `target` is said, above `limit` fails. */
  readonly target?: number;
  readonly limit: number;
  /** Each file alone, not their sum. */
  readonly each?: true;
};
type Row = { readonly file: string; readonly part: string; readonly raw: number; readonly sent: number };

const DIST = join(root, "dist");
/** Groups that the service worker brings after the shell (src/sw/groups.ts): each its own line, its own visible state. */
const LATER: readonly { readonly group: LaterGroup; readonly name: string; readonly limit: number }[] = [
  { group: "ways", name: "tool: card and coming back", limit: 80 },
  { group: "shared", name: "shared by the desk and later screens", limit: 10 },
  { group: "rest", name: "what a person rarely asks for", limit: 70 },
  { group: "photos", name: "tool: photos", limit: 80 },
  { group: "codes", name: "tool: QR codes", limit: 40 },
  { group: "carrier", name: "tool: carrying for others", limit: 60 },
  { group: "out", name: "tool: everything out, back in, joining", limit: 60 },
  { group: "reader", name: "offline reader of sealed copies", limit: 40 },
  { group: "places", name: "tool: finding communes, countries", limit: 12 },
  { group: "forms", name: "procedures, but the three of the shell", limit: 110 },
  { group: "profile", name: "words explained, profile, letter, lists", limit: 30 },
  { group: "published", name: "tool: forms that organisations publish", limit: 40 },
  { group: "en", name: "language: en", limit: 66 },
  { group: "ar", name: "language: ar", limit: 80 },
  { group: "forms-en", name: "language: en, words of these procedures", limit: 70 },
  { group: "forms-ar", name: "language: ar, words of these procedures", limit: 80 },
  { group: "official", name: "tool: official PDFs filled", limit: 60 },
  { group: "twoddoc", name: "tool: codes printed on papers (like PDFs)", limit: 400 },
  { group: "pdf", name: "tool: PDFs (asked for where the phone saves data)", limit: 560 },
  { group: "desk", name: "desk (fetched when /guichet is opened)", limit: 190 },
  { group: "kiosk", name: "kiosk (fetched when /poste is opened)", limit: 220 },
];

const BUDGETS: readonly Budget[] = [
  { name: "first screen", holds: (row) => row.part === "first screen", target: 40, limit: 60 },
  {
    name: "shell, workers, service worker, one language",
    holds: (row) => ["first screen", "shell"].includes(row.part),
    limit: 350,
  },
  {
    name: "pack of places: each département",
    holds: (row) => /^assets\/places-\d\w+-/.test(row.file),
    limit: 8,
    each: true,
  },
  {
    name: "pack of places: births (fetched when asked for)",
    holds: (row) => row.file.startsWith("assets/places-births-"),
    limit: 260,
  },
  // A procedure is its definition and its words in one language: 30 KB at most (E9).
  { name: "each procedure: definition", holds: (row) => definitions.has(row.file), limit: 15, each: true },
  {
    name: "each procedure: words of one language",
    holds: (row) => row.file.startsWith("assets/form-"),
    limit: 15,
    each: true,
  },
  ...LATER.map(({ group, name, limit }) => ({ name, holds: (row: Row) => row.part === group, limit })),
];

function brotliSize(bytes: Buffer): number {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return brotliCompressSync(bytes, { params }).byteLength;
}

function readManifest(): Readonly<Record<string, ManifestChunk>> {
  const file = join(DIST, ".vite/manifest.json");
  if (!existsSync(file)) throw new Error("There is no build in dist/: run `npm run build` first.");
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Files that a browser must have before the first choice can be made. */
function firstScreen(manifest: Readonly<Record<string, ManifestChunk>>): ReadonlySet<string> {
  const files = new Set(["index.html"]);
  const keys = new Set(["index.html"]);
  for (const key of keys) {
    const chunk = manifest[key];
    if (chunk === undefined) throw new Error(`Vite's manifest does not name ${key}`);
    for (const file of [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(file);
    for (const name of chunk.imports ?? []) keys.add(name);
  }
  // Pictures and styles that the page itself names; the touch icon is read only while the app is put on a home screen.
  const html = readFileSync(join(DIST, "index.html"), "utf8").replace(/<link rel="apple-touch-icon"[^>]*>/g, "");
  for (const [, url] of html.matchAll(/(?:href|src)="\/([^"#?]+)/g)) if (url !== undefined) files.add(url);
  return files;
}

/** The group of each file that the service worker keeps, read from its own list; the shell has no name there. */
function precached(): ReadonlyMap<string, string> {
  const text = readFileSync(join(DIST, "sw.js"), "utf8");
  const value = (entry: string, name: string): string | undefined =>
    new RegExp(`["']?\\b${name}["']?:\\s*["'\`]([^"'\`]+)["'\`]`).exec(entry)?.[1];
  const entries = [...text.matchAll(/\{[^{}]*\burl\b["']?:[^{}]*\}/g)].map(([entry]) => ({
    url: value(entry, "url") ?? "",
    group: value(entry, "group") ?? "shell",
  }));
  const kept = entries.filter(({ url }) => existsSync(join(DIST, url)));
  return new Map([...kept.map(({ url, group }) => [url, group] as const), ["sw.js", "shell"]]);
}

const manifest = readManifest();
const definitions = new Set(
  Object.entries(manifest).flatMap(([source, { file }]) => (source.startsWith("src/forms/catalogue/") ? [file] : [])),
);
const first = firstScreen(manifest);
const kept = precached();

function partOf(file: string): string {
  if (first.has(file)) return "first screen";
  return kept.get(file) ?? "not precached";
}

const rows: readonly Row[] = readdirSync(DIST, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(DIST, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
  .filter((file) => !file.startsWith(".vite/"))
  .map((file) => {
    const bytes = readFileSync(join(DIST, file));
    return { file, part: partOf(file), raw: bytes.byteLength, sent: brotliSize(bytes) };
  })
  .sort((a, b) => a.part.localeCompare(b.part) || b.sent - a.sent || a.file.localeCompare(b.file));

const kb = (bytes: number): string => (bytes / 1000).toFixed(1).padStart(8);
const width = Math.max(...rows.map((row) => row.file.length));
console.log(`${"file".padEnd(width)}    raw KB  brotli KB  part`);
const packs = rows.filter(({ file }) => /^assets\/places-.*\.json$/.test(file));
for (const row of rows.filter((one) => !packs.includes(one)))
  console.log(`${row.file.padEnd(width)}  ${kb(row.raw)}   ${kb(row.sent)}  ${row.part}`);

const inPacks = packs.reduce((sum, row) => sum + row.sent, 0);
console.log(`${packs.length} packs of places, ${kb(inPacks).trim()} KB in all`);

console.log(`\n${"budget".padEnd(48)}  brotli KB     limit`);
let over = 0;
for (const budget of BUDGETS) {
  const sizes = rows.filter(budget.holds).map((row) => row.sent);
  const total = budget.each === true ? Math.max(...sizes) : sizes.reduce((sum, size) => sum + size, 0);
  const target = budget.target ?? budget.limit;
  const fits = total <= budget.limit * 1000;
  if (!fits) over += 1;
  const verdict = fits ? (total <= target * 1000 ? "ok" : `ok, above its target of ${target}`) : "OVER";
  console.log(`${budget.name.padEnd(48)}   ${kb(total)}  ${String(budget.limit).padStart(8)}  ${verdict}`);
}
if (over > 0) process.exitCode = 1;
