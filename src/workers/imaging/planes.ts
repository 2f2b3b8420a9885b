/** A picture as planes of light and two colours, reduced by averaging areas. Pure; runs in workers and in Node. */

import type { Frame } from "../imaging.contract.ts";

/** One number a pixel and channel, 0 to 255; colours are 128 where there is none (YCbCr of ITU-R BT.601). */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly channels: readonly [light: Float32Array, blue: Float32Array, red: Float32Array];
}

/**
 * At most `longSide` pixels on the longer side; never enlarged.
 * @param colours false: planes of colour are empty, and cost nothing.
 */
export function planesOf({ data, width: w, height: h }: Frame, longSide: number, colours = true): Planes {
  const factor = Math.min(1, longSide / Math.max(w, h));
  const [width, height] = [Math.max(1, Math.round(w * factor)), Math.max(1, Math.round(h * factor))];
  const pixels = new Uint32Array(data.buffer, data.byteOffset, data.length >> 2);
  const light = new Float32Array(width * height);
  const blue = new Float32Array(colours ? width * height : 0);
  const red = new Float32Array(colours ? width * height : 0);
  const columns = Int32Array.from({ length: width + 1 }, (_, x) => Math.floor((x * w) / width));
  for (let y = 0, to = 0; y < height; y += 1) {
    const y0 = Math.floor((y * h) / height);
    const y1 = Math.floor(((y + 1) * h) / height);
    for (let x = 0; x < width; x += 1, to += 1) {
      const x0 = columns[x] ?? 0;
      const x1 = columns[x + 1] ?? w;
      let r = 0;
      let g = 0;
      let b = 0;
      for (let row = y0; row < y1; row += 1)
        for (let at = row * w + x0, end = row * w + x1; at < end; at += 1) {
          const pixel = pixels[at] ?? 0;
          r += pixel & 0xff;
          g += (pixel >>> 8) & 0xff;
          b += (pixel >>> 16) & 0xff;
        }
      const n = (y1 - y0) * (x1 - x0);
      const l = (0.299 * r + 0.587 * g + 0.114 * b) / n;
      light[to] = l;
      if (!colours) continue;
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
  const last = width - 1;
  for (let y = 0; y < height; y += 1) {
    const start = y * width;
    // What lies outside repeats the outermost pixels.
    let left = from[start] ?? 0;
    let middle = left;
    for (let x = 0, at = start; x < last; x += 1, at += 1) {
      const right = from[at + 1] ?? 0;
      rows[at] = (left + 2 * middle + right) / 4;
      left = middle;
      middle = right;
    }
    rows[start + last] = (left + 3 * middle) / 4;
  }
  for (let y = 0; y < height; y += 1) {
    const above = y > 0 ? width : 0;
    const below = y < height - 1 ? width : 0;
    for (let at = y * width, end = at + width; at < end; at += 1)
      to[at] = ((rows[at - above] ?? 0) + 2 * (rows[at] ?? 0) + (rows[at + below] ?? 0)) / 4;
  }
  return to;
}
