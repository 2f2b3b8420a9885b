/**
 * One codec per type of field: what was typed into a box, what is stored, what goes back into the box. Pure.
 *
 * What is shown to read is in show.ts; what leaves is what is stored (stored.ts reads it again on the other side). Dates
 * have three boxes (dates.ts), choices none. Surprising fact: nothing is refused. What cannot be read is kept as the text that
 * it is, goes back into the box as it was, and validity.ts says what to mend.
 */

import { readDecimal } from "./decimal.ts";
import { spanOf } from "./expr.ts";
import { compact, formatFault, grouped, maskFits, maskShown } from "./formats.ts";
import { emailAnswer, longTextAnswer, phoneAnswer, showPhone, textAnswer } from "./input.ts";
import type { AnswerValue, Field } from "./model.ts";

/** A number in the comma's way: "1234,5". Without groups: it goes back into a box. */
const commaText = (number: string): string => number.replace(".", ",");

/** What one box of that field holds, as an answer; null for nothing. Also for the free-text box of a place or an address. */
export function readTyped(field: Field, typed: string): AnswerValue | null {
  const text = typed.trim();
  if (text === "") return null;
  const asTyped: AnswerValue = { v: "text", text };
  switch (field.type) {
    case "longText":
      return longTextAnswer(typed);
    case "phone":
      return phoneAnswer(typed);
    case "email":
      return emailAnswer(typed);
    case "integer":
    case "decimal": {
      const number = readDecimal(text);
      return number === undefined ? asTyped : { v: "number", number };
    }
    case "iban":
    case "siret":
      return { v: "text", text: formatFault(field.type, compact(text)) === null ? compact(text) : text };
    case "formatted": {
      const value = compact(text);
      const fits = field.masks === undefined ? formatFault(field.format, value) === null : maskFits(field.masks, value);
      return { v: "text", text: fits ? value : text };
    }
    case "commune":
    case "departement":
    case "region":
    case "country":
      return { v: "place", code: null, name: text.replace(/\s+/g, " ") };
    case "address":
      return longTextAnswer(typed);
    case "datetime": {
      const at = text.replace(" ", "T");
      return at.length === 16 && spanOf(at) !== undefined ? { v: "datetime", at } : asTyped;
    }
    default:
      return textAnswer(typed);
  }
}

/** What to put back into the box: grouped as people write it. Typing it again gives the same answer. */
export function typedOf(field: Field, answer: AnswerValue | undefined): string {
  switch (answer?.v) {
    case "text":
      if (field.type === "phone") return showPhone(answer.text);
      if (field.type === "iban" || field.type === "siret") {
        return formatFault(field.type, answer.text) === null ? grouped(field.type, answer.text) : answer.text;
      }
      if (field.type === "formatted") {
        if (field.masks !== undefined) return maskShown(field.masks, answer.text);
        return formatFault(field.format, answer.text) === null ? grouped(field.format, answer.text) : answer.text;
      }
      return answer.text;
    case "other":
      return answer.text;
    case "number":
      return commaText(answer.number);
    case "place":
      return answer.name;
    case "datetime":
      return answer.at.replace("T", " ");
    case "address":
      return addressLines(answer);
    default:
      return "";
  }
}

/** An address in parts as one writes it on an envelope. */
export const addressLines = ({
  street,
  more,
  postal,
  city,
  country,
}: Omit<Extract<AnswerValue, { readonly v: "address" }>, "v" | "code">): string =>
  [street, more, [postal, city].filter((part) => part !== "").join(" "), country]
    .filter((part) => part !== "")
    .join("\n");

/** A day and a time ("14:30", "14h30", "9 h") as an answer; what cannot be read stays text, null when both are empty. */
export function dateTimeAnswer(day: AnswerValue | null, time: string): AnswerValue | null {
  const typed = time.trim();
  if (day === null && typed === "") return null;
  const match = /^(\d{1,2})\s*(?:[:hH.]\s*(\d{2})?)?$/.exec(typed);
  if (day?.v === "date" && match !== null) {
    const at = `${day.date}T${(match[1] ?? "").padStart(2, "0")}:${match[2] ?? "00"}`;
    if (at.length === 16 && spanOf(at) !== undefined) return { v: "datetime", at };
  }
  const date = day?.v === "date" ? day.date : day?.v === "text" ? day.text : "";
  return { v: "text", text: `${date} ${typed}`.trim() };
}
