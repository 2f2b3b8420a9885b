/**
 * An opened picture of a person on the screen or on paper: the one place that shows any (decisions/0025). Its pixels are
 * there while it is near the screen, as many as are shown; larger when it is enlarged. Whoever uses it gives it a size by
 * CSS, which the pixels do not change. Runs in the page.
 */
import type { ComponentChildren, CSSProperties } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import { boundedScale, draw, type PictureFile, type Size, wipe } from "./drawing.ts";
import { whenNear } from "./near.ts";

/** While two fingers move, the pixels that are there are stretched. */
const REST_MS = 150;
/** Pixels that differ less from what is shown are not drawn again. */
const TOO_FEW = 0.9;
const TOO_MANY = 2.5;

export interface PictureProps {
  readonly file: PictureFile;
  /** For a screen reader; "": decorative, the name stands beside it. */
  readonly name: string;
  readonly class?: string;
  readonly style?: CSSProperties;
  /** The picture's own size, once it is known; again after each drawing. */
  readonly onSize?: (own: Size) => void;
  /** For the printer: drawn at once to fit into so many pixels, wherever it stands. */
  readonly fit?: Size | undefined;
  /** It is drawn, or it cannot be. */
  readonly onSettled?: (() => void) | undefined;
  /** In its place when it cannot be read; default: words, or nothing where it is decorative. */
  readonly instead?: ComponentChildren;
}

/** The share of its own size at which every pixel of the screen gets one. */
const shownScale = (canvas: HTMLCanvasElement, own: Size): number =>
  Math.max(canvas.offsetWidth / own.width, canvas.offsetHeight / own.height) * devicePixelRatio;

/** Draws `file` again whenever it must. `fit` null: as it is shown, while it is near. @returns ends it; the pixels stay. */
function keepDrawn(
  canvas: HTMLCanvasElement,
  file: PictureFile,
  fit: Size | null,
  told: (own: Size | null) => void,
): () => void {
  let isNear = fit !== null;
  let isBusy = false;
  let isGone = false;
  let own: Size | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const scale = (size: Size): number =>
    fit === null ? shownScale(canvas, size) : Math.min(fit.width / size.width, fit.height / size.height);
  const fits = (size: Size): boolean => {
    const wanted = boundedScale(size, scale(size));
    const have = canvas.width / size.width;
    return wanted === 0 || (have >= wanted * TOO_FEW && have <= wanted * TOO_MANY);
  };
  async function again(): Promise<void> {
    clearTimeout(timer);
    if (isBusy || isGone) return;
    isBusy = true;
    const drawing = await draw(canvas, file, scale, () => !isGone && isNear);
    isBusy = false;
    if (isGone) return;
    if (drawing.type === "unread") return told(null);
    if (drawing.type === "drawn") {
      own = drawing.own;
      told(own);
    }
    look();
  }
  function look(): void {
    clearTimeout(timer);
    if (isBusy || isGone || !isNear) return;
    if (own === null || (canvas.width === 0 && !fits(own))) void again();
    else if (!fits(own)) timer = setTimeout(() => void again(), REST_MS);
  }
  // The system may take a canvas's memory; afterwards it is blank.
  const restored = (): void => void again();
  canvas.addEventListener("contextrestored", restored);
  const sizes = new ResizeObserver(look);
  sizes.observe(canvas);
  const unwatch =
    fit === null
      ? whenNear(canvas, (near) => {
          isNear = near;
          if (!near) wipe(canvas);
          look();
        })
      : () => undefined;
  look();
  return () => {
    isGone = true;
    clearTimeout(timer);
    canvas.removeEventListener("contextrestored", restored);
    sizes.disconnect();
    unwatch();
  };
}

/** The picture, or words where it cannot be read. */
export function Picture({ file, name, class: className, style, onSize, fit, onSettled, instead }: PictureProps) {
  const t = useT();
  const element = useRef<HTMLCanvasElement>(null);
  const [unread, setUnread] = useState<PictureFile | null>(null);
  const tell = useRef({ onSize, onSettled });
  tell.current = { onSize, onSettled };
  const isUnread = unread === file;
  const [width, height] = [fit?.width ?? 0, fit?.height ?? 0];
  // Not when the readable page takes the place of its preview: that one is seen until the other is drawn.
  useEffect(() => {
    const canvas = element.current;
    return canvas === null ? undefined : () => wipe(canvas);
  }, [isUnread]);
  useEffect(() => {
    const canvas = element.current;
    if (canvas === null || isUnread) return undefined;
    return keepDrawn(canvas, file, width > 0 ? { width, height } : null, (own) => {
      if (own === null) setUnread(file);
      else tell.current.onSize?.(own);
      tell.current.onSettled?.();
    });
  }, [file, isUnread, width, height]);
  if (isUnread) return <>{instead ?? (name === "" ? null : <p class="meta">{t("common.picture.failed")}</p>)}</>;
  return (
    <canvas
      ref={element}
      class={className}
      style={style}
      width="0"
      height="0"
      role={name === "" ? undefined : "img"}
      aria-label={name === "" ? undefined : name}
    />
  );
}
