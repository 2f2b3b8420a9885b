/**
 * One field of a form as the person meets it, by its type: each family has a file in fields/, the rare ones a chunk of
 * their own. Runs in the page.
 *
 * Surprising fact: a key pressed in one field draws no other field again: everything that a field is given stays the same
 * object while nothing changed for it.
 */
import { useMemo } from "preact/hooks";
import type { FormView, Problem } from "../../../forms/engine.ts";
import type { AnswerValue, Field, Form } from "../../../forms/model.ts";
import { memo } from "../../ui/memo.tsx";
import { ChoiceInput } from "./fields/ChoiceInput.tsx";
import { DateInput } from "./fields/DateInput.tsx";
import { RareInput } from "./fields/RareInput.tsx";
import { Calc, Info } from "./fields/Shown.tsx";
import type { InputField } from "./fields/shared.tsx";
import { TextInput } from "./fields/TextInput.tsx";

export interface FieldInputProps {
  readonly view: FormView;
  readonly field: Field;
  /** Key of the answer: the field, or the field in a row. */
  readonly answerKey: string;
  readonly answer: AnswerValue | undefined;
  /** `null` takes the answer away. The same function at each drawing. */
  readonly onAnswer: (key: string, answer: AnswerValue | null) => void;
  /** Leaving the field: a good moment to keep at once. The same function at each drawing. */
  readonly onLeave: () => void;
  readonly problems: readonly Problem[];
  /** The question above says it all. */
  readonly alone: boolean;
}

const NONE: readonly Problem[] = [];

/** The field of any type; a repeat has a list of its own. */
export function FieldInput({ view, field, problems, ...rest }: FieldInputProps) {
  if (field.type === "repeat") return null;
  const own = problems.filter((problem) => problem.key === rest.answerKey);
  const props = { ...rest, form: view.form, problems: own.length === 0 ? NONE : own };
  if (field.type === "calc") return <Calc {...props} field={field} view={view} onAnswer={nothing} />;
  return <Typed {...props} field={field} />;
}

const nothing = (): void => undefined;

interface OneProps extends Omit<FieldInputProps, "view" | "field"> {
  readonly form: Form;
  readonly field: Exclude<InputField, { readonly type: "calc" }>;
}

const Typed = memo(function One({ onAnswer: say, ...rest }: OneProps) {
  const { field, answerKey } = rest;
  const onAnswer = useMemo(() => (answer: AnswerValue | null) => say(answerKey, answer), [say, answerKey]);
  const props = { ...rest, onAnswer };
  switch (field.type) {
    case "info":
      return <Info {...props} field={field} />;
    case "date":
      return <DateInput {...props} field={field} />;
    case "choice":
    case "choices":
    case "yesno":
    case "civility":
    case "linked":
    case "checkbox":
      return <ChoiceInput {...props} field={field} />;
    case "commune":
    case "departement":
    case "region":
    case "country":
    case "address":
    case "signature":
    case "datetime":
      return <RareInput {...props} field={field} />;
    case "text":
    case "longText":
    case "phone":
    case "email":
    case "integer":
    case "decimal":
    case "formatted":
    case "iban":
    case "siret":
      return <TextInput {...props} field={field} />;
    default:
      // A type of a newer version: what was answered is kept, and shown in the list of answers.
      return null;
  }
});
