/** Root of the imaging worker: the browser's decoder and an off-screen canvas behind imaging/. Holds no key. */

import { expose, transfer } from "comlink";
import { err, ok } from "../shared/result.ts";
import { finish, type PixelTools, propose, sample, sightOf } from "./imaging/finish.ts";
import type { Dimensions } from "./imaging/inspect.ts";
import { reduce } from "./imaging/reduce.ts";
import type { Frame, ImagingApi } from "./imaging.contract.ts";

let webp = true;
/** Frames that say how they are turned (`rotation`) are drawn upright, too. */
let leavesOut = "ImageDecoder" in globalThis && "VideoFrame" in globalThis && "rotation" in VideoFrame.prototype;

/** What a decoder or our own computing gave. */
interface Drawable extends Dimensions {
  readonly source: ImageBitmap | OffscreenCanvas | VideoFrame;
  readonly close: () => void;
}

/** @param ours whether its pixels are read or written by us: then they stay where the processor has them. */
function canvasOf({ width, height }: Dimensions, ours: boolean) {
  if (typeof OffscreenCanvas === "undefined") return undefined;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: ours });
  return context === null ? undefined : { canvas, context };
}

/** A canvas' memory is not waited for. */
function release(canvas: OffscreenCanvas): void {
  canvas.width = 0;
  canvas.height = 0;
}

async function encoded(canvas: OffscreenCanvas, quality: number): Promise<Blob> {
  if (webp) {
    const blob = await canvas.convertToBlob({ type: "image/webp", quality });
    if (blob.type === "image/webp") return blob;
    webp = false;
  }
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}

/**
 * A JPEG that never has all of its pixels in memory: half the time of decoding and reducing it, and a 48-megapixel sensor costs
 * what a small one does. Undefined where the browser has no such decoder, or this file is nothing for it.
 */
async function decodedSmaller(file: Blob, left: Dimensions): Promise<Drawable | undefined> {
  if (!leavesOut) return undefined;
  let decoder: ImageDecoder | undefined;
  try {
    decoder = new ImageDecoder({
      data: await file.arrayBuffer(),
      type: "image/jpeg",
      desiredWidth: left.width,
      desiredHeight: left.height,
    });
    const { image } = await decoder.decode();
    if (image.codedWidth <= left.width)
      return { source: image, width: image.displayWidth, height: image.displayHeight, close: () => image.close() };
    // A browser that decodes all of it first: the other way reduces it better.
    leavesOut = false;
    image.close();
    return undefined;
  } catch (error) {
    // The standard's answer to what it cannot decode; the other decoder has the last word.
    if (error instanceof DOMException) return undefined;
    throw error;
  } finally {
    decoder?.close();
  }
}

const tools: PixelTools<Drawable> = {
  async decode(file, width, left) {
    const smaller = left === undefined ? undefined : await decodedSmaller(file, left);
    if (smaller !== undefined) return smaller;
    try {
      const bitmap = await createImageBitmap(file, {
        imageOrientation: "from-image",
        ...(width === null ? {} : { resizeWidth: width, resizeQuality: "high" }),
      });
      return { source: bitmap, width: bitmap.width, height: bitmap.height, close: () => bitmap.close() };
    } catch (error) {
      // The standard's one answer for "damaged or not a format of this browser".
      if (error instanceof DOMException) return undefined;
      throw error;
    }
  },
  async encode({ source }, size, quality) {
    // A page of ours lies on a canvas of its own size already.
    if ("convertToBlob" in source && source.width === size.width && source.height === size.height)
      return encoded(source, quality);
    const made = canvasOf(size, false);
    if (made === undefined) return undefined;
    const { canvas, context } = made;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, size.width, size.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(source, 0, 0, size.width, size.height);
    try {
      return await encoded(canvas, quality);
    } finally {
      release(canvas);
    }
  },
  pixels({ source }, part, size) {
    const made = canvasOf(size, true);
    if (made === undefined) return undefined;
    const { canvas, context } = made;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, size.width, size.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(source, part.x, part.y, part.width, part.height, 0, 0, size.width, size.height);
    const { data } = context.getImageData(0, 0, size.width, size.height);
    release(canvas);
    return { data, width: size.width, height: size.height };
  },
  picture(frame: Frame) {
    const made = canvasOf(frame, true);
    if (made === undefined) return undefined;
    const { canvas, context } = made;
    context.putImageData(new ImageData(frame.data, frame.width, frame.height), 0, 0);
    return { source: canvas, width: frame.width, height: frame.height, close: () => release(canvas) };
  },
};

/** Longer side of a frame that is glanced at. */
const GLANCE_SIDE = 320;
const STILL_QUALITY = 0.92;

/** A frame of the camera drawn with at most `side` pixels, and let go: a camera has only a few. */
function drawn(frame: VideoFrame, side: number) {
  const { displayWidth, displayHeight } = frame;
  const scale = Math.min(1, side / Math.max(displayWidth, displayHeight));
  const size = { width: Math.round(displayWidth * scale), height: Math.round(displayHeight * scale) };
  const made = canvasOf(size, side === GLANCE_SIDE);
  made?.context.drawImage(frame, 0, 0, size.width, size.height);
  frame.close();
  return made === undefined ? undefined : { ...made, ...size };
}

function pixelsOf(frame: VideoFrame): Frame | undefined {
  const small = drawn(frame, GLANCE_SIDE);
  if (small === undefined) return undefined;
  const { canvas, context, width, height } = small;
  const { data } = context.getImageData(0, 0, width, height);
  release(canvas);
  return { data, width, height };
}

const api: ImagingApi = {
  reduce: (file) => reduce(file, tools),
  finish: (file, how) => finish(file, how, tools),
  async glance(frame) {
    const pixels = "data" in frame ? frame : pixelsOf(frame);
    return pixels === undefined ? err({ type: "unavailable", mark: "no-canvas" }) : ok(sightOf(pixels));
  },
  async still(frame) {
    const whole = drawn(frame, Number.POSITIVE_INFINITY);
    if (whole === undefined) return ok(null);
    try {
      return ok(await whole.canvas.convertToBlob({ type: "image/jpeg", quality: STILL_QUALITY }));
    } finally {
      release(whole.canvas);
    }
  },
  async propose(file) {
    const proposal = await propose(file, tools);
    return proposal.ok ? transfer(proposal, [proposal.value.shown.bytes]) : proposal;
  },
  async sample(file, how) {
    const picture = await sample(file, how, tools);
    return picture.ok ? transfer(picture, [picture.value.bytes]) : picture;
  },
};

expose(api);
