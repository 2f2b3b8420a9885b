/** A claim of the profile in words of the language shown. Runs in the page; needs the area "profil". */
import { addressLines, typedOf } from "../../../forms/codec.ts";
import type { AnswerValue, Field } from "../../../forms/model.ts";
import { shownAnswer } from "../../../forms/show.ts";
import { CIVILITIES, type Civility } from "../../i18n/answer-text.ts";
import { formatCalendarDate, formatClock, formatNumber } from "../../i18n/format.ts";
import { t, tData } from "../../i18n/i18n.ts";

/** Its own name; that of a claim which this version does not know says so. */
export const claimName = (claim: string): string =>
  tData("profil", `claims.${claim}.name`) ?? t("profil.unknownClaim", { claim });

/** One choice of a claim. */
export const choiceName = (claim: string, id: string): string =>
  tData("profil", `choices.${claim}.${id}`) ?? (Object.hasOwn(CIVILITIES, id) ? t(CIVILITIES[id as Civility]) : id);

/** What is known, to read. Numbers and codes are grouped as people write them. */
export function claimText(claim: string, field: Field | undefined, answer: AnswerValue): string {
  if (answer.v === "text" && field !== undefined && field.type !== "date") return typedOf(field, answer);
  if (answer.v === "address") return addressLines(answer);
  return shownAnswer(answer, {
    choice: (id) => choiceName(claim, id),
    date: formatCalendarDate,
    time: formatClock,
    number: (number) => formatNumber(Number(number), 6),
    yes: t("common.action.yes"),
    no: t("common.action.no"),
    unknown: t("common.question.unknown"),
    signed: t("common.question.signed"),
    between: "\n",
  });
}
