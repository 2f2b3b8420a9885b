/** A page is taken out of a picture: shape, straightness, looks, quality; decoder and canvas are replaced at their edge. */
import { describe, expect, test } from "vitest";
import { finish, type Part, type PixelTools, propose, sample } from "../../../src/workers/imaging/finish.ts";
import {
  aspectOf,
  commonArea,
  cornersOf,
  mapQuad,
  ordered,
  projected,
  type Quad,
  unitTo,
} from "../../../src/workers/imaging/geometry.ts";
import type { Dimensions } from "../../../src/workers/imaging/inspect.ts";
import { documentRendition, maxDecodedPixels, readableRendition } from "../../../src/workers/imaging/limits.ts";
import { colourLook, documentLook } from "../../../src/workers/imaging/looks.ts";
import { lookOf, measure, qualityOf } from "../../../src/workers/imaging/quality.ts";
import type { Decoded } from "../../../src/workers/imaging/reduce.ts";
import { type RowLook, turned, warp } from "../../../src/workers/imaging/warp.ts";
import type { Corners, Frame, Point } from "../../../src/workers/imaging.contract.ts";
import { card, letter, photograph, type Shot, tables } from "../../support/sheets.ts";
import { file, heif, jpeg, pdf, png } from "../workers/files.ts";

const flat = (width: number, height: number, colour: (x: number, y: number) => readonly number[]): Frame => {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) data.set([...colour(x, y), 255], (y * width + x) * 4);
  return { data, width, height };
};
const pixel = ({ data, width }: Frame, x: number, y: number): readonly number[] => [
  ...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3),
];
/** Row by row, as while it is made. */
function changed({ data, width, height }: Frame, look: RowLook): void {
  const pixels = new Uint32Array(data.buffer);
  for (let y = 0; y < height; y += 1) look(pixels, y * width, y);
}
const inPixels = (quad: Quad, { width, height }: Dimensions): Quad =>
  mapQuad(quad, ({ x, y }: Point) => ({ x: x * width, y: y * height }));
const shotOf = (changes: Partial<Shot>): Shot => ({
  name: "",
  sheets: [{ paper: letter(4), x: 0, y: 0, turn: 8 }],
  table: tables.wood,
  lean: 28,
  towards: 30,
  scale: 0.33,
  width: 315,
  height: 420,
  light: 0.9,
  noise: 2,
  blur: 0.5,
  seed: 9,
  ...changes,
});
const square: Quad = [
  { x: 10, y: 10 },
  { x: 90, y: 10 },
  { x: 90, y: 90 },
  { x: 10, y: 90 },
];

describe("geometry", () => {
  test("any order of four corners becomes clockwise from the upper left", () => {
    const [a, b, c, d] = square;
    for (const mixed of [
      [c, a, d, b],
      [b, a, c, d],
      [d, c, b, a],
    ] as unknown as Quad[])
      expect(ordered(mixed)).toEqual(square);
  });

  test("the common area of two quads", () => {
    const moved = mapQuad(square, ({ x, y }) => ({ x: x + 40, y: y + 60 }));
    expect(commonArea(square, moved)).toBeCloseTo(40 * 20);
    expect(
      commonArea(
        square,
        mapQuad(square, ({ x, y }) => ({ x: x + 100, y })),
      ),
    ).toBe(0);
  });

  test.each([0, 20, 35])("the shape of an A4 page and of a card is seen at %i degrees", (lean) => {
    const a4 = photograph(shotOf({ lean }));
    expect(aspectOf(inPixels(a4.corners[0] as Quad, a4.frame), a4.frame)).toBeCloseTo(1 / Math.SQRT2, 6);
    const id = photograph(shotOf({ lean, scale: 0.8, sheets: [{ paper: card(2), x: 2, y: 3, turn: 12 }] }));
    expect(aspectOf(inPixels(id.corners[0] as Quad, id.frame), id.frame)).toBeCloseTo(85.6 / 53.98, 6);
  });
});

