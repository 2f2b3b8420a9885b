/**
 * One picked file to a readable page and a preview. Runs in the imaging worker; the decoder and the canvas are handed
 * in, so that Node tests everything around them.
 *
 * Surprising fact: whether `resizeWidth` counts before or after the EXIF rotation is not the same in every browser.
 * Only one side is asked, and a bitmap whose proportions came out wrong is decoded again at full size.
 */

import { err, ok, type Result } from "../../shared/result.ts";
import type { Picture, Reduced } from "../imaging.contract.ts";
import type { ImportRefusal } from "../satchel.contract.ts";
import { admit } from "./admit.ts";
import type { Dimensions } from "./inspect.ts";
import { previewRendition, type Rendition, readableRendition } from "./limits.ts";
import { opensWithoutPassword } from "./pdf-lock.ts";

/** A decoded picture: pixels held outside the JavaScript heap until `close`. */
export interface Decoded extends Dimensions {
  readonly close: () => void;
}

export interface ImagingTools<Bitmap extends Decoded> {
  /**
   * Oriented by EXIF. Undefined = this browser cannot decode it, or it is damaged.
   * @param width asks the decoder to reduce; it may leave more. Null: all of it.
   * @param left of a JPEG: what its decoder leaves when it leaves pixels out, before any turning.
   */
  readonly decode: (file: Blob, width: number | null, left?: Dimensions) => Promise<Bitmap | undefined>;
  /** Draws on white at the given size and encodes; gives what was really encoded. Undefined = no encoder here. */
  readonly encode: (picture: Bitmap, size: Dimensions, quality: number) => Promise<Blob | undefined>;
}

/** @returns what is kept of the file, or why it is refused (A6). One bitmap at a time is held. */
export async function reduce<Bitmap extends Decoded>(
  file: Blob,
  tools: ImagingTools<Bitmap>,
): Promise<Result<Reduced, ImportRefusal>> {
  const admitted = await admit(file, opensWithoutPassword);
  if (!admitted.ok) return admitted;
  if (admitted.value.type === "pdf") return ok({ type: "file", mime: "application/pdf" });
  const { mime } = admitted.value;
  const bitmap = await decodeReduced(file, admitted.value, readableRendition.longSide, tools);
  return bitmap === undefined ? undecoded(mime) : renditions(bitmap, mime, readableRendition, tools);
}

/** What a picture's header says. */
export interface Header {
  readonly mime: string;
  /** As stored; null when the header does not say. */
  readonly size: Dimensions | null;
  readonly sideways: boolean;
}

/** Width and height as they are shown. */
export const orientedSize = ({ size, sideways }: Header): Dimensions | null =>
  size !== null && sideways ? { width: size.height, height: size.width } : size;

/** Formats that not every browser decodes are kept for another time. */
export const undecoded = (mime: string): Result<Reduced, ImportRefusal> =>
  mime === "image/heic" || mime === "image/avif" ? ok({ type: "raw", mime }) : err({ type: "picture-damaged" });

/** Both renditions of a decoded page, which is closed. */
export async function renditions<Bitmap extends Decoded>(
  bitmap: Bitmap,
  mime: string,
  rendition: Rendition,
  tools: ImagingTools<Bitmap>,
): Promise<Result<Reduced, ImportRefusal>> {
  try {
    const readable = await rendered(bitmap, rendition, tools);
    const preview = readable === undefined ? undefined : await rendered(bitmap, previewRendition, tools);
    return readable === undefined || preview === undefined
      ? ok({ type: "raw", mime })
      : ok({ type: "picture", readable, preview });
  } finally {
    bitmap.close();
  }
}

/** @param longSide what the longer side needs; more is decoded only where the browser cannot reduce. */
export async function decodeReduced<Bitmap extends Decoded>(
  file: Blob,
  header: Header,
  longSide: number,
  tools: ImagingTools<Bitmap>,
): Promise<Bitmap | undefined> {
  const oriented = orientedSize(header);
  if (oriented === null) return tools.decode(file, null);
  const target = scaled(oriented, longSide);
  if (target.width === oriented.width) return tools.decode(file, null);
  const left = eighths(header, target.width / oriented.width);
  const bitmap = await (left === null ? tools.decode(file, target.width) : tools.decode(file, target.width, left));
  if (bitmap === undefined) return undefined;
  const asked = oriented.width / oriented.height;
  const got = bitmap.width / bitmap.height;
  if (Math.abs(got / asked - 1) < 0.02) return bitmap;
  bitmap.close();
  return tools.decode(file, null);
}

/**
 * A JPEG is stored in squares of 8 x 8 pixels, of which a decoder makes fewer for less work. Null: nothing is gained by it.
 * @param share of the width that is wanted, at least.
 */
function eighths({ mime, size }: Header, share: number): Dimensions | null {
  const count = Math.ceil(8 * share);
  if (mime !== "image/jpeg" || size === null || count > 7) return null;
  return { width: Math.ceil((size.width * count) / 8), height: Math.ceil((size.height * count) / 8) };
}

/** The same proportions with at most `longSide` pixels on the longer side; never enlarged. */
export function scaled(size: Dimensions, longSide: number): Dimensions {
  const factor = Math.min(1, longSide / Math.max(size.width, size.height));
  return {
    width: Math.max(1, Math.round(size.width * factor)),
    height: Math.max(1, Math.round(size.height * factor)),
  };
}

/** Lowers the quality, then the size, until the rendition's bytes are kept. */
export async function rendered<Bitmap extends Decoded>(
  bitmap: Bitmap,
  rendition: Rendition,
  tools: ImagingTools<Bitmap>,
): Promise<Picture | undefined> {
  let longSide = rendition.longSide;
  let quality = rendition.quality;
  for (;;) {
    const size = scaled(bitmap, longSide);
    const blob = await tools.encode(bitmap, size, quality);
    if (blob === undefined) return undefined;
    const smallest = Math.max(size.width, size.height) <= 64;
    if (blob.size <= rendition.maxBytes || smallest)
      return { bytes: await blob.arrayBuffer(), mime: blob.type, ...size };
    if (quality > 0.35) quality -= 0.15;
    else longSide = Math.floor(Math.max(size.width, size.height) * 0.8);
  }
}
