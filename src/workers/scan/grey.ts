/** A picture as light alone, for readers of codes. Runs in the scan worker and Node. */
import type { ScanPicture } from "../scan.contract.ts";

/** One byte of light a pixel. */
export interface Grey {
  readonly light: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

export function greyOf({ data, width, height }: ScanPicture): Grey {
  const light = new Uint8Array(width * height);
  for (let n = 0; n < light.length; n += 1) {
    const at = n * 4;
    // Weights of ITU-R BT.601, over 1024.
    light[n] = ((data[at] ?? 0) * 306 + (data[at + 1] ?? 0) * 601 + (data[at + 2] ?? 0) * 117) >> 10;
  }
  return { light, width, height };
}
