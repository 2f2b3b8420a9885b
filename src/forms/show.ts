/**
 * An answer as one text to read: the only place that knows how each kind of answer is shown. Pure; the words and the way
 * dates and numbers are written come from the caller, so the desk reads French and the person their own language.
 */

import type { AnswerValue } from "./model.ts";

export interface ShowWords {
  /** Label of a choice; the id itself where this version has none. */
  readonly choice: (id: string) => string;
  /** "YYYY-MM-DD", or its beginning. */
  readonly date: (date: string) => string;
  /** "HH:MM". */
  readonly time: (time: string) => string;
  /** Canonical decimal. */
  readonly number: (number: string) => string;
  readonly yes: string;
  readonly no: string;
  readonly unknown: string;
  /** Of a drawn signature without a name. */
  readonly signed: string;
  /** Between several choices. */
  readonly between: string;
}

const filled = (parts: readonly string[]): readonly string[] => parts.filter((part) => part.trim() !== "");

/** Never throws and never leaves out: what a newer version added is written as it is stored. */
export function shownAnswer(answer: AnswerValue, words: ShowWords): string {
  switch (answer.v) {
    case "text":
    case "other":
      return answer.text;
    case "choice":
      return words.choice(answer.id);
    case "choices":
      return filled([...answer.ids.map(words.choice), answer.other ?? ""]).join(words.between);
    case "pair":
      return [answer.first, ...(answer.second === null ? [] : [answer.second])].map(words.choice).join(words.between);
    case "date":
      return words.date(answer.date);
    case "datetime":
      return filled([words.date(answer.at.slice(0, 10)), words.time(answer.at.slice(11))]).join(", ");
    case "number":
      return words.number(answer.number);
    case "yesno":
      return answer.yes ? words.yes : words.no;
    case "place":
      if (answer.name === "") return answer.code ?? "";
      return answer.postal === undefined ? answer.name : `${answer.name} (${answer.postal})`;
    case "address": {
      const city = filled([answer.postal, answer.city]).join(" ");
      return filled([answer.street, answer.more, city, answer.country]).join(", ");
    }
    case "signature":
      return answer.name.trim() === "" ? words.signed : answer.name;
    case "unknown":
      return words.unknown;
    default:
      return JSON.stringify(answer satisfies never);
  }
}
