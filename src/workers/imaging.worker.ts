/** Root of the imaging worker: the browser's decoder and an off-screen canvas behind imaging/. Holds no key. */

import { expose, transfer } from "comlink";
import { err, ok } from "../shared/result.ts";
import { finish, type PixelTools, propose, sample, sightOf } from "./imaging/finish.ts";
import type { Dimensions } from "./imaging/inspect.ts";
import { reduce } from "./imaging/reduce.ts";
import type { Frame, ImagingApi } from "./imaging.contract.ts";

let webp = true;

/** What a decoder or our own computing gave. */
interface Drawable extends Dimensions {
  readonly source: ImageBitmap | OffscreenCanvas;
  readonly close: () => void;
}

function canvasOf({ width, height }: Dimensions) {
  if (typeof OffscreenCanvas === "undefined") return undefined;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { alpha: false });
  return context === null ? undefined : { canvas, context };
}

/** A canvas' memory is not waited for. */
function release(canvas: OffscreenCanvas): void {
  canvas.width = 0;
  canvas.height = 0;
}

const tools: PixelTools<Drawable> = {
  async decode(file, width) {
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
    const made = canvasOf(size);
    if (made === undefined) return undefined;
    const { canvas, context } = made;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, size.width, size.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(source, 0, 0, size.width, size.height);
    try {
      if (webp) {
        const blob = await canvas.convertToBlob({ type: "image/webp", quality });
        if (blob.type === "image/webp") return blob;
        webp = false;
      }
      return await canvas.convertToBlob({ type: "image/jpeg", quality });
    } finally {
      release(canvas);
    }
  },
  pixels({ source }, part, size) {
    const made = canvasOf(size);
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
    const made = canvasOf(frame);
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
  const made = canvasOf(size);
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
