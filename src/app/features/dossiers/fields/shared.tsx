/** What the fields of every type have in common: their words, the frame around several inputs, "Je ne sais pas". In the page. */
import type { ComponentChildren } from "preact";
import type { Problem } from "../../../../forms/engine.ts";
import type { AnswerValue, Field, Form } from "../../../../forms/model.ts";
import { FieldError } from "../../../ui/Field.tsx";
import { fieldId, formText, frenchText, problemText } from "../words.ts";

export type InputField = Exclude<Field, { readonly type: "repeat" }>;

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

export type Typed<T extends Field["type"]> = FieldInputProps & {
  readonly field: Extract<Field, { readonly type: T }>;
};

/** Ids of choices are kebab words: these cannot be any of them. */
export const UNKNOWN = "?unknown";
export const OTHER = "?other";
export const YES = "?yes";
export const NO = "?no";

export interface FieldWords {
  readonly id: string;
  readonly label: string;
  /** Under another language, where several fields share a question. */
  readonly french: string | undefined;
  readonly hint: string | undefined;
  readonly error: string | undefined;
}

export function wordsOf({ form, field, answerKey, problems, alone }: FieldInputProps): FieldWords {
  const own = problems.filter((problem) => problem.key === answerKey);
  return {
    id: fieldId(answerKey),
    label: formText(form.id, `${field.id}.label`) ?? "",
    french: alone ? undefined : frenchText(form.id, `${field.id}.label`),
    hint: alone ? undefined : formText(form.id, `${field.id}.hint`),
    error: own.length === 0 ? undefined : own.map((problem) => problemText(form, problem)).join(" "),
  };
}

export const FrenchUnder = ({ children }: { readonly children: string | undefined }) =>
  children === undefined ? null : (
    <p class="fr-under" lang="fr" dir="ltr">
      {children}
    </p>
  );

/** Around several inputs of one field: under its question alone, else a group named by its label. */
export function Together({
  alone,
  words,
  children,
}: {
  readonly alone: boolean;
  readonly words: FieldWords;
  readonly children: ComponentChildren;
}) {
  const { id, label, french, hint, error } = words;
  const look = error === undefined ? "stack-s" : "stack-s has-err";
  const said = error === undefined ? null : <FieldError id={`${id}-error`}>{error}</FieldError>;
  if (alone)
    return (
      <div class={look}>
        {said}
        {children}
      </div>
    );
  return (
    <fieldset class={look} aria-describedby={hint === undefined ? undefined : `${id}-hint`}>
      <legend class="flabel">{label}</legend>
      <FrenchUnder>{french}</FrenchUnder>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {said}
      {children}
    </fieldset>
  );
}