describe("taking the sheet out", () => {
  test("the whole picture stays what it is, and turns clockwise", () => {
    const frame = flat(8, 4, (x, y) => [x * 30, y * 60, 0]);
    const all: Quad = [
      { x: 0, y: 0 },
      { x: 8, y: 0 },
      { x: 8, y: 4 },
      { x: 0, y: 4 },
    ];
    expect([...warp(frame, all, frame).data]).toEqual([...frame.data]);
    const quarter = warp(frame, turned(all, 90), { width: 4, height: 8 });
    expect(pixel(quarter, 3, 0)).toEqual(pixel(frame, 0, 0));
    expect(pixel(quarter, 0, 0)).toEqual(pixel(frame, 0, 3));
    const half = warp(frame, turned(all, 180), frame);
    expect(pixel(half, 7, 3)).toEqual(pixel(frame, 0, 0));
    expect(pixel(warp(frame, turned(all, 270), { width: 4, height: 8 }), 0, 7)).toEqual(pixel(frame, 0, 0));
  });

  test("print comes back to where it was printed", () => {
    const { frame, corners } = photograph(shotOf({}));
    const page = warp(frame, inPixels(corners[0] as Quad, frame), { width: 210, height: 297 });
    // The letter's coloured mark, 18 to 52 mm and 14 to 30 mm; white around it.
    const isColoured = (x: number, y: number): boolean => {
      const [r = 0, g = 0, b = 0] = pixel(page, x, y);
      return Math.max(r, g, b) - Math.min(r, g, b) > 60;
    };
    let [hits, outside] = [0, 0];
    for (let y = 0; y < 60; y += 1)
      for (let x = 0; x < 100; x += 1) {
        const within = x >= 19 && x < 51 && y >= 15 && y < 29;
        const beside = x < 16 || x > 54 || y < 12 || y > 32;
        if (within && isColoured(x, y)) hits += 1;
        if (beside && isColoured(x, y)) outside += 1;
      }
    expect(hits / (32 * 14)).toBeGreaterThan(0.8);
    expect(outside).toBe(0);
  });
});

describe("warping in whole numbers", () => {
  test("differs by no more than a pixel's neighbour from the exact place, however steep the view", () => {
    // The place is in the colours: red across, green down.
    const from = flat(256, 256, (x, y) => [x, y, 0]);
    const quad: Quad = [
      { x: 70, y: 20 },
      { x: 170, y: 40 },
      { x: 250, y: 250 },
      { x: 5, y: 230 },
    ];
    const size = { width: 203, height: 287 };
    const page = warp(from, quad, size);
    const map = unitTo(quad);
    let farthest = 0;
    for (let y = 0; y < size.height; y += 1)
      for (let x = 0; x < size.width; x += 1) {
        const exact = projected(map, { x: (x + 0.5) / size.width, y: (y + 0.5) / size.height });
        const [r = 0, g = 0] = pixel(page, x, y);
        farthest = Math.max(farthest, Math.abs(r - (exact.x - 0.5)), Math.abs(g - (exact.y - 0.5)));
      }
    // What is cut off to whole numbers is 1 of it.
    expect(farthest).toBeLessThan(1.1);
  });

  test("each row is handed over once, from the top", () => {
    const rows: number[] = [];
    const page = warp(
      flat(20, 20, () => [1, 2, 3]),
      square.map(({ x, y }) => ({ x: x / 5, y: y / 5 })) as unknown as Quad,
      { width: 7, height: 5 },
      (pixels, at, y) => {
        rows.push(y);
        pixels.fill(0xff0000ff, at, at + 7);
      },
    );
    expect(rows).toEqual([0, 1, 2, 3, 4]);
    expect(pixel(page, 6, 4)).toEqual([255, 0, 0]);
  });
});

