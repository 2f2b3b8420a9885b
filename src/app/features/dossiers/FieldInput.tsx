/**
 * One field of a form as the person meets it: boxes, choices, a date, "Je ne sais pas". Runs in the page.
 *
 * Surprising fact: what is typed lives here as typed, and what is stored is made from it at each key. Nothing is
 * corrected under the fingers, and another device's answer never replaces a text that is being written.
 */
import { useState } from "preact/hooks";
import { dateAnswer, datePartsOf } from "../../../forms/dates.ts";
import type { Problem } from "../../../forms/engine.ts";
import { choiceAnswer, showPhone, typedAnswer, typedText, unknownAnswer, yesNoAnswer } from "../../../forms/input.ts";
import type { AnswerValue, Choice, Field, Form } from "../../../forms/model.ts";
import { useT } from "../../i18n/useT.ts";
import { Checkbox, CheckGroup, type ChoiceOption, RadioGroup } from "../../ui/Choice.tsx";
import { DateField, FieldError, TextArea, TextField } from "../../ui/Field.tsx";
import type { IconName } from "../../ui/icons/names.ts";
import { fieldId, formText, frenchText, problemText } from "./words.ts";

type InputField = Exclude<Field, { readonly type: "repeat" }>;
type TextType = Exclude<InputField["type"], "date" | "choice" | "choices" | "yesno" | "info" | "calc">;

export interface FieldInputProps {
  readonly form: Form;
  readonly field: InputField;
  /** Key of the answer: the field, or the field in a row. */
  readonly answerKey: string;
  readonly answer: AnswerValue | undefined;
  /** `null` takes the answer away. */
  readonly onAnswer: (answer: AnswerValue | null) => void;
  /** Leaving the field: a good moment to keep at once. */
  readonly onLeave: () => void;
  readonly problems: readonly Problem[];
  /** The question above says it all: the label is for screen readers, the hint stands above. */
  readonly alone: boolean;
}

/** Ids of choices are kebab words: these two cannot be one of them. */
const UNKNOWN = "?unknown";
const YES = "?yes";
const NO = "?no";

/** The field of any type but a repeat. */
export function FieldInput(props: FieldInputProps) {
  switch (props.field.type) {
    case "date":
      return <DateInput {...props} field={props.field} />;
    case "choice":
    case "choices":
    case "yesno":
      return <ChoiceInput {...props} field={props.field} />;
    case "info":
    case "calc":
      return null;
    default:
      return <TextInput {...props} field={props.field} />;
  }
}

interface Words {
  readonly id: string;
  readonly label: string;
  /** Under another language, where several fields share a question. */
  readonly french: string | undefined;
  readonly hint: string | undefined;
  readonly error: string | undefined;
}

function wordsOf({ form, field, answerKey, problems, alone }: FieldInputProps): Words {
  const own = problems.filter((problem) => problem.key === answerKey);
  return {
    id: fieldId(answerKey),
    label: formText(form.id, `${field.id}.label`) ?? "",
    french: alone ? undefined : frenchText(form.id, `${field.id}.label`),
    hint: alone ? undefined : formText(form.id, `${field.id}.hint`),
    error: own.length === 0 ? undefined : own.map((problem) => problemText(form, problem)).join(" "),
  };
}

type Typed<T extends Field["type"]> = FieldInputProps & { readonly field: Extract<Field, { readonly type: T }> };

function TextInput(props: Typed<TextType>) {
  const { field, answer, onAnswer, onLeave, alone } = props;
  const t = useT();
  const words = wordsOf(props);
  const [typed, setTyped] = useState(() => (field.type === "phone" ? showPhone(typedText(answer)) : typedText(answer)));
  const isUnknown = answer?.v === "unknown";
  const read = (text: string): AnswerValue | null =>
    typedAnswer(
      field.type === "phone" || field.type === "email" || field.type === "longText" ? field.type : "text",
      text,
    );
  const change = (text: string): void => {
    setTyped(text);
    onAnswer(read(text));
  };
  const look = {
    ...words,
    labelHidden: alone,
    value: isUnknown ? "" : typed,
    onChange: change,
    onLeave,
    // Longer texts are told on "Continuer" instead of being cut without a word.
    maxLength: "maxLength" in field ? field.maxLength * 2 : undefined,
  };
  return (
    <div class="stack-s">
      {field.type === "longText" ? (
        <TextArea {...look} />
      ) : (
        <TextField
          {...look}
          inputMode={field.type === "phone" ? "tel" : field.type === "email" ? "email" : undefined}
          ltr={field.type === "phone" || field.type === "email"}
        />
      )}
      {field.unknown && (
        <Checkbox
          checked={isUnknown}
          onChange={(checked) => onAnswer(checked ? unknownAnswer : read(typed))}
          label={alone ? t("common.question.unknown") : t("dossiers.field.unknown", { label: words.label })}
          icon="je-ne-sais-pas"
        />
      )}
    </div>
  );
}

