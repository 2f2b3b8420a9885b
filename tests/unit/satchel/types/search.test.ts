/**
 * Finding a kind of paper by the words that people use, in three languages. Runs in Node with the real words of locales/.
 */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { paperTypes } from "../../../../src/satchel/paper-types.ts";
import { createTypeSearch, oneSlip, wordsOf } from "../../../../src/satchel/types/search.ts";

const root = new URL("../../../..", import.meta.url).pathname;
const read = (language: string, area: string): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(`${root}/locales/${language}/${area}.json`, "utf8"));
const texts = (language: string) => {
  const names = read(language, "papers-types");
  const words = read(language, "papers-search");
  return { name: (id: string) => names[id] ?? "", words: (id: string) => words[id] ?? "" };
};
const ids = paperTypes.map((type) => type.id);
const french = createTypeSearch(ids, [texts("fr")]);
const english = createTypeSearch(ids, [texts("en"), texts("fr")]);
const arabic = createTypeSearch(ids, [texts("ar"), texts("fr")]);

describe("the first kind found", () => {
  test.each([
    ["papier de la caf", "benefit-notice"],
    ["feuille d'impôt", "tax-notice"],
    ["feuille d’impots", "tax-notice"],
    ["impot", "tax-notice"],
    ["carte d'identité", "identity-card"],
    ["CNI", "identity-card"],
    ["carte grise", "vehicle-registration"],
    ["carte grisse", "vehicle-registration"],
    ["fiche de paye", "pay-slip"],
    ["fiche de pai", "pay-slip"],
    ["pasport", "passport"],
    ["pasceport", "passport"],
    ["domicilation", "domicile-attestation"],
    ["recepissé", "recepisse"],
    ["quitance loyer", "rent-receipt"],
    ["edf", "energy-bill"],
    ["cmu", "c2s-attestation"],
    ["tutelle", "protection-judgment"],
    ["hlm", "social-housing-attestation"],
    ["je vis chez un ami", "hosting-attestation"],
    ["attestation sur l'honneur", "sworn-statement"],
    ["attestation employeur", "employer-attestation"],
    ["carte de séjour", "residence-permit"],
    ["oqtf", "prefecture-decision"],
    ["rib", "bank-details"],
  ])("for %j is %s", (query, id) => {
    expect(french(query)[0]).toBe(id);
  });

  test.each([
    ["tax", "tax-notice"],
    ["pay slip", "pay-slip"],
    ["caf paper", "benefit-notice"],
    ["driving", "driving-licence"],
    ["rent reciept", "rent-receipt"],
    ["carte vitale", "vitale-card"],
  ])("in English, French words beside, for %j is %s", (query, id) => {
    expect(english(query)[0]).toBe(id);
  });

  test.each([
    ["جواز السفر", "passport"],
    ["الجواز", "passport"],
    ["بطاقة الإقامة", "residence-permit"],
    ["اقامة", "residence-permit"],
    ["ورقة كاف", "benefit-notice"],
    ["شهادة الميلاد", "birth-certificate"],
    ["ضرائب", "tax-notice"],
    ["rsa", "rsa-notice"],
  ])("in Arabic, French words beside, for %j is %s", (query, id) => {
    expect(arabic(query)[0]).toBe(id);
  });
});

describe("what is found", () => {
  test("grows with each letter typed, the right one staying in sight", () => {
    for (let length = 3; length <= "ordonnance".length; length += 1)
      expect(french("ordonnance".slice(0, length)).slice(0, 4)).toContain("prescription");
  });

  test("is nothing for an empty query, for signs, for words that nobody uses", () => {
    for (const query of ["", "   ", "?!", "xqzwv", "xq"]) expect(french(query)).toEqual([]);
  });

  test("is what has most of the words, where none has all", () => {
    expect(french("caf zzzzz")).toContain("benefit-notice");
  });

  test("does not stray to a slip when the word itself is there", () => {
    expect(french("bail")[0]).toBe("lease");
    expect(french("bail")).not.toContain("letter-received");
    expect(french("xourrier")).toContain("letter-received");
  });

  test("names no kind twice and knows them all, whatever is typed", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "grapheme" })), (query) => {
        const found = french(query);
        expect(new Set(found).size).toBe(found.length);
        expect(found.filter((id) => !ids.includes(id))).toEqual([]);
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  test("every kind is found by its own name, in each language, among the first three", () => {
    for (const [language, search] of [
      ["fr", french],
      ["en", english],
      ["ar", arabic],
    ] as const)
      expect(ids.filter((id) => !search(texts(language).name(id)).slice(0, 3).includes(id))).toEqual([]);
  });

  test("comes within 5 ms a key for all kinds and three languages", () => {
    const search = createTypeSearch(ids, [texts("fr"), texts("en"), texts("ar")]);
    const queries = ["p", "pa", "papier", "papier de la caf", "atestation employer pole emplois", "شهادة"];
    for (const query of queries) search(query);
    const best = Math.min(
      ...Array.from({ length: 20 }, () => {
        const start = performance.now();
        for (const query of queries) search(query);
        return (performance.now() - start) / queries.length;
      }),
    );
    expect(best).toBeLessThan(5);
  });
});

describe("words", () => {
  test("lose accents, apostrophes, vowels and articles of Arabic", () => {
    expect(wordsOf("L’Élève, n°12 — œuvre")).toEqual(["l", "eleve", "n", "12", "oeuvre"]);
    expect(wordsOf("الإقامة شَهَادَة")).toEqual(["اقامه", "شهاده"]);
  });

  test.each([
    ["abc", "abc", true],
    ["abc", "abcd", true],
    ["abc", "xabc", true],
    ["abc", "axc", true],
    ["abc", "acb", true],
    ["abcd", "badc", false],
    ["abc", "ab", true],
    ["abc", "a", false],
    ["", "ab", false],
  ])("%j and %j are one slip apart: %s", (a, b, expected) => {
    expect(oneSlip(a, b)).toBe(expected);
    expect(oneSlip(b, a)).toBe(expected);
  });
});
