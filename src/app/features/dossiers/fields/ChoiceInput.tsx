/**
 * Fields that are answered by choosing: one, several, yes or no, a civility, one box, a list in two steps.
 *
 * Surprising fact: the words of "Autre" live here while another choice stands, so that a wrong touch does not empty them.
 */
import { useState } from "preact/hooks";
import { choiceAnswer, unknownAnswer, yesNoAnswer } from "../../../../forms/input.ts";
import type { AnswerValue, Choice } from "../../../../forms/model.ts";
import { useT } from "../../../i18n/useT.ts";
import { Checkbox, CheckGroup, type ChoiceOption, RadioGroup } from "../../../ui/Choice.tsx";
import { TextField } from "../../../ui/Field.tsx";
import type { IconName } from "../../../ui/icons/names.ts";
import { fieldId, formText, frenchText } from "../words.ts";
import { NO, OTHER, Together, type Typed, UNKNOWN, wordsOf, YES } from "./shared.tsx";

type ChoiceProps = Typed<"choice" | "choices" | "yesno" | "civility" | "linked" | "checkbox">;

/** Letters that "Autre" takes at most. */
const OTHER_LETTERS = 1000;

export function ChoiceInput(props: ChoiceProps) {
  const { field } = props;
  switch (field.type) {
    case "choice":
      return <OneChoice {...props} field={field} />;
    case "choices":
      return <ManyChoices {...props} field={field} />;
    case "linked":
      return <LinkedChoice {...props} field={field} />;
    case "checkbox":
      return <OneBox {...props} field={field} />;
    default:
      return <Pair {...props} field={field} />;
  }
}

/** The French of a choice, for whoever reads French beside the person: who hears the page hears it once, in their language. */
const frenchMore = (text: string | undefined) =>
  text === undefined ? undefined : (
    <span lang="fr" dir="ltr" aria-hidden="true">
      {text}
    </span>
  );

function useOption({ form, field }: ChoiceProps): (choice: Choice) => ChoiceOption<string> {
  return ({ id, icon }) => ({
    value: id,
    label: formText(form.id, `${field.id}.choices.${id}`) ?? id,
    more: frenchMore(frenchText(form.id, `${field.id}.choices.${id}`)),
    icon: icon as IconName | undefined,
  });
}

function useLook(props: ChoiceProps) {
  const t = useT();
  const words = wordsOf(props);
  const unknown: ChoiceOption<string> | undefined = props.field.unknown
    ? {
        value: UNKNOWN,
        label: t("common.question.unknown"),
        more: t("common.question.unknownMore"),
        icon: "je-ne-sais-pas",
      }
    : undefined;
  return { words, look: { unknown, firstId: words.id, invalid: words.error !== undefined } };
}

/** "Autre", with the words of the person in a box under it. */
function useOther({ form, field, answerKey, onLeave }: ChoiceProps, said: string) {
  const t = useT();
  const [typed, setTyped] = useState(said);
  const label = formText(form.id, `${field.id}.other`) ?? t("dossiers.field.other");
  const option: ChoiceOption<string> = {
    value: OTHER,
    label,
    more: frenchMore(frenchText(form.id, `${field.id}.other`)),
    icon: "autre",
  };
  const box = (onType: (text: string) => void) => (
    <TextField
      id={`${fieldId(answerKey)}-other`}
      label={t("dossiers.field.otherWords", { label })}
      value={typed}
      maxLength={OTHER_LETTERS}
      onChange={(text) => {
        setTyped(text);
        onType(text);
      }}
      onLeave={onLeave}
    />
  );
  return { typed, option, box };
}

function OneChoice(props: Typed<"choice">) {
  const { field, answer, onAnswer } = props;
  const { words, look } = useLook(props);
  const option = useOption(props);
  const other = useOther(props, answer?.v === "other" ? answer.text : "");
  const isOther = answer?.v === "other";
  const say = (text: string): void => onAnswer({ v: "other", text: text.trim() });
  return (
    <Together alone={props.alone} words={words}>
      <RadioGroup
        {...look}
        options={[...field.choices.map(option), ...(field.other === true ? [other.option] : [])]}
        value={isOther ? OTHER : answer?.v === "choice" ? answer.id : answer?.v === "unknown" ? UNKNOWN : undefined}
        onChange={(value) => {
          if (value === OTHER) say(other.typed);
          else onAnswer(value === UNKNOWN ? unknownAnswer : choiceAnswer(value));
        }}
      />
      {isOther && other.box(say)}
    </Together>
  );
}

