/**
 * The looks of a page: "document" divides by the light that falls on the paper, "colour" sets white and black. Pure; in
 * place, so that a page is in memory once. Runs in workers and in Node.
 *
 * Surprising fact: the paper's light is taken block by block from the brightest pixels, so print hardly moves it; a dark
 * photograph on the page does, and is therefore never lightened beyond `deepest`.
 */

import type { Frame } from "../imaging.contract.ts";

/** Light of the paper on a coarse grid, three channels. */
interface Paper {
  readonly columns: number;
  readonly rows: number;
  readonly side: number;
  readonly light: Float32Array;
}

/** Blocks on the longer side: one is about as high as two lines of print. */
const blocks = 48;
/** A part of the page that is darker than this share of its paper is print, not shadow. */
const deepest = 0.45;

const luma = (r: number, g: number, b: number): number => (r * 77 + g * 150 + b * 29) >> 8;

export function paperOf({ data, width, height }: Frame): Paper {
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
      let total = 0;
      for (let y = y0; y < y1; y += 2)
        for (let x = x0; x < x1; x += 2) {
          const at = (y * width + x) * 4;
          const value = luma(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
          counts[value] = (counts[value] ?? 0) + 1;
          total += 1;
        }
      // The brightest fifth: paper between lines of print.
      let threshold = 255;
      for (let above = 0; threshold > 0; threshold -= 1) {
        above += counts[threshold] ?? 0;
        if (above * 5 >= total) break;
      }
      let [r, g, b, n] = [0, 0, 0, 0];
      for (let y = y0; y < y1; y += 2)
        for (let x = x0; x < x1; x += 2) {
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
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return spread(
    spread(closed, columns, rows, 1, (...values) => mean(values)),
    columns,
    rows,
    1,
    (...values) => mean(values),
  );
}

const brightness = (light: Float32Array, n: number): number =>
  ((light[n * 3] ?? 0) + (light[n * 3 + 1] ?? 0) + (light[n * 3 + 2] ?? 0)) / 3;

function spread(
  from: Float32Array,
  columns: number,
  rows: number,
  reach: number,
  join: (...values: number[]) => number,
): Float32Array {
  const to = new Float32Array(from.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      for (let channel = 0; channel < 3; channel += 1) {
        const around: number[] = [];
        for (let y = Math.max(0, row - reach); y <= Math.min(rows - 1, row + reach); y += 1)
          for (let x = Math.max(0, column - reach); x <= Math.min(columns - 1, column + reach); x += 1)
            around.push(from[(y * columns + x) * 3 + channel] ?? 0);
        to[(row * columns + column) * 3 + channel] = join(...around);
      }
  return to;
}

/** Calls `use` for every `step`th row with 255 / light of the paper, three numbers a pixel. */
function eachRow(
  { columns, rows, side, light }: Paper,
  width: number,
  height: number,
  step: number,
  use: (y: number, gain: Float32Array) => void,
): void {
  const line = new Float32Array(columns * 3);
  const gain = new Float32Array(width * 3);
  for (let y = 0; y < height; y += step) {
    const v = Math.min(rows - 1, Math.max(0, (y + 0.5) / side - 0.5));
    const above = Math.floor(v) * columns * 3;
    const below = Math.min(rows - 1, Math.floor(v) + 1) * columns * 3;
    const share = v - Math.floor(v);
    for (let n = 0; n < columns * 3; n += 1) {
      const up = light[above + n] ?? 0;
      line[n] = 255 / Math.max(1, up + share * ((light[below + n] ?? 0) - up));
    }
    // From the middle of one block to that of the next, in even steps.
    for (let column = -1, at = 0; column < columns; column += 1) {
      const p = Math.max(0, column) * 3;
      const q = Math.min(columns - 1, column + 1) * 3;
      const end = column === columns - 1 ? width : Math.min(width, Math.round((column + 1.5) * side));
      const first = (at + 0.5) / side - 0.5 - column;
      for (let channel = 0; channel < 3; channel += 1) {
        const slope = ((line[q + channel] ?? 0) - (line[p + channel] ?? 0)) / side;
        let value = (line[p + channel] ?? 0) + first * side * slope;
        for (let x = at; x < end; x += 1, value += slope) gain[x * 3 + channel] = value;
      }
      at = end;
    }
    use(y, gain);
  }
}

/** Of the paper's light: from here on, everything is white. */
const whiteFrom = 0.86;
/** Colour that is less than this (0 to 255, after the paper's own is gone) is the camera's, not the paper's. */
const greyUpTo = 22;
const colouredFrom = 60;

/** White paper, dark ink, no shadows; a clear colour stays. */
export function asDocument(page: Frame): void {
  const { data, width, height } = page;
  const paper = paperOf(page);
  const ink = inkOf(page, paper);
  const curve = new Uint8ClampedArray(512);
  for (let n = 0; n < curve.length; n += 1) curve[n] = (255 * (n - ink)) / (whiteFrom * 255 - ink);
  eachRow(paper, width, height, 1, (y, gain) => {
    for (let x = 0, at = y * width * 4, of = 0; x < width; x += 1, at += 4, of += 3) {
      const r = Math.min(511, (data[at] ?? 0) * (gain[of] ?? 1)) | 0;
      const g = Math.min(511, (data[at + 1] ?? 0) * (gain[of + 1] ?? 1)) | 0;
      const b = Math.min(511, (data[at + 2] ?? 0) * (gain[of + 2] ?? 1)) | 0;
      const grey = curve[luma(r, g, b)] ?? 255;
      const colour = Math.max(r, g, b) - Math.min(r, g, b);
      const share = Math.min(1, Math.max(0, (colour - greyUpTo) / (colouredFrom - greyUpTo)));
      data[at] = grey + share * ((curve[r] ?? 255) - grey);
      data[at + 1] = grey + share * ((curve[g] ?? 255) - grey);
      data[at + 2] = grey + share * ((curve[b] ?? 255) - grey);
    }
  });
}

/** How dark the darkest print is, 0 to 255 of the paper's light: this becomes black. */
function inkOf({ data, width, height }: Frame, paper: Paper): number {
  const counts = new Uint32Array(256);
  let total = 0;
  eachRow(paper, width, height, 4, (y, gain) => {
    for (let x = 0; x < width; x += 2) {
      const at = (y * width + x) * 4;
      const value = Math.min(255, (data[at + 1] ?? 0) * (gain[x * 3 + 1] ?? 1)) | 0;
      counts[value] = (counts[value] ?? 0) + 1;
      total += 1;
    }
  });
  let value = 0;
  for (let below = 0; value < 255; value += 1) {
    below += counts[value] ?? 0;
    if (below * 100 >= total) break;
  }
  return Math.min(110, value);
}

/** White is white and black is black, all colours stay. */
export function asColour({ data }: Frame): void {
  const limits = [0, 1, 2].map((channel) => {
    const counts = new Uint32Array(256);
    for (let at = channel; at < data.length; at += 16) counts[data[at] ?? 0] = (counts[data[at] ?? 0] ?? 0) + 1;
    const total = data.length / 16;
    const at = (share: number): number => {
      let value = 0;
      for (let below = 0; value < 255; value += 1) {
        below += counts[value] ?? 0;
        if (below >= share * total) break;
      }
      return value;
    };
    return { black: Math.min(40, at(0.005)), white: Math.max(110, at(0.97)) };
  });
  const black = Math.min(...limits.map((one) => one.black));
  // One channel's gain may differ from the others' only as far as lamps do: a red page stays red.
  const most = Math.max(...limits.map(({ white }) => white));
  const curves = limits.map(({ white }) => {
    const top = Math.max(white, most * 0.7);
    return Uint8ClampedArray.from({ length: 256 }, (_, n) => ((n - black) * 248) / (top - black));
  });
  for (let at = 0; at < data.length; at += 4)
    for (let channel = 0; channel < 3; channel += 1)
      data[at + channel] = curves[channel]?.[data[at + channel] ?? 0] ?? 0;
}
