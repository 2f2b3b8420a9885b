/**
 * What a rule can tell of the Arabic texts: one way to speak to people, Arabic punctuation, what opens closes, names and
 * numbers of the source are there. Whether a sentence is well said, only a reader of Arabic can judge. Runs in Node.
 *
 * Surprising fact: people are spoken to in the plural ("حقيبتكم", "اكتبوا"), which is polite and leaves nobody out. The singular
 * shows itself at the end of a word, where a few ordinary words end alike: they are listed.
 */
import { describe, expect, test } from "vitest";
import { localeTexts } from "../support/locale-texts.ts";

/** Words that end in kaf by themselves, without what is written before them (و ف ب ل ك ال). */
const OWN_KAF = new Set(
  "ذلك ذاك تلك هناك هنالك بنك شيك مالك ملك يملك أملك نملك تملك مملوك أملاك شريك مشترك مشارك يشارك شك كشك درك سلك ترك يترك تترك تحريك تحرك اشتراك يدرك صك مسلك".split(
    " ",
  ),
);
/** One person told to do something; forms that are nothing else. */
const TOLD_ONE = new Set(
  "اكتب اختر اضغط احتفظ انظر افتح انتظر أضف خذ استعمل استخدم اقرأ اطلب ابحث اذهب انقر المس ارفع الصق انسخ احذف امح أعط اسأل حاول احفظ اطبع اتصل".split(
    " ",
  ),
);
/** "README" of a copy that is taken out: the name of a file. */
const NAMES = new Set(["sortie.json out fileIndex"]);

/** Without vowel marks, and without what stands for a name or a number. */
const bare = (text: string): string =>
  text.replace(/\{\{[^}]*\}\}|<[^>]*>/g, " ").replace(/[\u0640\u064b-\u0652\u0670]/g, "");
const wordsOf = (text: string): readonly string[] => bare(text).match(/\p{L}+/gu) ?? [];

/** The word itself and what is left of it without one or two prefixes. */
const stems = (word: string): readonly string[] =>
  [word, ...word.matchAll(/^(?:[وفبلك]?ال|[وفبلك]{1,2})/g)].flatMap((each) =>
    typeof each === "string" ? [each] : [word.slice(each[0].length), word.slice(1)],
  );

const toOne = (text: string): readonly string[] =>
  wordsOf(text).filter((word) =>
    word.endsWith("ك")
      ? !stems(word).some((stem) => OWN_KAF.has(stem))
      : stems(word).some((stem) => TOLD_ONE.has(stem)),
  );

const count = (text: string, sign: string): number => text.split(sign).length - 1;

/** Faults of one text; `french` is the text of the same key. */
function faultsOf(text: string, french: string | undefined): readonly string[] {
  const plain = text.replace(/[\u200e\u200f\u061c\u2066-\u2069]/g, "");
  const faults: string[] = [];
  if (/[\u0621-\u0652»)}]\s*[,;?]/.test(plain)) faults.push("a Latin sign behind an Arabic word");
  if (/\s[،؛؟.!:]/.test(plain)) faults.push("a space before a sign");
  if (/[،؛؟][^\s»)"،؛؟!.]/.test(plain)) faults.push("no space behind a sign");
  if (/\.\.\.|"|''|`/.test(plain)) faults.push("typed on a keyboard: ... or straight quotes");
  if (/«\s|\s»/.test(plain)) faults.push("a space inside quotes");
  if (/^\s|\s$| {2}/.test(plain)) faults.push("a space too many");
  for (const [open = "", close = ""] of ["«»", "()", "“”"])
    if (count(text, open) !== count(text, close)) faults.push(`${open} without ${close}`);
  if (count(text, "\u2066") + count(text, "\u2067") + count(text, "\u2068") !== count(text, "\u2069"))
    faults.push("a mark of direction that does not end");
  // What asks in French asks in Arabic.
  if (french !== undefined && /\?$/.test(french.trim()) !== /؟$/.test(plain.trim()))
    faults.push("a question in one language only");
  return faults;
}

describe("Arabic", () => {
  const arabic = [...localeTexts("ar")];
  const french = localeTexts("fr");

  test("speaks to people in the plural, everywhere", () => {
    expect(arabic.length).toBeGreaterThan(3000);
    const wrong = arabic
      .filter(([at]) => !NAMES.has(at))
      .flatMap(([at, text]) => toOne(text).map((word) => `${word}: ${at}: ${text}`));
    expect(wrong).toEqual([]);
  });

  test("has its own signs, and closes what it opens", () => {
    const wrong = arabic.flatMap(([at, text]) =>
      faultsOf(text, french.get(at)).map((fault) => `${at}: ${fault}: ${text}`),
    );
    expect(wrong).toEqual([]);
  });

  test("says numbers, phone numbers and addresses as the French does", () => {
    const numbers = (text: string): readonly string[] =>
      (
        text.replace(/\{\{[^}]*\}\}/g, " ").match(/\b\d[\d \u00a0\u202f.]*\d\b|(?<![@\w])[\w-]+\.(?:gouv\.)?fr\b/g) ??
        []
      )
        .map((each) => each.replace(/[ \u00a0\u202f]/g, ""))
        // One and two are words in Arabic; hours are written 14:30.
        .filter((each) => each.length > 2)
        .sort();
    const wrong = arabic.flatMap(([at, text]) => {
      const source = french.get(at);
      if (source === undefined || /-search\.json/.test(at)) return [];
      const missing = numbers(source).filter(
        (each) => !text.replace(/[ \u00a0\u202f\u2066-\u2069]/g, "").includes(each),
      );
      return missing.map((each) => `${at}: ${each}: ${text}`);
    });
    expect(wrong).toEqual([]);
  });

  test("what is wrong is noticed", () => {
    expect(toOne("احفظ ورقتك في حقيبتكم")).toEqual(["احفظ", "ورقتك"]);
    expect(toOne("وبذلك يبقى البنك والمالك هناك؛ اكتبوا لمالككم")).toEqual([]);
    const wrong = ["اكتبوا, ثم", "لماذا ?", "هل ؟", "أولا،ثم", '"نعم"', "« نعم »", "(نعم", " نعم", "\u2068نعم"];
    expect(wrong.filter((text) => faultsOf(text, undefined).length === 0)).toEqual([]);
    expect(faultsOf("لماذا.", "Pourquoi\u00a0?")).toEqual(["a question in one language only"]);
  });
});
