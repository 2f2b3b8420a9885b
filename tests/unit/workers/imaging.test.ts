/** Header reading and reducing, with the browser's decoder and canvas replaced at their edge. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { admit } from "../../../src/workers/imaging/admit.ts";
import { inspect } from "../../../src/workers/imaging/inspect.ts";
import { maxMegapixels, previewRendition, readableRendition } from "../../../src/workers/imaging/limits.ts";
import { inspectPdf } from "../../../src/workers/imaging/pdf.ts";
import { opensWithoutPassword } from "../../../src/workers/imaging/pdf-lock.ts";
import { type Decoded, type ImagingTools, reduce, scaled } from "../../../src/workers/imaging/reduce.ts";
import { blobSource } from "../../../src/workers/imaging/source.ts";
import {
  flatJpeg,
  lockedPdf,
  smallPdf,
  smallPng,
  textAsJpeg,
  tinyWebp,
  truncatedJpeg,
} from "../../support/bad-files.ts";
import { file, gif, heif, jpeg, pdf, pdfStream, png, webpExtended, webpLossless, webpLossy } from "./files.ts";

const look = (bytes: readonly number[]) => inspect(blobSource(file(bytes)));

/** Notes what was asked; encodes to a size that falls with quality and pixels. */
function tools(source: { width: number; height: number }, bytesPerPixel = 0.05) {
  const seen = { decoded: [] as (number | null)[], open: 0, most: 0, encoded: [] as string[] };
  const imaging: ImagingTools<Decoded> = {
    async decode(_file, width) {
      seen.decoded.push(width);
      seen.open += 1;
      seen.most = Math.max(seen.most, seen.open);
      const factor = width === null ? 1 : width / source.width;
      const close = () => {
        seen.open -= 1;
      };
      return { width: Math.round(source.width * factor), height: Math.round(source.height * factor), close };
    },
    async encode(_picture, size, quality) {
      seen.encoded.push(`${size.width}x${size.height}@${quality.toFixed(2)}`);
      const length = Math.round(size.width * size.height * bytesPerPixel * quality);
      return new Blob([new Uint8Array(length)], { type: "image/webp" });
    },
  };
  return { imaging, seen };
}

describe("what a file is, from its bytes", () => {
  test.each([
    ["image/jpeg", jpeg({ width: 4000, height: 3000 }), 4000, 3000],
    ["image/png", png(1200, 800), 1200, 800],
    ["image/gif", gif(320, 200), 320, 200],
    ["image/webp", webpExtended(5000, 4001), 5000, 4001],
    ["image/webp", webpLossless(9000, 16000), 9000, 16000],
    ["image/webp", webpLossy(700, 900), 700, 900],
    ["image/heic", heif("heic", 4032, 3024), 4032, 3024],
    ["image/avif", heif("avif", 2000, 1000), 2000, 1000],
  ])("%s with its size", async (mime, bytes, width, height) => {
    expect(await look(bytes)).toMatchObject({ type: "picture", mime, size: { width, height }, whole: true });
  });

  test("a text renamed .jpg, an empty file, an MP4 are no pictures", async () => {
    expect(await look(Array.from("Bonjour, ceci est un texte", (letter) => letter.charCodeAt(0)))).toEqual({
      type: "unknown",
    });
    expect(await look([])).toEqual({ type: "empty" });
    expect(await look(heif("isom", 10, 10).map((byte, at) => (at > 15 && at < 20 ? 65 : byte)))).toEqual({
      type: "unknown",
    });
  });

  test("a JPEG cut anywhere is not whole, whatever its first bytes say", async () => {
    const whole = jpeg({ width: 40, height: 30, entropy: Array.from({ length: 400 }, (_, n) => (n * 7) % 255) });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4, max: whole.length - 1 }), async (length) => {
        expect(await look(whole.slice(0, length))).toMatchObject({ type: "picture", whole: false });
      }),
    );
  });

  test("bytes after the end of a JPEG (motion photos) do not matter", async () => {
    const bytes = [...jpeg({ width: 40, height: 30 }), 1, 2, 3, 0xff, 0xd8, 9];
    expect(await look(bytes)).toMatchObject({ whole: true });
  });

  test("a marker that lies across two reads is found", async () => {
    const head = jpeg({ width: 40, height: 30, entropy: [], end: [] }).length;
    for (const shift of [-1, 0, 1]) {
      const entropy = Array.from({ length: 256 * 1024 - 1 + shift }, () => 7);
      expect(head).toBeGreaterThan(0);
      expect(await look(jpeg({ width: 40, height: 30, entropy }))).toMatchObject({ whole: true });
    }
  });

  test("PNG, WebP and HEIC that end too early are not whole", async () => {
    for (const bytes of [png(20, 20), webpExtended(20, 20), heif("heic", 20, 20)]) {
      expect(await look(bytes.slice(0, -2))).toMatchObject({ type: "picture", whole: false });
    }
  });

  test.each([1, 3, 6, 8])("EXIF orientation %i", async (orientation) => {
    expect(await look(jpeg({ width: 40, height: 30, orientation }))).toMatchObject({ sideways: orientation >= 5 });
  });

  test("hostile bytes behind every magic number give an answer and no exception", async () => {
    const starts = [
      [0xff, 0xd8, 0xff],
      [0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x49, 0x49],
      png(1, 1).slice(0, 20),
      gif(1, 1).slice(0, 6),
      webpExtended(1, 1).slice(0, 16),
      webpLossless(1, 1).slice(0, 16),
      heif("heic", 1, 1).slice(0, 40),
      pdf().slice(0, 9),
      [],
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 3000 }), async (start, rest) => {
        const picked = file([...start, ...rest]);
        const admitted = await admit(picked, opensWithoutPassword);
        expect(typeof admitted.ok).toBe("boolean");
        expect(["whole", "encrypted", "damaged"]).toContain((await inspectPdf(blobSource(picked))).type);
      }),
      { numRuns: 600 },
    );
  });
});

