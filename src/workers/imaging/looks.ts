/**
 * The looks of a page: "document" divides by the light that falls on the paper, "colour" sets white and black. Pure; they are
 * judged on a small picture of the page, then each row of it is changed while it is made (warp.ts). Runs in workers and in Node.
 *
 * Surprising fact: the paper's light is taken block by block from the brightest pixels, so print hardly moves it; a dark
 * photograph on the page does, and is therefore never lightened beyond `deepest`.
 */

import type { Frame } from "../imaging.contract.ts";
import type { Dimensions } from "./inspect.ts";
import type { RowLook } from "./warp.ts";

/** Light of the paper on a coarse grid, three channels. */
interface Paper {
  readonly columns: number;
  readonly rows: number;
  /** Of a block, in pixels of the small picture. */
  readonly side: number;
  readonly light: Float32Array;
}

/** Longer side of the picture of a page that its look is judged on. */
export const judgedSide = 480;
/** Blocks on the longer side: one is about as high as two lines of print. */
const blocks = 48;
/** A part of the page that is darker than this share of its paper is print, not shadow. */
const deepest = 0.45;

const luma = (r: number, g: number, b: number): number => (r * 77 + g * 150 + b * 29) >> 8;

function paperOf({ data, width, height }: Frame): Paper {
  const side = Math.max(8, Math.ceil(Math.max(width, height) / blocks));
  const columns = Math.ceil(width / side);
  const rows = Math.ceil(height / side);
  const light = new Float32Array(columns * rows * 3);
  const counts = new Uint16Array(256);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      const [x0, y0] = [column * side, row * side];
      const [x1, y1] = [Math.min(width, x0 + side), Math.min(height, y0 + side)];
      counts.fill(0);
      for (let y = y0; y < y1; y += 1)
        for (let x = x0; x < x1; x += 1) {
          const at = (y * width + x) * 4;
          const value = luma(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
          counts[value] = (counts[value] ?? 0) + 1;
        }
      // The brightest fifth: paper between lines of print.
      const total = (x1 - x0) * (y1 - y0);
      let threshold = 255;
      for (let above = 0; threshold > 0; threshold -= 1) {
        above += counts[threshold] ?? 0;
        if (above * 5 >= total) break;
      }
      let [r, g, b, n] = [0, 0, 0, 0];
      for (let y = y0; y < y1; y += 1)
        for (let x = x0; x < x1; x += 1) {
          const at = (y * width + x) * 4;
          const [red, green, blue] = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
          if (luma(red, green, blue) < threshold) continue;
          r += red;
          g += green;
          b += blue;
          n += 1;
        }
      light.set([r / n, g / n, b / n], (row * columns + column) * 3);
    }
  return { columns, rows, side, light: evened(light, columns, rows) };
}

/** Blocks that print covers take the light of their surroundings; then the grid is made smooth. */
function evened(light: Float32Array, columns: number, rows: number): Float32Array {
  const bright = spread(light, columns, rows, 2, Math.max);
  const closed = spread(bright, columns, rows, 2, Math.min);
  const means = Array.from({ length: columns * rows }, (_, n) => brightness(closed, n)).sort((a, b) => a - b);
  const floor = deepest * (means[Math.floor(means.length * 0.8)] ?? 0);
  for (let n = 0; n < columns * rows; n += 1) {
    const lift = floor / Math.max(1, brightness(closed, n));
    if (lift <= 1) continue;
    for (let channel = 0; channel < 3; channel += 1) closed[n * 3 + channel] = (closed[n * 3 + channel] ?? 0) * lift;
  }
  const sum = (grid: Float32Array): Float32Array => spread(grid, columns, rows, 1, (a, b) => a + b);
  const counts = sum(new Float32Array(light.length).fill(1));
  const mean = (grid: Float32Array): Float32Array => sum(grid).map((value, n) => value / (counts[n] ?? 1));
  return mean(mean(closed));
}

const brightness = (light: Float32Array, n: number): number =>
  ((light[n * 3] ?? 0) + (light[n * 3 + 1] ?? 0) + (light[n * 3 + 2] ?? 0)) / 3;

/** Each cell is joined with those up to `reach` away, along its row and then along its column. */
function spread(
  from: Float32Array,
  columns: number,
  rows: number,
  reach: number,
  join: (a: number, b: number) => number,
): Float32Array {
  const along = (cells: Float32Array, step: number, length: number): Float32Array =>
    cells.map((value, at) => {
      const place = Math.floor(at / step) % length;
      let joined = value;
      for (let off = -Math.min(reach, place); off <= Math.min(reach, length - 1 - place); off += 1)
        if (off !== 0) joined = join(joined, cells[at + off * step] ?? 0);
      return joined;
    });
  return along(along(from, 3, columns), 3 * columns, rows);
}

/** Rows of a page on which the light does not change enough to be seen. */
const sameLight = 4;

/** 4,096ths: as much as a gain of 255 leaves room for. */
const bits = 12;

/**
 * Fills `gain`, three numbers a pixel, with 255 / light of the paper in one row, in 4,096ths.
 * @param side of a block, in pixels of the row.
 */
