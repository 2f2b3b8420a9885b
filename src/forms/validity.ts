/**
 * What is wrong with one answer, by the type of its field. Pure. Asked on "Continuer" only, never while somebody types.
 *
 * Surprising fact: an answer that cannot be read as its type is a "text" that was kept; it is wrong in a way that says what
 * to mend, and never refused.
 */

import { type DateParts, datePartsOf, readDate } from "./dates.ts";
import { decimalOf, readDecimal } from "./decimal.ts";
import { spanOf } from "./expr.ts";
import { compact, formatFault, maskFits } from "./formats.ts";
import { isEmail, isPhone } from "./input.ts";
import type { AnswerValue, Field } from "./model.ts";

export type ProblemCode =
  /** Useful to the receiver and not answered. */
  | "missing"
  | "too-long"
  | "phone"
  | "email"
  /** The answer is not one of the choices (any more), or of another type. */
  | "choice"
  /** "Autre" without words. */
  | "other-words"
  /** "Aucune" beside another choice. */
  | "none-alone"
  /** The second level of a linked list. */
  | "second"
  | "number"
  | "whole-number"
  /** `min` or `max` is the bound. */
  | "too-small"
  | "too-large"
  /** `max` digits after the comma. */
  | "decimals"
  /** Letters and digits that do not fit the shape. */
  | "format"
  /** The shape fits and the check key does not: one character was mistyped. */
  | "key"
  | "time"
  /** `bound`: the first or last day that is possible. */
  | "too-early"
  | "too-late"
  /** `max` is how many rows are needed at least. */
  | "too-few-rows"
  | "too-many-rows"
  | "too-many-papers"
  /** `message`: word key under `<field>.problems`. */
  | "constraint"
  | "day-missing"
  | "month-missing"
  | "year-missing"
  | "day-range"
  | "month-range"
  | "year-digits"
  | "no-such-day"
  | "future"
  | "past";

export interface Problem {
  /** Key of the answer (or id of the repeat, or of the requirement). */
  readonly key: string;
  readonly field: string;
  readonly code: ProblemCode;
  /** The box of a date. */
  readonly part?: "day" | "month" | "year";
  /** Letters, rows, papers, digits or value allowed. */
  readonly max?: number;
  readonly min?: number;
  /** "YYYY-MM-DD". */
  readonly bound?: string;
  readonly message?: string;
}

const blankParts = (parts: DateParts): boolean => parts.day === "" && parts.month === "" && parts.year === "";

const boundShape = /^today(?:([+-])(\d{1,4})([dmy]))?$/;

/** A bound as a day; undefined where it is no bound. Months and years end on the last day that exists. */
export function dayOfBound(bound: string, today: string): string | undefined {
  const match = boundShape.exec(bound);
  if (match === null) return /^\d{4}-\d\d-\d\d$/.test(bound) && spanOf(bound) !== undefined ? bound : undefined;
  const [, sign, count = "0", unit] = match;
  const by = Number(count) * (sign === "-" ? -1 : 1);
  const [year = 0, month = 1, day = 1] = today.split("-").map(Number);
  const at = new Date(0);
  if (unit === "d" || unit === undefined) at.setUTCFullYear(year, month - 1, day + by);
  else {
    const months = unit === "y" ? by * 12 : by;
    at.setUTCFullYear(year, month - 1 + months + 1, 0);
    if (at.getUTCDate() > day) at.setUTCDate(day);
  }
  return at.toISOString().slice(0, 10);
}

