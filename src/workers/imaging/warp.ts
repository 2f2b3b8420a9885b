/**
 * Takes a sheet out of a picture: perspective gone, turned. Pure; runs in workers and in Node.
 *
 * Surprising fact: the picture was decoded only as large as the page will be, so neighbouring pixels are enough and no area
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

/** Red and blue of a pixel that is read as one number; green and alpha lie between and above. */
const outer = 0x00ff00ff;

/** @param quad pixels of `from`, its borders at 0 and at the width; what lies outside repeats the outermost pixels. */
export function warp(from: Frame, quad: Quad, size: Dimensions): Frame {
  const [a, b, c, d, e, f, g, h] = unitTo(quad);
  const { width } = from;
  const pixels = new Uint32Array(from.data.buffer, from.data.byteOffset, from.data.length >> 2);
  const data = new Uint8ClampedArray(size.width * size.height * 4);
  const made = new Uint32Array(data.buffer);
  const lastX = width - 1;
  const lastY = from.height - 1;
  for (let row = 0, at = 0; row < size.height; row += 1) {
    const v = (row + 0.5) / size.height;
    for (let column = 0; column < size.width; column += 1, at += 1) {
      const u = (column + 0.5) / size.width;
      const w = 1 / (g * u + h * v + 1);
      const x = Math.min(lastX, Math.max(0, (a * u + b * v + c) * w - 0.5));
      const y = Math.min(lastY, Math.max(0, (d * u + e * v + f) * w - 0.5));
      const left = x | 0;
      const top = y | 0;
      // 256ths: what a byte holds needs no more. Two channels are mixed by one multiplication.
      const fx = ((x - left) * 256) | 0;
      const fy = ((y - top) * 256) | 0;
      const p = top * width + left;
      const right = left < lastX ? 1 : 0;
      const below = top < lastY ? width : 0;
      const up = pixels[p] ?? 0;
      const upRight = pixels[p + right] ?? 0;
      const down = pixels[p + below] ?? 0;
      const downRight = pixels[p + below + right] ?? 0;
      const ends = mixed(
        mixed(up & outer, upRight & outer, fx) & outer,
        mixed(down & outer, downRight & outer, fx) & outer,
        fy,
      );
      const green = mixed(
        mixed((up >>> 8) & 0xff, (upRight >>> 8) & 0xff, fx),
        mixed((down >>> 8) & 0xff, (downRight >>> 8) & 0xff, fx),
        fy,
      );
      made[at] = 0xff000000 | (green << 8) | (ends & outer);
    }
  }
  return { data, width: size.width, height: size.height };
}

/** `share` 256ths of b, the rest of a. */
const mixed = (a: number, b: number, share: number): number => (Math.imul(a, 256 - share) + Math.imul(b, share)) >>> 8;