function gainsOf({ columns, rows, light }: Paper, side: number, width: number, y: number, gain: Int32Array): void {
  const v = Math.min(rows - 1, Math.max(0, (y + 0.5) / side - 0.5));
  const above = Math.floor(v) * columns * 3;
  const below = Math.min(rows - 1, Math.floor(v) + 1) * columns * 3;
  const share = v - Math.floor(v);
  const of = (n: number): number => {
    const up = light[above + n] ?? 0;
    return (255 << bits) / Math.max(1, up + share * ((light[below + n] ?? 0) - up));
  };
  // From the middle of one block to that of the next, in even steps.
  for (let column = -1, from = 0; column < columns; column += 1) {
    const p = Math.max(0, column) * 3;
    const q = Math.min(columns - 1, column + 1) * 3;
    const end = column === columns - 1 ? width : Math.min(width, Math.round((column + 1.5) * side));
    const first = from + 0.5 - (column + 0.5) * side;
    for (let channel = 0; channel < 3; channel += 1) {
      const start = of(p + channel);
      const slope = (of(q + channel) - start) / side;
      let value = start + first * slope;
      for (let at = from * 3 + channel; at < end * 3; at += 3, value += slope) gain[at] = value;
    }
    from = end;
  }
}

/** Of the paper's light: from here on, everything is white. */
const whiteFrom = 0.86;
/** Colour that is less than this (0 to 255, after the paper's own is gone) is the camera's, not the paper's. */
const greyUpTo = 22;
const colouredFrom = 60;

/**
 * White paper, dark ink, no shadows; a clear colour stays.
 * @param small the page, about `judgedSide` pixels long.
 * @param page what the look is for.
 */
export function documentLook(small: Frame, page: Dimensions): RowLook {
  const paper = paperOf(small);
  const ink = inkOf(small, paper);
  // Beyond 255 lies what is brighter than its paper.
  const curve = new Uint8ClampedArray(512);
  for (let n = 0; n < curve.length; n += 1) curve[n] = (255 * (n - ink)) / (whiteFrom * 255 - ink);
  const white = curve.indexOf(255);
  // 256ths of a colour that are kept.
  const shares = new Uint16Array(512);
  for (let n = 0; n < shares.length; n += 1)
    shares[n] = Math.round(256 * Math.min(1, Math.max(0, (n - greyUpTo) / (colouredFrom - greyUpTo))));
  const side = (paper.side * page.width) / small.width;
  const { width } = page;
  const gain = new Int32Array(width * 3);
  return (pixels, from, y) => {
    if (y % sameLight === 0) gainsOf(paper, side, width, y + sameLight / 2, gain);
    for (let at = from, of = 0; of < width * 3; at += 1, of += 3) {
      const pixel = pixels[at] ?? 0;
      const r = ((pixel & 0xff) * (gain[of] ?? 0)) >> bits;
      const g = (((pixel >>> 8) & 0xff) * (gain[of + 1] ?? 0)) >> bits;
      const b = (((pixel >>> 16) & 0xff) * (gain[of + 2] ?? 0)) >> bits;
      // Nearly all of a page.
      pixels[at] =
        r >= white && g >= white && b >= white
          ? 0xffffffff
          : inked(Math.min(511, r), Math.min(511, g), Math.min(511, b));
    }
  };

  function inked(r: number, g: number, b: number): number {
    const grey = curve[luma(r, g, b)] ?? 255;
    const share = shares[Math.max(r, g, b) - Math.min(r, g, b)] ?? 0;
    if (share === 0) return 0xff000000 | (grey * 0x010101);
    const mixed = (value: number): number => grey + ((share * ((curve[value] ?? 255) - grey)) >> 8);
    return 0xff000000 | (mixed(b) << 16) | (mixed(g) << 8) | mixed(r);
  }
}

/** How dark the darkest print is, 0 to 255 of the paper's light: this becomes black. */
function inkOf({ data, width, height }: Frame, paper: Paper): number {
  const counts = new Uint32Array(256);
  const gain = new Int32Array(width * 3);
  for (let y = 0; y < height; y += 1) {
    gainsOf(paper, paper.side, width, y, gain);
    for (let x = 0; x < width; x += 1) {
      const value = Math.min(255, ((data[(y * width + x) * 4 + 1] ?? 0) * (gain[x * 3 + 1] ?? 0)) >> bits);
      counts[value] = (counts[value] ?? 0) + 1;
    }
  }
  return Math.min(110, reachedBy(counts, 0.01 * width * height));
}

/** The first value at which at least so many are counted. */
function reachedBy(counts: Uint32Array, most: number): number {
  let value = 0;
  for (let below = 0; value < 255; value += 1) {
    below += counts[value] ?? 0;
    if (below >= most) break;
  }
  return value;
}

/**
 * White is white and black is black, all colours stay.
 * @param small the page, about `judgedSide` pixels long.
 * @param page what the look is for.
 */
export function colourLook({ data }: Frame, { width }: Dimensions): RowLook {
  const limits = [0, 1, 2].map((channel) => {
    const counts = new Uint32Array(256);
    for (let at = channel; at < data.length; at += 4) counts[data[at] ?? 0] = (counts[data[at] ?? 0] ?? 0) + 1;
    const total = data.length / 4;
    return {
      black: Math.min(40, reachedBy(counts, 0.005 * total)),
      white: Math.max(110, reachedBy(counts, 0.97 * total)),
    };
  });
  const black = Math.min(...limits.map((one) => one.black));
  // One channel's gain may differ from the others' only as far as lamps do: a red page stays red.
  const most = Math.max(...limits.map(({ white }) => white));
  const [red, green, blue] = limits.map(({ white }) => {
    const top = Math.max(white, most * 0.7);
    return Uint8ClampedArray.from({ length: 256 }, (_, n) => ((n - black) * 248) / (top - black));
  }) as [Uint8ClampedArray, Uint8ClampedArray, Uint8ClampedArray];
  return (pixels, from) => {
    for (let at = from; at < from + width; at += 1) {
      const pixel = pixels[at] ?? 0;
      pixels[at] =
        0xff000000 |
        ((blue[(pixel >>> 16) & 0xff] ?? 0) << 16) |
        ((green[(pixel >>> 8) & 0xff] ?? 0) << 8) |
        (red[pixel & 0xff] ?? 0);
    }
  };
}
