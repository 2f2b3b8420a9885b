/**
 * Makes a quad exact: along each side the place of the step is measured below a pixel, lines are drawn through these places,
 * and corners are where they cross. Pure; runs in workers and in Node.
 *
 * Surprising fact: paper bends. The line of a whole side misses the corners of a bent one, so each corner is the crossing of
 * the two halves that end in it, as long as these are about where the whole sides are.
 */

import type { Point } from "../imaging.contract.ts";
import type { Edges } from "./edges.ts";
import { crossing, distance, isConvex, type Line, lineThrough, type Quad, sidesOf, signedArea } from "./geometry.ts";

/** Where the step was found: along the side (0 to 1), off it (pixels, inwards), and how clear it is. */
interface Place {
  readonly t: number;
  readonly off: number;
  readonly weight: number;
}

/** @param reach how far off, in pixels, a side may lie. Gives `quad` itself where nothing better is sure. */
export function refined(edges: Edges, quad: Quad, reach: number): Quad {
  const sides = sidesOf(quad).map(([a, b]) => sideOf(edges, a, b, reach));
  const corners = quad.map((old, n) => {
    const [before, after] = [sides[(n + 3) % 4], sides[n]];
    if (before === undefined || after === undefined) return old;
    const whole = crossing(before.whole, after.whole);
    const local = crossing(before.end, after.start);
    const limit = 2.5 * reach;
    if (local !== undefined && whole !== undefined && distance(local, whole) < limit && distance(local, old) < limit)
      return local;
    return whole !== undefined && distance(whole, old) < limit ? whole : old;
  });
  const [a, b, c, d] = corners as [Point, Point, Point, Point];
  const next: Quad = [a, b, c, d];
  return isConvex(next) && signedArea(next) > 0.5 * signedArea(quad) ? next : quad;
}

interface Side {
  readonly whole: Line;
  /** Through the half at its first corner, and at its second. */
  readonly start: Line;
  readonly end: Line;
}

function sideOf(edges: Edges, a: Point, b: Point, reach: number): Side {
  const length = distance(a, b);
  const [nx, ny] = [(a.y - b.y) / length, (b.x - a.x) / length];
  const samples = Math.min(96, Math.max(16, Math.round(length / 3)));
  const rows: Float32Array[] = [];
  const steps = Math.ceil(reach * 2) * 2 + 1;
  const middle = (steps - 1) / 2;
  let lighter = 0;
  let darker = 0;
  for (let n = 0; n < samples; n += 1) {
    const t = 0.02 + (0.96 * (n + 0.5)) / samples;
    const row = new Float32Array(steps);
    let up = 0;
    let down = 0;
    for (let step = 0; step < steps; step += 1) {
      const off = (step - middle) / 2;
      const change = changeAt(edges, a.x + t * (b.x - a.x) + off * nx, a.y + t * (b.y - a.y) + off * ny, nx, ny);
      row[step] = change;
      // Print near the border has stronger edges than the border itself.
      const near = 1 - 0.7 * Math.abs((step - middle) / middle);
      up = Math.max(up, near * change);
      down = Math.max(down, -near * change);
    }
    lighter += up;
    darker += down;
    rows.push(row);
  }
  const sign = lighter >= darker ? 1 : -1;
  const places: Place[] = [];
  for (const [n, row] of rows.entries()) {
    let best = -1;
    let most = 0;
    for (let step = 1; step < steps - 1; step += 1) {
      // What is nearer to where the side was believed counts a little more.
      const value = sign * (row[step] ?? 0) * (1 - 0.4 * Math.abs((step - middle) / middle));
      if (value > most) {
        most = value;
        best = step;
      }
    }
    if (best < 0 || most < 0.8) continue;
    const [before, at, after] = [row[best - 1] ?? 0, row[best] ?? 0, row[best + 1] ?? 0];
    const bend = 2 * at - before - after;
    const shift = sign * bend > 1e-3 ? Math.min(0.5, Math.max(-0.5, (after - before) / (2 * bend))) : 0;
    places.push({
      t: 0.02 + (0.96 * (n + 0.5)) / samples,
      off: (best + shift - middle) / 2,
      weight: Math.min(most, 12),
    });
  }
  const line = (fit: Fit | undefined): Line => {
    const { start, end } = fit ?? { start: 0, end: 0 };
    return lineThrough({ x: a.x + start * nx, y: a.y + start * ny }, { x: b.x + end * nx, y: b.y + end * ny });
  };
  const whole = places.length >= 6 ? fitted(places, reach) : undefined;
  const near = (from: number, to: number): Fit | undefined => {
    const half = places.filter(({ t }) => t >= from && t <= to);
    if (half.length < 8) return undefined;
    const along = fitted(half, reach, whole);
    const alone = fitted(half, reach);
    // Another line than the whole side's only where clearly more of the half lies on it.
    return alone !== undefined && on(half, alone) > 1.2 * on(half, along) ? alone : along;
  };
  return { whole: line(whole), start: line(near(0, 0.45) ?? whole), end: line(near(0.55, 1) ?? whole) };
}

