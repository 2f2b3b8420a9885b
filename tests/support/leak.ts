/**
 * Searches folders, files and buffers for markers that must not be there, in every disguise of `needles.ts`, and looks
 * inside what would hide them: LevelDB, snappy values of IndexedDB, SQLite rows, session files, gzip. Runs in Node.
 *
 * Surprising fact: a search that finds nothing proves nothing by itself. Each test that uses it plants a leak first
 * and sees it found.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { inflateRawSync, constants as zlib, zstdDecompressSync } from "node:zlib";
import { framedSnappyMagic, mozLz4Magic, openFramedSnappy, openMozLz4 } from "./firefox-files.ts";
import { isTable, type Layer, logLayers, tableLayers } from "./leveldb.ts";
import { type Marker, type Needle, needlesOf } from "./needles.ts";
import { openSnappy } from "./snappy.ts";

export { type Marker, type Needle, needlesOf, sliceMarkers } from "./needles.ts";

export type Leak = {
  /** The file or the name of the buffer; layers inside it follow after " > ". */
  readonly where: string;
  readonly marker: string;
  readonly encoding: string;
  /** In the innermost layer, in bytes. */
  readonly offset: number;
};

/** A path of a file or folder, or bytes with a name. */
export type Place = string | { readonly where: string; readonly bytes: Uint8Array | string };

export type LeakSearch = {
  readonly leaks: readonly Leak[];
  /** What was looked at, so that a test can see that it was not nothing. */
  readonly files: number;
  readonly bytes: number;
  /** Places that could not be opened as what they seem to be; they were still searched as plain bytes. */
  readonly notes: readonly string[];
};

export type LeakOptions = {
  /** Files above this size (bytes) are searched in pieces. Default 32 MiB. */
  readonly pieceBytes?: number;
  /** Hits listed per marker, encoding and layer. Default 3. */
  readonly hitsPerLayer?: number;
  /** Paths to leave out. */
  readonly except?: (path: string) => boolean;
};

const MAX_DEPTH = 4;
/** Pieces of a large file overlap by this much, so that what lies across a border is seen whole. */
const OVERLAP = 256 * 1024;

type Matcher = (bytes: Buffer, onHit: (needle: Needle, offset: number) => void) => void;

/** One pass for all needles: a table over the first two bytes says where to look closer. */
function createMatcher(needles: readonly Needle[]): Matcher {
  const byStart = new Map<number, Needle[]>();
  const marked = new Uint8Array(65536);
  for (const needle of needles) {
    const start = needle.bytes.readUInt16LE(0);
    marked[start] = 1;
    const list = byStart.get(start) ?? [];
    list.push(needle);
    byStart.set(start, list);
  }
  return (bytes, onHit) => {
    const end = bytes.length - 1;
    for (let at = 0; at < end; at++) {
      const start = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
      if (marked[start] === 0) continue;
      for (const needle of byStart.get(start) ?? []) {
        const size = needle.bytes.length;
        if (at + size <= bytes.length && bytes.compare(needle.bytes, 0, size, at, at + size) === 0) onHit(needle, at);
      }
    }
  };
}

const SNAPPY_VALUE = Buffer.from([0xff, 0x11, 0x02]);
const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const SQLITE = Buffer.from("SQLite format 3\0");

function occurrences(bytes: Buffer, pattern: Buffer): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + 1)) found.push(at);
  return found;
}

