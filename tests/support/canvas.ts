/**
 * A decoder and a canvas for component tests, whose page has neither: every picture is an upright page of 800 by 1,131 pixels, and
 * what is drawn is remembered. Runs in Node over happy-dom.
 */
import { vi } from "vitest";

export interface WatchedCanvas {
  /** Bitmaps that are not closed. */
  readonly open: () => number;
  /** Pictures decoded so far. */
  readonly decoded: () => number;
  /** From now on every picture is damaged. */
  readonly spoil: () => void;
  /** Another width of every element on the screen, in CSS pixels; whoever watches sizes is told. */
  readonly show: (width: number) => void;
}

const OWN = { width: 800, height: 1131 };

/** @param width of every element, in CSS pixels. Restored by `vi.unstubAllGlobals` and `vi.restoreAllMocks`. */
export function watchCanvas(width = 400): WatchedCanvas {
  let open = 0;
  let decoded = 0;
  let damaged = false;
  let shown = width;
  const watching = new Set<() => void>();
  vi.stubGlobal("createImageBitmap", async () => {
    if (damaged) throw new DOMException("The source image could not be decoded.", "InvalidStateError");
    open += 1;
    decoded += 1;
    return { ...OWN, close: () => (open -= 1) };
  });
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation((() => ({
    fillRect: () => undefined,
    drawImage: () => undefined,
    fillText: () => undefined,
    measureText: (text: string) => ({ width: text.length * 10 }),
    translate: () => undefined,
    rotate: () => undefined,
  })) as never);
  // The page's own never tells anything; without one, everything is near the screen.
  vi.stubGlobal("IntersectionObserver", undefined);
  vi.stubGlobal("ResizeObserver", function ResizeObserver(look: () => void) {
    return { observe: () => watching.add(look), disconnect: () => watching.delete(look) };
  });
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockImplementation(() => shown);
  return {
    open: () => open,
    decoded: () => decoded,
    spoil: () => {
      damaged = true;
    },
    show: (next) => {
      shown = next;
      for (const look of [...watching]) look();
    },
  };
}
