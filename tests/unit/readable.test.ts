/**
 * Plain French, in every text of the interface: short sentences, one idea each. Runs in Node.
 *
 * How one idea is measured: by the words that open a clause ("qui", "quand", "si", "parce que" ...). A sentence has one of
 * them; a short one may have two ("Dites ce qui a changé, et depuis quand."). No semicolon joins two sentences, what
 * stands in parentheses is a few words, and no text is longer than one looks at before acting. The European standards for
 * texts that are easy to read and understand (Inclusion Europe, 2009) ask for the same: short sentences, one idea in each.
 */
import { describe, expect, test } from "vitest";
import { localeAreas, localeTexts } from "../support/locale-texts.ts";

const MOST_WORDS = 22;
const MEAN_WORDS = 12;
/** Up to here a sentence may open two clauses. */
const SHORT = 14;
const MOST_SENTENCES = 6;

/** Lists of words that people search by are no sentences. */
const areas = localeAreas("fr").filter((name) => !name.endsWith("-search.json"));

interface Said {
  readonly at: string;
  readonly text: string;
}

const textsOf = (area: string): readonly Said[] =>
  [...localeTexts("fr", [area])].map(([at, text]) => ({ at, text: text.replace(/\{\{[^}]*\}\}/g, "x") }));

const wordsIn = (text: string): number => text.split(/[\s\u00a0]+/u).filter((word) => /[\p{L}\d]/u.test(word)).length;
const sentencesIn = (text: string): readonly string[] => text.split(/(?<=[.?!…])\s+|\n+/u);

/** Words that open a clause; "quand même" does not. */
const OPENS =
  /(?<![\p{L}])(?:(?:parce |puis|bien |quoi|afin |tandis |alors |lors|pour |tant |dès |jusqu’à ce |avant |après )?qu[e’]|afin de|car|quand(?! même)|si|s’ils?|qui|dont|où|(?:au|du|les?|la)quel(?:les?|s)?|mais|donc|cependant|toutefois)(?![\p{L}])/giu;
const clausesIn = (sentence: string): number => sentence.match(OPENS)?.length ?? 0;

/** What is wrong with one text; empty when it is plain. */
function faultsOf(text: string): readonly string[] {
  const sentences = sentencesIn(text);
  const faults = sentences.flatMap((sentence) => {
    const [words, clauses] = [wordsIn(sentence), clausesIn(sentence)];
    return [
      ...(words > MOST_WORDS ? [`${words} words`] : []),
      ...(clauses > (words <= SHORT ? 2 : 1) ? [`${clauses} clauses in ${words} words`] : []),
      ...(sentence.includes(";") ? ["a semicolon"] : []),
      ...([...sentence.matchAll(/\(([^)]*)\)/g)].some(([, inner = ""]) => wordsIn(inner) > 6) ? ["a long aside"] : []),
      ...((sentence.match(/\(/g) ?? []).length > 1 ? ["two asides"] : []),
    ];
  });
  return sentences.length > MOST_SENTENCES ? [...faults, `${sentences.length} sentences`] : faults;
}

describe("plain French", () => {
  const all = areas.flatMap(textsOf);

  test("short sentences, one idea each, in every text", () => {
    expect(all.length).toBeGreaterThan(3000);
    expect(all.flatMap(({ at, text }) => faultsOf(text).map((fault) => `${at}: ${fault}: ${text}`))).toEqual([]);
  });

  test.each(areas.filter((area) => /^form-/.test(area)))("%s: about 12 words a sentence at most", (area) => {
    const whole = textsOf(area)
      .flatMap(({ text }) => sentencesIn(text))
      .filter((sentence) => /[.?!]$/u.test(sentence))
      .map(wordsIn);
    expect(whole.length).toBeGreaterThan(10);
    expect(whole.reduce((sum, each) => sum + each, 0) / whole.length).toBeLessThanOrEqual(MEAN_WORDS);
  });

  test("what is not plain is noticed", () => {
    const wrong = [
      "Si vous avez reçu une lettre qui dit que votre demande est refusée, apportez-la au guichet avec une pièce.",
      "Apportez votre carte ; on la regarde.",
      "Un papier (une lettre, une facture, un avis ou une attestation) suffit.",
      "Je viens. Tu viens. Il vient. On vient. Nous venons. Vous venez. Ils viennent.",
      `${"mot ".repeat(23)}.`,
    ];
    expect(wrong.map((text) => faultsOf(text).length)).toEqual([1, 1, 1, 1, 1]);
    expect(faultsOf("Dites ce qui a changé, et depuis quand.")).toEqual([]);
  });
});
