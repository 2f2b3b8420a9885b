/** The floor of `npm run bench:imaging`: resized while decoding in a worker, one encode. */

/** The page's tsconfig knows no worker scope; this is all that is used of it. */
const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: Blob }) => void;
  readonly postMessage: (output: Blob) => void;
};

scope.onmessage = async ({ data }) => {
  const bitmap = await createImageBitmap(data, { resizeHeight: 1600, resizeQuality: "high" });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  bitmap.close();
  scope.postMessage(await canvas.convertToBlob({ type: "image/webp", quality: 0.6 }));
};