/** What is wrong with one answer; empty when nothing is. `today`: "YYYY-MM-DD". Never throws. */
export function checkAnswer(
  field: Field,
  key: string,
  answer: AnswerValue | undefined,
  today: string,
): readonly Problem[] {
  const problem = (code: ProblemCode, more: Partial<Problem> = {}): readonly Problem[] => [
    { key, field: field.id, code, ...more },
  ];
  if (field.type === "info" || field.type === "calc") return [];
  if (answer?.v === "unknown" && field.unknown) return [];
  const missing = (): readonly Problem[] => (field.required ? problem("missing") : []);
  if (answer === undefined || (answer.v === "unknown" && !field.unknown)) {
    return field.type === "repeat" ? [] : missing();
  }
  if (answer.v === "text" && answer.text.trim() === "") return missing();

  /** Wholly before the first day or after the last that may be. */
  const within = (value: string, rule: { readonly min?: string; readonly max?: string }): readonly Problem[] => {
    const span = spanOf(value);
    const [min, max] = [rule.min, rule.max].map((bound) =>
      bound === undefined ? undefined : dayOfBound(bound, today),
    );
    if (min !== undefined && span !== undefined && span.to < (spanOf(min)?.from ?? 0)) {
      return problem("too-early", { bound: min });
    }
    if (max !== undefined && span !== undefined && span.from > (spanOf(max)?.to ?? 0)) {
      return problem("too-late", { bound: max });
    }
    return [];
  };

  switch (field.type) {
    case "text":
    case "longText":
    case "phone":
    case "email": {
      if (answer.v !== "text") return problem("choice");
      if (Array.from(answer.text).length > field.maxLength) return problem("too-long", { max: field.maxLength });
      if (field.type === "phone" && !isPhone(answer.text)) return problem("phone");
      if (field.type === "email" && !isEmail(answer.text)) return problem("email");
      return [];
    }
    case "integer":
    case "decimal": {
      const number = answer.v === "number" ? answer.number : answer.v === "text" ? readDecimal(answer.text) : undefined;
      const value = number === undefined ? undefined : decimalOf(number);
      if (number === undefined || value === undefined) return problem("number");
      const digits = number.split(".")[1]?.length ?? 0;
      if (field.type === "integer" && digits > 0) return problem("whole-number");
      const decimals = field.type === "decimal" ? (field.decimals ?? 2) : 0;
      if (digits > decimals) return problem("decimals", { max: decimals });
      if (field.min !== undefined && Number(number) < field.min) return problem("too-small", { min: field.min });
      if (field.max !== undefined && Number(number) > field.max) return problem("too-large", { max: field.max });
      return [];
    }
    case "formatted":
    case "iban":
    case "siret": {
      if (answer.v !== "text") return problem("choice");
      const value = compact(answer.text);
      if (field.type === "formatted" && field.masks !== undefined)
        return maskFits(field.masks, value) ? [] : problem("format");
      const fault = formatFault(field.type === "formatted" ? field.format : field.type, value);
      return fault === null ? [] : problem(fault);
    }
    case "civility":
      return answer.v === "choice" && (answer.id === "madame" || answer.id === "monsieur") ? [] : problem("choice");
    case "choice":
      if (answer.v === "other" && field.other === true) return answer.text.trim() === "" ? problem("other-words") : [];
      return answer.v === "choice" && field.choices.some((choice) => choice.id === answer.id) ? [] : problem("choice");
    case "choices": {
      if (answer.v !== "choices") return problem("choice");
      const { ids, other } = answer;
      if (ids.length === 0 && other === undefined) return missing();
      if (other !== undefined && field.other !== true) return problem("choice");
      if (!ids.every((id) => field.choices.some((choice) => choice.id === id))) return problem("choice");
      const alone = field.none === undefined || !ids.includes(field.none) || (ids.length === 1 && other === undefined);
      if (!alone) return problem("none-alone");
      return other !== undefined && other.trim() === "" ? problem("other-words") : [];
    }
    case "linked": {
      if (answer.v !== "pair") return problem("choice");
      const first = field.choices.find(({ id }) => id === answer.first);
      if (first === undefined) return problem("choice");
      if (answer.second === null) return first.choices.length > 0 && field.required ? problem("second") : [];
      return first.choices.some(({ id }) => id === answer.second) ? [] : problem("second");
    }
    case "date": {
      if (answer.v !== "date" && answer.v !== "text") return problem("choice");
      const parts = datePartsOf(answer);
      if (blankParts(parts)) return missing();
      const { date, faults } = readDate(parts, { partial: field.partial, past: field.past === true, today });
      if (faults.length > 0) return faults.map((fault) => ({ key, field: field.id, ...fault }));
      const span = spanOf(date);
      if (field.future === true && span !== undefined && span.to < (spanOf(today)?.from ?? 0)) {
        return problem("past", { part: "year" });
      }
      return within(date, field);
    }
    case "datetime": {
      const at = answer.v === "datetime" ? answer.at : "";
      if (at.length !== 16 || spanOf(at) === undefined) return problem("time");
      return within(at, field);
    }
    case "yesno":
      return answer.v === "yesno" ? [] : problem("choice");
    case "checkbox":
      if (answer.v !== "yesno") return problem("choice");
      return answer.yes ? [] : missing();
    case "commune":
    case "departement":
    case "region":
    case "country":
      if (answer.v !== "place" && answer.v !== "text") return problem("choice");
      return answer.v === "place" && answer.name.trim() === "" && answer.code === null ? missing() : [];
    case "address": {
      if (answer.v === "text") return [];
      if (answer.v !== "address") return problem("choice");
      const blank = [answer.street, answer.more, answer.postal, answer.city].every((part) => part.trim() === "");
      return blank ? missing() : [];
    }
    case "signature":
      if (answer.v !== "signature") return problem("choice");
      return answer.ink === null && answer.name.trim() === "" ? missing() : [];
    default:
      // A repeat has nothing of its own; a type of a newer version is kept and sent as it is.
      return [];
  }
}
