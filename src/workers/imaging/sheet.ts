/**
 * Finds the sheet of paper in a picture: straight edges and areas give quads, each is judged by what runs along its sides,
 * the best is made exact on a larger picture. Pure; runs in workers and in Node (decisions/0026).
 *
 * Surprising fact: a block of print has stronger edges than a white sheet on a white table. What tells them apart is what
 * lies outside: around a block of print there is still paper.
 */

import type { Corners, Frame, Point, Sheets } from "../imaging.contract.ts";
import { type Edges, edgesOf, linesOf } from "./edges.ts";
import {
  commonArea,
  contains,
  cornersOf,
  crossing,
  distance,
  isConvex,
  type Line,
  mapQuad,
  ordered,
  type Quad,
  sidesOf,
  signedArea,
} from "./geometry.ts";
import { type Planes, planesOf } from "./planes.ts";
import { refined } from "./refine.ts";
import { regionsOf } from "./regions.ts";

export interface Found {
  readonly corners: Corners | null;
  readonly sheets: Sheets;
  readonly cut: boolean;
}

export interface Effort {
  /** Long sides in pixels: to look for quads, and to make the best one exact. */
  readonly coarse: number;
  readonly fine: number;
  readonly lines: number;
}

/** A frame of the camera: many a second. A shot: once. */
export const glanceEffort: Effort = { coarse: 240, fine: 240, lines: 16 };
export const shotEffort: Effort = { coarse: 320, fine: 900, lines: 26 };

/** Quads that score less are chance. */
const least = 0.4;
/** A second sheet scores at least this share of the first, and has this share of its area. */
const alike = 0.7;
const secondArea = 0.2;

interface Candidate {
  /** Pixels of the coarse picture; a pixel's middle has whole numbers. */
  readonly quad: Quad;
  readonly score: number;
  readonly cut: boolean;
}

export function findSheet(frame: Frame, effort: Effort): Found {
  const planes = planesOf(frame, effort.coarse);
  const edges = edgesOf(planes);
  const candidates = candidatesOf(planes, edges, effort.lines);
  const [best] = candidates;
  if (best === undefined || best.score < least) return { corners: null, sheets: "none", cut: false };
  const second = candidates.find(
    ({ quad, score, cut }) =>
      !cut &&
      score >= Math.max(least, alike * best.score) &&
      signedArea(quad) > secondArea * signedArea(best.quad) &&
      commonArea(quad, best.quad) < 0.1 * Math.min(signedArea(quad), signedArea(best.quad)),
  );
  const exact = exactOf(frame, planes, edges, best.quad, effort.fine);
  return { corners: cornersOf(exact), sheets: second === undefined ? "one" : "several", cut: best.cut };
}

/** Fractions of the picture, inside of it. */
function exactOf(frame: Frame, planes: Planes, edges: Edges, quad: Quad, fine: number): Quad {
  const larger = Math.max(frame.width, frame.height, 1) > Math.max(planes.width, planes.height) * 1.3;
  const near = refined(edges, quad, 4);
  const asFraction =
    ({ width, height }: { readonly width: number; readonly height: number }) =>
    ({ x, y }: Point): Point => ({ x: (x + 0.5) / width, y: (y + 0.5) / height });
  let fractions = mapQuad(near, asFraction(planes));
  if (larger && fine > Math.max(planes.width, planes.height)) {
    const more = planesOf(frame, fine);
    const start = mapQuad(fractions, ({ x, y }) => ({ x: x * more.width - 0.5, y: y * more.height - 0.5 }));
    fractions = mapQuad(refined(edgesOf(more), start, (3 * more.width) / planes.width), asFraction(more));
  }
  const inside = (value: number): number => Math.min(1, Math.max(0, value));
  return ordered(mapQuad(fractions, ({ x, y }) => ({ x: inside(x), y: inside(y) })));
}

/* ---- quads ---- */

/** All that were judged, best first. */
function candidatesOf(planes: Planes, edges: Edges, most: number): readonly Candidate[] {
  const { width, height } = planes;
  const lines = linesOf(edges, most);
  const rough: { readonly quad: Quad; readonly score: number }[] = [];
  for (const quad of quadsOf(lines, width, height)) {
    const score = coarseSupport(edges, quad) * sizeFactor(quad, width, height);
    if (score > 0.2) rough.push({ quad, score });
  }
  rough.sort((a, b) => b.score - a.score);
  const regions = regionsOf(planes)
    .map((quad) => mapQuad(quad, ({ x, y }) => ({ x: x - 0.5, y: y - 0.5 })))
    .map((quad) => refined(edges, quad, 6))
    .filter((quad) => isSheetLike(quad, width, height));
  const quads = [...regions, ...rough.slice(0, 3 * most).map(({ quad }) => quad)];
  return quads
    .map((quad) => ({ quad, score: judge(planes, edges, quad), cut: leavesFrame(quad, width, height) }))
    .sort((a, b) => b.score - a.score);
}

