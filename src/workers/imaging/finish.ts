/**
 * What is proposed for a shot, and the page that is made of it. Runs in the imaging worker; decoder and canvas are handed
 * in, so that Node tests everything around them.
 *
 * Surprising fact: the picture is decoded only as large as the sheet in it has to be, the decoder's bitmap is closed before
 * the page is computed, and only the part around the sheet ever becomes pixels of ours.
 */

import { err, ok, type Result } from "../../shared/result.ts";
import type {
  Finish,
  Frame,
  Look,
  NotShown,
  Picture,
  Point,
  Proposal,
  Quality,
  Reduced,
  Sight,
} from "../imaging.contract.ts";
import type { ImportRefusal } from "../satchel.contract.ts";
import { admit } from "./admit.ts";
import { aspectOf, distance, mapQuad, type Quad, quadOf, sidesOf } from "./geometry.ts";
import type { Dimensions } from "./inspect.ts";
import {
  documentRendition,
  maxDecodedPixels,
  type Rendition,
  readableRendition,
  sampleRendition,
  shownRendition,
} from "./limits.ts";
import { colourLook, documentLook, judgedSide } from "./looks.ts";
import { opensWithoutPassword } from "./pdf-lock.ts";
import { lookOf, measure, qualityOf } from "./quality.ts";
import {
  type Decoded,
  decodeReduced,
  type Header,
  type ImagingTools,
  orientedSize,
  reduce,
  rendered,
  renditions,
  scaled,
  undecoded,
} from "./reduce.ts";
import { findSheet, glanceEffort, shotEffort } from "./sheet.ts";
import { type RowLook, turned, warp } from "./warp.ts";

export interface Part extends Dimensions {
  readonly x: number;
  readonly y: number;
}

export interface PixelTools<Bitmap extends Decoded> extends ImagingTools<Bitmap> {
  /** A part of a picture, drawn on white at `size`. Undefined = no canvas here. */
  readonly pixels: (picture: Bitmap, part: Part, size: Dimensions) => Frame | undefined;
  /** Something to encode. */
  readonly picture: (frame: Frame) => Bitmap | undefined;
}

/** The long side at which print is sharp or not for a reader of the page. */
const judged = 1280;

export function sightOf(frame: Frame): Sight {
  const { corners, sheets, cut } = findSheet(frame, glanceEffort);
  return { corners, sheets, cut, ...measure(frame, corners, Math.max(frame.width, frame.height)) };
}

/** @returns what the corner screen shows first, or why there is nothing to show. One bitmap at a time is held. */
export async function propose<Bitmap extends Decoded>(
  file: Blob,
  tools: PixelTools<Bitmap>,
): Promise<Result<Proposal, ImportRefusal | NotShown>> {
  const admitted = await admit(file, opensWithoutPassword);
  if (!admitted.ok) return admitted;
  if (admitted.value.type === "pdf") return err({ type: "not-shown", mime: "application/pdf" });
  const { mime } = admitted.value;
  const notShown = err({ type: "not-shown", mime } as const);
  const bitmap = await decodeReduced(file, admitted.value, shownRendition.longSide, tools);
  if (bitmap === undefined) return undecoded(mime).ok ? notShown : err({ type: "picture-damaged" });
  let shown: Picture | undefined;
  let frame: Frame | undefined;
  const { width, height } = orientedSize(admitted.value) ?? bitmap;
  try {
    frame = tools.pixels(bitmap, { x: 0, y: 0, width: bitmap.width, height: bitmap.height }, scaled(bitmap, judged));
    shown = frame === undefined ? undefined : await rendered(bitmap, shownRendition, tools);
  } finally {
    bitmap.close();
  }
  if (frame === undefined || shown === undefined) return notShown;
  const { corners, sheets, cut } = findSheet(frame, shotEffort);
  const quality: Quality = qualityOf(measure(frame, corners, judged), cut);
  return ok({ width, height, shown, corners, sheets, look: lookOf(frame, corners), quality });
}

/** @returns what is kept of the file, as the person chose, or why it is refused (A6). */
export async function finish<Bitmap extends Decoded>(
  file: Blob,
  how: Finish,
  tools: PixelTools<Bitmap>,
): Promise<Result<Reduced, ImportRefusal>> {
  if (how.corners === null && how.turn === 0 && how.look === "photo") return reduce(file, tools);
  const admitted = await admit(file, opensWithoutPassword);
  if (!admitted.ok) return admitted;
  if (admitted.value.type === "pdf") return ok({ type: "file", mime: "application/pdf" });
  const { mime } = admitted.value;
  const rendition = how.look === "document" ? documentRendition : readableRendition;
  const page = await pageOf(file, admitted.value, how, rendition, tools);
  if (page === undefined) return undecoded(mime);
  return page === "no-canvas" ? ok({ type: "raw", mime }) : renditions(page, mime, rendition, tools);
}

