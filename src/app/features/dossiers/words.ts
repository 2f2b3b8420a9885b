/**
 * Words of forms and answers, in the language shown. Runs in the page; needs the area of the form, see useDossier.tsx.
 * A form is data, so its words are named by data: `form-<procedure>` and a key.
 */
import { isProcedureId } from "../../../forms/catalogue/index.ts";
import { typedOf } from "../../../forms/codec.ts";
import { datePartsOf } from "../../../forms/dates.ts";
import type { Problem } from "../../../forms/engine.ts";
import type { AnswerValue, Field, Form } from "../../../forms/model.ts";
import type { DeployedOrganisation, Deployment } from "../../../workers/satchel.contract.ts";
import { answerText as shownWords, unitOf } from "../../i18n/answer-text.ts";
import type { DataArea } from "../../i18n/catalogue.ts";
import { formatCalendarDate, formatDate, formatNumber, formatTime } from "../../i18n/format.ts";
import { language, t, tData, tFrench } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";

export const formArea = (procedure: string): DataArea => `form-${procedure}`;

/** The text of a form's key, nothing when the form has no such text. */
export const formText = (procedure: string, key: string): string | undefined => tData(formArea(procedure), key);

/** The French of the same key, where another language is shown. */
export const frenchText = (procedure: string, key: string): string | undefined => tFrench(formArea(procedure), key);

/** The name of a question in French, whatever is shown. */
export const inOwnFrench = (form: Form, field: Field): string =>
  frenchText(form.id, `${field.id}.label`) ?? formText(form.id, `${field.id}.label`) ?? "";

/** The name of a procedure; one of a newer version is named as such. */
export const procedureTitle = (procedure: string): string =>
  (isProcedureId(procedure) ? tData("procedures", `${procedure}.title`) : undefined) ??
  formText(procedure, "title") ??
  t("dossiers.unknown.title");

/** A name or number that keeps its own direction, with a non-breaking date: "21 novembre 2026 à 14 h 12". */
export const moment = (at: number): string => t("dossiers.moment", { date: formatDate(at), time: formatTime(at) });

/** Kinds of answers that a person writes: "3 rue du Pont" keeps its order in a text that runs the other way. */
const ownWords: readonly AnswerValue["v"][] = ["other", "place", "address"];

/** An answer in words, several choices one to a line; nothing for a hole. */
export function answerText(form: Form, field: Field, answer: AnswerValue | null | undefined): string | null {
  if (answer === null || answer === undefined) return null;
  if (answer.v === "number") {
    const unit = unitText(form, field);
    const number = shownWords(form.id, field.id, answer, "\n");
    return unit === undefined ? number : `${number}\u00a0${unit}`;
  }
  if (answer.v !== "text") {
    const said = shownWords(form.id, field.id, answer, "\n");
    return ownWords.includes(answer.v) ? isolated(said) : said;
  }
  if (field.type === "date") {
    const { day, month, year } = datePartsOf(answer);
    return [day, month, year].filter((part) => part !== "").join(" ");
  }
  return isolated(typedOf(field, answer));
}

/** What to do about a problem, by its code; the same words in the summary and beside the field. */
export function problemText(form: Form, { field, code, max = 0, min = 0, bound = "", message }: Problem): string {
  const label = formText(form.id, `${field}.label`) ?? "";
  if (code === "constraint") {
    return formText(form.id, `${field}.problems.${message}`) ?? t("dossiers.problem.choice", { label });
  }
  if (code === "too-few-rows") return t("dossiers.problem.too-few-rows", { count: max });
  return t(`dossiers.problem.${code === "decimals" && max === 0 ? "whole-number" : code}`, {
    label,
    max: formatNumber(max, 6),
    min: formatNumber(min, 6),
    day: bound === "" ? "" : formatCalendarDate(bound.slice(0, 10)),
  });
}

/** What stands behind a number of this field: "€", or a word of the form. */
export const unitText = (form: Form, field: Field): string | undefined =>
  unitOf(field, () => formText(form.id, `${field.id}.unit`));

const choiceIds = (field: Field): readonly string[] => {
  if (field.type !== "choice" && field.type !== "choices" && field.type !== "linked") return [];
  return field.choices.map((choice) => choice.id);
};

/** What is read aloud of a field: its name, its hint, what can be chosen, what is signed. Never an answer. */
export const spokenField = (form: Form, field: Field): readonly (string | undefined)[] => [
  formText(form.id, `${field.id}.label`),
  formText(form.id, `${field.id}.hint`),
  ...choiceIds(field).map((id) => formText(form.id, `${field.id}.choices.${id}`)),
  "other" in field && field.other === true
    ? (formText(form.id, `${field.id}.other`) ?? t("dossiers.field.other"))
    : undefined,
  ...(field.type === "civility" ? [t("common.question.madame"), t("common.question.monsieur")] : []),
  field.type === "signature" ? formText(form.id, `${field.id}.declaration`) : undefined,
  "unknown" in field && field.unknown ? t("common.question.unknown") : undefined,
];

/** Id of the field of an answer, for labels and for the links of a summary. */
export const fieldId = (key: string): string => `champ-${key.replace(/\//g, "-")}`;

/** Id of what a problem is about: the box of a date, else the field. */
export const problemId = ({ key, part }: Problem): string =>
  part === undefined ? fieldId(key) : `${fieldId(key)}-${part}`;

export const organisationOf = (deployment: Deployment | null, slug: string): DeployedOrganisation | undefined =>
  deployment?.organisations.find((each) => each.slug === slug);

/** The name of who receives, isolated in a text of another direction. */
export const deskName = (organisation: DeployedOrganisation | undefined): string =>
  organisation === undefined ? t("dossiers.desk.unnamed") : isolated(organisation.name);

/** What follows "Envoyer": French has the article in deployment.json, other languages take the name. */
export function sendTo(organisation: DeployedOrganisation | undefined): string {
  if (organisation === undefined) return t("dossiers.desk.toUnnamed");
  return language() === "fr" ? organisation.sendTo : isolated(organisation.name);
}
