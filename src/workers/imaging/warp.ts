/**
 * Takes a sheet out of a picture: perspective gone, turned. Pure; runs in workers and in Node.
 *
 * Surprising fact: the picture was decoded hardly larger than the page will be, so neighbouring pixels are enough and no area
 * needs averaging.
 */

import type { Frame } from "../imaging.contract.ts";
import { type Quad, unitTo } from "./geometry.ts";
import type { Dimensions } from "./inspect.ts";

/** The corner that comes to the upper left after turning clockwise. */
export function turned([tl, tr, br, bl]: Quad, turn: 0 | 90 | 180 | 270): Quad {
  if (turn === 90) return [bl, tl, tr, br];
  if (turn === 180) return [br, bl, tl, tr];
  return turn === 270 ? [tr, br, bl, tl] : [tl, tr, br, bl];
}

/** Changes one row of a page in place: `pixels` as red | green << 8 | blue << 16, from `at`; `y` counts from the top. */
export type RowLook = (pixels: Uint32Array, at: number, y: number) => void;

/** Two channels of a pixel that is read as one number: they are mixed together. */
const pair = 0x00ff00ff;
/** So many pixels lie on a straight, even piece of the picture: perspective bends it by less than a 20th of a pixel. */
const stretch = 8;
const one = 65_536;

/**
 * @param quad pixels of `from`, its borders at 0 and at the width; what lies outside repeats the outermost pixels.
 * @param look for each row, while it is at hand.
 */
export function warp(from: Frame, quad: Quad, size: Dimensions, look?: RowLook): Frame {
  const [a, b, c, d, e, f, g, h] = unitTo(quad);
  const { width } = from;
  const pixels = new Uint32Array(from.data.buffer, from.data.byteOffset, from.data.length >> 2);
  const data = new Uint8ClampedArray(size.width * size.height * 4);
  const made = new Uint32Array(data.buffer);
  // 65,536ths of a pixel: whole numbers are faster, and exact enough below 32,768 pixels a side.
  const lastX = (width - 1) * one;
  const lastY = (from.height - 1) * one;
  for (let row = 0; row < size.height; row += 1) {
    const v = (row + 0.5) / size.height;
    const start = row * size.width;
    const placeX = (column: number): number => {
      const u = (column + 0.5) / size.width;
      return Math.round(((a * u + b * v + c) / (g * u + h * v + 1) - 0.5) * one);
    };
    const placeY = (column: number): number => {
      const u = (column + 0.5) / size.width;
      return Math.round(((d * u + e * v + f) / (g * u + h * v + 1) - 0.5) * one);
    };
    let x = placeX(0);
    let y = placeY(0);
    for (let first = 0; first < size.width; first += stretch) {
      const nextX = placeX(first + stretch);
      const nextY = placeY(first + stretch);
      const stepX = ((nextX - x) / stretch) | 0;
      const stepY = ((nextY - y) / stretch) | 0;
      const end = start + Math.min(size.width, first + stretch);
      const inside =
        Math.min(x, nextX) >= 0 && Math.max(x, nextX) < lastX && Math.min(y, nextY) >= 0 && Math.max(y, nextY) < lastY;
      for (let at = start + first; at < end; at += 1, x = (x + stepX) | 0, y = (y + stepY) | 0) {
        const px = inside ? x : Math.min(lastX, Math.max(0, x));
        const py = inside ? y : Math.min(lastY, Math.max(0, y));
        const p = (py >> 16) * width + (px >> 16);
        const right = inside || px < lastX ? 1 : 0;
        const below = inside || py < lastY ? width : 0;
        // 256ths: what a byte holds needs no more. The four shares make 256.
        const fx = (px >> 8) & 0xff;
        const fy = (py >> 8) & 0xff;
        const both = (fx * fy) >> 8;
        const left = 256 - fx - fy + both;
        const p00 = pixels[p] ?? 0;
        const p01 = pixels[p + right] ?? 0;
        const p10 = pixels[p + below] ?? 0;
        const p11 = pixels[p + below + right] ?? 0;
        const ends =
          Math.imul(p00 & pair, left) +
          Math.imul(p01 & pair, fx - both) +
          Math.imul(p10 & pair, fy - both) +
          Math.imul(p11 & pair, both);
        const green =
          ((p00 >>> 8) & 0xff) * left +
          ((p01 >>> 8) & 0xff) * (fx - both) +
          ((p10 >>> 8) & 0xff) * (fy - both) +
          ((p11 >>> 8) & 0xff) * both;
        made[at] = 0xff000000 | (green & 0xff00) | ((ends >>> 8) & pair);
      }
      x = nextX;
      y = nextY;
    }
    look?.(made, start, row);
  }
  return { data, width: size.width, height: size.height };
}