/** Opens a compressed stream that may be cut or be no such stream at all; undefined when nothing comes out. */
function tryOpen(name: string, offset: number, run: () => Buffer): Layer | undefined {
  try {
    const bytes = run();
    return bytes.length > 0 ? { name, offset, bytes } : undefined;
  } catch (error) {
    // Random bytes that look like a beginning: the bytes themselves have been searched.
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** Where the deflated bytes of the gzip member at `start` begin (RFC 1952, 2.3). */
function gzipBody(bytes: Buffer, start: number): number {
  const flags = bytes[start + 3] ?? 0;
  let at = start + 10;
  if (flags & 4) at += 2 + (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256;
  for (const text of [8, 16]) if (flags & text) at = bytes.indexOf(0, at) + 1 || bytes.length;
  if (flags & 2) at += 2;
  return at;
}

/** Everything that is packed inside these bytes. */
function layersIn(bytes: Buffer, name: string): Layer[] {
  const layers: Layer[] = [];
  if (isTable(bytes)) layers.push(...tableLayers(bytes));
  if (/\.log$|^MANIFEST-\d+$/.test(name)) layers.push(...logLayers(bytes));
  for (const at of occurrences(bytes, SNAPPY_VALUE)) {
    const opened = openSnappy(bytes, at + SNAPPY_VALUE.length);
    if (opened.bytes.length > 0) layers.push({ name: "snappy value", offset: at, bytes: Buffer.from(opened.bytes) });
  }
  for (const at of occurrences(bytes, mozLz4Magic)) {
    if (at + 12 > bytes.length) continue;
    layers.push({ name: "mozLz4", offset: at, bytes: Buffer.from(openMozLz4(bytes, at)) });
  }
  for (const at of occurrences(bytes, framedSnappyMagic))
    layers.push({ name: "framed snappy", offset: at, bytes: Buffer.from(openFramedSnappy(bytes, at)) });
  for (const at of occurrences(bytes, GZIP)) {
    const options = { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: 64 * 1024 * 1024 };
    // Without the gzip frame: its checksum would refuse what is cut off or followed by something else.
    const layer = tryOpen("gzip", at, () => inflateRawSync(bytes.subarray(gzipBody(bytes, at)), options));
    if (layer !== undefined) layers.push(layer);
  }
  for (const at of occurrences(bytes, ZSTD)) {
    const options = { finishFlush: zlib.ZSTD_e_flush, maxOutputLength: 64 * 1024 * 1024 };
    const layer = tryOpen("zstd", at, () => zstdDecompressSync(bytes.subarray(at), options));
    if (layer !== undefined) layers.push(layer);
  }
  return layers;
}

/**
 * The rows of a SQLite file, read from a copy with its write-ahead log: a long value lies in the file in pages that
 * need not follow each other. Bytes of deleted rows are found by the plain search of the file.
 */
function sqliteRows(path: string): Layer[] {
  const folder = mkdtempSync(join(tmpdir(), "besace-leak-"));
  try {
    const copy = join(folder, "copy.db");
    copyFileSync(path, copy);
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
    const database = new DatabaseSync(copy);
    try {
      const layers: Layer[] = [];
      const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL").all();
      for (const { name } of tables) {
        const quoted = `"${String(name).replaceAll('"', '""')}"`;
        const statement = database.prepare(`SELECT * FROM ${quoted}`);
        statement.setReadBigInts(true);
        let row = 0;
        for (const values of statement.iterate()) {
          const parts: Buffer[] = [];
          for (const value of Object.values(values)) {
            if (typeof value === "string") parts.push(Buffer.from(value), Buffer.from([0]));
            else if (value instanceof Uint8Array) {
              parts.push(Buffer.from(value), Buffer.from([0]));
              // Firefox keeps values of IndexedDB and localStorage as one snappy block each.
              const opened = openSnappy(value);
              if (opened.complete && opened.bytes.length > 0) parts.push(Buffer.from(opened.bytes), Buffer.from([0]));
            }
          }
          layers.push({ name: `table ${String(name)}`, offset: row++, bytes: Buffer.concat(parts) });
        }
      }
      return layers;
    } finally {
      database.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Looks for every marker in every place. Throws when a path does not exist. */
export async function findLeaks(
  markers: readonly Marker[],
  places: readonly Place[],
  options: LeakOptions = {},
): Promise<LeakSearch> {
  const pieceBytes = options.pieceBytes ?? 32 * 1024 * 1024;
  const hitsPerLayer = options.hitsPerLayer ?? 3;
  const match = createMatcher(markers.flatMap(needlesOf));
  const leaks: Leak[] = [];
  const notes: string[] = [];
  const hits = new Map<string, Set<number>>();
  let files = 0;
  let total = 0;

  function search(bytes: Buffer, where: string, name: string, base: number, depth: number): void {
    match(bytes, (needle, at) => {
      const key = `${where}\n${needle.marker}\n${needle.encoding}`;
      const seen = hits.get(key) ?? new Set();
      hits.set(key, seen);
      if (seen.has(base + at) || seen.size >= hitsPerLayer) return;
      seen.add(base + at);
      leaks.push({ where, marker: needle.marker, encoding: needle.encoding, offset: base + at });
    });
    if (depth >= MAX_DEPTH) return;
    for (const layer of layersIn(bytes, name)) {
      search(layer.bytes, `${where} > ${layer.name} at ${base + layer.offset}`, layer.name, 0, depth + 1);
    }
  }

  async function searchFile(path: string, size: number): Promise<void> {
    files++;
    total += size;
    const file = await open(path, "r");
    try {
      const piece = Buffer.alloc(Math.min(size, pieceBytes + OVERLAP));
      for (let base = 0; base < size || base === 0; base += pieceBytes) {
        const { bytesRead } = await file.read(piece, 0, piece.length, base);
        if (bytesRead === 0) break;
        search(piece.subarray(0, bytesRead), path, basename(path), base, 0);
        if (base === 0 && piece.subarray(0, SQLITE.length).equals(SQLITE)) searchDatabase(path);
      }
    } finally {
      await file.close();
    }
  }

  function searchDatabase(path: string): void {
    try {
      for (const layer of sqliteRows(path)) search(layer.bytes, `${path} > ${layer.name}`, layer.name, 0, 1);
    } catch (error) {
      notes.push(`${path}: rows not read (${error instanceof Error ? error.message : String(error)})`);
    }
  }

  async function searchPath(path: string): Promise<void> {
    if (options.except?.(path)) return;
    const info = await stat(path);
    // File names leak too.
    search(Buffer.from(basename(path)), `name of ${path}`, "", 0, MAX_DEPTH);
    if (info.isFile()) await searchFile(path, info.size);
    else if (info.isDirectory()) {
      const names = await readdir(path, { withFileTypes: true });
      for (const entry of names) {
        if (entry.isFile() || entry.isDirectory()) await searchListed(join(path, entry.name));
      }
    }
  }

  /** What a folder listed a moment ago may be gone where a browser still runs. */
  async function searchListed(path: string): Promise<void> {
    try {
      await searchPath(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      notes.push(`${path}: gone while searching`);
    }
  }

  for (const place of places) {
    if (typeof place === "string") await searchPath(place);
    else {
      const bytes = typeof place.bytes === "string" ? Buffer.from(place.bytes) : Buffer.from(place.bytes);
      total += bytes.length;
      search(bytes, place.where, place.where, 0, 0);
    }
  }
  return { leaks, files, bytes: total, notes };
}

/** One line per leak, for a failed test's message. */
export function describeLeaks(search: LeakSearch): string {
  return search.leaks.map((leak) => `${leak.marker} as ${leak.encoding} in ${leak.where} @ ${leak.offset}`).join("\n");
}