function quadsOf(lines: readonly Line[], width: number, height: number): readonly Quad[] {
  const pairs: (readonly [Line, Line])[] = [];
  for (const [n, a] of lines.entries())
    for (const b of lines.slice(n + 1)) if (Math.abs(a.nx * b.nx + a.ny * b.ny) > 0.8) pairs.push([a, b]);
  const quads: Quad[] = [];
  for (const [n, [a, c]] of pairs.entries())
    for (const [b, d] of pairs.slice(n + 1)) {
      if (Math.abs(a.nx * b.nx + a.ny * b.ny) > 0.75) continue;
      const corners = [crossing(a, b), crossing(b, c), crossing(c, d), crossing(d, a)];
      const [p, q, r, s] = corners;
      if (p === undefined || q === undefined || r === undefined || s === undefined) continue;
      const quad = ordered([p, q, r, s]);
      if (isSheetLike(quad, width, height)) quads.push(quad);
    }
  return quads;
}

const outside = 0.08;

/** The shape that a sheet seen by a hand-held camera can have. */
function isSheetLike(quad: Quad, width: number, height: number): boolean {
  const long = Math.max(width, height);
  for (const { x, y } of quad)
    if (x < -outside * width || x > (1 + outside) * width || y < -outside * height || y > (1 + outside) * height)
      return false;
  if (!isConvex(quad)) return false;
  const area = signedArea(quad);
  if (area < 0.03 * width * height || area > 0.985 * width * height) return false;
  const lengths = sidesOf(quad).map(([a, b]) => distance(a, b)) as [number, number, number, number];
  if (Math.min(...lengths) < 0.07 * long) return false;
  const [top, right, bottom, left] = lengths;
  const even = (a: number, b: number): boolean => Math.min(a, b) > 0.5 * Math.max(a, b);
  if (!even(top, bottom) || !even(left, right)) return false;
  if (Math.max(...lengths) > 6 * Math.min(...lengths)) return false;
  return quad.every((b, n) => {
    const a = quad[(n + 3) % 4] ?? b;
    const c = quad[(n + 1) % 4] ?? b;
    const cos = ((a.x - b.x) * (c.x - b.x) + (a.y - b.y) * (c.y - b.y)) / (distance(a, b) * distance(c, b));
    return Math.abs(cos) < 0.68;
  });
}

const leavesFrame = (quad: Quad, width: number, height: number): boolean =>
  quad.some(({ x, y }) => x < -0.015 * width || x > 1.015 * width || y < -0.015 * height || y > 1.015 * height);

const sizeFactor = (quad: Quad, width: number, height: number): number =>
  0.65 + 0.35 * Math.sqrt(signedArea(quad) / (width * height));

/* ---- judging ---- */

/** Change across a side from which it counts in full. */
const clear = 4;

function coarseSupport(edges: Edges, quad: Quad): number {
  let [lowest, sum] = [1, 0];
  for (const [a, b] of sidesOf(quad)) {
    const [nx, ny] = inward(a, b);
    let side = 0;
    for (let n = 0; n < 10; n += 1) {
      const t = 0.07 + (0.86 * n) / 9;
      const [x, y] = [a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)];
      let most = 0;
      for (let off = -1; off <= 1; off += 1)
        most = Math.max(most, Math.abs(across(edges, x + off * nx, y + off * ny, nx, ny)));
      side += Math.min(1, most / clear);
    }
    lowest = Math.min(lowest, side / 10);
    sum += side / 10;
  }
  return 0.5 * lowest + 0.125 * sum;
}

/** Unit normal that points into a clockwise quad. */
function inward(a: Point, b: Point): readonly [number, number] {
  const length = Math.max(1e-6, distance(a, b));
  return [(a.y - b.y) / length, (b.x - a.x) / length];
}

/** Change per pixel along (nx, ny); 0 outside of the picture. */
function across(edges: Edges, x: number, y: number, nx: number, ny: number): number {
  const [column, row] = [Math.round(x), Math.round(y)];
  if (column < 0 || row < 0 || column >= edges.width || row >= edges.height) return 0;
  const at = row * edges.width + column;
  return (edges.dx[at] ?? 0) * nx + (edges.dy[at] ?? 0) * ny;
}

const pieces = 4;
/** Light and colours differ by this much: another surface for certain. */
const otherSurface = 14;