describe("looks", () => {
  test("a look that was judged on a small picture of the page fits the page", () => {
    const lit = (size: number) =>
      flat(size, size, (x, y) => {
        const light = 0.5 + (0.5 * x) / size;
        const ink = (y * 8) % size < size * 0.04;
        return [240, 236, 228].map((value) => value * light * (ink ? 0.2 : 1));
      });
    const page = lit(480);
    changed(page, documentLook(lit(160), page));
    for (const x of [10, 150, 350, 470]) {
      expect(pixel(page, x, 50)).toEqual([255, 255, 255]);
      expect(Math.max(...pixel(page, x, 2))).toBeLessThan(40);
    }
  });

  test("document: a shadow and the lamp's colour are gone, ink is dark, a stamp keeps its colour", () => {
    const page = flat(240, 320, (x, y) => {
      const light = (x < 120 ? 1 : 0.55) * (1 - y / 1600);
      const lamp = [1, 0.93, 0.8];
      const ink =
        y > 60 && y < 200 && y % 12 < 3 && x % 9 < 5
          ? [40, 40, 44]
          : (x - 60) ** 2 + (y - 250) ** 2 < 300
            ? [60, 80, 200]
            : [240, 240, 236];
      return ink.map((value, n) => value * light * (lamp[n] ?? 1));
    });
    changed(page, documentLook(page, page));
    for (const [x, y] of [
      [20, 20],
      [220, 20],
      [20, 300],
      [220, 230],
    ] as const)
      expect(pixel(page, x, y)).toEqual([255, 255, 255]);
    for (const [x, y] of [
      [28, 85],
      [191, 85],
    ] as const)
      expect(Math.max(...pixel(page, x, y))).toBeLessThan(70);
    const [r = 0, , b = 0] = pixel(page, 60, 250);
    expect(b - r).toBeGreaterThan(70);
  });

  test("colour: white and black are set, colours stay apart", () => {
    const page = flat(100, 100, (x, y) => (x < 60 ? [180, 176, 160] : y < 50 ? [30, 28, 26] : [150, 60, 50]));
    changed(page, colourLook(page, page));
    expect(Math.min(...pixel(page, 10, 10))).toBeGreaterThan(235);
    expect(Math.max(...pixel(page, 80, 10))).toBeLessThan(20);
    const [r = 0, g = 0] = pixel(page, 80, 80);
    expect(r - g).toBeGreaterThan(90);
  });

  test("the look that is proposed: print is a document, a card keeps its colours, no sheet stays a photo", () => {
    const print = photograph(shotOf({}));
    expect(lookOf(print.frame, cornersOf(print.corners[0] as Quad))).toBe("document");
    const shadow = photograph(shotOf({ shadow: { angle: 20, at: 0, depth: 0.5 } }));
    expect(lookOf(shadow.frame, cornersOf(shadow.corners[0] as Quad))).toBe("document");
    const id = photograph(shotOf({ scale: 0.8, sheets: [{ paper: card(2), x: 0, y: 0, turn: 4 }] }));
    expect(lookOf(id.frame, cornersOf(id.corners[0] as Quad))).toBe("colour");
    expect(lookOf(photograph(shotOf({ sheets: [], table: tables.cloth })).frame, null)).toBe("photo");
  });
});

describe("quality gate", () => {
  const judged = (changes: Partial<Shot>) => {
    const { frame, corners } = photograph(shotOf({ lean: 5, ...changes }));
    return qualityOf(measure(frame, cornersOf(corners[0] as Quad), 1280), false);
  };
  const good = { blurred: false, dark: false, glare: false, cut: false };

  test("a good picture has nothing to tell", () => {
    expect(judged({})).toEqual(good);
    expect(judged({ table: tables.white, noise: 4 })).toEqual(good);
    expect(judged({ table: tables.dark, shadow: { angle: 20, at: 0, depth: 0.4 } })).toEqual(good);
  });

  test("blur, darkness and reflections are told", () => {
    expect(judged({ blur: 3.2 })).toEqual({ ...good, blurred: true });
    expect(judged({ light: 0.22 })).toEqual({ ...good, dark: true });
    expect(judged({ light: 0.8, glare: { x: 0.5, y: 0.5, size: 0.1 } })).toMatchObject({ glare: true });
  });
});