/** What a touch makes of ticked choices: "Aucune" and the others exclude each other, and so does "Je ne sais pas". */
function ticked(field: Typed<"choices">["field"], values: readonly string[], other: string): AnswerValue | null {
  const last = values.at(-1);
  if (last === UNKNOWN) return unknownAnswer;
  if (field.none !== undefined && last === field.none) return { v: "choices", ids: [field.none] };
  const picked = new Set(values.filter((value) => value !== UNKNOWN && value !== OTHER && value !== field.none));
  const known = field.choices.map((choice) => choice.id).filter((id) => picked.delete(id));
  // Choices of another version of the form stay: they are somebody's answer.
  const ids = [...known, ...picked];
  if (values.includes(OTHER)) return { v: "choices", ids, other: other.trim() };
  return ids.length === 0 ? null : { v: "choices", ids };
}

function ManyChoices(props: Typed<"choices">) {
  const { field, answer, onAnswer } = props;
  const { words, look } = useLook(props);
  const option = useOption(props);
  const said = answer?.v === "choices" ? answer.other : undefined;
  const other = useOther(props, said ?? "");
  const ids = answer?.v === "choices" ? answer.ids : [];
  return (
    <Together alone={props.alone} words={words}>
      <CheckGroup
        {...look}
        options={[...field.choices.map(option), ...(field.other === true ? [other.option] : [])]}
        values={answer?.v === "unknown" ? [UNKNOWN] : said === undefined ? ids : [...ids, OTHER]}
        onChange={(values) => onAnswer(ticked(field, values, other.typed))}
      />
      {said !== undefined && other.box((text) => onAnswer({ v: "choices", ids, other: text.trim() }))}
    </Together>
  );
}

/** The second question appears once the first one is answered, and only where there is one. */
function LinkedChoice(props: Typed<"linked">) {
  const { field, answer, onAnswer } = props;
  const t = useT();
  const { words, look } = useLook(props);
  const option = useOption(props);
  const first = answer?.v === "pair" ? answer.first : undefined;
  const chosen = field.choices.find((choice) => choice.id === first);
  return (
    <Together alone={props.alone} words={words}>
      <RadioGroup
        {...look}
        options={field.choices.map(option)}
        value={answer?.v === "unknown" ? UNKNOWN : first}
        onChange={(value) => {
          if (value === UNKNOWN) onAnswer(unknownAnswer);
          else if (value !== first) onAnswer({ v: "pair", first: value, second: null });
        }}
      />
      {chosen !== undefined && chosen.choices.length > 0 && (
        <fieldset class="stack-s">
          <legend class="flabel">{t("dossiers.field.second", { label: option(chosen).label })}</legend>
          <RadioGroup
            options={chosen.choices.map(option)}
            value={answer?.v === "pair" ? (answer.second ?? undefined) : undefined}
            onChange={(second) => onAnswer({ v: "pair", first: chosen.id, second })}
            firstId={`${words.id}-second`}
            invalid={words.error !== undefined}
          />
        </fieldset>
      )}
    </Together>
  );
}

/** Two answers side by side. */
function Pair(props: Typed<"yesno" | "civility">) {
  const { field, answer, onAnswer } = props;
  const t = useT();
  const { words, look } = useLook(props);
  const isCivility = field.type === "civility";
  const options: readonly ChoiceOption<string>[] = isCivility
    ? [
        { value: "madame", label: t("common.question.madame") },
        { value: "monsieur", label: t("common.question.monsieur") },
      ]
    : [
        { value: YES, label: t("common.action.yes") },
        { value: NO, label: t("common.action.no") },
      ];
  const value =
    answer?.v === "unknown"
      ? UNKNOWN
      : answer?.v === "choice"
        ? answer.id
        : answer?.v === "yesno"
          ? answer.yes
            ? YES
            : NO
          : undefined;
  return (
    <Together alone={props.alone} words={words}>
      <RadioGroup
        {...look}
        columns={2}
        options={options}
        value={value}
        onChange={(picked) => {
          if (picked === UNKNOWN) onAnswer(unknownAnswer);
          else onAnswer(isCivility ? choiceAnswer(picked) : yesNoAnswer(picked === YES));
        }}
      />
    </Together>
  );
}

/** Its label is the sentence that is ticked. */
function OneBox(props: Typed<"checkbox">) {
  const { answer, onAnswer } = props;
  const { words } = useLook(props);
  return (
    <Together alone words={words}>
      <Checkbox
        id={words.id}
        checked={answer?.v === "yesno" && answer.yes}
        onChange={(checked) => onAnswer(yesNoAnswer(checked))}
        label={words.label}
        more={words.hint}
        invalid={words.error !== undefined}
      />
    </Together>
  );
}
