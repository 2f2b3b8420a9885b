/**
 * Every French and English word of the interface is in a dictionary, or in our own lists of names and terms
 * (tests/support/spelling). Runs in Node, three seconds.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { localeTexts } from "../support/locale-texts.ts";
import { openSpelling } from "../support/spelling.ts";

/** What the glossary looks for is no text: in English it is French words too. */
const isSaid = (at: string, language: string): boolean =>
  language === "fr" || !/^glossary\.json terms \S+ forms$/.test(at);

const textsOf = (language: string): readonly (readonly [at: string, text: string])[] =>
  [...localeTexts(language)].filter(([at]) => isSaid(at, language));

/** Mistakes as people make them; each must be found. */
const mistakes = {
  fr: [
    "recue",
    "dossié",
    "reponse",
    "apareil",
    "votres",
    "conaissance",
    "l’adrese",
    "envoyez-lle",
    "demmande",
    "aujourdhui",
  ],
  en: ["recieve", "adress", "adresss", "organisaton", "seperate", "teh", "yuor’s", "photgraph", "wich", "documnet"],
} as const;

const spellings = { fr: openSpelling("fr"), en: openSpelling("en") };
const said = { fr: textsOf("fr"), en: textsOf("en") };

describe.each(["fr", "en"] as const)("the words in %s", (language) => {
  const spelling = spellings[language];
  const texts = said[language];

  test("are spelled right", () => {
    expect(texts.length).toBeGreaterThan(3000);
    const wrong = texts.flatMap(([at, text]) => spelling.unknownIn(text).map((word) => `${word} (${at})`));
    expect(wrong).toEqual([]);
  });

  test("would be caught if they were not", () => {
    const found = mistakes[language].filter((word) => spelling.unknownIn(`avant ${word} after`).includes(word));
    expect(found).toEqual([...mistakes[language]]);
  });
});

test("our own lists are sorted, and hold nothing that a dictionary knows or that nobody writes", () => {
  for (const file of ["names", "fr", "en"] as const) {
    const lines = readFileSync(new URL(`../support/spelling/${file}.txt`, import.meta.url), "utf8")
      .trimEnd()
      .split("\n");
    expect(lines).toEqual([...new Set(lines)].sort());
    const languages = file === "names" ? (["fr", "en"] as const) : [file];
    const isWritten = (line: string): boolean =>
      languages.every((language) => said[language].some(([, text]) => text.toLowerCase().includes(line.toLowerCase())));
    const isKnown = (line: string): boolean =>
      languages.every((language) => [line, line.toLowerCase()].every(spellings[language].knows));
    const idle = lines.filter((line) => !isWritten(line) || isKnown(line));
    expect([file, ...idle]).toEqual([file]);
  }
});
