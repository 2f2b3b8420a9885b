/**
 * What a receiver may not be able to read: blur, darkness, reflections. And which look suits a page. Pure; runs in workers
 * and in Node.
 */

import type { Corners, Frame, Look, Quality } from "../imaging.contract.ts";
import { aspectOf, cardShape, mapQuad, type Quad, quadOf, sidesOf } from "./geometry.ts";
import { type Planes, planesOf } from "./planes.ts";

const whole: Quad = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
];

/** 1 for each pixel of the sheet, without its rim. */
function maskOf({ width, height }: Planes, corners: Corners | null): Uint8Array {
  const quad = corners === null ? whole : quadOf(corners);
  const middle = {
    x: quad.reduce((sum, { x }) => sum + x, 0) / 4,
    y: quad.reduce((sum, { y }) => sum + y, 0) / 4,
  };
  const inner = mapQuad(quad, ({ x, y }) => ({
    x: (middle.x + 0.96 * (x - middle.x)) * width,
    y: (middle.y + 0.96 * (y - middle.y)) * height,
  }));
  const mask = new Uint8Array(width * height);
  for (let row = 0; row < height; row += 1) {
    const y = row + 0.5;
    let [first, end] = [0, width];
    // Right of the sides that go up, left of those that go down: the sheet is convex and clockwise.
    for (const [a, b] of sidesOf(inner)) {
      const rise = b.y - a.y;
      const at = a.x + ((y - a.y) * (b.x - a.x)) / rise - 0.5;
      if (rise < 0) first = Math.max(first, Math.ceil(at));
      else if (rise > 0) end = Math.min(end, Math.floor(at) + 1);
      else if ((b.x - a.x) * (y - a.y) < 0) end = 0;
    }
    if (first < end) mask.fill(1, row * width + first, row * width + end);
  }
  return mask;
}

/** Edges of print that blur has not swallowed change at least this much. */
const weakestPrint = 6;

/**
 * 0 to 1: how steep the steepest edges are, against the whole change that they are part of. 1 changes from one pixel to the
 * next, 0.4 in about five.
 */
export function sharpnessOf(planes: Planes, mask: Uint8Array): number {
  const { width, height } = planes;
  const [light] = planes.channels;
  const counts = new Uint32Array(256);
  let total = 0;
  const slope = (at: number): number =>
    Math.max(
      Math.abs((light[at + 1] ?? 0) - (light[at - 1] ?? 0)),
      Math.abs((light[at + width] ?? 0) - (light[at - width] ?? 0)),
    ) / 2;
  const reach = 4;
  const slopes = new Uint8Array(light.length);
  for (let y = reach; y < height - reach; y += 1)
    for (let x = reach, at = y * width + reach; x < width - reach; x += 1, at += 1) {
      if (mask[at] === 0) continue;
      const steep = slope(at) | 0;
      if (steep < weakestPrint) continue;
      slopes[at] = steep;
      counts[steep] = (counts[steep] ?? 0) + 1;
      total += 1;
    }
  if (total < 40) return 1;
  let threshold = 255;
  for (let above = 0; threshold > weakestPrint; threshold -= 1) {
    above += counts[threshold] ?? 0;
    if (above >= 0.15 * total) break;
  }
  const ratios: number[] = [];
  for (let at = 0; at < slopes.length; at += 1) {
    if ((slopes[at] ?? 0) < threshold) continue;
    const level =
      Math.abs((light[at + 1] ?? 0) - (light[at - 1] ?? 0)) >=
      Math.abs((light[at + width] ?? 0) - (light[at - width] ?? 0));
    const step = level ? 1 : width;
    let [low, high] = [255, 0];
    for (let n = -reach; n <= reach; n += 1) {
      const value = light[at + n * step] ?? 0;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    ratios.push((2 * slope(at)) / Math.max(1, high - low));
  }
  ratios.sort((a, b) => a - b);
  return Math.min(1, ratios[ratios.length >> 1] ?? 1);
}

/** Light of the paper, 0 to 255, under which a page is too dark to be made readable without noise. */
const darkPaper = 80;
const burnt = 250;
/** A reflection covers at least this share of the sheet in one piece, and the sheet around it is not that bright. */
const smallestGlare = 0.004;
const brightPaper = 232;

export interface Measured {
  readonly sharpness: number;
  readonly dark: boolean;
  readonly glare: boolean;
}

export function measure(frame: Frame, corners: Corners | null, longSide: number): Measured {
  const planes = planesOf(frame, longSide, false);
  const sharp = sharpnessOf(planes, maskOf(planes, corners));
  const small = planesOf(frame, 200, false);
  const mask = maskOf(small, corners);
  const [light] = small.channels;
  const values = light.filter((_, at) => mask[at] === 1).sort();
  const at = (share: number): number => values[Math.floor(values.length * share)] ?? 0;
  return {
    sharpness: sharp,
    dark: at(0.85) < darkPaper,
    glare: at(0.5) < brightPaper && largestBurnt(light, mask, small.width) >= smallestGlare * values.length,
  };
}

/** Pixels of the largest connected burnt-out spot. */
function largestBurnt(light: Float32Array, mask: Uint8Array, width: number): number {
  const seen = new Uint8Array(light.length);
  const isBurnt = (at: number): boolean => mask[at] === 1 && seen[at] === 0 && (light[at] ?? 0) >= burnt;
  let largest = 0;
  for (let start = 0; start < light.length; start += 1) {
    if (!isBurnt(start)) continue;
    const stack = [start];
    seen[start] = 1;
    let size = 0;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      size += 1;
      for (const next of [at - 1, at + 1, at - width, at + width])
        if (isBurnt(next)) {
          seen[next] = 1;
          stack.push(next);
        }
    }
    largest = Math.max(largest, size);
  }
  return largest;
}

