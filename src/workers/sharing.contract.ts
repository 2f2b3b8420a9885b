/**
 * What the sharing worker answers (sharing.worker.ts): a page as a JPEG that may leave, with words across it. It holds no key
 * and keeps nothing.
 */

import type { Result } from "../shared/result.ts";

/** Words drawn across a page, again and again. */
export interface Mark {
  readonly text: string;
  readonly direction: "ltr" | "rtl";
}

/** A page as the satchel opened it, or as the PDF worker drew it (transferred, and closed here). */
export type SharedSource = { readonly bytes: ArrayBuffer; readonly mime: string } | ImageBitmap;

/** A JPEG without any metadata, turned upright. */
export interface SharedCopy {
  readonly bytes: ArrayBuffer;
  readonly width: number;
  readonly height: number;
}

export type SharingTrouble =
  /** Damaged, or a kind that this browser does not read. */
  { readonly type: "unread" } | { readonly type: "unavailable"; readonly mark: string };

export interface SharingApi {
  readonly copy: (
    source: SharedSource,
    turn: 0 | 90 | 180 | 270,
    mark: Mark | null,
  ) => Promise<Result<SharedCopy, SharingTrouble>>;
}

export const sharingMethods = Object.keys({ copy: true } satisfies Record<
  keyof SharingApi,
  true
>) as readonly (keyof SharingApi)[];
