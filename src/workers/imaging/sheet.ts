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
export const glanceEffort: Effort = { coarse: 240, fine: 240, lines: 14 };
export const shotEffort: Effort = { coarse: 320, fine: 900, lines: 26 };

/** Quads that score less are chance. */
const least = 0.4;
/** Of a sheet that is not seen on all sides, more has to be seen of the others. */
const leastCut = 0.5;
/** A second sheet scores at least this share of the first, and has this share of its area. */
const alike = 0.7;
const secondArea = 0.2;

interface Candidate {
  /** Pixels of the coarse picture; a pixel's middle has whole numbers. */
  readonly quad: Quad;
  readonly score: number;
  /** Lighter than what lies around on all four sides, or darker on all four. */
  readonly even: boolean;
  readonly cut: boolean;
}

export function findSheet(frame: Frame, effort: Effort): Found {
  const planes = planesOf(frame, effort.coarse);
  const edges = edgesOf(planes);
  const candidates = candidatesOf(planes, edges, effort.lines);
  const [best] = candidates;
  if (best === undefined || best.score < (best.cut ? leastCut : least))
    return { corners: null, sheets: "none", cut: false };
  const second = candidates.find(
    ({ quad, score, even, cut }) =>
      even &&
      !cut &&
      score >= Math.max(least, alike * best.score) &&
      signedArea(quad) > secondArea * signedArea(best.quad) &&
      commonArea(quad, best.quad) < 0.1 * Math.min(signedArea(quad), signedArea(best.quad)),
  );
  const exact = exactOf(frame, planes, edges, best.quad, effort.fine);
  return {
    corners: cornersOf(exact),
    sheets: second === undefined ? "one" : "several",
    cut: best.cut || goesOn(planes, best.quad),
  };
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
  const lines = [...linesOf(edges, most), ...frameLines(width, height)];
  const rough: { readonly quad: Quad; readonly score: number }[] = [];
  for (const quad of quadsOf(lines, width, height)) {
    const score = coarseSupport(edges, quad) * sizeFactor(quad, width, height);
    if (score > 0.2) rough.push({ quad, score });
  }
  rough.sort((a, b) => b.score - a.score);
  const regions = regionsOf(planes)
    .map((quad) => mapQuad(quad, ({ x, y }) => ({ x: x - 0.5, y: y - 0.5 })))
    .flatMap((quad) => [quad, refined(edges, quad, 6)])
    .filter((quad) => isSheetLike(quad, width, height));
  const quads = [...regions, ...rough.slice(0, 3 * most).map(({ quad }) => quad)];
  return quads.map((quad) => ({ quad, ...judge(planes, edges, quad) })).sort((a, b) => b.score - a.score);
}

/** A sheet that leaves the picture ends, as far as can be seen, where the picture does. */
const frameLines = (width: number, height: number): readonly Line[] => [
  { nx: 1, ny: 0, d: 0 },
  { nx: 1, ny: 0, d: width - 1 },
  { nx: 0, ny: 1, d: 0 },
  { nx: 0, ny: 1, d: height - 1 },
];

