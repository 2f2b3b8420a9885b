/**
 * Where light or colour changes, and the straight lines along which it does (Hough, with the direction of each edge). Pure;
 * runs in workers and in Node.
 *
 * Surprising fact: a line of print has an edge from light to dark and, a few pixels on, one from dark to light. Directions
 * are counted over the whole circle, so the two never add up, whereas a sheet's border does along its whole length.
 */

import type { Line } from "./geometry.ts";
import { type Planes, smoothed } from "./planes.ts";

export interface Edges {
  readonly width: number;
  readonly height: number;
  /** Change per pixel, of the channel in which it is greatest; where light changes too, it points to the lighter side. */
  readonly dx: Float32Array;
  readonly dy: Float32Array;
}

/** Colours change less than light does where the same two things meet. */
const colourWeight = 0.75;

/** Surprising: two things may differ as much in light as in both colours; the direction must not change from pixel to pixel. */
export function edgesOf({ width, height, channels }: Planes): Edges {
  const dx = new Float32Array(width * height);
  const dy = new Float32Array(width * height);
  const [light, blue, red] = channels.map((plane) => smoothed(plane, width, height)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let y = 1; y < height - 1; y += 1)
    for (let x = 1, at = y * width + 1; x < width - 1; x += 1, at += 1) {
      const lx = ((light[at + 1] ?? 0) - (light[at - 1] ?? 0)) * 0.5;
      const ly = ((light[at + width] ?? 0) - (light[at - width] ?? 0)) * 0.5;
      const bx = ((blue[at + 1] ?? 0) - (blue[at - 1] ?? 0)) * colourWeight;
      const by = ((blue[at + width] ?? 0) - (blue[at - width] ?? 0)) * colourWeight;
      const rx = ((red[at + 1] ?? 0) - (red[at - 1] ?? 0)) * colourWeight;
      const ry = ((red[at + width] ?? 0) - (red[at - width] ?? 0)) * colourWeight;
      const l = lx * lx + ly * ly;
      const b = bx * bx + by * by;
      const r = rx * rx + ry * ry;
      let gx = lx;
      let gy = ly;
      if (b > l || r > l) {
        gx = b >= r ? bx : rx;
        gy = b >= r ? by : ry;
        const lit = l > 0.16 * Math.max(b, r);
        const ax = lit ? lx : b > 0.36 * r ? bx : rx;
        const ay = lit ? ly : b > 0.36 * r ? by : ry;
        if (gx * ax + gy * ay < 0) {
          gx = -gx;
          gy = -gy;
        }
      }
      dx[at] = gx;
      dy[at] = gy;
    }
  return { width, height, dx, dy };
}

const bins = 180;
const binAngle = (2 * Math.PI) / bins;
/** Weaker changes than this are noise whatever the picture. */
const weakest = 1;
/** A vote never weighs more: a weak border counts beside a strong one. */
const strongest = 12;
const reach = 2;

export interface FoundLine extends Line {
  readonly votes: number;
}

/** At most `most` lines, by votes, and the outermost ones of each direction. */
export function linesOf(edges: Edges, most: number): readonly FoundLine[] {
  const { width, height, dx, dy } = edges;
  const half = Math.ceil(Math.hypot(width, height) / 2) + 2;
  const depth = half * 2 + 1;
  const votes = new Float32Array(bins * depth);
  const cos = Float32Array.from({ length: bins }, (_, n) => Math.cos(n * binAngle));
  const sin = Float32Array.from({ length: bins }, (_, n) => Math.sin(n * binAngle));
  const thin = thinned(edges);
  const crowd = crowding(thin, width, height);
  for (let y = 2; y < height - 2; y += 1)
    for (let x = 2, at = y * width + 2; x < width - 2; x += 1, at += 1) {
      const strength = thin[at] ?? 0;
      if (strength < weakest) continue;
      const vote = Math.min(strength, strongest) * Math.min(1, Math.max(0.12, 1.3 - 4 * (crowd[at] ?? 0)));
      const direction = Math.atan2(dy[at] ?? 0, dx[at] ?? 0) / binAngle;
      const near = Math.round(direction);
      for (let turn = -reach; turn <= reach; turn += 1) {
        const bin = (near + turn + 2 * bins) % bins;
        const place = (x - width / 2) * (cos[bin] ?? 0) + (y - height / 2) * (sin[bin] ?? 0) + half;
        const low = Math.floor(place);
        const share = place - low;
        const off = Math.abs(near + turn - direction) / (reach + 1);
        const to = bin * depth + low;
        votes[to] = (votes[to] ?? 0) + vote * (1 - off) * (1 - share);
        votes[to + 1] = (votes[to + 1] ?? 0) + vote * (1 - off) * share;
      }
    }
  return peaks(votes, depth, most).map(({ bin, place, count }) => {
    const [nx, ny] = [Math.cos(bin * binAngle), Math.sin(bin * binAngle)];
    return { nx, ny, d: place - half + nx * (width / 2) + ny * (height / 2), votes: count };
  });
}

