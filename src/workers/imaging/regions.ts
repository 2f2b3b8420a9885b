/**
 * Sheets as areas: what differs from the table in light or colour, as the quad around each large piece. Pure; runs in
 * workers and in Node. A second way to a sheet, where its border is bent or torn and no straight line runs along it.
 */

import type { Point } from "../imaging.contract.ts";
import { crossing, isConvex, lineThrough, ordered, type Quad, signedArea } from "./geometry.ts";
import { type Planes, smoothed } from "./planes.ts";

/** Pieces smaller than this share of the picture are no sheet. */
const smallest = 0.03;

/** Quads in pixels of `planes`, of every cue, best-filled first for each. */
export function regionsOf(planes: Planes): readonly Quad[] {
  const { width, height } = planes;
  const [light, blue, red] = planes.channels.map((plane) => smoothed(plane, width, height)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const table = borderOf([light, blue, red], width, height);
  const far = new Float32Array(light.length);
  const pale = new Float32Array(light.length);
  for (let at = 0; at < far.length; at += 1) {
    const [l, b, r] = [light[at] ?? 0, blue[at] ?? 0, red[at] ?? 0];
    far[at] = Math.min(255, Math.abs(l - table[0]) + 2 * Math.hypot(b - table[1], r - table[2]));
    pale[at] = Math.max(0, 255 - 4 * Math.hypot(b - 128, r - 128));
  }
  const found: Quad[] = [];
  for (const plane of [light, far, pale]) {
    const level = otsu(plane);
    const levels = plane === light ? [level, level * 1.18, (level + highOf(plane)) / 2] : [level];
    for (const one of levels) found.push(...piecesAbove(plane, one, width, height));
  }
  return found;
}

function borderOf(planes: readonly Float32Array[], width: number, height: number): readonly [number, number, number] {
  const median = (plane: Float32Array): number => {
    const values: number[] = [];
    for (let x = 0; x < width; x += 2) values.push(plane[2 * width + x] ?? 0, plane[(height - 3) * width + x] ?? 0);
    for (let y = 0; y < height; y += 2) values.push(plane[y * width + 2] ?? 0, plane[y * width + width - 3] ?? 0);
    return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
  };
  const [l = 0, b = 0, r = 0] = planes.map(median);
  return [l, b, r];
}

function countsOf(plane: Float32Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (const value of plane) counts[Math.min(255, value) | 0] = (counts[Math.min(255, value) | 0] ?? 0) + 1;
  return counts;
}

function highOf(plane: Float32Array): number {
  const counts = countsOf(plane);
  let value = 255;
  for (let above = 0; value > 0; value -= 1) {
    above += counts[value] ?? 0;
    if (above >= 0.05 * plane.length) break;
  }
  return value;
}

/** The level that parts light from dark best (Otsu 1979). */
function otsu(plane: Float32Array): number {
  const counts = countsOf(plane);
  let sum = 0;
  for (const [value, count] of counts.entries()) sum += value * count;
  let [below, sumBelow, best, level] = [0, 0, -1, 128];
  for (let value = 0; value < 255; value += 1) {
    below += counts[value] ?? 0;
    sumBelow += value * (counts[value] ?? 0);
    const above = plane.length - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (sumBelow / below - (sum - sumBelow) / above) ** 2;
    if (between > best) [best, level] = [between, value];
  }
  return level + 0.5;
}

/** Quads around the three largest connected pieces. */
function piecesAbove(plane: Float32Array, level: number, width: number, height: number): readonly Quad[] {
  const seen = new Uint8Array(plane.length);
  const queue = new Int32Array(plane.length);
  const pieces: { readonly size: number; readonly rim: readonly Point[] }[] = [];
  for (let start = 0; start < plane.length; start += 1) {
    if (seen[start] === 1 || (plane[start] ?? 0) <= level) continue;
    let size = 0;
    const take = (at: number): void => {
      if (seen[at] === 1 || (plane[at] ?? 0) <= level) return;
      seen[at] = 1;
      queue[size++] = at;
    };
    take(start);
    for (let n = 0; n < size; n += 1) {
      const at = queue[n] ?? 0;
      const x = at % width;
      if (x > 0) take(at - 1);
      if (x < width - 1) take(at + 1);
      if (at >= width) take(at - width);
      if (at < plane.length - width) take(at + width);
    }
    if (size >= smallest * plane.length) pieces.push({ size, rim: rimOf(queue.subarray(0, size), width, height) });
  }
  pieces.sort((a, b) => b.size - a.size);
  const quads: Quad[] = [];
  for (const { size, rim } of pieces.slice(0, 3)) {
    const quad = quadAround(hullOf(rim));
    if (quad === undefined) continue;
    const area = signedArea(quad);
    // A piece that fills little of its quad is a lamp's spot or a cable.
    if (size > 0.6 * area && area < 0.97 * plane.length) quads.push(quad);
  }
  return quads;
}

/** Both ends of each row. */
function rimOf(piece: Int32Array, width: number, height: number): readonly Point[] {
  const left = new Int32Array(height).fill(width);
  const right = new Int32Array(height).fill(-1);
  for (const at of piece) {
    const x = at % width;
    const y = (at - x) / width;
    if (x < (left[y] ?? 0)) left[y] = x;
    if (x > (right[y] ?? 0)) right[y] = x;
  }
  const rim: Point[] = [];
  for (let y = 0; y < height; y += 1)
    if ((right[y] ?? -1) >= 0) rim.push({ x: left[y] ?? 0, y: y + 0.5 }, { x: (right[y] ?? 0) + 1, y: y + 0.5 });
  return rim;
}

/** Convex hull, clockwise (Andrew's chain). */
export function hullOf(points: readonly Point[]): readonly Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const half = (from: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const p of from) {
      for (;;) {
        const b = chain.at(-1);
        const a = chain.at(-2);
        if (a === undefined || b === undefined) break;
        if ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) > 0) break;
        chain.pop();
      }
      chain.push(p);
    }
    chain.pop();
    return chain;
  };
  return [...half(sorted), ...half([...sorted].reverse())];
}

/** The hull's sides are taken away one by one, each time the one whose absence adds least, until four are left. */
function quadAround(hull: readonly Point[]): Quad | undefined {
  let points = [...hull];
  while (points.length > 4) {
    let best: { readonly n: number; readonly corner: Point; readonly added: number } | undefined;
    for (let n = 0; n < points.length; n += 1) {
      const at = (step: number): Point => points[(n + step + points.length) % points.length] as Point;
      const [a, b, c, d] = [at(-1), at(0), at(1), at(2)];
      const corner = crossing(lineThrough(a, b), lineThrough(c, d));
      if (corner === undefined) continue;
      // Beyond the side, or the two neighbours open outwards.
      const added = signedArea([b, corner, c]);
      if (added < 0 || (corner.x - b.x) * (b.x - a.x) + (corner.y - b.y) * (b.y - a.y) < 0) continue;
      if (best === undefined || added < best.added) best = { n, corner, added };
    }
    if (best === undefined) return undefined;
    const next = (best.n + 1) % points.length;
    const { n, corner } = best;
    points = points.map((p, index) => (index === n ? corner : p)).filter((_, index) => index !== next);
  }
  const [a, b, c, d] = points;
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  const quad = ordered([a, b, c, d]);
  return isConvex(quad) ? quad : undefined;
}
