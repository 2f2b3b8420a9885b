/**
 * A signature under an exact text: drawn with a finger, a mouse or a pen, or the name typed. Never only drawing.
 *
 * Surprising fact: a line is kept when the finger leaves, not while it moves, so that drawing costs one save a stroke.
 */
import { useRef, useState } from "preact/hooks";
import type { AnswerValue } from "../../../../forms/model.ts";
import { inkBox, inkOf, type Point, pathOf, type Stroke, strokesOf } from "../../../../forms/signature.ts";
import { language } from "../../../i18n/i18n.ts";
import { useT } from "../../../i18n/useT.ts";
import { ReadAloud } from "../../../state/ReadAloud.tsx";
import { Button } from "../../../ui/Button.tsx";
import { TextField } from "../../../ui/Field.tsx";
import { useWorld } from "../../../ui/world.ts";
import { formText, frenchText } from "../words.ts";
import { FrenchUnder, Together, type Typed, wordsOf } from "./shared.tsx";
import "./fields.css";

type Signature = Extract<AnswerValue, { readonly v: "signature" }>;

export function SignatureInput(props: Typed<"signature">) {
  const { form, field, answer, onAnswer, onLeave } = props;
  const t = useT();
  const { clock } = useWorld();
  const words = wordsOf(props);
  const signed: Signature | null = answer?.v === "signature" ? answer : null;
  const [strokes, setStrokes] = useState<readonly Stroke[]>(() => strokesOf(signed?.ink ?? "") ?? []);
  const [name, setName] = useState(signed?.name ?? "");
  const declaration = formText(form.id, `${field.id}.declaration`) ?? "";

  function sign(nextStrokes: readonly Stroke[], nextName: string): void {
    const ink = inkOf(nextStrokes);
    if (ink === null && nextName.trim() === "") onAnswer(null);
    else
      onAnswer({
        v: "signature",
        ink,
        name: nextName.trim(),
        text: declaration,
        language: language(),
        at: clock.now(),
      });
  }
  function drawn(next: readonly Stroke[]): void {
    setStrokes(next);
    sign(next, name);
  }
  return (
    <Together alone={props.alone} words={words}>
      <blockquote class="signs stack-s">
        <p>{declaration}</p>
        <FrenchUnder>{frenchText(form.id, `${field.id}.declaration`)}</FrenchUnder>
      </blockquote>
      <ReadAloud text={[declaration]} />
      <p class="flabel" id={`${words.id}-draw`}>
        {t("fields.signature.draw")}
      </p>
      <Pad
        strokes={strokes}
        onDrawn={drawn}
        label={t(strokes.length > 0 ? "fields.signature.drawn" : "fields.signature.empty")}
      />
      {strokes.length > 0 && (
        <Button kind="plain" icon="effacer" onPress={() => drawn([])}>
          {t("fields.signature.redo")}
        </Button>
      )}
      <TextField
        id={words.id}
        label={t("fields.signature.name")}
        hint={t("fields.signature.nameHint")}
        value={name}
        maxLength={200}
        onChange={(typed) => {
          setName(typed);
          sign(strokes, typed);
        }}
        onLeave={onLeave}
      />
    </Together>
  );
}

interface PadProps {
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
function Pad({ strokes, onDrawn, label }: PadProps) {
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
