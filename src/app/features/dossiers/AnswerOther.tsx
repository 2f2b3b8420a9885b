/** The answer that another device gave to the same question, under the field. Runs in the page; settled by one tap. */
import type { AnswerValue, Field, Form } from "../../../forms/model.ts";
import type { DossierRecord } from "../../../satchel/model.ts";
import { otherAt } from "../../../satchel/others.ts";
import type { RecordId } from "../../../shared/ids.ts";
import { OtherBox } from "../../state/Others.tsx";
import { answerText } from "./words.ts";

export interface AnswerOtherProps {
  readonly form: Form;
  readonly record: DossierRecord;
  readonly id: RecordId;
  readonly field: Field;
  /** The field, or the field in a row. */
  readonly answerKey: string;
  readonly before: () => Promise<unknown>;
  readonly after: () => void;
}

export const AnswerOther = ({ form, record, id, field, answerKey, before, after }: AnswerOtherProps) => (
  <OtherBox
    id={id}
    other={otherAt(record, `answers.${answerKey}`)}
    show={(value) => answerText(form, field, value as AnswerValue)}
    before={before}
    after={after}
  />
);