/** Under this sharpness print of a letter is not read for certain. */
const blurredUnder = 0.42;

export const qualityOf = ({ sharpness, dark, glare }: Measured, cut: boolean): Quality => ({
  blurred: sharpness < blurredUnder,
  dark,
  glare,
  cut,
});

function hasCardShape(fractions: Quad, { width, height }: Frame): boolean {
  const aspect = aspectOf(
    mapQuad(fractions, ({ x, y }) => ({ x: x * width, y: y * height })),
    { width, height },
  );
  return Math.abs(Math.max(aspect, 1 / aspect) - cardShape) < 1e-9;
}

/** White paper with print on it is a document; a card, a photograph, a coloured form keeps its colours. */
export function lookOf(frame: Frame, corners: Corners | null): Look {
  if (corners !== null && hasCardShape(quadOf(corners), frame)) return "colour";
  const planes = planesOf(frame, 240);
  const { width } = planes;
  const [light, blue, red] = planes.channels;
  const mask = maskOf(planes, corners);
  const inside: number[] = [];
  for (const [at, value] of mask.entries()) if (value === 1) inside.push(at);
  inside.sort((a, b) => (light[a] ?? 0) - (light[b] ?? 0));
  const bright = inside.slice(Math.floor(inside.length * 0.7), Math.floor(inside.length * 0.95));
  const median = (plane: Float32Array): number =>
    bright.map((at) => plane[at] ?? 0).sort((a, b) => a - b)[bright.length >> 1] ?? 0;
  const [paper, paperBlue, paperRed] = [median(light), median(blue), median(red)];
  // Clearly coloured light of a lamp is about this far from grey; a coloured page is further.
  if (Math.hypot(paperBlue - 128, paperRed - 128) > 30) return "colour";
  let [plain, coloured] = [0, 0];
  for (const at of inside) {
    const l = light[at] ?? 0;
    const colour = Math.hypot((blue[at] ?? 0) - paperBlue, (red[at] ?? 0) - paperRed);
    // Paper in a shadow is darker and as colourless.
    const local = Math.max(
      l,
      light[at - 4] ?? 0,
      light[at + 4] ?? 0,
      light[at - 4 * width] ?? 0,
      light[at + 4 * width] ?? 0,
    );
    if (colour > 9 + 0.05 * paper) coloured += 1;
    else if (l > 0.72 * local) plain += 1;
  }
  if (coloured > 0.14 * inside.length) return corners === null ? "photo" : "colour";
  if (plain < 0.5 * inside.length) return corners === null ? "photo" : "colour";
  return "document";
}
