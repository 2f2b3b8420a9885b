/**
 * A signature under an exact text: drawn with a finger, a mouse or a pen, or the name typed. Never only drawing.
 */
import { useState } from "preact/hooks";
import type { AnswerValue } from "../../../../forms/model.ts";
import { inkOf, type Stroke, strokesOf } from "../../../../forms/signature.ts";
import { language } from "../../../i18n/i18n.ts";
import { useT } from "../../../i18n/useT.ts";
import { ReadAloud } from "../../../state/ReadAloud.tsx";
import { Button } from "../../../ui/Button.tsx";
import { TextField } from "../../../ui/Field.tsx";
import { SignPad } from "../../../ui/sign/SignPad.tsx";
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
      <SignPad
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
