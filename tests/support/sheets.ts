/**
 * Photographs of papers, made by computing: a table, sheets on it, a lamp, a hand-held camera. Pure and seeded; runs in Node.
 * The corners of each sheet are known because the camera is (a pinhole with the focal length of a phone).
 *
 * Surprising fact: papers are drawn by asking for the colour of a point in millimetres, so nothing is ever resampled, and
 * edges are as sharp as the camera's own blur lets them be.
 */
import type { Frame, Point } from "../../src/workers/imaging.contract.ts";

type Rgb = readonly [number, number, number];
/** Colour of a point of the paper, millimetres from its upper left corner. */
type Ink = (x: number, y: number) => Rgb;
type Quad = readonly [Point, Point, Point, Point];

export interface Paper {
  readonly width: number;
  readonly height: number;
  /** Radius of the corners, mm. */
  readonly round: number;
  readonly ink: Ink;
}

export interface Shot {
  readonly name: string;
  /** What lies where, the middle of the picture being at 0, 0 of the table (mm); turned by degrees. */
  readonly sheets: readonly { readonly paper: Paper; readonly x: number; readonly y: number; readonly turn: number }[];
  readonly table: Ink;
  /** Degrees: how far the camera leans away from looking straight down, and to which side. */
  readonly lean: number;
  readonly towards: number;
  /** Share of the picture's short side per 100 mm of the table under its middle. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
  readonly light: number;
  readonly noise: number;
  /** Pixels. */
  readonly blur: number;
  readonly shadow?: { readonly angle: number; readonly at: number; readonly depth: number };
  readonly glare?: { readonly x: number; readonly y: number; readonly size: number };
  /** How strong the folds of the paper are, 0 to 1. */
  readonly crumple?: number;
  readonly seed: number;
}

export interface Photograph {
  readonly frame: Frame;
  /** Corners of each sheet, fractions of the picture, clockwise from the paper's own upper left. */
  readonly corners: readonly Quad[];
}

/* ---- chance ---- */

