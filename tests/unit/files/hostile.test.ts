/**
 * D8: files made to harm, before any decoder sees them: what `admit` says of malformed, doubled and absurd ones. Seeded; nothing
 * throws, nothing takes long. What a renderer does with those that are taken: tests/e2e/files.test.ts.
 */
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { admit } from "../../../src/workers/imaging/admit.ts";
import { opensWithoutPassword } from "../../../src/workers/imaging/pdf-lock.ts";
import { boundMemory } from "../../../src/workers/pdf/bounds.ts";
import { drawScale } from "../../../src/workers/pdf/size.ts";
import { maxPdfPixels, maxPdfSide } from "../../../src/workers/pdf.contract.ts";
import { flatJpeg, lockedPdf, smallPdf, smallPng, tinyWebp } from "../../support/bad-files.ts";
import {
  doubleBomb,
  formBomb,
  imageBomb,
  loopingTree,
  manyPages,
  onePage,
  polyglot,
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
  test("what is absurd is refused, in any form; everything else is as before", () => {
    const scope = { Uint8Array, DecompressionStream, structuredClone };
    const bounds = boundMemory(scope, 1000);
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
  });

  test("drawing acts are counted on their way to the painter", () => {
    const scope = { Uint8Array, structuredClone };
    const bounds = boundMemory(scope, 1e6, 1e6, 5);
    expect(scope.structuredClone({ chunk: { fnArray: [1, 2, 3] } })).toEqual({ chunk: { fnArray: [1, 2, 3] } });
    expect(scope.structuredClone({ a: 1 })).toEqual({ a: 1 });
    expect(() => scope.structuredClone({ chunk: { fnArray: [1, 2, 3] } })).toThrow(RangeError);
    expect(bounds.wasHit()).toBe(true);
  });

  test("what inflates is counted over all streams of a page", async () => {
    const scope = { Uint8Array, DecompressionStream, structuredClone };
    const bounds = boundMemory(scope, 1e6, 100_000);
    const inflate = (length: number): Promise<ArrayBuffer> =>
      new Response(
        new Blob([deflateSync(Buffer.alloc(length))]).stream().pipeThrough(new scope.DecompressionStream("deflate")),
      ).arrayBuffer();
    expect((await inflate(60_000)).byteLength).toBe(60_000);
    await expect(inflate(60_000)).rejects.toThrow();
    expect(bounds.wasHit()).toBe(true);
    bounds.begin();
    expect((await inflate(60_000)).byteLength).toBe(60_000);
  });
});
