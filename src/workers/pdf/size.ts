/** How large a page of a PDF is drawn. Pure; runs in the PDF worker and in Node. */

import { maxPdfPixels, maxPdfSide } from "../pdf.contract.ts";

/**
 * Pixels per point so that a page of `width` x `height` points gets `wanted` pixels across, and neither more pixels nor a
 * longer side than a picture may have. 0: the page has no size that can be drawn.
 */
export function drawScale(width: number, height: number, wanted: number): number {
  if (!(width > 0 && height > 0 && wanted > 0) || !Number.isFinite(width * height * wanted)) return 0;
  const scale = Math.min(
    wanted / width,
    Math.sqrt(maxPdfPixels / (width * height)),
    maxPdfSide / Math.max(width, height),
  );
  return Math.min(width, height) * scale >= 1 ? scale : 0;
}
