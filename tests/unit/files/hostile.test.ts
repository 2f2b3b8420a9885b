/**
 * D8: files made to harm, before any decoder sees them: what `admit` says of malformed, doubled and absurd ones. Seeded; nothing
 * throws, nothing takes long. What a renderer does with those that are taken: tests/e2e/files.test.ts.
 */
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { admit } from "../../../src/workers/imaging/admit.ts";
import { opensWithoutPassword } from "../../../src/workers/imaging/pdf-lock.ts";
import { type BoundScope, boundMemory, type Limits, pageLimits } from "../../../src/workers/pdf/bounds.ts";
import { drawScale } from "../../../src/workers/pdf/size.ts";
import { maxPdfPixels, maxPdfSide } from "../../../src/workers/pdf.contract.ts";
import { flatJpeg, lockedPdf, smallPdf, smallPng, tinyWebp } from "../../support/bad-files.ts";
import {
  albumBomb,
  doubleBomb,
  formBomb,
  imageBomb,
  loopingTree,
  manyPages,
  onePage,
  polyglot,
  runBomb,
  scriptedPdf,
  streamBomb,
} from "../../support/pdf-files.ts";

const fileOf = (bytes: Uint8Array): Blob => new Blob([new Uint8Array(bytes)]);
const said = async (bytes: Uint8Array): Promise<string> => {
  const answer = await admit(fileOf(bytes), opensWithoutPassword);
  return answer.ok ? answer.value.type : answer.error.type;
};

/** Numbers that look random and are the same each time (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Bytes changed, cut out, doubled, moved. */
function spoiled(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  let out = Buffer.from(bytes);
  for (let times = 1 + next(6); times > 0; times -= 1) {
    const at = next(Math.max(1, out.length));
    const length = next(Math.max(1, Math.min(400, out.length - at)));
    switch (next(5)) {
      case 0:
        out[at] = next(256);
        break;
      case 1:
        out = Buffer.concat([out.subarray(0, at), out.subarray(at + length)]);
        break;
      case 2:
        out = Buffer.concat([out.subarray(0, at), out.subarray(at, at + length), out.subarray(at)]);
        break;
      case 3:
        out.fill(next(2) === 0 ? 0xff : 0, at, at + length);
        break;
      default:
        out = out.subarray(0, Math.max(1, at));
    }
  }
  return out;
}

const refusals =
  /^(pdf|picture|file-empty|file-too-big|file-not-a-picture|picture-damaged|picture-too-large|pdf-locked|pdf-damaged)$/;

describe("D8 files made to harm", () => {
  test.each([
    ["scripts, launches, links over the whole page", () => scriptedPdf(), "pdf"],
    ["a stream of 256 MB in 300 KB", () => streamBomb(256), "pdf"],
    ["zeros deflated twice", () => doubleBomb(16), "pdf"],
    ["an image of a hundred thousand a side", () => imageBomb(100_000), "pdf"],
    ["a content of run lengths", () => runBomb(64, 8), "pdf"],
    ["an album of forty pictures of 36 megapixels", () => albumBomb(40, 6000, "1 bit"), "pdf"],
    ["a form in a form in a form", () => formBomb(30), "pdf"],
    ["a tree of pages that leads into itself", () => loopingTree(), "pdf"],
    ["a page of a kilometre", () => onePage({ box: "[0 0 1e9 1e9]" }), "pdf"],
    ["a PDF that is a page of a browser, too", () => polyglot("html"), "pdf"],
    ["a PDF that is an archive, too", () => polyglot("zip"), "pdf"],
    ["a PDF behind the start of a photo", () => polyglot("jpeg"), "picture-damaged"],
    ["a PDF behind 2000 bytes of something else", () => polyglot("late"), "file-not-a-picture"],
    ["a PDF with a password", () => lockedPdf(), "pdf-locked"],
    ["a photo of 900 megapixels", () => flatJpeg(30_000, 30_000), "picture-too-large"],
  ])("%s", async (_what, make, verdict) => {
    const bytes = make();
    const before = performance.now();
    expect(await said(bytes)).toBe(verdict);
    expect(performance.now() - before).toBeLessThan(5000);
  });

  test("a PNG that says to be immense is refused by its head", async () => {
    const png = smallPng();
    png.writeUInt32BE(0x7fff_ffff, 16);
    png.writeUInt32BE(0x7fff_ffff, 20);
    expect(await said(png)).toBe("picture-too-large");
  });

  test("2,000 spoiled files: each gets an answer that has words, none an exception", async () => {
    const next = seeded(30);
    const good = [
      smallPdf(),
      lockedPdf(),
      manyPages(2),
      scriptedPdf(),
      flatJpeg(64, 48),
      smallPng(),
      tinyWebp(),
      Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from("ftypheic\0\0\0\0mif1heic"), Buffer.alloc(64)]),
    ];
    const seen = new Map<string, number>();
    for (let n = 0; n < 2000; n += 1) {
      const bytes = spoiled(good[n % good.length] ?? good[0] ?? Buffer.alloc(1), next);
      const verdict = await said(bytes);
      expect(verdict, `file ${n}`).toMatch(refusals);
      seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
    }
    // The spoiling really reaches all of it.
    for (const verdict of ["pdf", "picture", "pdf-damaged", "picture-damaged", "file-not-a-picture"])
      expect(seen.get(verdict) ?? 0, verdict).toBeGreaterThan(10);
  });

  test("a page is drawn within its bounds, whatever size it says it has", () => {
    for (const [width, height] of [
      [595, 842],
      [1, 1e6],
      [1e6, 1],
      [1e5, 1e5],
      [0.5, 0.5],
      [20, 20],
    ] as const)
      for (const wanted of [1, 360, 4000, 1e7]) {
        const scale = drawScale(width, height, wanted);
        if (scale === 0) continue;
        expect(width * scale * height * scale).toBeLessThanOrEqual(maxPdfPixels * 1.0001);
        expect(Math.max(width, height) * scale).toBeLessThanOrEqual(maxPdfSide * 1.0001);
      }
    expect(drawScale(595, 842, 720)).toBeCloseTo(720 / 595, 6);
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(drawScale(bad, 842, 720)).toBe(0);
  });
});