export function randomOf(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** 0 to 1, the same for the same place. */
function hash(a: number, b: number, c = 0): number {
  let t = Math.imul(a | 0, 374761393) + Math.imul(b | 0, 668265263) + Math.imul(c | 0, 2147483647);
  t = Math.imul(t ^ (t >>> 13), 1274126177);
  return ((t ^ (t >>> 16)) >>> 0) / 4294967296;
}

/** Smooth, 0 to 1. */
function cloud(x: number, y: number, seed: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const soft = (t: number): number => t * t * (3 - 2 * t);
  const [fx, fy] = [soft(x - left), soft(y - top)];
  const up = hash(left, top, seed) * (1 - fx) + hash(left + 1, top, seed) * fx;
  const down = hash(left, top + 1, seed) * (1 - fx) + hash(left + 1, top + 1, seed) * fx;
  return up * (1 - fy) + down * fy;
}

/* ---- tables ---- */

const scaled = ([r, g, b]: Rgb, by: number): Rgb => [r * by, g * by, b * by];

export const tables = {
  dark: (x, y) => scaled([52, 46, 42], 0.9 + 0.2 * hash(x * 2, y * 2)),
  black: (x, y) => scaled([24, 25, 28], 0.9 + 0.2 * hash(x, y)),
  white: (x, y) => scaled([226, 226, 224], 0.985 + 0.03 * cloud(x / 60, y / 60, 3)),
  grey: (x, y) => scaled([142, 146, 150], 0.94 + 0.12 * hash(x * 1.5, y * 1.5)),
  wood: (x, y) => {
    const ring = cloud(x / 90, y / 9, 5) * 14 + y / 14 + 2 * cloud(x / 40, y / 40, 6);
    return scaled([188, 140, 92], 0.86 + 0.12 * (ring - Math.floor(ring)) + 0.08 * hash(x * 1.2, y * 3));
  },
  planks: (x, y) => {
    const plank = Math.floor(y / 95);
    const seam = y / 95 - plank < 0.02 ? 0.45 : 1;
    return scaled([120, 92, 66], seam * (0.85 + 0.2 * hash(plank, 7) + 0.12 * cloud(x / 50, y / 4, plank)));
  },
  cloth: (x, y) => {
    const [across, along] = [Math.floor(x / 18) % 2 === 0, Math.floor(y / 18) % 2 === 0];
    return scaled(
      across && along ? [150, 40, 46] : across || along ? [206, 140, 140] : [224, 214, 208],
      0.92 + 0.12 * hash(x, y),
    );
  },
  granite: (x, y) => {
    const grain = 0.5 * cloud(x / 3, y / 3, 1) + 0.5 * cloud(x / 9, y / 9, 2);
    return scaled([120, 116, 112], 0.5 + grain);
  },
  blue: (x, y) => scaled([70, 96, 150], 0.85 + 0.25 * cloud(x / 45, y / 30, 8)),
  oak: (x, y) => scaled([216, 186, 138], 0.93 + 0.09 * cloud(x / 60, y / 5, 4)),
} as const satisfies Readonly<Record<string, Ink>>;

/* ---- papers ---- */

const isPrinted = (x: number, row: number, seed: number): boolean => {
  const word = Math.floor(x / 9 + hash(row, seed) * 3);
  const gap = x / 9 + hash(row, seed) * 3 - word;
  return gap < 0.62 + 0.3 * hash(word, row, seed) && hash(Math.floor(x * 1.3), row, seed + 1) < 0.72;
};

/** Lines of print in a box, mm; ragged on the right. */
const print =
  (left: number, top: number, right: number, bottom: number, pitch: number, seed: number) =>
  (x: number, y: number): boolean => {
    if (x < left || x > right || y < top || y > bottom) return false;
    const row = Math.floor((y - top) / pitch);
    const high = (y - top) / pitch - row;
    if (high > 0.48 || hash(row, 91, seed) < 0.08) return false;
    const end = right - (right - left) * 0.35 * hash(row, 5, seed) ** 3;
    return x < end && isPrinted(x - left, row, seed);
  };

const black: Rgb = [34, 34, 38];
const inside = (x: number, y: number, left: number, top: number, right: number, bottom: number): boolean =>
  x >= left && x <= right && y >= top && y <= bottom;

export function letter(seed: number): Paper {
  const body = print(25, 95, 186, 250, 6.2, seed);
  const head = print(110, 45, 186, 70, 5, seed + 3);
  const foot = print(30, 276, 180, 286, 4, seed + 5);
  return {
    width: 210,
    height: 297,
    round: 0,
    ink: (x, y) => {
      if (inside(x, y, 18, 14, 52, 30))
        return hash(Math.floor(x / 4), Math.floor(y / 4), seed) < 0.5 ? [30, 60, 140] : [200, 40, 50];
      return body(x, y) || head(x, y) || foot(x, y) ? black : [244, 244, 241];
    },
  };
}

/** A form: frames, a tinted heading, cells. */
export function form(seed: number): Paper {
  const text = print(22, 60, 188, 270, 7.5, seed);
  return {
    width: 210,
    height: 297,
    round: 0,
    ink: (x, y) => {
      if (inside(x, y, 12, 12, 198, 34)) return print(18, 17, 150, 30, 6, seed)(x, y) ? [250, 250, 250] : [58, 92, 150];
      const framed = inside(x, y, 14, 44, 196, 282) && !inside(x, y, 14.7, 44.7, 195.3, 281.3);
      const ruled = inside(x, y, 14, 44, 196, 282) && (Math.abs((y - 44) % 34) < 0.5 || Math.abs(x - 90) < 0.3);
      return framed || ruled || text(x, y) ? black : [243, 243, 238];
    },
  };
}

/** As large as an identity card (ISO 7810 ID-1), pale colours, a portrait. */
export function card(seed: number, tint: Rgb = [178, 204, 224]): Paper {
  const text = print(32, 12, 82, 44, 4.6, seed);
  const zone = print(4, 45, 82, 52, 3.4, seed + 1);
  return {
    width: 85.6,
    height: 53.98,
    round: 3.18,
    ink: (x, y) => {
      if (text(x, y) || zone(x, y)) return [40, 42, 60];
      if (inside(x, y, 5, 12, 28, 43)) {
        const [u, v] = [(x - 16.5) / 7, (y - 24) / 9];
        return u * u + v * v < 1 ? [196, 156, 132] : y > 34 ? [60, 62, 84] : [206, 206, 212];
      }
      if (inside(x, y, 3, 3, 60, 8)) return [70, 90, 160];
      const wave = 0.5 + 0.5 * Math.sin(x / 3 + 3 * Math.sin(y / 7 + seed));
      return [tint[0] + 22 * wave, tint[1] + 8 * wave, tint[2] - 12 * wave];
    },
  };
}

export function receipt(seed: number, height = 170): Paper {
  const text = print(6, 38, 74, height - 12, 5, seed);
  return {
    width: 80,
    height,
    round: 0,
    ink: (x, y) => {
      if (inside(x, y, 22, 8, 58, 26))
        return hash(Math.floor(x / 3), Math.floor(y / 9), seed) < 0.6 ? black : [238, 239, 240];
      return text(x, y) ? [70, 70, 76] : [238, 239, 240];
    },
  };
}

/** A page of a passport: coloured all over. */
export function passport(seed: number): Paper {
  const text = print(48, 30, 118, 66, 6, seed);
  const zone = print(6, 72, 119, 84, 5.5, seed + 2);
  return {
    width: 125,
    height: 88,
    round: 2,
    ink: (x, y) => {
      if (text(x, y) || zone(x, y)) return [44, 40, 52];
      if (inside(x, y, 8, 26, 43, 68))
        return (x - 25.5) ** 2 / 110 + (y - 44) ** 2 / 190 < 1 ? [186, 148, 126] : [214, 214, 220];
      const wave = 0.5 + 0.5 * Math.sin(y / 2.5 + 4 * Math.cos(x / 16));
      return [214 - 20 * wave, 192 - 8 * wave, 206 + 6 * wave];
    },
  };
}

/* ---- the camera ---- */

/** Focal length over the long side. */
const focal = 0.75;

interface Camera {
  readonly toPicture: (point: Point) => Point;
  /** Undefined above the horizon. */
  readonly toTable: (point: Point) => Point | undefined;
}

/** Pixels to millimetres of the table and back. */
function cameraOf({ lean, towards, scale, width, height }: Shot): Camera {
  const f = focal * Math.max(width, height);
  const away = (f * 100) / (scale * Math.min(width, height));
  const [c, s] = [Math.cos((lean * Math.PI) / 180), Math.sin((lean * Math.PI) / 180)];
  const [ct, st] = [Math.cos((towards * Math.PI) / 180), Math.sin((towards * Math.PI) / 180)];
  return {
    // The table turns under the camera: by `towards`, leaning about the x axis, and back.
    toPicture: ({ x, y }) => {
      const [u, v] = [ct * x + st * y, -st * x + ct * y];
      const depth = away - v * s;
      const [p, q] = [(u * f) / depth, (v * c * f) / depth];
      return { x: width / 2 + ct * p - st * q, y: height / 2 + st * p + ct * q };
    },
    toTable: ({ x, y }) => {
      const [px, py] = [(x - width / 2) / f, (y - height / 2) / f];
      const [p, q] = [ct * px + st * py, -st * px + ct * py];
      const below = c + q * s;
      if (below < 0.05) return undefined;
      const v = (q * away) / below;
      const u = p * (away - v * s);
      return { x: ct * u - st * v, y: st * u + ct * v };
    },
  };
}

export function photograph(shot: Shot): Photograph {
  const { width, height } = shot;
  const camera = cameraOf(shot);
  const placed = shot.sheets.map(({ paper, x, y, turn }) => {
    const [c, s] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
    return {
      paper,
      toPaper: (at: Point): Point => ({
        x: c * (at.x - x) + s * (at.y - y) + paper.width / 2,
        y: -s * (at.x - x) + c * (at.y - y) + paper.height / 2,
      }),
      toTable: (at: Point): Point => {
        const [u, v] = [at.x - paper.width / 2, at.y - paper.height / 2];
        return { x: c * u - s * v + x, y: s * u + c * v + y };
      },
    };
  });
  const pixels = new Float32Array(width * height * 3);
  const sum: [number, number, number] = [0, 0, 0];
  /** True on a sheet and near it, where one look at a pixel is not enough. */
  const shade = (x: number, y: number): boolean => {
    const point = camera.toTable({ x, y });
    if (point === undefined) {
      add(sum, [90, 90, 92], 1);
      return false;
    }
    const light = lightAt(shot, point);
    let contact = 1;
    for (const { paper, toPaper } of placed) {
      const at = toPaper(point);
      const off = outsideOf(paper, at, shot.crumple ?? 0, shot.seed);
      if (off <= 0) {
        add(sum, paper.ink(at.x, at.y), light * folds(shot, at));
        return true;
      }
      // A sheet lies a little above the table: a narrow shadow, broader on the side away from the lamp.
      const side = at.x > paper.width || at.y > paper.height ? 2.2 : 0.8;
      if (off < 4 * side) contact = Math.min(contact, 1 - 0.42 * Math.exp(-off / side));
    }
    add(sum, shot.table(point.x + 1000, point.y + 1000), light * contact);
    return placed.some(({ paper, toPaper }) => outsideOf(paper, toPaper(point), 0, 0) < 4);
  };
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      sum.fill(0);
      let count = 1;
      if (shade(x + 0.25, y + 0.25)) {
        count = 2;
        shade(x + 0.75, y + 0.75);
      }
      const glow = shot.glare === undefined ? 0 : glareAt(shot.glare, x / width, y / height);
      for (let channel = 0; channel < 3; channel += 1)
        pixels[(y * width + x) * 3 + channel] = (sum[channel] ?? 0) / count + glow;
    }
  const corners = placed.map(({ paper, toTable }) => {
    const at = (x: number, y: number): Point => {
      const seen = camera.toPicture(toTable({ x, y }));
      return { x: seen.x / width, y: seen.y / height };
    };
    return [at(0, 0), at(paper.width, 0), at(paper.width, paper.height), at(0, paper.height)] as const;
  });
  return { frame: developed(pixels, shot), corners };
}