/** Change along (nx, ny) between pixels. */
function changeAt({ width, height, dx, dy }: Edges, x: number, y: number, nx: number, ny: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) return 0;
  const [fx, fy] = [x - left, y - top];
  const at = top * width + left;
  const mixed = (plane: Float32Array): number => {
    const up = (plane[at] ?? 0) * (1 - fx) + (plane[at + 1] ?? 0) * fx;
    const down = (plane[at + width] ?? 0) * (1 - fx) + (plane[at + width + 1] ?? 0) * fx;
    return up * (1 - fy) + down * fy;
  };
  return mixed(dx) * nx + mixed(dy) * ny;
}

/** How far off the side's two ends are. */
interface Fit {
  readonly start: number;
  readonly end: number;
}

/** A straight line through most of the places: least squares, again and again without what lies far off (Tukey). */
function fitted(places: readonly Place[], reach: number, first?: Fit): Fit | undefined {
  let fit = first ?? strongestLine(places, reach);
  let width = Math.max(1.5, reach * 0.6);
  for (let round = 0; round < 6; round += 1) {
    let [w, wt, wtt, wo, wto] = [0, 0, 0, 0, 0];
    for (const { t, off, weight } of places) {
      const away = fit === undefined ? 0 : (off - fit.start - t * (fit.end - fit.start)) / width;
      if (Math.abs(away) >= 1) continue;
      const share = weight * (1 - away * away) ** 2;
      w += share;
      wt += share * t;
      wtt += share * t * t;
      wo += share * off;
      wto += share * t * off;
    }
    const det = w * wtt - wt * wt;
    if (w <= 0 || det < 1e-6 * w * w) return fit;
    const slope = (w * wto - wt * wo) / det;
    const start = (wo - slope * wt) / w;
    fit = { start, end: start + slope };
    width = Math.max(1, width * 0.7);
  }
  return fit;
}

/** How much lies within a pixel of a line. */
function on(places: readonly Place[], fit: Fit | undefined): number {
  if (fit === undefined) return 0;
  let sum = 0;
  for (const { t, off, weight } of places) if (Math.abs(off - fit.start - t * (fit.end - fit.start)) < 1) sum += weight;
  return sum;
}

/** Of lines through two of the places, the one with most of them within a pixel. */
function strongestLine(places: readonly Place[], reach: number): Fit | undefined {
  let best: Fit | undefined;
  let most = 0;
  const step = Math.max(1, Math.floor(places.length / 20));
  for (let i = 0; i < places.length; i += step)
    for (let j = i + step; j < places.length; j += step) {
      const [p, q] = [places[i], places[j]];
      if (p === undefined || q === undefined || q.t - p.t < 0.2) continue;
      const slope = (q.off - p.off) / (q.t - p.t);
      const start = p.off - slope * p.t;
      if (Math.max(Math.abs(start), Math.abs(start + slope)) > 1.5 * reach) continue;
      const count = on(places, { start, end: start + slope });
      if (count > most) [best, most] = [{ start, end: start + slope }, count];
    }
  return best;
}
