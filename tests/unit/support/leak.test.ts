/** The leak search: a leak planted in each disguise, and in a real Chromium profile, is found; a clean place is clean. */
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, type TestBrowser } from "../../support/browser.ts";
import { openFramedSnappy, openMozLz4 } from "../../support/firefox-files.ts";
import { findLeaks, needlesOf, sliceMarkers } from "../../support/leak.ts";
import { openSnappy } from "../../support/snappy.ts";

const NAME = "Zoé Quéffelec-7731";
const MARKER = { name: "name", value: NAME };
const folder = mkdtempSync(join(tmpdir(), "besace-leaktest-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function surround(bytes: Uint8Array | string): Buffer {
  return Buffer.concat([randomBytes(997), Buffer.from(bytes as Uint8Array), randomBytes(501)]);
}

async function search(bytes: Uint8Array | string): Promise<string[]> {
  const { leaks } = await findLeaks([MARKER], [{ where: "memory", bytes: surround(bytes) }]);
  return [...new Set(leaks.map((leak) => leak.encoding))];
}

describe("disguises", () => {
  const utf8 = Buffer.from(NAME);
  test.each<[string, Uint8Array | string]>([
    ["utf8", utf8],
    ["utf16le", Buffer.from(NAME, "utf16le")],
    ["utf16be", Buffer.from(NAME, "utf16le").swap16()],
    ["latin1", Buffer.from(NAME, "latin1")],
    ["utf8 hex", utf8.toString("hex")],
    ["utf8 HEX", utf8.toString("hex").toUpperCase()],
    ["percent", encodeURIComponent(NAME)],
    ["form", new URLSearchParams({ q: NAME }).toString()],
    ["json", JSON.stringify(NAME).replaceAll("é", "\\u00e9")],
    ["utf8 base64+0", Buffer.from(`${NAME}and more`).toString("base64")],
    ["utf8 base64+1", Buffer.from(`x${NAME}`).toString("base64")],
    ["utf8 base64+2", Buffer.from(`xy${NAME}z`).toString("base64url")],
    ["utf16le base64+1", Buffer.concat([Buffer.from("x"), Buffer.from(NAME, "utf16le")]).toString("base64")],
  ])("%s", async (encoding, planted) => {
    expect(await search(planted)).toContain(encoding);
  });

  test("both base64 alphabets, at each place", async () => {
    const bytes = Buffer.from([0xfb, 0xef, 0xbe, 0xff, 0xff, 0xfe, 0xfb, 0xf0, 0x3f, 0xff]);
    for (const alphabet of ["base64", "base64url"] as const) {
      for (let shift = 0; shift < 3; shift++) {
        const text = Buffer.concat([randomBytes(shift), bytes, randomBytes(5)]).toString(alphabet);
        const { leaks } = await findLeaks([{ name: "b", value: bytes }], [{ where: "m", bytes: text }]);
        expect(leaks.map((leak) => leak.encoding)).toEqual([`bytes ${alphabet}+${shift}`]);
      }
    }
  });

  test("decomposed accents", async () => {
    expect(await search(NAME.normalize("NFD"))).toEqual(["utf8"]);
  });

  test("gzip, zstd, and a snappy value as Blink writes it", async () => {
    const long = Buffer.from(`${"abcdefgh".repeat(40)}${NAME}`);
    expect(await search(gzipSync(long))).toEqual(["utf8"]);
    expect(await search(gzipSync(long).subarray(0, -6))).toEqual(["utf8"]);
    expect(await search(zstdCompressSync(long))).toEqual(["utf8"]);
    // "abcd" once as a literal, twelve bytes copied from four back, then the name.
    const snappy = Buffer.concat([
      Buffer.from([0xff, 0x11, 0x02, 16 + utf8.length, 3 << 2]),
      Buffer.from("abcd"),
      Buffer.from([((12 - 1) << 2) | 2, 4, 0, (utf8.length - 1) << 2]),
      utf8,
    ]);
    expect(Buffer.from(openSnappy(snappy, 3).bytes).toString()).toBe(`abcdabcdabcdabcd${NAME}`);
    expect(await search(snappy)).toContain("utf8");
  });

  test("a session file of Firefox, framed snappy, and a key of its IndexedDB", async () => {
    // Four bytes as a literal, twelve copied from four back, then the name as the last literal (longer than 14).
    const block = [0x48, ...Buffer.from("abcd"), 4, 0, 0xf0, utf8.length - 15, ...utf8];
    const lz4 = Buffer.concat([Buffer.from("mozLz40\0"), Buffer.from([16 + utf8.length, 0, 0, 0, ...block])]);
    expect(Buffer.from(openMozLz4(lz4, 0)).toString()).toBe(`abcdabcdabcdabcd${NAME}`);
    expect(await search(lz4)).toContain("utf8");
    expect(Buffer.from(openMozLz4(lz4.subarray(0, -3), 0)).toString()).toBe(`abcdabcdabcdabcd${NAME.slice(0, -3)}`);
    const piece = [utf8.length, (utf8.length - 1) << 2, ...utf8];
    const framed = [0xff, 6, 0, 0, ...Buffer.from("sNaPpY"), 0, piece.length + 4, 0, 0, 1, 2, 3, 4, ...piece];
    expect(Buffer.from(openFramedSnappy(Buffer.from(framed), 0)).toString()).toBe(NAME);
    const plain = "Clef-7731";
    const key = Buffer.from(plain).map((byte) => byte + 1);
    const { leaks } = await findLeaks([{ name: "key", value: plain }], [{ where: "m", bytes: surround(key) }]);
    expect(leaks.map((leak) => leak.encoding)).toEqual(["firefox key"]);
  });

  test("slices of an image; not of something else", async () => {
    const image = randomBytes(80_000);
    const markers = sliceMarkers("photo", image);
    expect(markers.length).toBe(5);
    const planted = surround(image.subarray(0, 40_000));
    const found = await findLeaks(markers, [{ where: "memory", bytes: planted }]);
    expect(new Set(found.leaks.map((leak) => leak.marker)).size).toBeGreaterThanOrEqual(2);
    expect((await findLeaks(markers, [{ where: "m", bytes: randomBytes(100_000) }])).leaks).toEqual([]);
    expect(() => sliceMarkers("flat", Buffer.alloc(10_000))).toThrow("distinct");
  });

  test("a marker too short to prove anything is refused", () => {
    expect(() => needlesOf({ name: "short", value: "Zoé" })).toThrow("only 4 bytes");
  });
});

describe("files", () => {
  test("folders in folders, file names, borders of pieces, with offsets", async () => {
    const root = join(folder, "tree");
    mkdirSync(join(root, "a", "b"), { recursive: true });
    const large = randomBytes(3_000_000);
    large.write(NAME, 1_048_570);
    writeFileSync(join(root, "a", "b", "large.bin"), large);
    writeFileSync(join(root, "a", `${NAME}.txt`), "");
    const { leaks, files, bytes } = await findLeaks([MARKER], [root], { pieceBytes: 1_048_576 });
    expect(leaks).toContainEqual({
      where: join(root, "a", "b", "large.bin"),
      marker: "name",
      encoding: "utf8",
      offset: 1_048_570,
    });
    expect(leaks.some((leak) => leak.where.startsWith("name of"))).toBe(true);
    expect(leaks.length).toBe(2);
    expect([files, bytes]).toEqual([2, 3_000_000]);
    await expect(findLeaks([MARKER], [join(folder, "absent")])).rejects.toThrow("ENOENT");
  });

  test("a SQLite value cut by pages, still in the write-ahead log", async () => {
    const path = join(folder, "rows.db");
    const database = new DatabaseSync(path);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA page_size = 512; CREATE TABLE t (v BLOB)");
    const insert = database.prepare("INSERT INTO t VALUES (?)");
    const value = Buffer.from(`${"-".repeat(20)}${NAME.repeat(100)}`);
    insert.run(value);
    const marker = { name: "long", value: NAME.repeat(60) };
    const { leaks } = await findLeaks([marker], [path]);
    expect(leaks.map((leak) => leak.where)).toContain(`${path} > table t`);
    database.close();
  });
});

describe("a real Chromium profile", () => {
  let server: Server;
  let url: string;
  let browser: TestBrowser | undefined;
  const profile = join(folder, "profile");
  const big = sliceMarkers("picture", randomBytes(50_000), 3);

  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end('<!doctype html><form><label>Nom <input id="open" name="nom"></label></form>');
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  afterAll(async () => {
    await browser?.kill();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  test("IndexedDB (small, compressed, key, bytes), localStorage and an <input> are each found", {
    timeout: 60_000,
  }, async () => {
    browser = await launchBrowser({ profile });
    await browser.page.goto(url);
    const marks = {
      small: "Petit-Zoé-4401",
      compressed: "Serré-Zoé-4402",
      wide: "Large-Zoé-Œuvre-4403",
      key: "Clef-Zoé-4404",
      local: "Local-Zoé-4405",
      field: "Champ-Zoé-4406",
    };
    await browser.page.fill("#open", marks.field);
    const slices = big.map(({ value }) => [...(value as Uint8Array)]);
    await browser.page.evaluate(
      ({ marks, slices }) =>
        new Promise<void>((done, fail) => {
          localStorage.setItem("k", marks.local);
          const request = indexedDB.open("planted", 1);
          request.onupgradeneeded = () => request.result.createObjectStore("rows");
          request.onerror = () => fail(request.error);
          request.onsuccess = () => {
            const transaction = request.result.transaction("rows", "readwrite", { durability: "strict" });
            const rows = transaction.objectStore("rows");
            rows.put({ text: marks.small }, 1);
            // Blink compresses values above 64 KiB; the repetition crosses the marker, so that snappy breaks it up.
            rows.put({ text: `${"Serré-Zoé-44".repeat(7000)}${marks.compressed}` }, 2);
            rows.put({ text: `${"Large-Zoé-Œu".repeat(400)}${marks.wide}` }, 3);
            rows.put({ text: "x" }, "Clef-Zoé-0000");
            rows.put({ text: "x" }, marks.key);
            for (const [index, slice] of slices.entries()) rows.put(new Uint8Array(slice).buffer, 10 + index);
            transaction.oncomplete = () => done();
            transaction.onerror = () => fail(transaction.error);
          };
        }),
      { marks, slices },
    );
    const markers = [...Object.entries(marks).map(([name, value]) => ({ name, value })), ...big];
    const names = async (): Promise<string[]> => {
      const { leaks } = await findLeaks(markers, [profile]);
      return [...new Set(leaks.map((leak) => leak.marker))].sort();
    };
    const all = markers.map(({ name }) => name).sort();
    // The field reaches the session file some seconds after typing, localStorage likewise: looked for until then.
    let found = await names();
    for (let tries = 0; tries < 20 && found.length < all.length; tries++) {
      await new Promise((done) => setTimeout(done, 500));
      found = await names();
    }
    expect(found).toEqual(all);

    await browser.kill();
    expect(await names()).toEqual(all);
    // Some more megabytes, and LevelDB moves its log into tables: what was found in the log must be found there.
    browser = await launchBrowser({ profile });
    await browser.page.goto(url);
    await browser.page.evaluate(
      () =>
        new Promise<void>((done, fail) => {
          const request = indexedDB.open("planted");
          request.onerror = () => fail(request.error);
          request.onsuccess = () => {
            const transaction = request.result.transaction("rows", "readwrite");
            for (let i = 0; i < 160; i++) {
              transaction.objectStore("rows").put(crypto.getRandomValues(new Uint8Array(60_000)), 1000 + i);
            }
            transaction.oncomplete = () => done();
            transaction.onerror = () => fail(transaction.error);
          };
        }),
    );
    await browser.close();
    const { leaks } = await findLeaks(markers, [profile]);
    const inTables = leaks.filter(
      (leak) => leak.where.includes(".indexeddb.leveldb") && leak.where.includes("table block"),
    );
    for (const name of ["small", "wide", ...big.map((slice) => slice.name)]) {
      expect(inTables.map((leak) => leak.marker)).toContain(name);
    }
    expect(leaks.some((leak) => leak.marker === "compressed" && leak.where.includes("snappy value"))).toBe(true);
    expect((await findLeaks([{ name: "absent", value: "Rien-Zoé-4499" }], [profile])).leaks).toEqual([]);
  });
});
