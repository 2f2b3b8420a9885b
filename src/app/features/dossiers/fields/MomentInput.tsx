/** A date and a time of day. What cannot be read yet is kept as typed. In the page. */
import { useState } from "preact/hooks";
import { dateTimeAnswer } from "../../../../forms/codec.ts";
import { type DateParts, dateAnswer, datePartsOf } from "../../../../forms/dates.ts";
import { unknownAnswer } from "../../../../forms/input.ts";
import type { AnswerValue } from "../../../../forms/model.ts";
import { useT } from "../../../i18n/useT.ts";
import { Checkbox } from "../../../ui/Choice.tsx";
import { DateField, TextField } from "../../../ui/Field.tsx";
import { Together, type Typed, wordsOf } from "./shared.tsx";

interface Moment {
  readonly parts: DateParts;
  readonly time: string;
}

/** A part of a date, as far as it could be read. */
const partsOf = (date: string): DateParts =>
  datePartsOf(/^[\d-]+$/.test(date) ? { v: "date", date } : { v: "text", text: date });

/** What codec.ts keeps of a moment that cannot be read: a day, or its three boxes between slashes, then the time; either may be absent. */
const TYPED = /^(?:(\d{4}-\d\d-\d\d|.*\/.*\/\S*)(?: |$))?(.*)$/s;

function momentOf(answer: AnswerValue | undefined): Moment {
  if (answer?.v === "datetime") return { parts: partsOf(answer.at.slice(0, 10)), time: answer.at.slice(11) };
  const [, date = "", time = ""] = TYPED.exec(answer?.v === "text" ? answer.text : "") ?? [];
  return { parts: partsOf(date), time };
}

const momentAnswer = ({ parts, time }: Moment): AnswerValue | null => dateTimeAnswer(dateAnswer(parts, false), time);

export function MomentInput(props: Typed<"datetime">) {
  const { field, answer, onAnswer, onLeave } = props;
  const t = useT();
  const words = wordsOf(props);
  const [moment, setMoment] = useState(() => momentOf(answer));
  const isUnknown = answer?.v === "unknown";
  const change = (next: Moment): void => {
    setMoment(next);
    onAnswer(momentAnswer(next));
  };
  return (
    <Together alone={props.alone} words={words}>
      <DateField
        legend={t("fields.moment.day")}
        id={words.id}
        value={isUnknown ? { day: "", month: "", year: "" } : moment.parts}
        onChange={(parts) => change({ ...moment, parts })}
        onLeave={onLeave}
      />
      <TextField
        id={`${words.id}-time`}
        label={t("fields.moment.time")}
        hint={t("fields.moment.timeHint")}
        value={isUnknown ? "" : moment.time}
        maxLength={12}
        ltr
        onChange={(time) => change({ ...moment, time })}
        onLeave={onLeave}
      />
      {field.unknown && (
        <Checkbox
          checked={isUnknown}
          onChange={(checked) => onAnswer(checked ? unknownAnswer : momentAnswer(moment))}
          label={t("dossiers.field.unknown", { label: words.label })}
          icon="je-ne-sais-pas"
        />
      )}
    </Together>
  );
}