/** Strength where it is greatest across the edge, else 0. */
function thinned({ width, height, dx, dy }: Edges): Float32Array {
  const thin = new Float32Array(width * height);
  for (let y = 1; y < height - 1; y += 1)
    for (let x = 1, at = y * width + 1; x < width - 1; x += 1, at += 1) {
      const gx = dx[at] ?? 0;
      const gy = dy[at] ?? 0;
      const strength = Math.hypot(gx, gy);
      if (strength < weakest) continue;
      const ax = Math.abs(gx);
      const ay = Math.abs(gy);
      const step = (ax > 0.4 * ay ? Math.sign(gx) : 0) + (ay > 0.4 * ax ? Math.sign(gy) * width : 0);
      const before = Math.hypot(dx[at - step] ?? 0, dy[at - step] ?? 0);
      const after = Math.hypot(dx[at + step] ?? 0, dy[at + step] ?? 0);
      if (strength >= before && strength > after) thin[at] = strength;
    }
  return thin;
}

/** Share of the 15 x 15 pixels around that are edges: print and texture are crowded, a border is alone. */
function crowding(thin: Float32Array, width: number, height: number): Float32Array {
  const sums = new Float32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y += 1)
    for (let x = 0, row = 0; x < width; x += 1) {
      row += (thin[y * width + x] ?? 0) >= weakest * 2 ? 1 : 0;
      sums[(y + 1) * (width + 1) + x + 1] = (sums[y * (width + 1) + x + 1] ?? 0) + row;
    }
  const to = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const [y0, y1] = [Math.max(0, y - 7), Math.min(height, y + 8)];
    for (let x = 0; x < width; x += 1) {
      const [x0, x1] = [Math.max(0, x - 7), Math.min(width, x + 8)];
      const at = (row: number, column: number): number => sums[row * (width + 1) + column] ?? 0;
      to[y * width + x] = (at(y1, x1) - at(y0, x1) - at(y1, x0) + at(y0, x0)) / ((y1 - y0) * (x1 - x0));
    }
  }
  return to;
}

interface Peak {
  readonly bin: number;
  readonly place: number;
  readonly count: number;
}

function peaks(votes: Float32Array, depth: number, most: number): readonly Peak[] {
  const at = (bin: number, place: number): number => votes[((bin + bins) % bins) * depth + place] ?? 0;
  const all: Peak[] = [];
  let highest = 0;
  for (const count of votes) highest = Math.max(highest, count);
  const least = highest * 0.06;
  for (let bin = 0; bin < bins; bin += 1)
    for (let place = 2; place < depth - 2; place += 1) {
      const count = at(bin, place);
      if (count < least) continue;
      let top = true;
      for (let turn = -2; turn <= 2 && top; turn += 1)
        for (let shift = -2; shift <= 2; shift += 1)
          if ((turn !== 0 || shift !== 0) && at(bin + turn, place + shift) > count) {
            top = false;
            break;
          }
      if (!top) continue;
      const [before, after] = [at(bin, place - 1), at(bin, place + 1)];
      const shift = (after - before) / Math.max(1e-6, 2 * (2 * count - before - after));
      const [less, more] = [at(bin - 1, place), at(bin + 1, place)];
      const turn = (more - less) / Math.max(1e-6, 2 * (2 * count - less - more));
      const half = (value: number): number => Math.min(0.5, Math.max(-0.5, value));
      all.push({ bin: bin + half(turn), place: place + half(shift), count });
    }
  all.sort((a, b) => b.count - a.count);
  const apart = (a: Peak, b: Peak): boolean => {
    const turn = Math.abs(((a.bin - b.bin + 1.5 * bins) % bins) - bins / 2);
    return turn > 4 || Math.abs(a.place - b.place) > 4;
  };
  const kept: Peak[] = [];
  for (const peak of all) {
    if (kept.length >= most) break;
    // Of one direction only so many: forty lines of print must not push out a pale border.
    const alike = kept.filter((one) => Math.abs(((one.bin - peak.bin + 1.5 * bins) % bins) - bins / 2) <= 5);
    if (kept.every((one) => apart(one, peak)) && alike.length < Math.max(3, most / 5)) kept.push(peak);
  }
  return kept;
}
