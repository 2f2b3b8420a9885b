/**
 * Finds and reads a QR code in a picture, by several looks at it (decisions/0017). Runs in a worker and Node.
 *
 * Surprising: the first look is at half the size. Four pixels averaged take the noise of a dark photograph away, and
 * that reads more cards than the whole picture does, in a tenth of the time.
 */

import { binarize, Decoder, Detector } from "@nuintun/qrcode";
import type { ScanPicture } from "../scan.contract.ts";
import { type Grey, greyOf } from "./grey.ts";

/** Below this side the modules of a card's code would be smaller than two pixels. */
const SMALLEST = 240;

function half({ light, width, height }: Grey): Grey {
  const [w, h] = [width >> 1, height >> 1];
  const to = new Uint8Array(w * h);
  for (let y = 0; y < h; y += 1)
    for (let x = 0; x < w; x += 1) {
      const at = 2 * y * width + 2 * x;
      const sum = (light[at] ?? 0) + (light[at + 1] ?? 0) + (light[at + width] ?? 0) + (light[at + width + 1] ?? 0);
      to[y * w + x] = sum >> 2;
    }
  return { light: to, width: w, height: h };
}

/** Each pixel becomes the mean of the nine around it; the outermost ones stay. */
function smoothed({ light, width, height }: Grey): Grey {
  const to = light.slice();
  for (let y = 1; y < height - 1; y += 1)
    for (let x = 1; x < width - 1; x += 1) {
      let sum = 0;
      for (let row = (y - 1) * width + x; row <= (y + 1) * width + x; row += width)
        sum += (light[row - 1] ?? 0) + (light[row] ?? 0) + (light[row + 1] ?? 0);
      to[y * width + x] = sum / 9;
    }
  return { light: to, width, height };
}

function look({ light, width, height }: Grey): string | null {
  const decoder = new Decoder();
  const candidates = new Detector().detect(binarize(light, width, height));
  let candidate = candidates.next();
  while (candidate.done !== true) {
    try {
      return decoder.decode(candidate.value.matrix).content;
    } catch {
      // Three squares that are no code, or one too damaged: the library throws, and offers the next candidate.
      candidate = candidates.next(false);
    }
  }
  return null;
}

/** The text of the first QR code found, or null. Wipes `picture` and every copy of it made here. */
export function readQr(picture: ScanPicture, effort: "frame" | "photo"): string | null {
  const whole = greyOf(picture);
  picture.data.fill(0);
  const made = [whole];
  const keep = (grey: Grey): Grey => {
    made.push(grey);
    return grey;
  };
  const fits = (grey: Grey): boolean => Math.min(grey.width, grey.height) >= SMALLEST;
  try {
    let found: string | null = null;
    const small = keep(half(whole));
    if (fits(small)) found = look(small);
    found ??= look(keep(smoothed(whole)));
    if (effort === "frame" || found !== null) return found;
    found = look(whole);
    // A photograph of a sensor's size: the same two looks, further away.
    const tiny = keep(half(small));
    if (found === null && fits(tiny)) found = look(tiny);
    return found ?? look(keep(smoothed(small)));
  } finally {
    for (const grey of made) grey.light.fill(0);
  }
}