describe("PDF", () => {
  const state = async (bytes: readonly number[]) => (await inspectPdf(blobSource(file(bytes, "attestation.pdf")))).type;

  test("whole with a table or a stream; the word in an object does not make it encrypted", async () => {
    expect(await state(pdf())).toBe("whole");
    expect(await state(pdfStream())).toBe("whole");
  });

  test("encrypted when the trailer says so", async () => {
    expect(await state(pdf("/Encrypt 9 0 R "))).toBe("encrypted");
    expect(await state(pdfStream("/Encrypt 9 0 R "))).toBe("encrypted");
    expect(await state(pdf("/Encrypt<</Filter/Standard>>"))).toBe("encrypted");
  });

  test("a changed startxref does not hide it", async () => {
    const text = String.fromCharCode(...pdf("/Encrypt 9 0 R ")).replace(/startxref\n\d+/, "startxref\n7");
    expect(await state(Array.from(text, (letter) => letter.charCodeAt(0)))).toBe("encrypted");
  });

  test("damaged without its end or its beginning", async () => {
    expect(await state(pdf("", ""))).toBe("damaged");
    expect(await state(pdf().slice(10))).toBe("damaged");
  });
});

describe("real files that people hand over", () => {
  const kind = async (bytes: Uint8Array) => {
    const admitted = await admit(new File([new Uint8Array(bytes)], "x"), opensWithoutPassword);
    return admitted.ok ? admitted.value : admitted.error;
  };

  test("good ones are admitted with their size", async () => {
    expect(await kind(flatJpeg(8000, 6000))).toMatchObject({ mime: "image/jpeg", size: { width: 8000, height: 6000 } });
    expect(await kind(smallPng())).toMatchObject({ mime: "image/png", size: { width: 64, height: 48 } });
    expect(await kind(tinyWebp())).toMatchObject({ mime: "image/webp" });
    expect(await kind(smallPdf())).toEqual({ type: "pdf" });
  });

  test("bad ones are named", async () => {
    expect(await kind(flatJpeg())).toEqual({ type: "picture-too-large", megapixels: 60 });
    expect(await kind(truncatedJpeg(flatJpeg(800, 600)))).toEqual({ type: "picture-damaged" });
    expect(await kind(lockedPdf())).toEqual({ type: "pdf-locked" });
    expect(await kind(textAsJpeg())).toEqual({ type: "file-not-a-picture" });
  });
});