/** A decoder that gives frames of the asked size, and an encoder that gives as many bytes as it is told. */
function tools(full: Dimensions, bytesPerPixel = 0.03) {
  const seen = {
    decoded: [] as Dimensions[],
    open: 0,
    most: 0,
    parts: [] as (Part & { to: Dimensions })[],
    encoded: [] as Dimensions[],
  };
  const held = (size: Dimensions): Decoded => {
    seen.open += 1;
    seen.most = Math.max(seen.most, seen.open);
    const close = (): void => {
      seen.open -= 1;
    };
    return { ...size, close };
  };
  const imaging: PixelTools<Decoded> = {
    async decode(_file, width) {
      const size = width === null ? full : { width, height: Math.round((full.height * width) / full.width) };
      seen.decoded.push(size);
      return held(size);
    },
    async encode(_picture, size, quality) {
      seen.encoded.push(size);
      return new Blob([new Uint8Array(Math.round(size.width * size.height * bytesPerPixel * quality))], {
        type: "image/webp",
      });
    },
    pixels(_picture, part, to) {
      seen.parts.push({ ...part, to });
      return flat(to.width, to.height, () => [200, 200, 200]);
    },
    picture: (frame) => held(frame),
  };
  return { imaging, seen };
}

const corners: Corners = cornersOf([
  { x: 0.25, y: 0.25 },
  { x: 0.75, y: 0.25 },
  { x: 0.75, y: 0.75 },
  { x: 0.25, y: 0.75 },
]);

