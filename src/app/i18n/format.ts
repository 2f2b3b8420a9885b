/**
 * Dates, times, sizes and numbers as people say them, in the language shown. Western digits everywhere, in Arabic too.
 * Runs in the page. Spaces are non-breaking where a line may not end.
 */
import { language, t } from "./i18n.ts";
import { languageInfo } from "./languages.ts";
import { remembered } from "./remembered.ts";

/** `long` 23 novembre 2026; `day` lundi 23 novembre; `full` lundi 23 novembre 2026; `short` 3 nov.; `weekday` lundi. */
export type DateStyle = "long" | "day" | "full" | "short" | "weekday" | "month";

const OPTIONS: Readonly<Record<DateStyle, Intl.DateTimeFormatOptions>> = {
  long: { day: "numeric", month: "long", year: "numeric" },
  day: { weekday: "long", day: "numeric", month: "long" },
  full: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  short: { day: "numeric", month: "short" },
  weekday: { weekday: "long" },
  month: { month: "long", year: "numeric" },
};

const CALENDAR_DATE = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/;

const locale = (): string => languageInfo(language()).locale;

const dateFormat = remembered(
  (tag: string, style: DateStyle, timeZone: string | undefined, _offset: number) =>
    new Intl.DateTimeFormat(tag, { ...OPTIONS[style], ...inZone(timeZone) }),
);
const timeFormat = remembered(
  (timeZone: string | undefined, _offset: number) =>
    new Intl.DateTimeFormat("en-GB", {
      hour: "numeric",
      minute: "numeric",
      hourCycle: "h23",
      ...inZone(timeZone),
    }),
);
const numberFormat = remembered(
  (tag: string, maximumFractionDigits: number) => new Intl.NumberFormat(tag, { maximumFractionDigits }),
);
const listFormat = remembered((tag: string) => new Intl.ListFormat(tag, { type: "conjunction" }));

function inZone(timeZone: string | undefined): Intl.DateTimeFormatOptions {
  return timeZone === undefined ? {} : { timeZone };
}

/** A formatter of the device's own zone is for one offset: a phone crosses borders while the page stays open. */
const offsetOf = (date: Date, timeZone: string | undefined): number =>
  timeZone === undefined ? date.getTimezoneOffset() : 0;

/**
 * A day stays with its month. A line may end after the weekday and before the year: at twice the text size a whole date
 * is wider than a narrow screen, and what may not break at a space breaks inside "2026".
 */
const unbroken = (text: string): string =>
  text
    .replace(/ /g, "\u00a0")
    .replace(/\u00a0(?=\d{4}$)/, " ")
    .replace(/^([^\d\u00a0]+)\u00a0(?=\d)/, "$1 ");

function said(date: Date, style: DateStyle, timeZone: string | undefined): string {
  const text = dateFormat(locale(), style, timeZone, offsetOf(date, timeZone)).format(date);
  const plain = language() === "fr" ? text.replace(/(^|\s)1(?=\s\p{L})/u, "$11er") : text;
  return unbroken(plain);
}

/** A moment (milliseconds since the epoch) as a date, in `timeZone` or in this device's own. */
export function formatDate(at: number, style: DateStyle = "long", timeZone?: string): string {
  return said(new Date(at), style, timeZone);
}

/**
 * A date without a time ("2026-10-12", or "2026-10" for a month) as written on a paper; the same in every time zone. What is
 * no day of any calendar is left as it is: it may come from somebody else's device.
 */
export function formatCalendarDate(date: string, style: DateStyle = "long"): string {
  const match = CALENDAR_DATE.exec(date);
  if (match === null) return date;
  const [, year, month, day] = match;
  const moment = new Date(0);
  moment.setUTCFullYear(Number(year), Number(month) - 1, day === undefined ? 1 : Number(day));
  if (!moment.toISOString().startsWith(date)) return date;
  return said(moment, day === undefined ? "month" : style, "UTC");
}

function clockText(hours: number, minutes: number): string {
  if (language() !== "fr") return `${hours}:${String(minutes).padStart(2, "0")}`;
  return minutes === 0 ? `${hours}\u00a0h` : `${hours}\u00a0h\u00a0${String(minutes).padStart(2, "0")}`;
}

/** A moment as a time of day: 14 h 12, 9 h; 14:12 in other languages. */
export function formatTime(at: number, timeZone?: string): string {
  const date = new Date(at);
  const parts = timeFormat(timeZone, offsetOf(date, timeZone)).formatToParts(date);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0);
  return clockText(part("hour"), part("minute"));
}

/** A time of day written "09:00" or "14:30", as opening hours are; anything else as it is. */
export function formatClock(time: string): string {
  const [, hours, minutes] = /^(\d{1,2})(?::(\d\d))?$/.exec(time) ?? [];
  return hours === undefined ? time : clockText(Number(hours), Number(minutes ?? 0));
}

/** 1 234,5 in French. */
export function formatNumber(value: number, maximumFractionDigits = 2): string {
  return numberFormat(locale(), maximumFractionDigits).format(value);
}

/** A size in Ko, Mo or Go (1 Ko = 1000 bytes): whole Ko, one decimal above; never "0 Ko" for something. */
export function formatBytes(bytes: number): string {
  if (bytes >= 999_950_000) return t("common.size.gb", { n: formatNumber(bytes / 1_000_000_000, 1) });
  if (bytes >= 999_500) return t("common.size.mb", { n: formatNumber(bytes / 1_000_000, 1) });
  return t("common.size.kb", { n: formatNumber(bytes === 0 ? 0 : Math.max(1, Math.round(bytes / 1000)), 0) });
}

/** "identité, logement et santé". */
export function formatList(items: readonly string[]): string {
  return listFormat(locale()).format(items);
}