describe("reducing", () => {
  test("A6: every refusal has its name", async () => {
    const { imaging } = tools({ width: 100, height: 100 });
    const refused = async (bytes: readonly number[]) => {
      const result = await reduce(file(bytes), imaging);
      return result.ok ? result.value.type : result.error;
    };
    expect(await refused([])).toEqual({ type: "file-empty" });
    expect(await refused([0x42, 0x6f, 0x6e])).toEqual({ type: "file-not-a-picture" });
    expect(await refused(jpeg({ width: 400, height: 300, end: [] }))).toEqual({ type: "picture-damaged" });
    expect(await refused(jpeg({ width: 8944, height: 6708 }))).toEqual({ type: "picture-too-large", megapixels: 60 });
    expect(await refused(pdf("/Encrypt 9 0 R "))).toEqual({ type: "pdf-locked" });
    expect(await refused(pdf("", ""))).toEqual({ type: "pdf-damaged" });
    expect(await refused(pdf())).toBe("file");
    expect(maxMegapixels).toBeGreaterThan(50.2);
  });

  test("200 MB are refused before they are read", async () => {
    const head = new Uint8Array(jpeg({ width: 400, height: 300 }));
    const huge = new Blob([head, new Uint8Array(200 * 1024 * 1024)]);
    const started = performance.now();
    expect(await admit(huge, null)).toMatchObject({ ok: false, error: { type: "file-too-big" } });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("a 48-megapixel photo is reduced while it is decoded, one bitmap at a time", async () => {
    const { imaging, seen } = tools({ width: 8000, height: 6000 });
    const result = await reduce(file(jpeg({ width: 8000, height: 6000 })), imaging);
    expect(result).toMatchObject({ ok: true, value: { type: "picture", readable: { width: 1600, height: 1200 } } });
    expect(seen).toMatchObject({ decoded: [1600], open: 0, most: 1 });
  });

  test("a rotated photo is asked by the side that is shown", async () => {
    const { imaging, seen } = tools({ width: 3000, height: 4000 });
    const result = await reduce(file(jpeg({ width: 4000, height: 3000, orientation: 6 })), imaging);
    expect(seen.decoded).toEqual([1200]);
    expect(result).toMatchObject({ ok: true, value: { readable: { width: 1200, height: 1600 } } });
  });

  test("a decoder that resizes before it rotates is not trusted: the photo is decoded again in full", async () => {
    const { imaging, seen } = tools({ width: 3000, height: 4000 });
    const squashing: ImagingTools<Decoded> = {
      ...imaging,
      decode: async (picked, width) => {
        const bitmap = await imaging.decode(picked, width);
        return bitmap === undefined || width === null ? bitmap : { ...bitmap, height: Math.round(width * 0.75) };
      },
    };
    const result = await reduce(file(jpeg({ width: 4000, height: 3000, orientation: 6 })), squashing);
    expect(seen).toMatchObject({ decoded: [1200, null], open: 0, most: 1 });
    expect(result).toMatchObject({ ok: true, value: { readable: { width: 1200, height: 1600 } } });
  });

  test("noise ends under the limits: quality first, then size", async () => {
    const { imaging, seen } = tools({ width: 4000, height: 3000 }, 1.5);
    const result = await reduce(file(jpeg({ width: 4000, height: 3000 })), imaging);
    if (!result.ok || result.value.type !== "picture") throw new Error("a picture was expected");
    expect(result.value.readable.bytes.byteLength).toBeLessThanOrEqual(readableRendition.maxBytes);
    expect(result.value.preview.bytes.byteLength).toBeLessThanOrEqual(previewRendition.maxBytes);
    expect(seen.encoded.slice(0, 2)).toEqual(["1600x1200@0.60", "1600x1200@0.45"]);
  });

  test("HEIC that this browser cannot decode is kept as it is; without an encoder any picture is", async () => {
    const blind: ImagingTools<Decoded> = { decode: async () => undefined, encode: async () => undefined };
    expect(await reduce(file(heif("heic", 400, 300)), blind)).toEqual({
      ok: true,
      value: { type: "raw", mime: "image/heic" },
    });
    expect(await reduce(file(png(400, 300)), blind)).toEqual({ ok: false, error: { type: "picture-damaged" } });
    const mute = { ...tools({ width: 400, height: 300 }).imaging, encode: async () => undefined };
    expect(await reduce(file(png(400, 300)), mute)).toMatchObject({ ok: true, value: { type: "raw" } });
  });

  test("small pictures are never enlarged", () => {
    expect(scaled({ width: 300, height: 200 }, 1600)).toEqual({ width: 300, height: 200 });
    expect(scaled({ width: 20000, height: 1 }, 1600)).toEqual({ width: 1600, height: 1 });
  });
});
