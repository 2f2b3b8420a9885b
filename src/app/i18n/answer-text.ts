/** An answer in words of the language shown, by its labels; what this version has no label for is written by its id. In the page. */
import { isDecimal } from "../../forms/decimal.ts";
import type { Field } from "../../forms/model.ts";
import { shownAnswer } from "../../forms/show.ts";
import type { AnswerValue } from "../../satchel/model.ts";
import type { DataArea } from "./catalogue.ts";
import { formatCalendarDate, formatClock, formatNumber } from "./format.ts";
import { t, tData } from "./i18n.ts";

/** Of fields of the type "civility": their words are the application's. */
export const CIVILITIES = { madame: "common.question.madame", monsieur: "common.question.monsieur" } as const;
export type Civility = keyof typeof CIVILITIES;

/** Signs that every language writes so. */
const UNITS = { euro: "€", percent: "%", m2: "m²", km: "km" } as const;

/** What stands behind a number of this field; `own`: the word of the form. */
export function unitOf(field: Field, own: () => string | undefined): string | undefined {
  const unit = "unit" in field ? field.unit : undefined;
  return unit === undefined ? undefined : unit === "own" ? own() : UNITS[unit];
}

/** A number as an answer holds it; what is none is left as it is: it may come from somebody else's device. */
export const decimalShown = (number: string): string => (isDecimal(number) ? formatNumber(Number(number), 6) : number);

/** @param between stands between several choices. */
export function answerText(procedure: string, field: string, answer: AnswerValue, between: string): string {
  const area: DataArea = `form-${procedure}`;
  return shownAnswer(answer, {
    choice: (id) =>
      tData(area, `${field}.choices.${id}`) ?? (Object.hasOwn(CIVILITIES, id) ? t(CIVILITIES[id as Civility]) : id),
    date: formatCalendarDate,
    time: formatClock,
    number: decimalShown,
    yes: t("common.action.yes"),
    no: t("common.action.no"),
    unknown: t("common.question.unknown"),
    signed: t("common.question.signed"),
    between,
  });
}
