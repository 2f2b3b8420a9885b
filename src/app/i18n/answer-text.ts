/** An answer in words of the language shown, by its labels; what this version has no label for is written by its id. In the page. */
import type { AnswerValue } from "../../satchel/model.ts";
import type { DataArea } from "./catalogue.ts";
import { formatCalendarDate } from "./format.ts";
import { t, tData } from "./i18n.ts";

/** @param between stands between several choices. */
export function answerText(procedure: string, field: string, answer: AnswerValue, between: string): string {
  const area: DataArea = `form-${procedure}`;
  const choice = (id: string): string => tData(area, `${field}.choices.${id}`) ?? id;
  switch (answer.v) {
    case "text":
      return answer.text;
    case "choice":
      return choice(answer.id);
    case "choices":
      return answer.ids.map(choice).join(between);
    case "date":
      return formatCalendarDate(answer.date);
    case "yesno":
      return t(answer.yes ? "common.action.yes" : "common.action.no");
    case "unknown":
      return t("common.question.unknown");
  }
}
