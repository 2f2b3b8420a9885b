/** The French of a form's words and of dates, whatever language the desk is shown in. Runs in the page. */

import type { DataArea } from "../i18n/catalogue.ts";
import { tData, tFrench } from "../i18n/i18n.ts";

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

/** A canonical decimal as "1 234,5". */
export const frenchNumber = (number: string): string =>
  new Intl.NumberFormat("fr-FR", { maximumFractionDigits: 6 }).format(Number(number));
