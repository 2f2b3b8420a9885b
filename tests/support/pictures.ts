/**
 * The bytes behind the pictures that a page shows. Runs in Node over Playwright.
 *
 * Surprising fact: the app shows decrypted pages through blob: addresses, which nothing outside the page can read; so
 * the page's `URL.createObjectURL` is watched, from before its first script.
 */
import type { Locator, Page } from "playwright-core";

/**
 * Remembers every picture that the page is shown, by its blob: address. Call before the page loads; the page's own code
 * does not notice.
 */
export async function watchPictures(page: Page): Promise<void> {
  await page.context().addInitScript(() => {
    const seen = new Map<string, Blob>();
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (object) => {
      const url = make(object);
      if (object instanceof Blob) seen.set(url, object);
      return url;
    };
    Object.assign(window, { besacePictures: seen });
  });
}

/** The bytes that a picture on the screen is made from: what the page decrypted, before any drawing. */
export async function pictureBytes(picture: Locator): Promise<Buffer> {
  const text = await picture.evaluate(async (element) => {
    const { besacePictures } = window as unknown as { besacePictures?: Map<string, Blob> };
    const found = besacePictures?.get((element as HTMLImageElement).src);
    if (found === undefined) throw new Error("watchPictures was not called before the page was loaded");
    const bytes = new Uint8Array(await found.arrayBuffer());
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary);
  });
  return Buffer.from(text, "base64");
}
