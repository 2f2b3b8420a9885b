/** Root of the imaging worker: the browser's decoder and an off-screen canvas behind imaging/reduce.ts. Holds no key. */

import { expose } from "comlink";
import type { Dimensions } from "./imaging/inspect.ts";
import { type ImagingTools, reduce } from "./imaging/reduce.ts";
import type { ImagingApi } from "./imaging.contract.ts";

let webp = true;

const tools: ImagingTools<ImageBitmap> = {
  async decode(file, width) {
    try {
      return await createImageBitmap(file, {
        imageOrientation: "from-image",
        ...(width === null ? {} : { resizeWidth: width, resizeQuality: "high" }),
      });
    } catch (error) {
      // The standard's one answer for "damaged or not a format of this browser".
      if (error instanceof DOMException) return undefined;
      throw error;
    }
  },
  async encode(picture, size: Dimensions, quality) {
    if (typeof OffscreenCanvas === "undefined") return undefined;
    const canvas = new OffscreenCanvas(size.width, size.height);
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) return undefined;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, size.width, size.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, size.width, size.height);
    if (webp) {
      const blob = await canvas.convertToBlob({ type: "image/webp", quality });
      if (blob.type === "image/webp") return blob;
      webp = false;
    }
    return canvas.convertToBlob({ type: "image/jpeg", quality });
  },
};

const api: ImagingApi = { reduce: (file) => reduce(file, tools) };

expose(api);
