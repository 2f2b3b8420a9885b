/**
 * The words of a mandate, put together in French and in the language that the person reads. Runs in the page; needs the area "mandats".
 *
 * Surprising fact: both are made of the same sentences, one after the other, so that a person beside her can follow line by line.
 */
import type { MandateAct, MandateDomain, MandateText } from "../../../satchel/model.ts";
import type { TextKey, TextValues } from "../../i18n/catalogue.ts";
import { formatDate, formatTime } from "../../i18n/format.ts";
import { frenchDay } from "../../i18n/french-text.ts";
import { inFrench, language, t } from "../../i18n/i18n.ts";
import { SOURCE_LANGUAGE } from "../../i18n/languages.ts";

export interface MandateWords {
  readonly name: string;
  readonly desk: string;
  readonly purpose: string;
  readonly domains: readonly MandateDomain[];
  readonly acts: readonly MandateAct[];
  /** Both by the server's clock as far as it is known, ms. */
  readonly from: number;
  readonly until: number;
}

type Say = (key: TextKey, values?: TextValues) => string;

const PLAIN = ["purpose", "acts", "helper", "ask", "time", "end", "protect", "data", "duty", "free", "not"] as const;

/** Its own full stop is there already. */
const sentence = (words: string): string => words.trim().replace(/[.\s]+$/u, "");

/** As it stands inside a sentence. */
const inside = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1);

function composed(say: Say, day: (at: number) => string, words: MandateWords): string {
  const { name, desk, purpose, domains, acts, from, until } = words;
  const listed = {
    domains: domains.map((id) => say(`mandats.domain.${id}`)),
    acts: acts.map((id) => inside(say(`mandats.act.${id}`))),
  };
  const values: Readonly<Record<string, TextValues>> = {
    purpose: { purpose: sentence(purpose) },
    acts: { list: listed.acts.join(", ") },
    time: { from: day(from), fromTime: formatTime(from), until: day(until), untilTime: formatTime(until) },
  };
  const plain = PLAIN.map((part) => say(`mandats.text.${part}`, values[part]));
  return [
    say("mandats.text.title"),
    say("mandats.text.who", { name: sentence(name), desk: sentence(desk) }),
    say("mandats.text.domains", { list: listed.domains.join(", ") }),
    ...plain,
    say("mandats.text.binds"),
    say("mandats.text.date", { date: day(from) }),
  ].join("\n\n");
}

/** What is shown above the signature, and sealed beside it: French alone where the person reads French. */
export function mandateText(words: MandateWords): MandateText {
  const fr = composed(inFrench, frenchDay, words);
  if (language() === SOURCE_LANGUAGE) return { fr, shown: null };
  return { fr, shown: { language: language(), text: composed(t, formatDate, words) } };
}
