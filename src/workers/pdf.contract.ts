/**
 * What the PDF worker answers (pdf.worker.ts): pages of one PDF as pictures. It holds no key; like the imaging worker it is
 * a place where a stranger's file meets a decoder, so the page that asks ends it when it takes too long (decisions/0030).
 */

import type { Result } from "../shared/result.ts";

export type PdfTrouble =
  /** Damaged, or more than this renderer takes. The file itself is whole, kept, and can be handed on. */
  | { readonly type: "pdf-unread" }
  | { readonly type: "pdf-locked" }
  /** It took longer, or more memory, than it may: whoever asked ends the worker. */
  | { readonly type: "pdf-too-heavy" }
  /** The tool is not on this device, or broke. */
  | { readonly type: "unavailable"; readonly mark: string };

export interface DrawnPage {
  /** Transferred; whoever gets it closes it. */
  readonly bitmap: ImageBitmap;
  /** Of the page on paper, in points of 1/72 inch, upright. */
  readonly width: number;
  readonly height: number;
}

export interface PdfApi {
  /** The worker's script is here and runs. */
  readonly ready: () => Promise<Result<void, PdfTrouble>>;
  /** Opens another PDF in the place of the one before. At most `maxPdfPages` are told. */
  readonly open: (bytes: ArrayBuffer) => Promise<Result<{ readonly pages: number }, PdfTrouble>>;
  /**
   * @param page from 1.
   * @param width wanted, in pixels; the picture has fewer where it would have more than `maxPdfPixels`.
   */
  readonly draw: (page: number, width: number) => Promise<Result<DrawnPage, PdfTrouble>>;
}

export const pdfMethods = Object.keys({ ready: true, open: true, draw: true } satisfies Record<
  keyof PdfApi,
  true
>) as readonly (keyof PdfApi)[];

/** Pixels of a drawn page: A4 at 200 dots per inch has 3.9 million. */
export const maxPdfPixels = 4_000_000;
/** Pixels of one side, for pages of absurd shapes. */
export const maxPdfSide = 8_192;
/** A file that says more was made to waste time. */
export const maxPdfPages = 500;