/** @returns the page as `finish` would make it, small. */
export async function sample<Bitmap extends Decoded>(
  file: Blob,
  how: Finish,
  tools: PixelTools<Bitmap>,
): Promise<Result<Picture, ImportRefusal | NotShown>> {
  const admitted = await admit(file, opensWithoutPassword);
  if (!admitted.ok) return admitted;
  if (admitted.value.type === "pdf") return err({ type: "not-shown", mime: "application/pdf" });
  const { mime } = admitted.value;
  const notShown = err({ type: "not-shown", mime } as const);
  const page = await pageOf(file, admitted.value, how, sampleRendition, tools);
  if (page === undefined) return undecoded(mime).ok ? notShown : err({ type: "picture-damaged" });
  if (page === "no-canvas") return notShown;
  try {
    const picture = await rendered(page, sampleRendition, tools);
    return picture === undefined ? notShown : ok(picture);
  } finally {
    page.close();
  }
}

const wholePicture: Quad = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
];

/** A page that is this much smaller than its picture still has a neighbour for each of its pixels. */
const mostReducedByWarp = 0.7;

/** Undefined: cannot be decoded. */
async function pageOf<Bitmap extends Decoded>(
  file: Blob,
  header: Header,
  { corners, turn, look }: Finish,
  { longSide }: Rendition,
  tools: PixelTools<Bitmap>,
): Promise<Bitmap | "no-canvas" | undefined> {
  const fractions = corners === null ? wholePicture : quadOf(corners);
  const oriented = orientedSize(header);
  const bitmap = await decodeReduced(
    file,
    header,
    oriented === null ? 0 : neededSide(fractions, oriented, longSide),
    tools,
  );
  if (bitmap === undefined) return undefined;
  let frame: Frame | undefined;
  let quad: Quad;
  let full: Dimensions;
  let part: Part;
  try {
    full = { width: bitmap.width, height: bitmap.height };
    quad = mapQuad(fractions, inPixels(full));
    part = partAround(quad, full);
    // What the decoder left too large the canvas reduces: `warp` looks at neighbouring pixels only.
    const needed = neededSide(fractions, full, longSide) / Math.max(full.width, full.height);
    const factor = needed < mostReducedByWarp ? needed : 1;
    frame = tools.pixels(bitmap, part, {
      width: Math.max(1, Math.round(part.width * factor)),
      height: Math.max(1, Math.round(part.height * factor)),
    });
  } finally {
    bitmap.close();
  }
  if (frame === undefined) return "no-canvas";
  const [fx, fy] = [frame.width / part.width, frame.height / part.height];
  const inFrame = mapQuad(quad, ({ x, y }) => ({ x: (x - part.x) * fx, y: (y - part.y) * fy }));
  const upright = turned(inFrame, turn);
  const size = pageSize(inFrame, aspectOf(quad, full), turn, longSide);
  return tools.picture(warp(frame, upright, size, rowLook(frame, upright, size, look))) ?? "no-canvas";
}

/** How each row of the page is changed; a photo is not. */
function rowLook(frame: Frame, quad: Quad, size: Dimensions, look: Look): RowLook | undefined {
  if (look === "photo") return undefined;
  const small = warp(frame, quad, scaled(size, judgedSide));
  return look === "document" ? documentLook(small, size) : colourLook(small, size);
}

const inPixels =
  ({ width, height }: Dimensions) =>
  ({ x, y }: Point): Point => ({ x: x * width, y: y * height });

const longestSide = (quad: Quad): number => Math.max(...sidesOf(quad).map(([a, b]) => distance(a, b)));

/** The longer side of the picture at which the sheet's longest side has `longSide` pixels. */
function neededSide(fractions: Quad, size: Dimensions, longSide: number): number {
  const factor = longSide / Math.max(1, longestSide(mapQuad(fractions, inPixels(size))));
  const most = Math.sqrt(maxDecodedPixels / (size.width * size.height));
  return Math.ceil(Math.max(size.width, size.height) * Math.min(1, factor, most));
}

function partAround(quad: Quad, { width, height }: Dimensions): Part {
  const [xs, ys] = [quad.map(({ x }) => x), quad.map(({ y }) => y)];
  const x = Math.max(0, Math.floor(Math.min(...xs)) - 1);
  const y = Math.max(0, Math.floor(Math.min(...ys)) - 1);
  return {
    x,
    y,
    width: Math.max(1, Math.min(width, Math.ceil(Math.max(...xs)) + 1) - x),
    height: Math.max(1, Math.min(height, Math.ceil(Math.max(...ys)) + 1) - y),
  };
}

/** As large as the sheet's longest side is in the picture, with the shape of the flat sheet. */
function pageSize(quad: Quad, aspect: number, turn: Finish["turn"], longSide: number): Dimensions {
  const long = Math.min(longSide, Math.max(16, Math.round(longestSide(quad))));
  const wide = turn === 0 || turn === 180 ? aspect : 1 / aspect;
  const short = (shape: number): number => Math.max(8, Math.round(long / shape));
  return wide >= 1 ? { width: long, height: short(wide) } : { width: short(1 / wide), height: long };
}
