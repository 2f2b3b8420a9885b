/**
 * Quads, lines and the projective map between a rectangle and a quad. Pure; runs in workers and in Node.
 * Surprising fact: y grows downwards, so "clockwise" is what a person sees, and its signed area is positive.
 */

import type { Corners, Point } from "../imaging.contract.ts";

/** Clockwise, the first is the one nearest to the upper left. Pixels or fractions, as the caller says. */
export type Quad = readonly [Point, Point, Point, Point];

/** Points p with nx * p.x + ny * p.y = d; (nx, ny) has length 1. */
export interface Line {
  readonly nx: number;
  readonly ny: number;
  readonly d: number;
}

export const cornersOf = ([tl, tr, br, bl]: Quad): Corners => ({ tl, tr, br, bl });
export const quadOf = ({ tl, tr, br, bl }: Corners): Quad => [tl, tr, br, bl];

export const mapQuad = ([a, b, c, d]: Quad, change: (point: Point) => Point): Quad => [
  change(a),
  change(b),
  change(c),
  change(d),
];

export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

export const sidesOf = ([a, b, c, d]: Quad): readonly (readonly [Point, Point])[] => [
  [a, b],
  [b, c],
  [c, d],
  [d, a],
];

/** Of any polygon; positive when clockwise. */
export function signedArea(points: readonly Point[]): number {
  let sum = 0;
  for (const [n, a] of points.entries()) {
    const b = points[(n + 1) % points.length] ?? a;
    sum += a.x * b.y - b.x * a.y;
  }
  return sum / 2;
}

/** Undefined when the lines are as good as parallel. */
export function crossing(a: Line, b: Line): Point | undefined {
  const det = a.nx * b.ny - b.nx * a.ny;
  if (Math.abs(det) < 1e-6) return undefined;
  return { x: (a.d * b.ny - b.d * a.ny) / det, y: (a.nx * b.d - b.nx * a.d) / det };
}

export function lineThrough(a: Point, b: Point): Line {
  const length = Math.max(distance(a, b), 1e-9);
  const [nx, ny] = [(b.y - a.y) / length, (a.x - b.x) / length];
  return { nx, ny, d: nx * a.x + ny * a.y };
}

/** The same four points, clockwise, beginning with the one nearest to the upper left. */
export function ordered(points: Quad): Quad {
  const middle = {
    x: points.reduce((sum, p) => sum + p.x, 0) / 4,
    y: points.reduce((sum, p) => sum + p.y, 0) / 4,
  };
  const round = [...points].sort(
    (a, b) => Math.atan2(a.y - middle.y, a.x - middle.x) - Math.atan2(b.y - middle.y, b.x - middle.x),
  );
  const sums = round.map((p) => p.x + p.y);
  const first = sums.indexOf(Math.min(...sums));
  const at = (n: number): Point => round[(first + n) % 4] ?? points[0];
  return [at(0), at(1), at(2), at(3)];
}

/** Clockwise and no corner pushed in; degenerate quads are not convex. */
export function isConvex(quad: Quad): boolean {
  return quad.every((b, n) => {
    const a = quad[(n + 3) % 4] ?? b;
    const c = quad[(n + 1) % 4] ?? b;
    return (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x) > 1e-9;
  });
}

export function contains(quad: Quad, { x, y }: Point): boolean {
  return sidesOf(quad).every(([a, b]) => (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x) >= 0);
}

/** What both convex quads cover (Sutherland and Hodgman). */
export function commonArea(a: Quad, b: Quad): number {
  let left: Point[] = [...a];
  for (const [from, to] of sidesOf(b)) {
    const side = (p: Point): number => (to.x - from.x) * (p.y - from.y) - (to.y - from.y) * (p.x - from.x);
    const kept: Point[] = [];
    for (const [n, p] of left.entries()) {
      const q = left[(n + 1) % left.length] ?? p;
      const [atP, atQ] = [side(p), side(q)];
      if (atP >= 0) kept.push(p);
      if (atP >= 0 !== atQ >= 0) {
        const t = atP / (atP - atQ);
        kept.push({ x: p.x + t * (q.x - p.x), y: p.y + t * (q.y - p.y) });
      }
    }
    left = kept;
  }
  return Math.abs(signedArea(left));
}