function DateInput(props: Typed<"date">) {
  const { field, answerKey, answer, onAnswer, onLeave, problems, alone } = props;
  const words = wordsOf(props);
  const [parts, setParts] = useState(() => datePartsOf(answer));
  const isUnknown = answer?.v === "unknown";
  const own = problems.filter((problem) => problem.key === answerKey);
  return (
    <div class="stack-s">
      <DateField
        legend={words.label}
        legendHidden={alone}
        french={words.french}
        hint={words.hint}
        error={words.error}
        errorPart={own.length === 1 ? own[0]?.part : undefined}
        id={words.id}
        value={isUnknown ? { day: "", month: "", year: "" } : parts}
        onChange={(next) => {
          setParts(next);
          onAnswer(dateAnswer(next, field.partial));
        }}
        onLeave={onLeave}
        unknown={
          field.unknown
            ? {
                value: isUnknown,
                onChange: (checked) => onAnswer(checked ? unknownAnswer : dateAnswer(parts, field.partial)),
              }
            : undefined
        }
      />
    </div>
  );
}

function ChoiceInput(props: Typed<"choice" | "choices" | "yesno">) {
  const { form, field, answer, onAnswer, alone } = props;
  const t = useT();
  const words = wordsOf(props);
  const option = ({ id, icon }: Choice): ChoiceOption<string> => ({
    value: id,
    label: formText(form.id, `${field.id}.choices.${id}`) ?? id,
    icon: icon as IconName | undefined,
  });
  const unknown: ChoiceOption<string> | undefined = field.unknown
    ? {
        value: UNKNOWN,
        label: t("common.question.unknown"),
        more: t("common.question.unknownMore"),
        icon: "je-ne-sais-pas",
      }
    : undefined;
  const look = { unknown, firstId: words.id, invalid: words.error !== undefined };
  const group =
    field.type === "choices" ? (
      <CheckGroup
        {...look}
        options={field.choices.map(option)}
        values={answer?.v === "choices" ? answer.ids : answer?.v === "unknown" ? [UNKNOWN] : []}
        onChange={(values) => {
          // "Je ne sais pas" and an answer exclude each other; the last touch wins.
          if (values.at(-1) === UNKNOWN) return onAnswer(unknownAnswer);
          const picked = new Set(values.filter((value) => value !== UNKNOWN));
          const known = field.choices.map((choice) => choice.id).filter((id) => picked.delete(id));
          const ids = [...known, ...picked];
          onAnswer(ids.length === 0 ? null : { v: "choices", ids });
        }}
      />
    ) : field.type === "choice" ? (
      <RadioGroup
        {...look}
        options={field.choices.map(option)}
        value={answer?.v === "choice" ? answer.id : answer?.v === "unknown" ? UNKNOWN : undefined}
        onChange={(value) => onAnswer(value === UNKNOWN ? unknownAnswer : choiceAnswer(value))}
      />
    ) : (
      <RadioGroup
        {...look}
        columns={2}
        options={[
          { value: YES, label: t("common.action.yes") },
          { value: NO, label: t("common.action.no") },
        ]}
        value={answer?.v === "yesno" ? (answer.yes ? YES : NO) : answer?.v === "unknown" ? UNKNOWN : undefined}
        onChange={(value) => onAnswer(value === UNKNOWN ? unknownAnswer : yesNoAnswer(value === YES))}
      />
    );
  const error = words.error === undefined ? null : <FieldError id={`${words.id}-error`}>{words.error}</FieldError>;
  if (alone)
    return (
      <div class={words.error === undefined ? "stack-s" : "stack-s has-err"}>
        {error}
        {group}
      </div>
    );
  return (
    <fieldset class={words.error === undefined ? "stack-s" : "stack-s has-err"} aria-describedby={`${words.id}-hint`}>
      <legend class="flabel">{words.label}</legend>
      {words.french !== undefined && (
        <p class="fr-under" lang="fr" dir="ltr">
          {words.french}
        </p>
      )}
      <p class="hint" id={`${words.id}-hint`}>
        {words.hint}
      </p>
      {error}
      {group}
    </fieldset>
  );
}
