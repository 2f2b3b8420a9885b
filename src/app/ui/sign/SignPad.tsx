/**
 * Where one draws a signature, with a finger, a mouse or a pen. Never the only way to sign: a typed name stands beside it. In the page.
 *
 * Surprising fact: a line is kept when the finger leaves, not while it moves, so that drawing costs one save a stroke.
 */
import { useRef, useState } from "preact/hooks";
import { inkBox, type Point, pathOf, type Stroke } from "../../../forms/signature.ts";
import "./sign.css";

export interface SignPadProps {
  readonly strokes: readonly Stroke[];
  readonly onDrawn: (strokes: readonly Stroke[]) => void;
  readonly label: string;
}

type Drawn = PointerEvent & { readonly currentTarget: SVGSVGElement };

/** Where the finger was since the last event: a fast stroke has many places in one of them. */
function placesOf(event: Drawn): readonly Point[] {
  const box = event.currentTarget.getBoundingClientRect();
  const all = event.type === "pointermove" ? (event.getCoalescedEvents?.() ?? []) : [];
  return (all.length === 0 ? [event] : all).map(
    ({ clientX, clientY }): Point => [
      ((clientX - box.left) / (box.width || 1)) * inkBox.width,
      ((clientY - box.top) / (box.height || 1)) * inkBox.height,
    ],
  );
}

/** The line goes on when the finger leaves the box; without it (old browsers) it ends there. */
function follow({ currentTarget, pointerId }: Drawn): void {
  try {
    currentTarget.setPointerCapture?.(pointerId);
  } catch (error) {
    // A finger that is gone already cannot be followed: its dot stays.
    if (!(error instanceof DOMException)) throw error;
  }
}

/** Where one draws. Redraws alone while the finger moves; what counts is in `line`, which no drawing has to wait for. */
export function SignPad({ strokes, onDrawn, label }: SignPadProps) {
  const [, redraw] = useState(0);
  const line = useRef<{ readonly pointer: number; readonly points: Point[] } | null>(null);
  function end(event: Drawn): void {
    const { current } = line;
    if (current?.pointer !== event.pointerId) return;
    line.current = null;
    // Where the finger left; a gesture of the system that takes the finger away says nothing of where it was.
    onDrawn([...strokes, event.type === "pointerup" ? [...current.points, ...placesOf(event)] : current.points]);
  }
  return (
    <svg
      class="signpad"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${inkBox.width} ${inkBox.height}`}
      onPointerDown={(event) => {
        if (line.current !== null || event.button !== 0) return;
        line.current = { pointer: event.pointerId, points: [...placesOf(event)] };
        follow(event);
        redraw((n) => n + 1);
      }}
      onPointerMove={(event) => {
        if (line.current?.pointer !== event.pointerId) return;
        line.current.points.push(...placesOf(event));
        redraw((n) => n + 1);
      }}
      onPointerUp={end}
      onPointerCancel={end}
      onLostPointerCapture={end}
    >
      <path class="signpad__base" d={`M80 ${inkBox.height * 0.8}H${inkBox.width - 80}`} />
      <path class="signpad__ink" d={pathOf(line.current === null ? strokes : [...strokes, line.current.points])} />
    </svg>
  );
}
