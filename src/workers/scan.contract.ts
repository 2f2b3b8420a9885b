/**
 * What the scan worker answers (scan.worker.ts): the text of a QR code in a picture, or the bytes of the codes that offices
 * print on papers. It holds no key and keeps nothing; the picture's bytes are wiped before it answers.
 */

import type { Result } from "../shared/result.ts";

export interface ScanPicture {
  /** RGBA, four bytes a pixel, rows from the top; transferred. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

export interface ScanApi {
  /**
   * The text of the first QR code found; null: none.
   * @param effort "frame": what a stream of pictures can afford; "photo": everything that ever helped.
   */
  readonly read: (picture: ScanPicture, effort: "frame" | "photo") => Promise<Result<string | null, Unavailable>>;
  /**
   * The bytes of each DataMatrix or QR code found, at most four; none: empty. Brings its own program first (group "twoddoc"):
   * "unavailable" where that is not on this device and there is no network.
   */
  readonly codes: (picture: ScanPicture) => Promise<Result<readonly Uint8Array<ArrayBuffer>[], Unavailable>>;
}

interface Unavailable {
  readonly type: "unavailable";
  readonly mark: string;
}

export const scanMethods = Object.keys({ read: true, codes: true } satisfies Record<
  keyof ScanApi,
  true
>) as readonly (keyof ScanApi)[];
