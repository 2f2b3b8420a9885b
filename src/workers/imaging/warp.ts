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

/** @param quad pixels of `from`, its borders at 0 and at the width; what lies outside repeats the outermost pixels. */
export function warp(from: Frame, quad: Quad, size: Dimensions): Frame {
  const [a, b, c, d, e, f, g, h] = unitTo(quad);
  const { data } = from;
  const stride = from.width * 4;
  const to = new Uint8ClampedArray(size.width * size.height * 4);
  const [lastX, lastY] = [from.width - 1, from.height - 1];
  for (let row = 0, at = 0; row < size.height; row += 1) {
    const v = (row + 0.5) / size.height;
    for (let column = 0; column < size.width; column += 1, at += 4) {
      const u = (column + 0.5) / size.width;
      const w = 1 / (g * u + h * v + 1);
      const x = Math.min(lastX, Math.max(0, (a * u + b * v + c) * w - 0.5));
      const y = Math.min(lastY, Math.max(0, (d * u + e * v + f) * w - 0.5));
      const [left, top] = [x | 0, y | 0];
      // 256ths: what a byte holds needs no more.
      const [fx, fy] = [((x - left) * 256) | 0, ((y - top) * 256) | 0];
      const [nearX, nearY] = [256 - fx, 256 - fy];
      const p = top * stride + left * 4;
      const q = p + (left < lastX ? 4 : 0);
      const below = top < lastY ? stride : 0;
      for (let channel = 0; channel < 3; channel += 1) {
        const up = (data[p + channel] ?? 0) * nearX + (data[q + channel] ?? 0) * fx;
        const down = (data[p + below + channel] ?? 0) * nearX + (data[q + below + channel] ?? 0) * fx;
        to[at + channel] = (up * nearY + down * fy + 0x8000) >> 16;
      }
      to[at + 3] = 255;
    }
  }
  return { data: to, width: size.width, height: size.height };
}
