/**
 * Fields that are typed into one box: texts, phone, e-mail, numbers, codes with a shape.
 *
 * Surprising fact: what is typed lives here as typed, and what is stored is made from it at each key. Nothing is corrected
 * under the fingers; on leaving, a number or a code is written in groups, as people read it.
 */
import { useState } from "preact/hooks";
import { readTyped, typedOf } from "../../../../forms/codec.ts";
import { unknownAnswer } from "../../../../forms/input.ts";
import { useT } from "../../../i18n/useT.ts";
import { Checkbox } from "../../../ui/Choice.tsx";
import { TextArea, TextField } from "../../../ui/Field.tsx";
import { unitText } from "../words.ts";
import { type Typed, wordsOf } from "./shared.tsx";

export type TextType = "text" | "longText" | "phone" | "email" | "integer" | "decimal" | "formatted" | "iban" | "siret";

/** Codes of digits alone: the phone shows its digits. */
const DIGITS: ReadonlySet<string> = new Set([
  "siret",
  "siren",
  "tax-number",
  "foreigner",
  "delivery-point",
  "postal-code",
  "year",
]);

/** Letters that a box takes: longer texts are told on "Continuer" instead of being cut without a word. */
const CODE_LETTERS = 80;

type Keyboard = "tel" | "email" | "numeric" | "decimal" | undefined;

function keyboard(field: Typed<TextType>["field"]): Keyboard {
  switch (field.type) {
    case "phone":
      return "tel";
    case "email":
      return "email";
    case "integer":
      // A keyboard of digits alone has no minus.
      return (field.min ?? 0) < 0 ? undefined : "numeric";
    case "decimal":
      return (field.min ?? 0) < 0 ? undefined : "decimal";
    case "siret":
      return "numeric";
    case "formatted":
      return field.format !== undefined && DIGITS.has(field.format) ? "numeric" : undefined;
    default:
      return undefined;
  }
}

export function TextInput(props: Typed<TextType>) {
  const { form, field, answer, onAnswer, onLeave, alone } = props;
  const t = useT();
  const words = wordsOf(props);
  const [typed, setTyped] = useState(() => typedOf(field, answer));
  const isUnknown = answer?.v === "unknown";
  const isText = field.type === "text" || field.type === "longText";
  const change = (text: string): void => {
    setTyped(text);
    onAnswer(readTyped(field, text));
  };
  const leave = (): void => {
    if (!isText && !isUnknown) setTyped(typedOf(field, readTyped(field, typed) ?? undefined));
    onLeave();
  };
  const look = {
    ...words,
    labelHidden: alone,
    value: isUnknown ? "" : typed,
    onChange: change,
    onLeave: leave,
    maxLength: "maxLength" in field ? field.maxLength * 2 : CODE_LETTERS,
  };
  const unit = "unit" in field ? unitText(form, field) : undefined;
  return (
    <div class="stack-s">
      {field.type === "longText" ? (
        <TextArea {...look} />
      ) : (
        <TextField {...look} inputMode={keyboard(field)} ltr={!isText} unit={unit} />
      )}
      {field.unknown && (
        <Checkbox
          checked={isUnknown}
          onChange={(checked) => onAnswer(checked ? unknownAnswer : readTyped(field, typed))}
          label={alone ? t("common.question.unknown") : t("dossiers.field.unknown", { label: words.label })}
          icon="je-ne-sais-pas"
        />
      )}
    </div>
  );
}
