/**
 * Dates as people write them: three texts, month in digits or in words of three languages, parts left out. Pure.
 *
 * Surprising fact: what cannot be read is not thrown away. It is kept as a text answer "day/month/year", so that a crash
 * or a lock loses nothing, and the same parts come back to the three boxes.
 */

import { westernDigits } from "../shared/keys.ts";
import type { AnswerValue } from "./model.ts";

/** The three boxes, as typed. */
export interface DateParts {
  readonly day: string;
  readonly month: string;
  readonly year: string;
}

export type DatePart = "day" | "month" | "year";

export interface DateFault {
  readonly code:
    | "day-missing"
    | "month-missing"
    | "year-missing"
    | "day-range"
    | "month-range"
    | "year-digits"
    | "no-such-day"
    | "future";
  readonly part: DatePart;
}

const plain = (text: string): string =>
  westernDigits(text)
    .normalize("NFD")
    // Marks above and below letters: French accents, Arabic hamza and vowels.
    .replace(/[\u0300-\u036f\u064b-\u0655\u0670]/g, "")
    .replace(/[.\s]+/g, " ")
    .trim()
    .toLowerCase();

/** French, English, and the two families of Arabic names (Maghreb and Levant beside the usual ones). */
const monthNames: readonly (readonly string[])[] = [
  ["janvier", "january", "يناير", "جانفي", "كانون الثاني"],
  ["février", "february", "فبراير", "فيفري", "شباط"],
  ["mars", "march", "مارس", "آذار"],
  ["avril", "april", "أبريل", "أفريل", "نيسان"],
  ["mai", "may", "مايو", "ماي", "أيار"],
  ["juin", "june", "يونيو", "جوان", "حزيران"],
  ["juillet", "july", "يوليو", "جويلية", "يوليوز", "تموز"],
  ["août", "aout", "august", "أغسطس", "أوت", "غشت", "آب"],
  ["septembre", "september", "سبتمبر", "شتنبر", "أيلول"],
  ["octobre", "october", "أكتوبر", "تشرين الأول"],
  ["novembre", "november", "نوفمبر", "نونبر", "تشرين الثاني"],
  ["décembre", "december", "ديسمبر", "دجنبر", "كانون الأول"],
];
const plainNames: readonly (readonly string[])[] = monthNames.map((names) => names.map(plain));

/** 1 to 12, or undefined. A name may be cut after three letters if only one month begins so ("juil", not "jui"). */
function monthOf(text: string): number | undefined {
  const typed = plain(text);
  if (/^\d{1,2}$/.test(typed)) return Number(typed);
  const exact = plainNames.findIndex((names) => names.includes(typed));
  if (exact >= 0) return exact + 1;
  if (typed.length < 3) return undefined;
  const begin = plainNames.flatMap((names, place) => (names.some((name) => name.startsWith(typed)) ? [place + 1] : []));
  return begin.length === 1 ? begin[0] : undefined;
}

const digitsOf = (text: string): number | undefined => {
  const typed = plain(text);
  return /^\d{1,4}$/.test(typed) ? Number(typed) : undefined;
};

const pad = (value: number, width: number): string => String(value).padStart(width, "0");

export interface DateRule {
  /** The end may be left out: a year, or a year and a month. */
  readonly partial: boolean;
  /** Not after `today`. */
  readonly past: boolean;
  /** "YYYY-MM-DD"; without it `past` is not checked. */
  readonly today?: string;
}

const lengthOfMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** True when all that a date covers lies after `today`: as texts, "2026" comes before every day of 2026. */
const isFuture = (date: string, today: string): boolean => date > today;

/** Reads the three boxes. An empty list of faults with a date, or the faults, each with the box it belongs to. */
export function readDate(
  parts: DateParts,
  rule: DateRule,
): { readonly date: string; readonly faults: readonly DateFault[] } {
  const faults: DateFault[] = [];
  const [hasDay, hasMonth, hasYear] = [plain(parts.day) !== "", plain(parts.month) !== "", plain(parts.year) !== ""];
  const day = digitsOf(parts.day);
  const month = monthOf(parts.month);
  const year = digitsOf(parts.year);
  if (!hasDay && !rule.partial) faults.push({ code: "day-missing", part: "day" });
  if (hasDay && (day === undefined || day < 1 || day > 31)) faults.push({ code: "day-range", part: "day" });
  if (!hasMonth && (hasDay || !rule.partial)) faults.push({ code: "month-missing", part: "month" });
  if (hasMonth && (month === undefined || month < 1 || month > 12)) faults.push({ code: "month-range", part: "month" });
  if (!hasYear) faults.push({ code: "year-missing", part: "year" });
  // "84" could be a birth in 1884, 1984 or 2084: asking for four digits is safer than guessing.
  else if (year === undefined || year < 1800 || year > 2200) faults.push({ code: "year-digits", part: "year" });
  if (faults.length > 0 || year === undefined) return { date: "", faults };
  let date = pad(year, 4);
  if (hasMonth && month !== undefined) {
    date += `-${pad(month, 2)}`;
    if (hasDay && day !== undefined) {
      if (day > lengthOfMonth(year, month)) return { date: "", faults: [{ code: "no-such-day", part: "day" }] };
      date += `-${pad(day, 2)}`;
    }
  }
  if (rule.past && rule.today !== undefined && isFuture(date, rule.today)) {
    return { date, faults: [{ code: "future", part: "year" }] };
  }
  return { date, faults };
}

/**
 * The answer to store for three boxes: a date when it can be read, the typed text when it cannot (the engine then says
 * what to do), null when all are empty.
 */
export function dateAnswer(parts: DateParts, partial: boolean): AnswerValue | null {
  const [day, month, year] = [parts.day.trim(), parts.month.trim(), parts.year.trim()];
  if (day === "" && month === "" && year === "") return null;
  const { date, faults } = readDate({ day, month, year }, { partial, past: false });
  return faults.length === 0 ? { v: "date", date } : { v: "text", text: `${day}/${month}/${year}` };
}

/** What to put back into the three boxes. */
export function datePartsOf(answer: AnswerValue | undefined): DateParts {
  if (answer?.v === "date") {
    const [year = "", month = "", day = ""] = answer.date.split("-");
    return { day: day.replace(/^0/, ""), month: month.replace(/^0/, ""), year };
  }
  const typed = answer?.v === "text" ? answer.text.split("/") : [];
  return { day: typed[0] ?? "", month: typed[1] ?? "", year: typed.slice(2).join("/") };
}
