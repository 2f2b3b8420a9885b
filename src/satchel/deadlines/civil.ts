/**
 * Dates of the calendar, as texts "YYYY-MM-DD": no hour, no time zone, no drift. Pure.
 *
 * Surprising fact: no `Date` is used. One of midnight in Paris is the day before in UTC, and the day when clocks change has
 * 23 hours; days counted as whole numbers know neither.
 */
import { assert } from "../../shared/assert.ts";
import type { PartialDate } from "../model.ts";

/** "2028-02-29". As texts they sort as they follow each other. */
export type CivilDate = string;

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days of a month, 1 to 12. */
export const monthLength = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (lengths[month - 1] ?? 0);

const pad = (value: number, width: number): string => String(value).padStart(width, "0");
const textOf = ({ year, month, day }: Parts): CivilDate => `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;

const written = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

/** The first and the last day that a date covers; undefined when it is none. "2026-02" is 1 to 28 February. */
export function covered(date: PartialDate): { readonly first: CivilDate; readonly last: CivilDate } | undefined {
  const [, years, months, days] = written.exec(date) ?? [];
  if (years === undefined) return undefined;
  const year = Number(years);
  const month = months === undefined ? undefined : Number(months);
  const day = days === undefined ? undefined : Number(days);
  if (month !== undefined && (month < 1 || month > 12)) return undefined;
  if (day !== undefined && (day < 1 || day > monthLength(year, month ?? 1))) return undefined;
  const lastMonth = month ?? 12;
  return {
    first: textOf({ year, month: month ?? 1, day: day ?? 1 }),
    last: textOf({ year, month: lastMonth, day: day ?? monthLength(year, lastMonth) }),
  };
}

/** A whole date that exists. */
export const isCivilDate = (text: string): boolean => text.length === 10 && covered(text) !== undefined;

function partsOf(date: CivilDate): Parts {
  assert(isCivilDate(date), "a civil date is a day that exists");
  const [year, month, day] = date.split("-").map(Number);
  return { year: year ?? 0, month: month ?? 0, day: day ?? 0 };
}

/** Whole days since 1 January 1970 (the usual count of days in the Gregorian calendar, by eras of 400 years). */
export function dayNumber(date: CivilDate): number {
  const { year, month, day } = partsOf(date);
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The day with that number. */
export function civilDate(days: number): CivilDate {
  const shifted = Math.trunc(days) + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return textOf({ year, month, day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1 });
}

export const addDays = (date: CivilDate, days: number): CivilDate => civilDate(dayNumber(date) + days);

/** `to` minus `from`, in days. */
export const daysBetween = (from: CivilDate, to: CivilDate): number => dayNumber(to) - dayNumber(from);

const monthsOn = ({ year, month }: Parts, months: number): { readonly year: number; readonly month: number } => {
  const count = year * 12 + month - 1 + months;
  return { year: Math.floor(count / 12), month: (count % 12) + 1 };
};

/** The same day so many months later (or earlier); where that month has no such day, its last one. */
export function addMonths(date: CivilDate, months: number): CivilDate {
  const parts = partsOf(date);
  const on = monthsOn(parts, months);
  return textOf({ ...on, day: Math.min(parts.day, monthLength(on.year, on.month)) });
}

/**
 * The last day of something that lasts so many months from `start` on: the day before the same day. What begins on 29
 * February ends a year later on 28 February.
 */
export function lastDayOfTerm(start: CivilDate, months: number): CivilDate {
  const parts = partsOf(start);
  const on = monthsOn(parts, months);
  const length = monthLength(on.year, on.month);
  return parts.day > length ? textOf({ ...on, day: length }) : addDays(textOf({ ...on, day: parts.day }), -1);
}

/** First and last day of the month that is `months` after the one of `date`. */
export function monthOf(date: CivilDate, months = 0): { readonly first: CivilDate; readonly last: CivilDate } {
  const on = monthsOn(partsOf(date), months);
  return { first: textOf({ ...on, day: 1 }), last: textOf({ ...on, day: monthLength(on.year, on.month) }) };
}

/** Weeks begin on Monday and are counted from the one of 29 December 1969. A number that says little by itself. */
export const weekNumber = (date: CivilDate): number => Math.floor((dayNumber(date) + 3) / 7);

/** The Monday of a week. */
export const weekStart = (week: number): CivilDate => civilDate(week * 7 - 3);

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * The date on a wall calendar at that instant.
 * @param minutesEast of the place: 60 in Paris in winter, 120 in summer (`-new Date(now).getTimezoneOffset()`).
 */
export const civilDateAt = (now: number, minutesEast: number): CivilDate =>
  civilDate(Math.floor((now + minutesEast * minuteMs) / dayMs));
