/**
 * The bytes behind the pictures that a page shows. Runs in Node over Playwright.
 *
 * Surprising fact: a canvas does not say what it was drawn from; so `ImageDecoder`, `createImageBitmap` and `drawImage`
 * are watched, from before the page's first script.
 */
import type { Locator, Page } from "playwright-core";

/** What a canvas was drawn from last: the decrypted bytes, and the size of the picture in them. */
interface Source {
  readonly blob: Blob;
  readonly width: number;
  readonly height: number;
}
type Watched = typeof globalThis & { besacePictures?: WeakMap<Element, Source> };

/** Remembers what every canvas is drawn from. Call before the page loads; the page's own code does not notice. */
export async function watchPictures(page: Page): Promise<void> {
  await page.context().addInitScript(() => {
    const sources = new WeakMap<object, Source>();
    const seen = new WeakMap<Element, Source>();
    const decode = createImageBitmap.bind(globalThis) as (...all: readonly unknown[]) => Promise<ImageBitmap>;
    globalThis.createImageBitmap = async (...all: readonly unknown[]) => {
      const [image] = all;
      const bitmap = await decode(...all);
      if (image instanceof Blob) sources.set(bitmap, { blob: image, width: bitmap.width, height: bitmap.height });
      return bitmap;
    };
    if (typeof ImageDecoder === "function")
      globalThis.ImageDecoder = class extends ImageDecoder {
        readonly #blob: Blob;
        constructor(init: ImageDecoderInit) {
          super(init);
          this.#blob = new Blob([init.data as ArrayBuffer]);
        }
        override async decode(options?: ImageDecodeOptions) {
          const result = await super.decode(options);
          const { image } = result;
          sources.set(image, { blob: this.#blob, width: image.displayWidth, height: image.displayHeight });
          return result;
        }
      };
    const paint = CanvasRenderingContext2D.prototype.drawImage as (...all: readonly unknown[]) => void;
    CanvasRenderingContext2D.prototype.drawImage = function drawImage(
      this: CanvasRenderingContext2D,
      ...all: unknown[]
    ) {
      const source = sources.get(all[0] as object);
      if (source !== undefined) seen.set(this.canvas, source);
      paint.apply(this, all);
    };
    Object.assign(window, { besacePictures: seen });
  });
}

/** Resolves when a picture is drawn there whose two sides together are more than `sides` pixels, whatever is shown of them. */
export async function waitForPicture(picture: Locator, sides: number): Promise<void> {
  // Asked anew each time: the element of a preview may be replaced by the one of the readable page.
  for (const until = performance.now() + 60_000; performance.now() < until; await picture.page().waitForTimeout(100)) {
    const isDrawn = await picture.evaluate((element, least) => {
      const source = (globalThis as Watched).besacePictures?.get(element);
      return source !== undefined && source.width + source.height > least;
    }, sides);
    if (isDrawn) return;
  }
  throw new Error(`no picture of more than ${sides} pixels (both sides) is drawn there`);
}

/** The bytes that a picture on the screen is made from: what the page decrypted, before any drawing. */
export async function pictureBytes(picture: Locator): Promise<Buffer> {
  await waitForPicture(picture, 0);
  const text = await picture.evaluate(async (element) => {
    const found = (globalThis as Watched).besacePictures?.get(element);
    if (found === undefined) throw new Error("watchPictures was not called before the page was loaded");
    const bytes = new Uint8Array(await found.blob.arrayBuffer());
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary);
  });
  return Buffer.from(text, "base64");
}
