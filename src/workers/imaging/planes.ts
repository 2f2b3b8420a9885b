/** A picture as planes of light and two colours, reduced by averaging areas. Pure; runs in workers and in Node. */

import type { Frame } from "../imaging.contract.ts";

/** One number a pixel and channel, 0 to 255; colours are 128 where there is none (YCbCr of ITU-R BT.601). */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly channels: readonly [light: Float32Array, blue: Float32Array, red: Float32Array];
}

/** At most `longSide` pixels on the longer side; never enlarged. */
export function planesOf({ data, width: w, height: h }: Frame, longSide: number): Planes {
  const factor = Math.min(1, longSide / Math.max(w, h));
  const [width, height] = [Math.max(1, Math.round(w * factor)), Math.max(1, Math.round(h * factor))];
  const light = new Float32Array(width * height);
  const blue = new Float32Array(width * height);
  const red = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const y0 = Math.floor((y * h) / height);
    const y1 = Math.max(y0 + 1, Math.floor(((y + 1) * h) / height));
    for (let x = 0; x < width; x += 1) {
      const x0 = Math.floor((x * w) / width);
      const x1 = Math.max(x0 + 1, Math.floor(((x + 1) * w) / width));
      let r = 0;
      let g = 0;
      let b = 0;
      for (let row = y0; row < y1; row += 1)
        for (let at = (row * w + x0) * 4, end = (row * w + x1) * 4; at < end; at += 4) {
          r += data[at] ?? 0;
          g += data[at + 1] ?? 0;
          b += data[at + 2] ?? 0;
        }
      const n = (y1 - y0) * (x1 - x0);
      const l = (0.299 * r + 0.587 * g + 0.114 * b) / n;
      const to = y * width + x;
      light[to] = l;
      blue[to] = 128 + 0.564 * (b / n - l);
      red[to] = 128 + 0.713 * (r / n - l);
    }
  }
  return { width, height, channels: [light, blue, red] };
}

/** Each pixel becomes a weighted mean (1 2 1, both ways) of those around it. */
export function smoothed(from: Float32Array, width: number, height: number): Float32Array {
  const rows = new Float32Array(from.length);
  const to = new Float32Array(from.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0, at = y * width; x < width; x += 1, at += 1) {
      const left = from[x > 0 ? at - 1 : at] ?? 0;
      const right = from[x < width - 1 ? at + 1 : at] ?? 0;
      rows[at] = (left + 2 * (from[at] ?? 0) + right) / 4;
    }
  for (let y = 0; y < height; y += 1)
    for (let x = 0, at = y * width; x < width; x += 1, at += 1) {
      const up = rows[y > 0 ? at - width : at] ?? 0;
      const down = rows[y < height - 1 ? at + width : at] ?? 0;
      to[at] = (up + 2 * (rows[at] ?? 0) + down) / 4;
    }
  return to;
}
