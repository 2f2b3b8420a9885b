/** The French of a form's words, answers and dates, whatever language is shown: for who receives a dossier. In the page. */
import { typedOf } from "../../forms/codec.ts";
import { isDecimal } from "../../forms/decimal.ts";
import type { AnswerValue, Field } from "../../forms/model.ts";
import { countryName } from "../../forms/places/countries.ts";
import { shownAnswer } from "../../forms/show.ts";
import { CIVILITIES, type Civility, unitOf } from "./answer-text.ts";
import type { DataArea } from "./catalogue.ts";
import { inFrench, tData, tFrench } from "./i18n.ts";

/** The French text of `key`; the key itself when this version of the form does not know it. */
export const french = (area: DataArea, key: string): string => tFrench(area, key) ?? tData(area, key) ?? key;

/** True when the form's words hold `key`. */
export const knows = (area: DataArea, key: string): boolean => tData(area, key) !== undefined;

const CALENDAR_DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

/** "1984-07-12" as "12 juillet 1984"; "1984-07" as "juillet 1984"; "1984" and what is no date as they are. */
export function frenchDate(date: string): string {
  const match = CALENDAR_DATE.exec(date);
  if (match === null) return date;
  const [, year, month, day] = match;
  if (month === undefined) return date;
  const moment = new Date(0);
  moment.setUTCFullYear(Number(year), Number(month) - 1, day === undefined ? 1 : Number(day));
  if (!moment.toISOString().startsWith(date)) return date;
  const options: Intl.DateTimeFormatOptions = { month: "long", year: "numeric", timeZone: "UTC" };
  const text = new Intl.DateTimeFormat("fr-FR", day === undefined ? options : { ...options, day: "numeric" }).format(
    moment,
  );
  return text.replace(/^1(?=\s)/, "1er").replace(/ /g, "\u00a0");
}

/** A moment (milliseconds) as "21 novembre 2026", in this computer's time zone. */
export const frenchDay = (at: number): string =>
  new Intl.DateTimeFormat("fr-FR", { day: "numeric", month: "long", year: "numeric" })
    .format(at)
    .replace(/^1(?=\s)/, "1er")
    .replace(/ /g, "\u00a0");

/** A canonical decimal as "1 234,5"; anything else as it is. */
export const frenchNumber = (number: string): string =>
  isDecimal(number) ? new Intl.NumberFormat("fr-FR", { maximumFractionDigits: 6 }).format(Number(number)) : number;

function choiceText(area: DataArea, field: string, id: string): string {
  const key = `${field}.choices.${id}`;
  if (knows(area, key)) return french(area, key);
  return Object.hasOwn(CIVILITIES, id) ? inFrench(CIVILITIES[id as Civility]) : id;
}

/** An answer in French, a number with its unit, a code in groups. `field`: its id alone for a question of another version. */
export function frenchAnswer(area: DataArea, field: Field | string, answer: AnswerValue): string {
  const id = typeof field === "string" ? field : field.id;
  const text = shownAnswer(answer, {
    choice: (choice) => choiceText(area, id, choice),
    date: frenchDate,
    time: (time) => time.replace(":", "\u00a0h\u00a0"),
    number: frenchNumber,
    yes: inFrench("common.action.yes"),
    no: inFrench("common.action.no"),
    unknown: inFrench("common.question.unknown"),
    signed: inFrench("common.question.signed"),
    between: "\u00a0; ",
  });
  if (typeof field === "string") return text;
  // It was chosen from names in the person's language, and is kept so; its code says it in any.
  if (field.type === "country" && answer.v === "place" && answer.code !== null)
    return countryName(answer.code, "fr") ?? text;
  if (answer.v === "text" && CODES.has(field.type)) return typedOf(field, answer);
  const unit = unitOf(field, () => french(area, `${field.id}.unit`));
  return unit === undefined || answer.v !== "number" ? text : `${text}\u00a0${unit}`;
}

const CODES: ReadonlySet<Field["type"]> = new Set(["iban", "siret", "formatted"]);
