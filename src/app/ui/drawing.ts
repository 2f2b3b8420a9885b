/**
 * Draws an opened picture into a canvas. Runs in the page.
 *
 * Surprising: a person's picture is never an `<img>`. Chromium writes the bytes behind an `<img>` into a file without a name,
 * in clear, after some seconds (decisions/0025). What is decoded here is pixels in memory, and the bytes stay in an ArrayBuffer.
 */

/** An opened picture as the workers hand it over. The same object as long as it is the same picture. */
export interface PictureFile {
  readonly bytes: ArrayBuffer;
  readonly mime: string;
}

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Drawing =
  /** `own`: the whole picture, upright as its EXIF says. The canvas may be smaller, and is left alone at a scale of 0. */
  | { readonly type: "drawn"; readonly own: Size }
  /** Damaged, or a kind that this browser does not read. */
  | { readonly type: "unread" }
  /** Nobody wanted it any more when its turn came. */
  | { readonly type: "dropped" };

/** Of one canvas: 32 MB. The app's own pages have 1.8 million; iOS refuses a canvas above 16.7 million. */
const MAX_PIXELS = 8_000_000;
/** Of all sheets that are printed at once: 160 MB. */
const PRINT_PIXELS = 40_000_000;
const PRINT_DPI = 200;
const MM_PER_INCH = 25.4;
/** The picture on a printed sheet, as in papers.css, in millimetres. */
const SHEET: Size = { width: 182, height: 258 };

/** How much of its own size the picture is drawn at: never more than it has, never more than a canvas may hold. */
export const boundedScale = (own: Size, scale: number): number =>
  Math.min(1, scale, Math.sqrt(MAX_PIXELS / (own.width * own.height)));

/** Pixels of one of `sheets` printed sheets (`lies`: turned by a quarter): 200 dots per inch, fewer above thirteen. */
export function printSize(sheets: number, lies: boolean): Size {
  const inches = { width: SHEET.width / MM_PER_INCH, height: SHEET.height / MM_PER_INCH };
  const dpi = Math.min(PRINT_DPI, Math.sqrt(PRINT_PIXELS / (Math.max(1, sheets) * inches.width * inches.height)));
  const [width, height] = [Math.round(inches.width * dpi), Math.round(inches.height * dpi)];
  return lies ? { width: height, height: width } : { width, height };
}

interface Decoded {
  readonly own: Size;
  readonly source: CanvasImageSource;
  /** Gives its pixels back. */
  readonly close: () => void;
}

/** Null: damaged, or a kind that this browser does not read. */
async function decode({ bytes, mime }: PictureFile): Promise<Decoded | null> {
  try {
    // Preferred, because a Blob's bytes lie with the browser, which writes them to the disk where memory is short.
    if (typeof ImageDecoder === "function" && (await ImageDecoder.isTypeSupported(mime))) {
      const decoder = new ImageDecoder({ data: bytes, type: mime });
      try {
        const { image } = await decoder.decode();
        const own = { width: image.displayWidth, height: image.displayHeight };
        return { own, source: image, close: () => image.close() };
      } finally {
        decoder.close();
      }
    }
    const bitmap = await createImageBitmap(new Blob([bytes], { type: mime }));
    const { width, height } = bitmap;
    return { own: { width, height }, source: bitmap, close: () => bitmap.close() };
  } catch (error) {
    // The standards' answers for "damaged or not a format of this browser"; a file without any picture is a RangeError.
    if (error instanceof DOMException || error instanceof RangeError) return null;
    throw error;
  }
}

let turn: Promise<unknown> = Promise.resolve();

/**
 * Decodes and draws, one picture after the other: at most one whole bitmap is in memory.
 * @param scale asked once the picture's own size is known; 0 draws nothing yet.
 * @param isWanted asked when the turn comes, and again before anything is drawn.
 */
export function draw(
  canvas: HTMLCanvasElement,
  file: PictureFile,
  scale: (own: Size) => number,
  isWanted: () => boolean,
): Promise<Drawing> {
  const drawing = turn.then(async (): Promise<Drawing> => {
    if (!isWanted()) return { type: "dropped" };
    const decoded = await decode(file);
    if (decoded === null) return { type: "unread" };
    try {
      if (!isWanted()) return { type: "dropped" };
      const { own } = decoded;
      const share = boundedScale(own, scale(own));
      if (share > 0) {
        const context = canvas.getContext("2d", { alpha: false });
        if (context === null) return { type: "unread" };
        // Setting the size wipes the canvas; it is drawn before the screen is.
        canvas.width = Math.max(1, Math.round(own.width * share));
        canvas.height = Math.max(1, Math.round(own.height * share));
        context.fillStyle = "#fff";
        context.fillRect(0, 0, canvas.width, canvas.height);
        context.imageSmoothingQuality = "high";
        context.drawImage(decoded.source, 0, 0, canvas.width, canvas.height);
      }
      return { type: "drawn", own };
    } finally {
      decoded.close();
    }
  });
  // A bug is reported by the drawing itself; the next picture has its turn all the same.
  turn = drawing.then(
    () => undefined,
    () => undefined,
  );
  return drawing;
}

/** Gives the pixels back now, not when the canvas is collected. */
export function wipe(canvas: HTMLCanvasElement): void {
  canvas.width = 0;
  canvas.height = 0;
}
