/**
 * Reads a QR code from a photo, where this browser has a reader of its own (Android's Chrome has; most others have not).
 * Runs in the page. The photo is never kept.
 */

interface Detector {
  readonly detect: (image: ImageBitmap) => Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorMaker {
  new (options: { readonly formats: readonly string[] }): Detector;
  readonly getSupportedFormats: () => Promise<readonly string[]>;
}

const maker = (): DetectorMaker | undefined =>
  (globalThis as { readonly BarcodeDetector?: DetectorMaker }).BarcodeDetector;

/** True where a photo of a QR code can be read here. */
export async function canReadQr(): Promise<boolean> {
  const found = maker();
  return found !== undefined && (await found.getSupportedFormats()).includes("qr_code");
}

/** The text of the first QR code in the photo; null when none is found or the photo cannot be read. */
export async function readQr(photo: Blob): Promise<string | null> {
  const found = maker();
  if (found === undefined) return null;
  try {
    const bitmap = await createImageBitmap(photo);
    try {
      const codes = await new found({ formats: ["qr_code"] }).detect(bitmap);
      return codes[0]?.rawValue ?? null;
    } finally {
      bitmap.close();
    }
  } catch (error) {
    // Not a picture, or a reader that gave up: the text can be pasted.
    if (error instanceof DOMException || error instanceof TypeError) return null;
    throw error;
  }
}
