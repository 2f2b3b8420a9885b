/**
 * What the imaging worker answers (imaging.worker.ts). No key ever enters it: it decodes what a camera or a stranger
 * wrote, so it is the one place where a hostile file meets a decoder.
 */

import type { Result } from "../shared/result.ts";
import type { ImportRefusal } from "./satchel.contract.ts";

export interface Picture {
  readonly bytes: ArrayBuffer;
  /** What was really encoded: "image/webp", or "image/jpeg" where the browser cannot encode WebP. */
  readonly mime: string;
  readonly width: number;
  readonly height: number;
}

export type Reduced =
  /** Oriented, reduced, without any metadata of the camera (place and time of the shot stay out). */
  | { readonly type: "picture"; readonly readable: Picture; readonly preview: Picture }
  /** Kept as it is: a PDF. */
  | { readonly type: "file"; readonly mime: string }
  /**
   * A picture that this browser cannot decode or encode: kept as it is, and reduced later. `absent`: only because the
   * tool could not be loaded now.
   */
  | { readonly type: "raw"; readonly mime: string; readonly absent?: true };

export interface ImagingApi {
  readonly reduce: (file: Blob) => Promise<Result<Reduced, ImportRefusal>>;
}