describe("making a page", () => {
  test("is decoded only as large as the sheet needs, one bitmap at a time, and only the sheet becomes pixels", async () => {
    const { imaging, seen } = tools({ width: 4000, height: 3000 });
    const result = await finish(
      file(jpeg({ width: 4000, height: 3000 })),
      { corners, turn: 90, look: "document" },
      imaging,
    );
    expect(result).toMatchObject({ ok: true, value: { type: "picture" } });
    // The sheet's longer side is half the picture's: 1500 of 3000.
    expect(seen.decoded).toEqual([{ width: 3000, height: 2250 }]);
    expect(seen.parts).toHaveLength(1);
    expect(seen.parts[0]?.width).toBeLessThanOrEqual(1504);
    expect([seen.open, seen.most]).toEqual([0, 1]);
    const [readable] = seen.encoded;
    expect(Math.max(readable?.width ?? 0, readable?.height ?? 0)).toBe(documentRendition.longSide);
    // Turned by a quarter: what was wide is high.
    expect(readable?.height).toBe(documentRendition.longSide);
  });

  test("a JPEG's decoder is asked for as many eighths of it, as stored, as hold what the sheet needs", async () => {
    const asked: (Dimensions | undefined)[] = [];
    const watching = (full: Dimensions) => {
      const { imaging } = tools(full);
      const decode: typeof imaging.decode = (picked, width, left) => {
        asked.push(left);
        return imaging.decode(picked, width);
      };
      return { ...imaging, decode };
    };
    const how = { corners, turn: 0, look: "photo" } as const;
    const shot = file(jpeg({ width: 8000, height: 6000, orientation: 6 }));
    // 1600 of the 4000 pixels that the sheet is high; 1280 of 8000.
    await finish(shot, how, watching({ width: 6000, height: 8000 }));
    await propose(shot, watching({ width: 6000, height: 8000 }));
    // Nearly all of it is wanted, or it is stored otherwise.
    await finish(file(jpeg({ width: 1640, height: 1230 })), how, watching({ width: 1640, height: 1230 }));
    await finish(file(png(4000, 3000)), how, watching({ width: 4000, height: 3000 }));
    expect(asked).toEqual([{ width: 4000, height: 3000 }, { width: 2000, height: 1500 }, undefined, undefined]);
  });

  test("48 megapixels with a small sheet are not decoded whole", async () => {
    const { imaging, seen } = tools({ width: 8000, height: 6000 });
    const small = cornersOf(
      mapQuad([corners.tl, corners.tr, corners.br, corners.bl], ({ x, y }) => ({ x: x / 3, y: y / 3 })),
    );
    await finish(file(jpeg({ width: 8000, height: 6000 })), { corners: small, turn: 0, look: "photo" }, imaging);
    for (const { width, height } of seen.decoded) expect(width * height).toBeLessThan(maxDecodedPixels * 1.01);
  });

  test("never more than 300 KB, however grainy", async () => {
    const { imaging } = tools({ width: 4000, height: 3000 }, 1.4);
    const result = await finish(
      file(jpeg({ width: 4000, height: 3000 })),
      { corners, turn: 0, look: "colour" },
      imaging,
    );
    if (!result.ok || result.value.type !== "picture") throw new Error("a picture was made");
    expect(result.value.readable.bytes.byteLength).toBeLessThanOrEqual(readableRendition.maxBytes);
  });

  test("what nobody changed is reduced as it is", async () => {
    const { imaging, seen } = tools({ width: 4000, height: 3000 });
    await finish(file(jpeg({ width: 4000, height: 3000 })), { corners: null, turn: 0, look: "photo" }, imaging);
    expect(seen.parts).toHaveLength(0);
    expect(seen.decoded).toEqual([{ width: 1600, height: 1200 }]);
  });

  test("a PDF and what cannot be decoded here are kept, and said before", async () => {
    const { imaging } = tools({ width: 400, height: 300 });
    const how = { corners, turn: 0, look: "document" } as const;
    expect(await finish(file(pdf()), how, imaging)).toEqual({
      ok: true,
      value: { type: "file", mime: "application/pdf" },
    });
    expect(await propose(file(pdf()), imaging)).toEqual({
      ok: false,
      error: { type: "not-shown", mime: "application/pdf" },
    });
    const blind = { ...imaging, decode: async () => undefined };
    const heic = file(heif("heic", 400, 300));
    expect(await finish(heic, how, blind)).toEqual({ ok: true, value: { type: "raw", mime: "image/heic" } });
    expect(await propose(heic, blind)).toEqual({ ok: false, error: { type: "not-shown", mime: "image/heic" } });
    expect(await sample(heic, how, blind)).toEqual({ ok: false, error: { type: "not-shown", mime: "image/heic" } });
    const damaged = file(jpeg({ width: 400, height: 300 }));
    for (const answer of [
      await finish(damaged, how, blind),
      await propose(damaged, blind),
      await sample(damaged, how, blind),
    ])
      expect(answer).toEqual({ ok: false, error: { type: "picture-damaged" } });
  });

  test("a proposal shows the whole picture, at most 1280 px, and leaves nothing open", async () => {
    const { imaging, seen } = tools({ width: 3000, height: 4000 });
    const result = await propose(file(jpeg({ width: 4000, height: 3000, orientation: 6 })), imaging);
    expect(result).toMatchObject({
      ok: true,
      value: { width: 3000, height: 4000, shown: { width: 960, height: 1280 }, corners: null, sheets: "none" },
    });
    expect([seen.open, seen.most]).toEqual([0, 1]);
  });

  test("a sample is small", async () => {
    const { imaging, seen } = tools({ width: 4000, height: 3000 });
    const result = await sample(
      file(jpeg({ width: 4000, height: 3000 })),
      { corners, turn: 0, look: "colour" },
      imaging,
    );
    if (!result.ok) throw new Error("a sample was made");
    expect(Math.max(result.value.width, result.value.height)).toBe(720);
    expect([seen.open, seen.most]).toEqual([0, 1]);
  });
});
