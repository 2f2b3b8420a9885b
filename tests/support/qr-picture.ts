/**
 * Photographs of a printed QR code, made by arithmetic: a sheet that is folded, held askew, badly lit, out of focus and
 * seen by a noisy sensor. Runs in Node and in a browser.
 *
 * Surprising: nothing is drawn and then bent; each pixel asks which point of the two halves of the sheet it sees (a ray
 * through a pinhole against two planes), so that any tilt and fold is exact. Same scene and seed, same bytes.
 */
import { encode } from "uqr";

export interface QrScene {
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  /** Side of the code, quiet zone included, over the shorter side of the picture, before the tilt. */
  readonly fill: number;
  /** Degrees: around the vertical, around the horizontal, in the plane of the picture. */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  /** Crease: where it crosses the code (-0.5 to 0.5 of its side) and how far the far half is bent towards the lens, degrees. */
  readonly fold: { readonly at: number; readonly bend: number } | null;
  /** Grey of white paper under this light, 0 to 255, and of black ink. */
  readonly white: number;
  readonly black: number;
  /** Share of the light that is lost from one corner to the opposite one, 0 to 1. */
  readonly falloff: number;
  /** Standard deviations: blur in pixels, noise in grey levels. */
  readonly blur: number;
  readonly noise: number;
}

export interface Picture {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** The photograph of C5: a card out of a pocket, in the evening, held askew. */
export const HARD_SCENE: QrScene = {
  seed: 5,
  width: 640,
  height: 480,
  fill: 0.72,
  yaw: 22,
  pitch: -16,
  roll: 17,
  fold: { at: 0.12, bend: 8 },
  white: 96,
  black: 38,
  falloff: 0.4,
  blur: 0.9,
  noise: 7,
};

type Vector = readonly [number, number, number];
type Plane = { readonly origin: Vector; readonly across: Vector; readonly down: Vector };

const QUIET = 4;
const LENS = 2.4;
/** Grey of the table, over the paper's. */
const TABLE = 0.55;
/** What half of a sheet that is turned from the light loses, over the sine of the bend. */
const SHADE = 0.9;

/** Small and seeded (mulberry32): 0 to 1. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

function turned([x, y, z]: Vector, scene: QrScene): Vector {
  const [sinR, cosR] = [Math.sin(radians(scene.roll)), Math.cos(radians(scene.roll))];
  const [sinY, cosY] = [Math.sin(radians(scene.yaw)), Math.cos(radians(scene.yaw))];
  const [sinP, cosP] = [Math.sin(radians(scene.pitch)), Math.cos(radians(scene.pitch))];
  const [x1, y1] = [x * cosR - y * sinR, x * sinR + y * cosR];
  const [x2, z2] = [x1 * cosY + z * sinY, -x1 * sinY + z * cosY];
  return [x2, y1 * cosP - z2 * sinP, y1 * sinP + z2 * cosP];
}

/** The two halves of the sheet in front of the lens; coordinates of the code run from -0.5 to 0.5. */
function halves(scene: QrScene): readonly [Plane, Plane] {
  const distance = LENS / scene.fill;
  const at = scene.fold?.at ?? 0;
  const bend = radians(scene.fold?.bend ?? 0);
  const place = (point: Vector): Vector => {
    const [x, y, z] = turned(point, scene);
    return [x, y, z + distance];
  };
  const origin = place([at, 0, 0]);
  const down = turned([0, 1, 0], scene);
  return [
    { origin, across: turned([1, 0, 0], scene), down },
    { origin, across: turned([Math.cos(bend), 0, -Math.sin(bend)], scene), down },
  ];
}

const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Where the ray meets the plane: along `across` and `down` from its origin; undefined behind or beside. */
function met(ray: Vector, plane: Plane): readonly [number, number] | undefined {
  const normal = cross(plane.across, plane.down);
  const slope = dot(ray, normal);
  if (Math.abs(slope) < 1e-6) return undefined;
  const far = dot(plane.origin, normal) / slope;
  if (far <= 0) return undefined;
  const point: Vector = [
    ray[0] * far - plane.origin[0],
    ray[1] * far - plane.origin[1],
    ray[2] * far - plane.origin[2],
  ];
  return [dot(point, plane.across), dot(point, plane.down)];
}

function blurred(grey: Float32Array, width: number, height: number, sigma: number): Float32Array {
  if (sigma <= 0) return grey;
  const reach = Math.ceil(sigma * 3);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, n) => Math.exp(-((n - reach) ** 2) / (2 * sigma * sigma)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const pass = (from: Float32Array, stepX: number, stepY: number): Float32Array => {
    const to = new Float32Array(from.length);
    for (let y = 0; y < height; y += 1)
      for (let x = 0; x < width; x += 1) {
        let value = 0;
        for (let n = -reach; n <= reach; n += 1) {
          const atX = Math.min(width - 1, Math.max(0, x + n * stepX));
          const atY = Math.min(height - 1, Math.max(0, y + n * stepY));
          value += (weights[n + reach] ?? 0) * (from[atY * width + atX] ?? 0);
        }
        to[y * width + x] = value / sum;
      }
    return to;
  };
  return pass(pass(grey, 1, 0), 0, 1);
}

/** RGBA of the photograph of `text` under `scene`. */
export function photographQr(text: string, scene: QrScene): Picture {
  const { width, height, white, black } = scene;
  const { data: modules, size } = encode(text, { ecc: "M", border: 0 });
  const side = size + 2 * QUIET;
  const [near, far] = halves(scene);
  const at = scene.fold?.at ?? 0;
  const shade = 1 - SHADE * Math.abs(Math.sin(radians(scene.fold?.bend ?? 0)));
  const short = Math.min(width, height);
  const random = seeded(scene.seed);

  const seen = (px: number, py: number): number => {
    const ray: Vector = [(px - width / 2) / short, (py - height / 2) / short, LENS];
    const left = met(ray, near);
    const right = met(ray, far);
    const onNear = left !== undefined && (left[0] <= 0 || scene.fold === null);
    const point = onNear ? left : right !== undefined && right[0] > 0 ? right : undefined;
    if (point === undefined) return white * TABLE;
    const [u, v] = [point[0] + at, point[1]];
    // The sheet is a bank card's shape around the code.
    if (Math.abs(u) > 0.62 || Math.abs(v) > 0.9) return white * TABLE;
    const isDark = modules[Math.floor((v + 0.5) * side) - QUIET]?.[Math.floor((u + 0.5) * side) - QUIET] === true;
    const grey = isDark ? black : white;
    return onNear ? grey : grey * shade;
  };

  const grey = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      // Four rays in each pixel: edges of modules are soft, as a lens draws them.
      const light = 1 - (scene.falloff * (x / width + y / height)) / 2;
      let value = 0;
      for (const [dx, dy] of [
        [0.25, 0.25],
        [0.75, 0.25],
        [0.25, 0.75],
        [0.75, 0.75],
      ] as const)
        value += seen(x + dx, y + dy) / 4;
      grey[y * width + x] = value * light;
    }
  const soft = blurred(grey, width, height, scene.blur);
  const data = new Uint8ClampedArray(width * height * 4);
  for (let n = 0; n < soft.length; n += 1) {
    // Nearly a bell curve, from four even draws.
    const noise = (random() + random() + random() + random() - 2) * Math.sqrt(3) * scene.noise;
    const value = (soft[n] ?? 0) + noise;
    data[n * 4] = value;
    data[n * 4 + 1] = value;
    data[n * 4 + 2] = value;
    data[n * 4 + 3] = 255;
  }
  return { data, width, height };
}

