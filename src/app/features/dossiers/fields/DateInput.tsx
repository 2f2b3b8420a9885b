/** A date in three boxes. What is typed lives here as typed; what cannot be read yet is kept as it is. In the page. */
import { useState } from "preact/hooks";
import { dateAnswer, datePartsOf } from "../../../../forms/dates.ts";
import { unknownAnswer } from "../../../../forms/input.ts";
import { useT } from "../../../i18n/useT.ts";
import { DateField } from "../../../ui/Field.tsx";
import { type Typed, wordsOf } from "./shared.tsx";

export function DateInput(props: Typed<"date">) {
  const { field, answerKey, answer, onAnswer, onLeave, problems, alone } = props;
  // For its words: nothing around draws it again when the language changes.
  useT();
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
