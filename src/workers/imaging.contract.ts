/**
 * What the imaging worker answers (imaging.worker.ts). No key ever enters it: it decodes what a camera or a stranger
 * wrote, so it is the one place where a hostile file meets a decoder. Nothing in it is worth keeping: whoever wants to stop
 * a call ends the worker and starts another.
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

/** Fractions, 0 to 1, of the width and height of the picture as it is shown (EXIF orientation applied). */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A sheet's corners as they lie in the picture: `tl` is the one that is shown up and left, before any `turn`. */
export interface Corners {
  readonly tl: Point;
  readonly tr: Point;
  readonly br: Point;
  readonly bl: Point;
}

/**
 * document: white paper, black ink, no shadows (the colours of stamps stay); colour: light and white made even, all colours
 * stay; photo: untouched.
 */
export type Look = "document" | "colour" | "photo";

/** RGBA, rows from the top. */
export interface Frame {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

export type Sheets = "none" | "one" | "several";

/** What one look at a frame of the camera says. */
export interface Sight {
  /** Of the sheet, or of the largest of several. Null: none, or none that is sure. */
  readonly corners: Corners | null;
  readonly sheets: Sheets;
  /** A part of the sheet lies outside of the frame. */
  readonly cut: boolean;
  readonly dark: boolean;
  readonly glare: boolean;
  /** 0 to 1 of the strongest edges; below 0.3 the camera moves or is out of focus. */
  readonly sharpness: number;
}

/** What a receiver may not be able to read; told before keeping, never a refusal. */
export interface Quality {
  readonly blurred: boolean;
  readonly dark: boolean;
  readonly glare: boolean;
  readonly cut: boolean;
}

/** What is proposed for a shot. */
export interface Proposal {
  /** Of the whole picture, oriented, in pixels. */
  readonly width: number;
  readonly height: number;
  /** The whole picture, oriented, at most 1280 px: to move corners on. */
  readonly shown: Picture;
  /** Null: no sheet was found; the whole picture is the page. */
  readonly corners: Corners | null;
  readonly sheets: Sheets;
  readonly look: Look;
  readonly quality: Quality;
}

/** How a page is made of a shot. */
export interface Finish {
  /** Null: the whole picture. */
  readonly corners: Corners | null;
  /** Clockwise, after the perspective is gone. */
  readonly turn: 0 | 90 | 180 | 270;
  readonly look: Look;
}

/** A PDF, or a picture that this browser cannot decode: it is kept as it is, nothing can be shown before. */
export interface NotShown {
  readonly type: "not-shown";
  readonly mime: string;
}

/** Said by the bridge in the worker's place (bridge.client.ts): not loaded, ended, or a bug of ours. */
export interface Unavailable {
  readonly type: "unavailable";
  readonly mark: string;
}

/** What keeps pages: asked by the worker that seals them. */
export interface PageMaker {
  /** The whole picture as it is, for a page that nobody looked at. */
  readonly reduce: (file: Blob) => Promise<Result<Reduced, ImportRefusal>>;
  /** As a person chose. A PDF, or what cannot be decoded here, is answered as by `reduce`. */
  readonly finish: (file: Blob, how: Finish) => Promise<Result<Reduced, ImportRefusal | Unavailable>>;
}

/** What a person sees before anything is kept: asked by the page, from a worker of its own. */
export interface SightApi extends Pick<PageMaker, "finish"> {
  /**
   * One frame of the camera: about 320 px wide, or as the browser has it, which is reduced here. It is transferred. Several a
   * second.
   */
  readonly glance: (frame: Frame | VideoFrame) => Promise<Result<Sight, Unavailable>>;
  /** A frame of the camera as a JPEG: a shot. Null: this browser cannot encode it here. It is transferred. */
  readonly still: (frame: VideoFrame) => Promise<Result<Blob | null, Unavailable>>;
  readonly propose: (file: Blob) => Promise<Result<Proposal, ImportRefusal | NotShown | Unavailable>>;
  /** What `finish` would make, at most 720 px, in a fraction of its time: to choose corners and a look. */
  readonly sample: (file: Blob, how: Finish) => Promise<Result<Picture, ImportRefusal | NotShown | Unavailable>>;
}

export type ImagingApi = PageMaker & SightApi;

export const sightMethods = Object.keys({
  glance: true,
  still: true,
  propose: true,
  sample: true,
  finish: true,
} satisfies Record<keyof SightApi, true>) as readonly (keyof SightApi)[];
