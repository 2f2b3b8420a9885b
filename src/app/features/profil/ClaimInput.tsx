/**
 * What a claim of the profile is written into, by its kind: one box, three boxes of a date, choices, an address. Personal
 * fields all of them (INV-3). Runs in the page.
 */
import { useState } from "preact/hooks";
import type { Claim } from "../../../forms/claims.ts";
import { readTyped, typedOf } from "../../../forms/codec.ts";
import { dateAnswer, datePartsOf } from "../../../forms/dates.ts";
import { choiceAnswer, longTextAnswer } from "../../../forms/input.ts";
import type { AnswerValue, Field } from "../../../forms/model.ts";
import { checkAnswer } from "../../../forms/validity.ts";
import { tData, t as text } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { RadioGroup } from "../../ui/Choice.tsx";
import { DateField, TextArea, TextField } from "../../ui/Field.tsx";
import type { IconName } from "../../ui/icons/names.ts";
import { choiceName, claimName } from "./words.ts";

/** Id of the first box. */
export const FIRST = "champ-profil";

/** A day that nothing is after: what lies in the future is said by the form that asks. */
const farDay = "9999-12-31";

export interface Fault {
  /** Id of the box. */
  readonly field: string;
  readonly text: string;
}

/** What keeps the answer from being proposed anywhere; null: nothing. */
export function faultOf({ field }: Claim, answer: AnswerValue | null): Fault | null {
  if (answer === null) return null;
  const [problem] = checkAnswer(field, field.id, answer, farDay);
  if (problem === undefined) return null;
  const kind =
    field.type === "date" ? "date" : field.type === "email" ? "email" : field.type === "phone" ? "phone" : "code";
  return {
    field: field.type === "date" ? `${FIRST}-${problem.part ?? "day"}` : FIRST,
    text: text(`profil.wrong.${kind}`),
  };
}

interface ClaimInputProps {
  readonly claim: Claim;
  /** What is known so far. */
  readonly answer: AnswerValue | null;
  readonly error: Fault | undefined;
  /** Null: nothing is written. */
  readonly onAnswer: (answer: AnswerValue | null) => void;
}

export function ClaimInput(props: ClaimInputProps) {
  const { field } = props.claim;
  switch (field.type) {
    case "date":
      return <DateClaim {...props} />;
    case "choice":
      return (
        <ChoiceClaim
          {...props}
          ids={field.choices.map(({ id, icon }) => ({ id, icon: icon as IconName | undefined }))}
        />
      );
    case "civility":
      return <ChoiceClaim {...props} ids={[{ id: "madame" }, { id: "monsieur" }]} />;
    case "address":
      return <AddressClaim {...props} />;
    default:
      return <TextClaim {...props} field={field} />;
  }
}

const isCode = (field: Field): boolean => ["phone", "email", "iban", "formatted"].includes(field.type);
const LETTERS = 200;

function TextClaim({ claim, field, answer, error, onAnswer }: ClaimInputProps & { readonly field: Field }) {
  useT();
  const [typed, setTyped] = useState(() => typedOf(field, answer ?? undefined));
  // A place that keeps its name keeps its code.
  const read = (said: string): AnswerValue | null =>
    answer?.v === "place" && answer.name === said.trim() ? answer : readTyped(field, said);
  return (
    <TextField
      id={FIRST}
      label={claimName(claim.id)}
      labelHidden
      hint={tData("profil", `claims.${claim.id}.hint`)}
      error={error?.text}
      value={typed}
      maxLength={LETTERS}
      inputMode={field.type === "phone" ? "tel" : field.type === "email" ? "email" : undefined}
      ltr={isCode(field)}
      onChange={(said) => {
        setTyped(said);
        onAnswer(read(said));
      }}
    />
  );
}

function DateClaim({ claim, answer, error, onAnswer }: ClaimInputProps) {
  useT();
  const [parts, setParts] = useState(() => datePartsOf(answer ?? undefined));
  return (
    <DateField
      id={FIRST}
      legend={claimName(claim.id)}
      legendHidden
      hint={tData("profil", `claims.${claim.id}.hint`)}
      error={error?.text}
      value={parts}
      onChange={(next) => {
        setParts(next);
        onAnswer(dateAnswer(next, true));
      }}
    />
  );
}

function ChoiceClaim({
  claim,
  answer,
  onAnswer,
  ids,
}: ClaimInputProps & { readonly ids: readonly { readonly id: string; readonly icon?: IconName | undefined }[] }) {
  const held = answer?.v === "choice" ? answer.id : undefined;
  const [chosen, setChosen] = useState(held);
  // A choice of another version, or words of one's own, stay in sight until something else is chosen.
  const own = answer !== null && !ids.some(({ id }) => id === held);
  return (
    <fieldset class="stack-s">
      <legend class="sr">{claimName(claim.id)}</legend>
      {own && (
        <p>
          <bdi>{answer.v === "other" || answer.v === "text" ? answer.text : (held ?? "")}</bdi>
        </p>
      )}
      <RadioGroup
        firstId={FIRST}
        options={ids.map(({ id, icon }) => ({ value: id, label: choiceName(claim.id, id), icon }))}
        value={chosen}
        onChange={(id) => {
          setChosen(id);
          onAnswer(choiceAnswer(id));
        }}
      />
    </fieldset>
  );
}

const PARTS = ["street", "more", "postal", "city", "country"] as const;
type Parts = Omit<Extract<AnswerValue, { readonly v: "address" }>, "v">;
const NOWHERE: Parts = { street: "", more: "", postal: "", city: "", code: null, country: "" };

/** In parts, or in the words in which it was written. */
function AddressClaim({ claim, answer, onAnswer }: ClaimInputProps) {
  const t = useT();
  const [words, setWords] = useState(answer?.v === "text" ? answer.text : null);
  const [parts, setParts] = useState<Parts>(answer?.v === "address" ? answer : NOWHERE);
  if (words !== null)
    return (
      <TextArea
        id={FIRST}
        label={claimName(claim.id)}
        labelHidden
        hint={tData("profil", `claims.${claim.id}.hint`)}
        rows={4}
        value={words}
        onChange={(said) => {
          setWords(said);
          onAnswer(longTextAnswer(said));
        }}
      />
    );
  const change = (part: (typeof PARTS)[number], said: string): void => {
    const moved = part === "postal" || part === "city";
    const next: Parts = { ...parts, [part]: said, ...(moved ? { code: null } : {}) };
    setParts(next);
    const isBlank = PARTS.every((each) => next[each].trim() === "");
    onAnswer(isBlank ? null : { v: "address", ...next });
  };
  return (
    <fieldset class="stack">
      <legend class="sr">{claimName(claim.id)}</legend>
      {PARTS.map((part, at) => (
        <TextField
          key={part}
          id={at === 0 ? FIRST : `${FIRST}-${part}`}
          label={t(`profil.address.${part}`)}
          value={parts[part]}
          maxLength={LETTERS}
          ltr={part === "postal"}
          onChange={(said) => change(part, said)}
        />
      ))}
    </fieldset>
  );
}
