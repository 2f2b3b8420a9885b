/**
 * What the scan worker answers (scan.worker.ts): the text of a QR code in a picture. It holds no key and keeps nothing;
 * the picture's bytes are wiped before it answers.
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
  readonly read: (
    picture: ScanPicture,
    effort: "frame" | "photo",
  ) => Promise<Result<string | null, { readonly type: "unavailable"; readonly mark: string }>>;
}

export const scanMethods = Object.keys({ read: true } satisfies Record<
  keyof ScanApi,
  true
>) as readonly (keyof ScanApi)[];