/** Sixty photographs from easy to nearly hopeless, to compare readers with; each harder in one way or in several. */
export function manyScenes(): readonly QrScene[] {
  const random = seeded(17);
  const between = (low: number, high: number): number => low + (high - low) * random();
  return Array.from({ length: 60 }, (_, n) => {
    const hard = n / 59;
    const white = 210 - 150 * hard * between(0.6, 1);
    return {
      seed: n,
      width: n % 2 === 0 ? 640 : 480,
      height: n % 2 === 0 ? 480 : 640,
      fill: between(0.5, 0.85),
      yaw: between(-40, 40) * hard,
      pitch: between(-35, 35) * hard,
      roll: between(-180, 180),
      fold: n % 3 === 0 ? null : { at: between(-0.35, 0.35), bend: between(5, 28) * hard },
      white,
      black: white * between(0.2, 0.2 + 0.35 * hard),
      falloff: 0.6 * hard * random(),
      blur: 0.3 + 1.4 * hard * random(),
      noise: 2 + 10 * hard * random(),
    };
  });
}

/** The picture as a film that stands still, in the format that Chromium's pretended camera plays (`--use-file-for-fake-video-capture`). */
export function filmOf({ data, width, height }: Picture): Uint8Array<ArrayBuffer> {
  const text = (words: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(words);
  const light = new Uint8Array(width * height);
  // Studio range: 16 is black, 235 is white.
  for (let n = 0; n < light.length; n += 1) light[n] = 16 + ((data[n * 4] ?? 0) * 219) / 255;
  const noColour = new Uint8Array((width * height) / 2).fill(128);
  const frame = [text("FRAME\n"), light, noColour];
  const parts = [text(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420\n`), ...frame, ...frame];
  const film = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    film.set(part, at);
    at += part.length;
  }
  return film;
}