/** Row-major 3x3, the last is 1: (u, v) of the unit square to the quad's plane (Heckbert 1989). */
export type Projection = readonly [number, number, number, number, number, number, number, number];

export function unitTo([a, b, c, d]: Quad): Projection {
  const [sx, sy] = [a.x - b.x + c.x - d.x, a.y - b.y + c.y - d.y];
  const [dx1, dy1, dx2, dy2] = [b.x - c.x, b.y - c.y, d.x - c.x, d.y - c.y];
  const det = dx1 * dy2 - dx2 * dy1;
  const g = Math.abs(det) < 1e-12 ? 0 : (sx * dy2 - dx2 * sy) / det;
  const h = Math.abs(det) < 1e-12 ? 0 : (dx1 * sy - sx * dy1) / det;
  return [b.x - a.x + g * b.x, d.x - a.x + h * d.x, a.x, b.y - a.y + g * b.y, d.y - a.y + h * d.y, a.y, g, h];
}

export function projected([a, b, c, d, e, f, g, h]: Projection, { x, y }: Point): Point {
  const w = g * x + h * y + 1;
  return { x: (a * x + b * y + c) / w, y: (d * x + e * y + f) / w };
}

/** Long side over short side of a card (ISO 7810 ID-1). */
export const cardShape = 85.6 / 53.98;
/** Papers that have a known shape: A4 and a passport's page, a card. */
const shapes = [Math.SQRT2, cardShape];
const snapWithin = 0.045;
/** Focal length over the long side of the picture: what phones have (24 to 28 mm of a 35 mm film). */
const usualFocal = 0.75;

/**
 * Width over height of the flat sheet whose picture is `quad` (pixels) in a picture of that size: Zhang and He, "Whiteboard
 * scanning and image enhancement" (2007), section 3.3. A shape that is nearly one of a known paper becomes that one.
 */
export function aspectOf(quad: Quad, size: { readonly width: number; readonly height: number }): number {
  const long = Math.max(size.width, size.height);
  const [m1, m2, m4, m3] = quad.map(({ x, y }) => [(x - size.width / 2) / long, (y - size.height / 2) / long, 1]) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const k2 = triple(m1, m4, m3) / triple(m2, m4, m3);
  const k3 = triple(m1, m4, m2) / triple(m3, m4, m2);
  const n2 = m2.map((value, n) => k2 * value - (m1[n] ?? 0)) as [number, number, number];
  const n3 = m3.map((value, n) => k3 * value - (m1[n] ?? 0)) as [number, number, number];
  const found = -(n2[0] * n3[0] + n2[1] * n3[1]) / (n2[2] * n3[2]);
  const focal2 = Number.isFinite(found) && found > 0.25 && found < 9 ? found : usualFocal ** 2;
  const length2 = (n: readonly [number, number, number]): number => (n[0] ** 2 + n[1] ** 2) / focal2 + n[2] ** 2;
  const raw = Math.sqrt(length2(n2) / length2(n3));
  const aspect = Number.isFinite(raw) ? Math.min(8, Math.max(1 / 8, raw)) : 1;
  const shape = Math.max(aspect, 1 / aspect);
  const known = shapes.find((one) => Math.abs(shape / one - 1) < snapWithin) ?? shape;
  return aspect >= 1 ? known : 1 / known;
}

/** (a x b) . c */
function triple(a: readonly number[], b: readonly number[], c: readonly number[]): number {
  const [a0 = 0, a1 = 0, a2 = 0] = a;
  const [b0 = 0, b1 = 0, b2 = 0] = b;
  const [c0 = 0, c1 = 0, c2 = 0] = c;
  return (a1 * b2 - a2 * b1) * c0 + (a2 * b0 - a0 * b2) * c1 + (a0 * b1 - a1 * b0) * c2;
}