/** 0 to 1: how much this quad is the border of one sheet. */
function judge(planes: Planes, edges: Edges, quad: Quad): number {
  const paper = paperIn(planes, quad);
  const supports: number[] = [];
  const contrasts: number[] = [];
  for (const [a, b] of sidesOf(quad)) {
    const normal = inward(a, b);
    let side = 0;
    let seen = 0;
    for (let piece = 0; piece < pieces; piece += 1) {
      const from = 0.04 + (0.92 * piece) / pieces;
      const found = alongPiece(planes, edges, a, b, normal, from, from + 0.92 / pieces, paper);
      if (found === undefined) continue;
      seen += 1;
      side += found.support;
      contrasts.push(found.contrast);
    }
    // A side that lies outside of the picture says nothing; one that mostly does is no side.
    supports.push(seen >= 2 ? side / seen : 0);
  }
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const support = 0.6 * Math.min(...supports) + 0.4 * mean(supports);
  const low = contrasts.toSorted((x, y) => x - y).slice(0, Math.ceil(contrasts.length / 2));
  const contrast = 0.5 * mean(contrasts) + 0.5 * mean(low);
  return support * (0.45 + 0.55 * contrast) * sizeFactor(quad, planes.width, planes.height);
}

type Colour = readonly [number, number, number];

const differ = (a: Colour, b: Colour): number => Math.abs(a[0] - b[0]) + 1.5 * Math.hypot(a[1] - b[1], a[2] - b[2]);

/** The bright colour inside: of a page the paper, not its print. */
function paperIn({ width, height, channels }: Planes, quad: Quad): Colour {
  const [light, blue, red] = channels;
  const xs = quad.map(({ x }) => x);
  const ys = quad.map(({ y }) => y);
  const seen: Colour[] = [];
  const step = Math.max(2, Math.sqrt(signedArea(quad)) / 16);
  for (let y = Math.max(0, Math.min(...ys)); y < Math.min(height, Math.max(...ys)); y += step)
    for (let x = Math.max(0, Math.min(...xs)); x < Math.min(width, Math.max(...xs)); x += step) {
      if (!contains(quad, { x, y })) continue;
      const at = (y | 0) * width + (x | 0);
      seen.push([light[at] ?? 0, blue[at] ?? 0, red[at] ?? 0]);
    }
  seen.sort((a, b) => a[0] - b[0]);
  return seen[Math.floor(seen.length * 0.85)] ?? [0, 0, 0];
}

/** One piece of a side: the step across it, and whether both sides are different surfaces. Undefined outside. */
function alongPiece(
  planes: Planes,
  edges: Edges,
  a: Point,
  b: Point,
  [nx, ny]: readonly [number, number],
  from: number,
  to: number,
  paper: Colour,
): { readonly support: number; readonly contrast: number } | undefined {
  const { width, height, channels } = planes;
  const samples = Math.max(5, Math.round(((to - from) * distance(a, b)) / 2));
  const steps = new Float32Array(5);
  const [base, surface] = [
    [0, 0],
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ];
  let seen = 0;
  for (let n = 0; n < samples; n += 1) {
    const t = from + ((to - from) * (n + 0.5)) / samples;
    const [x, y] = [a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)];
    if (x < 1 || y < 1 || x > width - 2 || y > height - 2) continue;
    seen += 1;
    for (let off = -2; off <= 2; off += 1) {
      const change = across(edges, x + off * nx, y + off * ny, nx, ny);
      steps[off + 2] = (steps[off + 2] ?? 0) + Math.min(2 * clear, Math.max(-2 * clear, change));
    }
    for (const side of [0, 1]) {
      const sign = side === 0 ? 1 : -1;
      for (const off of [7, 10])
        base[side] = (base[side] ?? 0) + Math.abs(across(edges, x + sign * off * nx, y + sign * off * ny, nx, ny)) / 2;
      const [column, row] = [Math.round(x + sign * 5 * nx), Math.round(y + sign * 5 * ny)];
      const at = Math.min(height - 1, Math.max(0, row)) * width + Math.min(width - 1, Math.max(0, column));
      const sums = surface[side] as number[];
      for (let channel = 0; channel < 3; channel += 1)
        sums[channel] = (sums[channel] ?? 0) + (channels[channel]?.[at] ?? 0);
    }
  }
  if (seen < 3) return undefined;
  const step = Math.max(...steps.map(Math.abs)) / seen;
  const quiet = Math.min(base[0] ?? 0, base[1] ?? 0) / seen;
  const [inner, outer] = surface.map(([l = 0, u = 0, v = 0]) => [l / seen, u / seen, v / seen] as Colour) as [
    Colour,
    Colour,
  ];
  return {
    support: Math.min(1, Math.max(0, step - 0.5 * quiet) / clear),
    contrast: Math.min(1, Math.min(differ(inner, outer), differ(paper, outer)) / otherSurface),
  };
}
