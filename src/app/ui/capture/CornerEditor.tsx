/**
 * A picture with the four corners of its sheet, moved by finger, by the arrow keys, or by buttons alone. Runs in the page.
 *
 * Surprising: the picture and its corners are laid out left to right in every language: a photograph has no reading direction.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Corners, Picture as ShownPicture } from "../../../workers/imaging.contract.ts";
import { useT } from "../../i18n/useT.ts";
import { Icon } from "../icons/Icon.tsx";
import { Picture } from "../Picture.tsx";
import { CORNERS, type CornerName, withCorner } from "./corners.ts";

/** One press moves a corner by so much of the picture. */
const STEP = 0.01;
/** The magnifier: pixels of its side, and how much larger it shows. */
const LENS = 112;
const LENS_SCALE = 2;

const MOVES = {
  up: [0, -STEP],
  down: [0, STEP],
  left: [-STEP, 0],
  right: [STEP, 0],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;
type Move = keyof typeof MOVES;

const KEYS: Readonly<Record<string, Move>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

export interface CornerEditorProps {
  readonly picture: ShownPicture;
  readonly corners: Corners;
  readonly onChange: (corners: Corners) => void;
  /** Other ways to set all four. */
  readonly ways: ComponentChildren;
  /** What can be done with them, right under the picture. */
  readonly children: ComponentChildren;
}

export function CornerEditor({ picture, corners, onChange, ways, children }: CornerEditorProps) {
  const t = useT();
  const box = useRef<HTMLDivElement>(null);
  const lens = useRef<HTMLCanvasElement>(null);
  const [chosen, setChosen] = useState<CornerName>("tl");
  const [dragged, setDragged] = useState<CornerName | null>(null);
  const [said, setSaid] = useState("");
  const ratio = picture.width / picture.height;

  function move(at: CornerName, by: Move): void {
    const [x, y] = MOVES[by];
    setChosen(at);
    const next = withCorner(corners, at, { x: corners[at].x + x, y: corners[at].y + y });
    onChange(next);
    const to = next[at];
    const corner = t(`capture.corners.${at}`);
    setSaid(t("capture.corners.at", { corner, x: Math.round(to.x * 100), y: Math.round(to.y * 100) }));
  }
  const keyed = (at: CornerName) => (event: KeyboardEvent) => {
    const by = KEYS[event.key];
    if (by === undefined) return;
    event.preventDefault();
    move(at, by);
  };
  const pressed = (at: CornerName) => (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    setChosen(at);
    setDragged(at);
  };
  const dragging = (at: CornerName) => (event: PointerEvent) => {
    const inside = box.current?.getBoundingClientRect();
    if (dragged !== at || inside === undefined) return;
    onChange(
      withCorner(corners, at, {
        x: (event.clientX - inside.left) / inside.width,
        y: (event.clientY - inside.top) / inside.height,
      }),
    );
  };
  const released = (): void => setDragged(null);

  // What lies under the finger, larger, beside it.
  useEffect(() => {
    const from = box.current?.querySelector("canvas");
    const to = lens.current;
    const context = to?.getContext("2d", { alpha: false });
    if (dragged === null || !from || !to || !context || from.width === 0) return;
    const { x, y } = corners[dragged];
    const side = LENS / LENS_SCALE;
    context.fillStyle = "#0b100e";
    context.fillRect(0, 0, LENS, LENS);
    context.drawImage(from, x * from.width - side / 2, y * from.height - side / 2, side, side, 0, 0, LENS, LENS);
  }, [dragged, corners]);

  const percent = (value: number): string => `${value * 100}%`;
  const points = CORNERS.map((at) => `${corners[at].x * 1000},${corners[at].y * 1000}`).join(" ");
  return (
    <div class="stack-m">
      <div class="edit__room">
        <div
          class="edit"
          dir="ltr"
          ref={box}
          style={{ aspectRatio: String(ratio), inlineSize: `min(100%, ${46 * ratio}vh)` }}
        >
          <Picture file={picture} name={t("capture.corners.picture")} class="edit__picture" />
          <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <path class="edit__out" d={`M0 0H1000V1000H0ZM${points.split(" ").join("L")}Z`} />
            <polygon class="edit__back" points={points} />
            <polygon class="edit__line" points={points} />
          </svg>
          {CORNERS.map((at) => (
            <button
              key={at}
              type="button"
              class={chosen === at ? "edit__corner is-chosen" : "edit__corner"}
              style={{ left: percent(corners[at].x), top: percent(corners[at].y) }}
              aria-label={t(`capture.corners.${at}`)}
              aria-pressed={chosen === at}
              onClick={() => setChosen(at)}
              onKeyDown={keyed(at)}
              onPointerDown={pressed(at)}
              onPointerMove={dragging(at)}
              onPointerUp={released}
              onPointerCancel={released}
            >
              <i aria-hidden="true" />
            </button>
          ))}
          <canvas
            ref={lens}
            class={dragged?.endsWith("l") === true ? "edit__lens edit__lens--far" : "edit__lens"}
            width={LENS}
            height={LENS}
            hidden={dragged === null}
          />
        </div>
      </div>
      <p class="sr" role="status">
        {said}
      </p>
      {children}
      <div class="row row--tight">{ways}</div>
      <details class="fold">
        <summary>{t("capture.corners.buttons")}</summary>
        <div class="stack-m edit__fold">
          <fieldset class="edit__moves">
            <legend class="h3">{t("capture.corners.choose")}</legend>
            {CORNERS.map((at) => (
              <button
                key={at}
                type="button"
                class="pill pill--line"
                aria-pressed={chosen === at}
                onClick={() => setChosen(at)}
              >
                {t(`capture.corners.${at}`)}
              </button>
            ))}
          </fieldset>
          <fieldset class="edit__moves">
            <legend class="h3">{t("capture.corners.move")}</legend>
            {(Object.keys(MOVES) as Move[]).map((by) => (
              <button key={by} type="button" class="pill pill--line" onClick={() => move(chosen, by)}>
                <span class={`edit__arrow edit__arrow--${by}`}>
                  <Icon name="monter" />
                </span>
                {t(`capture.corners.${by}`)}
              </button>
            ))}
          </fieldset>
        </div>
      </details>
    </div>
  );
}