describe("D8 memory of the PDF worker", () => {
  const scopeOf = (more: Partial<BoundScope> = {}): BoundScope => ({
    Uint8Array,
    Uint8ClampedArray,
    DecompressionStream,
    structuredClone,
    ...more,
  });
  const limited = (limits: Partial<Limits>): Limits => ({ ...pageLimits, ...limits });

  test("what is absurd is refused, in any form; everything else is as before", () => {
    const scope = scopeOf();
    const bounds = boundMemory(scope, limited({ piece: 1000 }));
    const Bounded = scope.Uint8Array;
    expect(new Bounded(1000)).toBeInstanceOf(Uint8Array);
    expect(new Bounded([1, 2])).toEqual(new Uint8Array([1, 2]));
    expect(new Bounded(new ArrayBuffer(4000)).length).toBe(4000);
    expect(Bounded.from([3]).subarray(0, 1)).toEqual(new Uint8Array([3]));
    expect(new Uint8Array(2) instanceof Bounded).toBe(true);
    expect(bounds.wasHit()).toBe(false);
    expect(() => new Bounded(1001)).toThrow(RangeError);
    expect(bounds.wasHit()).toBe(true);
    bounds.begin();
    expect(bounds.wasHit()).toBe(false);
    expect(() => new scope.Uint8ClampedArray(1001)).toThrow(RangeError);
  });

  test("large pieces are counted together, small ones and those of another page are not", () => {
    const scope = scopeOf();
    const bounds = boundMemory(scope, limited({ bytes: 2_000_000 }));
    for (let n = 0; n < 100; n += 1) new scope.Uint8Array(100_000);
    new scope.Uint8Array(1_500_000);
    bounds.begin();
    new scope.Uint8Array(1_500_000);
    expect(() => new scope.Uint8ClampedArray(600_000)).toThrow(RangeError);
    expect(bounds.wasHit()).toBe(true);
  });

  test("drawing acts are counted on their way to the painter", () => {
    const scope = scopeOf();
    const bounds = boundMemory(scope, limited({ acts: 5 }));
    expect(scope.structuredClone({ chunk: { fnArray: [1, 2, 3] } })).toEqual({ chunk: { fnArray: [1, 2, 3] } });
    expect(scope.structuredClone({ a: 1 })).toEqual({ a: 1 });
    expect(() => scope.structuredClone({ chunk: { fnArray: [1, 2, 3] } })).toThrow(RangeError);
    expect(bounds.wasHit()).toBe(true);
  });

  test("pixels are counted: of all pictures, and of what is painted on at the same time", async () => {
    let [open, most] = [0, 0];
    class Decoder {
      async decode() {
        open += 1;
        most = Math.max(most, open);
        await new Promise((done) => setTimeout(done, 1));
        open -= 1;
        return { image: { codedWidth: 100, codedHeight: 100, close: () => undefined } };
      }
    }
    const Canvas = class {};
    const scope = scopeOf({ ImageDecoder: Decoder, OffscreenCanvas: Canvas });
    const bounds = boundMemory(scope, limited({ pictures: 25_000, canvas: 10_000 }));
    const { ImageDecoder: Bounded, OffscreenCanvas: BoundedCanvas } = scope;
    if (Bounded === undefined || BoundedCanvas === undefined) throw new Error("both are replaced");
    const decoded = await Promise.allSettled([1, 2, 3, 4].map(() => new Bounded().decode()));
    expect(decoded.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "rejected"]);
    // One at a time, and the fourth was not begun.
    expect(most).toBe(1);
    bounds.begin();
    expect(new BoundedCanvas(100, 200)).toBeInstanceOf(Canvas);
    expect(() => new BoundedCanvas(100, 200)).toThrow(RangeError);
    bounds.begin();
    bounds.paintOn(9000);
    bounds.paintOn(-9000);
    bounds.paintOn(9000);
    expect(() => bounds.paintOn(9000)).toThrow(RangeError);
    expect(bounds.wasHit()).toBe(true);
    // The next page does not pay for what this one never gives back, nor gains by what it gives back late.
    bounds.begin();
    bounds.paintOn(9000);
    bounds.paintOn(-9000);
    bounds.paintOn(-9000);
    bounds.paintOn(9000);
    expect(bounds.wasHit()).toBe(false);
    expect(() => bounds.paintOn(2000)).toThrow(RangeError);
  });

  test("a program's memory ends somewhere", () => {
    const prototype = { buffer: new ArrayBuffer(65_536), grow: (pages: number) => pages } as WebAssembly.Memory;
    const bounds = boundMemory(scopeOf({ WebAssembly: { Memory: { prototype } } }), limited({ program: 4 * 65_536 }));
    expect(prototype.grow(3)).toBe(3);
    expect(() => prototype.grow(4)).toThrow(RangeError);
    expect(bounds.wasHit()).toBe(true);
  });

  test("what inflates is counted over all streams of a page, and little is inflated behind the bound", async () => {
    const scope = scopeOf();
    const bounds = boundMemory(scope, limited({ inflated: 100_000 }));
    const inflate = (bytes: Uint8Array): Promise<ArrayBuffer> => {
      const { readable, writable } = new (scope.DecompressionStream ?? fail())("deflate");
      // As pdf.js does: all of it at once.
      const writer = writable.getWriter();
      writer.write(new Uint8Array(bytes)).catch(() => undefined);
      writer.close().catch(() => undefined);
      return new Response(readable).arrayBuffer();
    };
    const seeded30 = seeded(30);
    const honest = Buffer.from(Array.from({ length: 60_000 }, () => seeded30(256)));
    expect(Buffer.from(await inflate(deflateSync(honest))).equals(honest)).toBe(true);
    await expect(inflate(deflateSync(honest))).rejects.toThrow();
    expect(bounds.wasHit()).toBe(true);
    bounds.begin();
    expect((await inflate(deflateSync(Buffer.alloc(90_000)))).byteLength).toBe(90_000);
  });

  test("a bomb is ended after its bound, not after all of it", async () => {
    const bomb = deflateSync(Buffer.alloc(32 * 1024 * 1024));
    const scope = scopeOf();
    const bounds = boundMemory(scope, limited({ inflated: 8 * 1024 * 1024 }));
    const { readable, writable } = new (scope.DecompressionStream ?? fail())("deflate");
    const writer = writable.getWriter();
    writer.write(new Uint8Array(bomb)).catch(() => undefined);
    writer.close().catch(() => undefined);
    let seen = 0;
    const reading = (async () => {
      for await (const chunk of readable) seen += (chunk as Uint8Array).byteLength;
    })();
    await expect(reading).rejects.toThrow(RangeError);
    expect(seen).toBeLessThanOrEqual(8 * 1024 * 1024);
    expect(bounds.wasHit()).toBe(true);
  });
});

function fail(): never {
  throw new Error("no inflater");
}
