/** Sizes that importing a file obeys, in one place (QUALITY: stored page of a document). */

/** 48-megapixel phones work; 60 megapixels get a clear message: one decoded bitmap would be 240 MB. */
export const maxMegapixels = 55;
/** Bytes of a picked picture. */
export const maxPictureBytes = 50 * 1024 * 1024;
/** Bytes of a picked PDF: it is kept and sent as it is. */
export const maxPdfBytes = 30 * 1024 * 1024;

/** One rendition of a page: longest side in pixels, first quality tried, and the bytes that it may never exceed. */
export interface Rendition {
  readonly longSide: number;
  readonly quality: number;
  readonly maxBytes: number;
}

/** WebP 1600 px at 0.6: 73 KB with a word recall of 0.99 (QUALITY). */
export const readableRendition: Rendition = { longSide: 1600, quality: 0.6, maxBytes: 300 * 1024 };
/** White paper and black ink bear more: read as well as the shot at two thirds of the bytes (decisions/0026). */
export const documentRendition: Rendition = { longSide: 1500, quality: 0.33, maxBytes: 300 * 1024 };
export const previewRendition: Rendition = { longSide: 360, quality: 0.6, maxBytes: 40 * 1024 };
/** The whole shot, to move corners on. */
export const shownRendition: Rendition = { longSide: 1280, quality: 0.7, maxBytes: 400 * 1024 };
/** A look, to choose it. */
export const sampleRendition: Rendition = { longSide: 720, quality: 0.7, maxBytes: 150 * 1024 };
/** Of a picture that is decoded to take a sheet out of it: a small sheet in 48 megapixels is not worth 200 MB. */
export const maxDecodedPixels = 16e6;