/** Both ends lie on the same side of the picture. */
function onFrame(a: Point, b: Point, { width, height }: Planes | Edges): boolean {
  const near = (p: number, q: number, at: number): boolean => Math.abs(p - at) < 1 && Math.abs(q - at) < 1;
  return near(a.x, b.x, 0) || near(a.x, b.x, width - 1) || near(a.y, b.y, 0) || near(a.y, b.y, height - 1);
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

/** What a side that cannot be seen is worth, where paper goes on to the end of the picture. */
const hidden = 0.8;

function coarseSupport(edges: Edges, quad: Quad): number {
  let [lowest, sum] = [1, 0];
  for (const [a, b] of sidesOf(quad)) {
    const [nx, ny] = inward(a, b);
    let side = 0;
    // What a side of the picture is worth is seen by the judge.
    if (onFrame(a, b, edges)) {
      sum += hidden;
      continue;
    }
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
/** Paper bends: a piece of its border may be so many pixels off the straight side. */
const bend = 4;
/** Light and colours differ by this much: another surface for certain. */
const otherSurface = 14;

/** 0 to 1: how much this quad is the border of one sheet. */
function judge(planes: Planes, edges: Edges, quad: Quad): Omit<Candidate, "quad"> {
  const paper = paperIn(planes, quad);
  const supports: number[] = [];
  const contrasts: number[] = [];
  let lighter = 0;
  let unseen = 0;
  let ways = 0;
  for (const [n, [a, b]] of sidesOf(quad).entries()) {
    const normal = inward(a, b);
    if (onFrame(a, b, planes)) {
      unseen += 1;
      ways |= 1 << (n % 2);
      supports.push(hidden * paperAlong(planes, a, b, normal, paper));
      continue;
    }
    let side = 0;
    let seen = 0;
    let rise = 0;
    for (let piece = 0; piece < pieces; piece += 1) {
      const from = 0.04 + (0.92 * piece) / pieces;
      const found = alongPiece(planes, edges, a, b, normal, from, from + 0.92 / pieces, paper);
      if (found === undefined) continue;
      seen += 1;
      side += found.support;
      rise += found.rise;
      contrasts.push(found.contrast);
    }
    // A side that lies outside of the picture says nothing; one that mostly does is no side.
    supports.push(seen >= 2 ? side / seen : 0);
    lighter += Math.sign(rise);
  }
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const support = 0.6 * Math.min(...supports) + 0.4 * mean(supports);
  const low = [...contrasts].sort((x, y) => x - y).slice(0, Math.ceil(contrasts.length / 2));
  const contrast = 0.5 * mean(contrasts) + 0.5 * mean(low);
  // A sheet is lighter than its table all around, or darker; a frame printed on it is not.
  const alikeSides = 0.9 + 0.025 * (Math.abs(lighter) + unseen);
  const score = support * (0.3 + 0.7 * contrast) * alikeSides * sizeFactor(quad, planes.width, planes.height);
  // Two sides that meet have to be seen, or any two planks of a table would be a sheet.
  const isBand = unseen > 2 || (unseen === 2 && ways !== 3);
  return {
    score: isBand ? 0 : score,
    even: Math.abs(lighter) + unseen === 4,
    cut: unseen > 0 || leavesFrame(quad, planes.width, planes.height),
  };
}

/** Paper of this quad's colour lies along the end of the picture, beside the quad. */
function goesOn(planes: Planes, quad: Quad): boolean {
  const { width, height, channels } = planes;
  const [light, blue, red] = channels;
  const paper = paperIn(planes, quad);
  const middle = { x: quad.reduce((sum, { x }) => sum + x, 0) / 4, y: quad.reduce((sum, { y }) => sum + y, 0) / 4 };
  const around = mapQuad(quad, ({ x, y }) => ({ x: x + 0.08 * (x - middle.x), y: y + 0.08 * (y - middle.y) }));
  let like = 0;
  const look = (x: number, y: number): void => {
    if (!contains(around, { x, y })) return;
    const at = y * width + x;
    if (differ([light[at] ?? 0, blue[at] ?? 0, red[at] ?? 0], paper) < 4 + samePaper * paper[0]) like += 1;
  };
  for (let x = 0; x < width; x += 1) {
    look(x, 1);
    look(x, height - 2);
  }
  for (let y = 0; y < height; y += 1) {
    look(1, y);
    look(width - 2, y);
  }
  return like > 0.04 * sidesOf(quad).reduce((sum, [a, b]) => sum + distance(a, b), 0);
}

/** 0 to 1: how much of a side of the picture has paper just inside. */
function paperAlong(
  { width, height, channels }: Planes,
  a: Point,
  b: Point,
  [nx, ny]: readonly [number, number],
  paper: Colour,
): number {
  const [light, blue, red] = channels;
  let like = 0;
  for (let n = 0; n < 20; n += 1) {
    const t = (n + 0.5) / 20;
    const column = Math.min(width - 1, Math.max(0, Math.round(a.x + t * (b.x - a.x) + 4 * nx)));
    const row = Math.min(height - 1, Math.max(0, Math.round(a.y + t * (b.y - a.y) + 4 * ny)));
    const at = row * width + column;
    // Paper is a little darker towards the end of a picture, and print may reach it.
    if (differ([light[at] ?? 0, blue[at] ?? 0, red[at] ?? 0], paper) < 2.5 * otherSurface) like += 1;
  }
  return like < 12 ? 0 : like / 20;
}

/** Share of its light by which one sheet gets darker towards the end of a picture. */
const samePaper = 0.11;

type Colour = readonly [number, number, number];

const differ = (a: Colour, b: Colour): number => Math.abs(a[0] - b[0]) + 1.5 * Math.hypot(a[1] - b[1], a[2] - b[2]);

/** The bright colour inside: of a page the paper, not its print. */
function paperIn({ width, height, channels }: Planes, [tl, tr, br, bl]: Quad): Colour {
  const [light, blue, red] = channels;
  const seen: number[] = [];
  for (let v = 0.06; v < 1; v += 0.08)
    for (let u = 0.06; u < 1; u += 0.08) {
      const x = (tl.x * (1 - u) + tr.x * u) * (1 - v) + (bl.x * (1 - u) + br.x * u) * v;
      const y = (tl.y * (1 - u) + tr.y * u) * (1 - v) + (bl.y * (1 - u) + br.y * u) * v;
      if (x >= 0 && y >= 0 && x < width && y < height) seen.push((y | 0) * width + (x | 0));
    }
  seen.sort((a, b) => (light[a] ?? 0) - (light[b] ?? 0));
  const at = seen[Math.floor(seen.length * 0.85)] ?? 0;
  return [light[at] ?? 0, blue[at] ?? 0, red[at] ?? 0];
}

/** Light along a strip that varies this much is a pattern: beside another pattern it says nothing. */
const patterned = 18;

/** One piece of a side: the step across it, and whether both sides are different surfaces. Undefined outside. */
function alongPiece(
  { width, height, channels }: Planes,
  edges: Edges,
  a: Point,
  b: Point,
  [nx, ny]: readonly [number, number],
  from: number,
  to: number,
  paper: Colour,
): { readonly support: number; readonly contrast: number; readonly rise: number } | undefined {
  const [light, blue, red] = channels;
  const samples = Math.max(5, Math.round(((to - from) * distance(a, b)) / 2));
  const steps = new Float64Array(bend * 2 + 1);
  /** Of the strip inside, then of that outside: changes near it, three colours, light squared. */
  const sums = new Float64Array(10);
  let seen = 0;
  for (let n = 0; n < samples; n += 1) {
    const t = from + ((to - from) * (n + 0.5)) / samples;
    const x = a.x + t * (b.x - a.x);
    const y = a.y + t * (b.y - a.y);
    if (x < 1 || y < 1 || x > width - 2 || y > height - 2) continue;
    seen += 1;
    for (let off = -bend; off <= bend; off += 1) {
      const change = across(edges, x + off * nx, y + off * ny, nx, ny);
      steps[off + bend] = (steps[off + bend] ?? 0) + Math.min(2 * clear, Math.max(-2 * clear, change));
    }
    for (let strip = 0, sign = 1; strip < 10; strip += 5, sign = -1) {
      const near = Math.abs(across(edges, x + sign * 7 * nx, y + sign * 7 * ny, nx, ny));
      const farther = Math.abs(across(edges, x + sign * 10 * nx, y + sign * 10 * ny, nx, ny));
      const column = Math.min(width - 1, Math.max(0, Math.round(x + sign * 5 * nx)));
      const row = Math.min(height - 1, Math.max(0, Math.round(y + sign * 5 * ny)));
      const at = row * width + column;
      const l = light[at] ?? 0;
      sums[strip] = (sums[strip] ?? 0) + (near + farther) / 2;
      sums[strip + 1] = (sums[strip + 1] ?? 0) + l;
      sums[strip + 2] = (sums[strip + 2] ?? 0) + (blue[at] ?? 0);
      sums[strip + 3] = (sums[strip + 3] ?? 0) + (red[at] ?? 0);
      sums[strip + 4] = (sums[strip + 4] ?? 0) + l * l;
    }
  }
  if (seen < 3) return undefined;
  const inner = stripOf(sums, 0, seen);
  const outer = stripOf(sums, 5, seen);
  let rise = 0;
  let straight = 1;
  for (const [n, sum] of steps.entries()) {
    const share = 1 - 0.06 * Math.abs(n - bend);
    if (share * Math.abs(sum) <= straight * Math.abs(rise * seen)) continue;
    rise = sum / seen;
    straight = share;
  }
  const plain = Math.min(1, Math.max(0, 1.25 - Math.min(inner.spread, outer.spread) / patterned));
  const difference = Math.min(differ(inner.colour, outer.colour), differ(paper, outer.colour));
  return {
    support: straight * Math.min(1, Math.max(0, Math.abs(rise) - 0.5 * Math.min(inner.near, outer.near)) / clear),
    contrast: plain * Math.min(1, difference / otherSurface),
    rise,
  };
}

interface Strip {
  readonly near: number;
  readonly colour: Colour;
  readonly spread: number;
}

function stripOf(sums: Float64Array, from: number, seen: number): Strip {
  const of = (n: number): number => (sums[from + n] ?? 0) / seen;
  return { near: of(0), colour: [of(1), of(2), of(3)], spread: Math.sqrt(Math.max(0, of(4) - of(1) ** 2)) };
}