function add(sum: [number, number, number], [r, g, b]: Rgb, by: number): void {
  sum[0] += r * by;
  sum[1] += g * by;
  sum[2] += b * by;
}

/** How far outside of the paper, mm; 0 or less inside. Folds make the border wave by up to 1.2 mm. */
function outsideOf({ width, height, round }: Paper, { x, y }: Point, crumple: number, seed: number): number {
  const wave = crumple === 0 ? 0 : crumple * 2.4 * (cloud(x / 40, y / 40, seed) - 0.5);
  const dx = Math.max(round - x, x - (width - round)) + wave;
  const dy = Math.max(round - y, y - (height - round)) + wave;
  if (dx > 0 && dy > 0) return Math.hypot(dx, dy) - round;
  return Math.max(dx, dy) - round;
}

function folds({ crumple = 0, seed }: Shot, { x, y }: Point): number {
  if (crumple === 0) return 1;
  let light = 1;
  for (let n = 0; n < 9; n += 1) {
    const angle = hash(n, 1, seed) * Math.PI;
    const at = (x - 250 * hash(n, 2, seed)) * Math.cos(angle) + (y - 300 * hash(n, 3, seed)) * Math.sin(angle);
    // A ridge: lighter on one side, darker on the other.
    light += crumple * 0.16 * (at / 9) * Math.exp(-((at / 9) ** 2));
  }
  return light * (1 + crumple * 0.2 * (cloud(x / 45, y / 45, seed) - 0.5));
}

