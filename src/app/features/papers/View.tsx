/**
 * The window onto one page: larger and smaller by buttons, keys, wheel and two fingers; what is in the middle stays there.
 * What is drawn inside is its child's (a picture, a page of a PDF). Runs in the page.
 */
import type { ComponentChildren, CSSProperties } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { ShownPage } from "../../../satchel/model.ts";
import { formatNumber } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import type { Size } from "../../ui/drawing.ts";

const ZOOMS = [1, 1.5, 2, 3, 4] as const;
export const LARGEST = 4;
export const A4: Size = { width: 210, height: 297 };

/** Where two fingers are apart, in pixels. */
const spread = (touches: TouchList): number => {
  const [a, b] = [touches[0], touches[1]];
  return a === undefined || b === undefined ? 0 : Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
};

const within = (zoom: number): number => Math.min(LARGEST, Math.max(1, zoom));

export interface ViewProps {
  readonly n: number;
  readonly turn: ShownPage["turn"];
  /** The page as it would be without its turn. */
  readonly size: Size;
  readonly zoom: number;
  readonly onZoom: (zoom: number) => void;
  readonly large: boolean;
  /** Draws the page into a box of this style. */
  readonly children: (style: CSSProperties) => ComponentChildren;
}

export function View({ n, turn, size, zoom, onZoom, large, children }: ViewProps) {
  const t = useT();
  const view = useRef<HTMLElement>(null);
  const pinch = useRef<{ readonly apart: number; readonly zoom: number } | null>(null);
  const before = useRef(zoom);
  // What was in the middle stays in the middle.
  useLayoutEffect(() => {
    const box = view.current;
    if (box === null || before.current === zoom) return;
    const grow = zoom / before.current;
    before.current = zoom;
    box.scrollLeft = (box.scrollLeft + box.clientWidth / 2) * grow - box.clientWidth / 2;
    box.scrollTop = (box.scrollTop + box.clientHeight / 2) * grow - box.clientHeight / 2;
  }, [zoom]);
  const step = (by: 1 | -1): void => onZoom(zoomStep(zoom, by));
  function key(event: KeyboardEvent): void {
    if (event.key === "+" || event.key === "=") step(1);
    else if (event.key === "-") step(-1);
    else if (event.key === "0") onZoom(1);
    else return;
    event.preventDefault();
  }
  function wheel(event: WheelEvent): void {
    if (!event.ctrlKey) return;
    event.preventDefault();
    onZoom(within(zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1)));
  }
  function touchStart(event: TouchEvent): void {
    pinch.current = event.touches.length === 2 ? { apart: spread(event.touches), zoom } : null;
  }
  function touchMove(event: TouchEvent): void {
    if (pinch.current === null || event.touches.length !== 2 || pinch.current.apart === 0) return;
    event.preventDefault();
    onZoom(within((pinch.current.zoom * spread(event.touches)) / pinch.current.apart));
  }
  const quarter = turn === 90 || turn === 270;
  const ratio = quarter ? size.height / size.width : size.width / size.height;
  const image = quarter
    ? { inlineSize: `${100 / ratio}%`, blockSize: `${100 * ratio}%` }
    : { inlineSize: "100%", blockSize: "100%" };
  return (
    // A picture has no reading direction, and scrolling starts at its left edge in every language.
    <section
      class={large ? "reader__view reader__view--large" : "reader__view"}
      dir="ltr"
      ref={view}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows scroll an enlarged page
      tabIndex={0}
      aria-label={t("papers.view.area", { n, zoom: formatNumber(zoom, 1) })}
      onKeyDown={key}
      onWheel={wheel}
      onTouchStart={touchStart}
      onTouchMove={touchMove}
    >
      <div class="reader__page" style={{ inlineSize: `${zoom * 100}%`, aspectRatio: `${ratio}` }}>
        {children(image)}
      </div>
    </section>
  );
}

/** The next size of the buttons, from any size. */
export function zoomStep(zoom: number, by: 1 | -1): number {
  const next = by === 1 ? ZOOMS.find((each) => each > zoom + 0.01) : ZOOMS.filter((each) => each < zoom - 0.01).at(-1);
  return next ?? (by === 1 ? LARGEST : 1);
}
