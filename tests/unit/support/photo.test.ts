/** The camera: its photographs are what they claim, told apart by a real decoder; so are the bad files. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  emptyFile,
  flatJpeg,
  lockedPdf,
  smallPdf,
  smallPng,
  textAsJpeg,
  tinyWebp,
  truncatedJpeg,
  writeLargeFile,
} from "../../support/bad-files.ts";
import { launchBrowser, type TestBrowser } from "../../support/browser.ts";
import { readExif, withExif } from "../../support/exif.ts";
import { type Camera, createCamera } from "../../support/photo.ts";

const folder = mkdtempSync(join(tmpdir(), "besace-phototest-"));
let camera: Camera;
let browser: TestBrowser;

beforeAll(async () => {
  camera = createCamera(join(folder, "cache"));
  browser = await launchBrowser({ profile: join(folder, "profile") });
});

afterAll(async () => {
  await camera.close();
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

type Seen = { width: number; height: number; pixels: number[][] } | { refused: string };

/** What a browser makes of the bytes: the size as shown, and the colours at these points. */
function look(bytes: Uint8Array, type: string, points: [number, number][] = []): Promise<Seen> {
  return browser.page.evaluate(
    async ({ base64, type, points }) => {
      const binary = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      try {
        const bitmap = await createImageBitmap(new Blob([binary], { type }), { imageOrientation: "from-image" });
        const { width, height } = bitmap;
        const canvas = new OffscreenCanvas(1, 1);
        const context = canvas.getContext("2d", { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
        const pixels = points.map(([x, y]) => {
          // The mean of 5 x 5, against the grain.
          context.drawImage(bitmap, x - 2, y - 2, 5, 5, 0, 0, 1, 1);
          return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
        });
        bitmap.close();
        return { width, height, pixels };
      } catch (error) {
        return { refused: String(error) };
      }
    },
    { base64: Buffer.from(bytes).toString("base64"), type, points },
  );
}

describe("a photograph", () => {
  test("12 megapixels, on its side, shown upright, sheet where it says", { timeout: 120_000 }, async () => {
    const photo = await camera.take({
      seed: 7,
      texts: { name: "Zoé Quéffelec-7731", date: "14 mars 2026", lines: ["Ligne K-4412"] },
    });
    expect(readExif(photo.bytes)).toEqual({ orientation: 6, make: "Tecno", model: "Pop 8 Lite", hasGps: false });
    expect(photo.bytes.length).toBeGreaterThan(1_500_000);
    expect(photo.words).toEqual(expect.arrayContaining(["Quéffelec-7731,", "mars", "K-4412"]));
    const [topLeft, topRight, bottomRight, bottomLeft] = photo.corners as [number, number][];
    if (!topLeft || !topRight || !bottomRight || !bottomLeft) throw new Error("no corners");
    // Near enough to the middle of the logo, which stands at (151, 100) of 1240 x 1754: blue, left, top.
    const at = (u: number, v: number): [number, number] => {
      const mix = (i: 0 | 1): number =>
        (topLeft[i] * (1 - u) + topRight[i] * u) * (1 - v) + (bottomLeft[i] * (1 - u) + bottomRight[i] * u) * v;
      return [Math.round(mix(0)), Math.round(mix(1))];
    };
    const seen = await look(photo.bytes, "image/jpeg", [
      at(112 / 1240, 100 / 1754),
      at(0.5, 0.03),
      at(-0.06, 0.5),
      at(0.95, 0.95),
    ]);
    if ("refused" in seen) throw new Error(seen.refused);
    expect([seen.width, seen.height]).toEqual([3000, 4000]);
    const [logo = [], paper = [], table = []] = seen.pixels as [number[], number[], number[]];
    expect((logo[2] ?? 0) - (logo[0] ?? 0)).toBeGreaterThan(40);
    expect(Math.min(...paper)).toBeGreaterThan(140);
    expect((table[0] ?? 0) - (table[2] ?? 0)).toBeGreaterThan(25);
  });

  test("the same options give the same bytes, another seed others", { timeout: 120_000 }, async () => {
    const small = { width: 800, height: 600, orientation: 1 } as const;
    const first = await camera.take({ ...small, seed: 3, template: "avis" });
    const other = createCamera(join(folder, "second"));
    const again = await other.take({ ...small, seed: 3, template: "avis" });
    await other.close();
    expect(again.bytes.equals(first.bytes)).toBe(true);
    const different = await camera.take({ ...small, seed: 4, template: "avis" });
    expect(different.bytes.equals(first.bytes)).toBe(false);
    expect(different.words).not.toEqual(first.words);
    const start = performance.now();
    expect((await camera.take({ ...small, seed: 3, template: "avis" })).path).toBe(first.path);
    expect(performance.now() - start).toBeLessThan(50);
  });

  test("every template, orientation and type decodes to its size", { timeout: 120_000 }, async () => {
    const wants = [
      { template: "lettre", orientation: 3 },
      { template: "facture", orientation: 8 },
      { template: "carte", orientation: 6 },
      { template: "no-sheet", orientation: 1 },
      { template: "avis", type: "image/webp" },
      { template: "avis", type: "image/png" },
    ] as const;
    for (const [seed, want] of wants.entries()) {
      const photo = await camera.take({ seed, width: 640, height: 480, ...want });
      const upright = photo.orientation === 6 || photo.orientation === 8 ? [480, 640] : [640, 480];
      const middle: [number, number] = [(upright[0] ?? 0) / 2, (upright[1] ?? 0) / 2];
      const seen = await look(photo.bytes, photo.type, [middle]);
      if ("refused" in seen) throw new Error(seen.refused);
      expect([seen.width, seen.height]).toEqual(upright);
    }
    await expect(camera.take({ type: "image/png", orientation: 6 })).rejects.toThrow("orientation");
  });

  test("place and camera stand in the EXIF block when asked for", async () => {
    const exif = {
      orientation: 8,
      make: "Itel",
      model: "A05",
      dateTime: "2026:01:02 03:04:05",
      width: 64,
      height: 48,
    } as const;
    const jpeg = withExif(flatJpeg(64, 48), { ...exif, gps: { latitude: 48.43, longitude: -0.09 } });
    expect(readExif(jpeg)).toEqual({ orientation: 8, make: "Itel", model: "A05", hasGps: true });
    expect(readExif(flatJpeg(64, 48)).orientation).toBeUndefined();
    expect(await look(jpeg, "image/jpeg")).toMatchObject({ width: 48, height: 64 });
    // Written twice, there is still one block.
    expect(withExif(jpeg, exif).toString("latin1").split("Exif\0\0").length).toBe(2);
  });
});

describe("bad files", () => {
  test("60 megapixels are really there", { timeout: 120_000 }, async () => {
    const bytes = flatJpeg();
    expect(bytes.length).toBeLessThan(500_000);
    const seen = await look(bytes, "image/jpeg", [
      [5, 5],
      [9990, 5990],
    ]);
    expect(seen).toMatchObject({ width: 10_000, height: 6000 });
    if ("refused" in seen) throw new Error(seen.refused);
    expect(seen.pixels[0]).toEqual(seen.pixels[1]);
    expect(seen.pixels[0]?.[0]).toBe(138);
  });

  test("empty, text and cut files are refused or partial", async () => {
    expect(await look(emptyFile(), "image/jpeg")).toHaveProperty("refused");
    expect(await look(textAsJpeg(), "image/jpeg")).toHaveProperty("refused");
    const whole = await camera.take({ width: 800, height: 600, orientation: 1, seed: 3, template: "avis" });
    const cut = truncatedJpeg(whole.bytes, 0.5);
    expect(cut.length).toBe(Math.floor(whole.bytes.length / 2));
    expect(cut.subarray(-2).toString("hex")).not.toBe("ffd9");
    // Cut in its head it is no picture at all.
    expect(await look(truncatedJpeg(whole.bytes, 0.002), "image/jpeg")).toHaveProperty("refused");
  });

  test("PNG and WebP decode", async () => {
    expect(await look(smallPng(), "image/png")).toMatchObject({ width: 64, height: 48 });
    expect(await look(tinyWebp(), "image/webp")).toMatchObject({ width: 8, height: 6 });
    expect(inflateSync(smallPng().subarray(41, -16)).length).toBe((64 * 3 + 1) * 48);
  });

  test("200 MB take no room on disk", () => {
    const path = join(folder, "large.jpg");
    writeLargeFile(path);
    const { size, blocks } = statSync(path);
    expect(size).toBe(200_000_000);
    expect(blocks * 512).toBeLessThan(1_000_000);
  });

  test("a PDF's table of contents points at its objects", () => {
    const bytes = smallPdf();
    const text = bytes.toString("latin1");
    const offsets = [...text.matchAll(/^(\d{10}) 00000 n/gm)].map((match) => Number(match[1]));
    expect(offsets.length).toBe(7);
    for (const [index, offset] of offsets.entries())
      expect(text.slice(offset)).toMatch(new RegExp(`^${index + 1} 0 obj`));
    expect(text).toContain("/Count 2");
    expect(Number(/startxref\n(\d+)/.exec(text)?.[1])).toBe(text.indexOf("xref\n0 8"));
  });

  test("a locked PDF shows nothing; frozen as a reader opened it with its password", () => {
    const bytes = lockedPdf();
    expect(bytes.includes("confidentiel")).toBe(false);
    expect(bytes.toString("latin1")).toMatch(/\/Encrypt 6 0 R/);
    // Ghostscript 10.00 refused this file without a password and read "Relevé confidentiel" with "sesame".
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(
      "a7c7406ca8951f60220a976a866bbe232a712c4f3cbddf6451a9e1d08dee230b",
    );
    expect(lockedPdf("other").equals(bytes)).toBe(false);
  });
});