function lightAt({ light, shadow, seed }: Shot, { x, y }: Point): number {
  const lamp = light * (1 + 0.0006 * (x * (hash(1, seed) - 0.5) + y * (hash(2, seed) - 0.5)));
  if (shadow === undefined) return lamp;
  const turn = (shadow.angle * Math.PI) / 180;
  const at = x * Math.cos(turn) + y * Math.sin(turn) - shadow.at;
  return lamp * (1 - shadow.depth / (1 + Math.exp(-at / 7)));
}

const glareAt = (
  { x, y, size }: { readonly x: number; readonly y: number; readonly size: number },
  u: number,
  v: number,
) => 320 * Math.exp(-(((u - x) / size) ** 2 + ((v - y) / size) ** 2));

/** Blur, noise, corners a little darker, bytes. */
function developed(pixels: Float32Array, { width, height, blur, noise, seed }: Shot): Frame {
  const soft = blur > 0 ? blurred(pixels, width, blur) : pixels;
  const random = randomOf(seed);
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      const edge = 1 - 0.18 * (((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) / 0.5);
      const grain = (random() + random() + random() - 1.5) * 2 * noise;
      for (let channel = 0; channel < 3; channel += 1)
        data[at * 4 + channel] = (soft[at * 3 + channel] ?? 0) * edge + grain + (random() - 0.5) * noise;
      data[at * 4 + 3] = 255;
    }
  return { data, width, height };
}

/** Gaussian, first along rows, then along columns. */
function blurred(from: Float32Array, width: number, sigma: number): Float32Array {
  const reach = Math.max(1, Math.ceil(sigma * 2.2));
  const raw = Array.from({ length: reach * 2 + 1 }, (_, n) => Math.exp(-((n - reach) ** 2) / (2 * sigma * sigma)));
  const total = raw.reduce((all, weight) => all + weight, 0);
  const weights = raw.map((weight) => weight / total);
  const pass = (source: Float32Array, step: number): Float32Array => {
    const to = new Float32Array(source.length);
    for (let at = 0; at < source.length; at += 1) {
      let sum = 0;
      for (let n = -reach, other = at - reach * step; n <= reach; n += 1, other += step)
        sum += (weights[n + reach] ?? 0) * (source[other] ?? source[at] ?? 0);
      to[at] = sum;
    }
    return to;
  };
  return pass(pass(from, 3), 3 * width);
}
