/**
 * Root of the sharing worker: the browser's decoder and an off-screen canvas behind sharing/mark.ts. Holds no key, keeps
 * nothing between two pages.
 */

import { expose, transfer } from "comlink";
import { err, ok } from "../shared/result.ts";
import { type Place, paintMark } from "./sharing/mark.ts";
import type { SharedSource, SharingApi } from "./sharing.contract.ts";

/** Longest side: what a kept page has. A drawn page of a PDF may have more. */
const maxSide = 1754;
/** Pages of text at 150 dots per inch: about 200 KB. */
const quality = 0.72;
/** The page is looked at in so many squares to choose the colour of the words. */
const squares = 24;

interface Decoded {
  readonly source: CanvasImageSource;
  readonly width: number;
  readonly height: number;
  readonly close: () => void;
}

const ofBitmap = (bitmap: ImageBitmap): Decoded => ({
  source: bitmap,
  width: bitmap.width,
  height: bitmap.height,
  close: () => bitmap.close(),
});

async function decode(source: SharedSource): Promise<Decoded | null> {
  if (source instanceof ImageBitmap) return ofBitmap(source);
  const { bytes, mime } = source;
  try {
    // Preferred, because a Blob's bytes lie with the browser (decisions/0025).
    if (typeof ImageDecoder === "function" && (await ImageDecoder.isTypeSupported(mime))) {
      const decoder = new ImageDecoder({ data: bytes, type: mime });
      try {
        const { image } = await decoder.decode();
        return { source: image, width: image.displayWidth, height: image.displayHeight, close: () => image.close() };
      } finally {
        decoder.close();
      }
    }
    return ofBitmap(await createImageBitmap(new Blob([bytes], { type: mime })));
  } catch (error) {
    // The standards' answers for "damaged or not a format of this browser".
    if (error instanceof DOMException || error instanceof RangeError) return null;
    throw error;
  }
}

/** How bright the page is around a point, 0 to 255. */
function brightnessOf(canvas: OffscreenCanvas): (place: Place) => number {
  const small = new OffscreenCanvas(squares, squares);
  const context = small.getContext("2d", { willReadFrequently: true });
  if (context === null) return () => 255;
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, squares, squares);
  const { data } = context.getImageData(0, 0, squares, squares);
  const at = (share: number): number => Math.min(squares - 1, Math.max(0, Math.floor(share * squares)));
  return ({ x, y }) => {
    const first = (at(y / canvas.height) * squares + at(x / canvas.width)) * 4;
    return 0.3 * (data[first] ?? 255) + 0.59 * (data[first + 1] ?? 255) + 0.11 * (data[first + 2] ?? 255);
  };
}

const api: SharingApi = {
  async copy(source, turn, mark) {
    const decoded = await decode(source);
    if (decoded === null) return err({ type: "unread" });
    try {
      const scale = Math.min(1, maxSide / Math.max(decoded.width, decoded.height));
      const [across, down] = [
        Math.max(1, Math.round(decoded.width * scale)),
        Math.max(1, Math.round(decoded.height * scale)),
      ];
      const lies = turn % 180 !== 0;
      const canvas = new OffscreenCanvas(lies ? down : across, lies ? across : down);
      const context = canvas.getContext("2d", { alpha: false });
      if (context === null) return err({ type: "unread" });
      context.fillStyle = "#fff";
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.save();
      context.translate(canvas.width / 2, canvas.height / 2);
      context.rotate((turn * Math.PI) / 180);
      context.imageSmoothingQuality = "high";
      context.drawImage(decoded.source, -across / 2, -down / 2, across, down);
      context.restore();
      if (mark !== null) paintMark(context, canvas.width, canvas.height, mark, brightnessOf(canvas));
      const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
      const bytes = await blob.arrayBuffer();
      return transfer(ok({ bytes, width: canvas.width, height: canvas.height }), [bytes]);
    } finally {
      decoded.close();
    }
  },
};

expose(api);
