/** The glossary: its words are found where they stand, in three languages, and are said plainly. Runs in Node. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { matcherOf } from "../../../src/app/ui/glossary/match.ts";
import { termIds, terms } from "../../../src/forms/glossary/terms.ts";

const FOLDER = new URL("../../../locales", import.meta.url).pathname;
interface Words {
  readonly terms: Readonly<Record<string, { readonly word: string; readonly forms: string; readonly text: string }>>;
}
const read = (language: string, file: string): unknown =>
  JSON.parse(readFileSync(`${FOLDER}/${language}/${file}`, "utf8"));
const words = (language: string) => (read(language, "glossary.json") as Words).terms;
const matcher = (language: string) =>
  matcherOf(termIds.map((id) => ({ id, forms: (words(language)[id]?.forms ?? "").split("|") })));
const found = (language: string, text: string) =>
  matcher(language)(text).flatMap(({ id, text: piece }) => (id === null ? [] : [`${id}: ${piece}`]));

const textsIn = (value: unknown): readonly string[] =>
  typeof value === "string" ? [value] : Object.values(value as object).flatMap(textsIn);

describe("glossary: words in a text", () => {
  const fr = matcher("fr");

  test("F1 a word is found after an elision, in the plural, with a capital, whatever the apostrophe", () => {
    expect(found("fr", "Numéro d’allocataire, et l'attestation")).toEqual([
      "allocataire: allocataire",
      "attestation: attestation",
    ]);
    expect(found("fr", "Vos justificatifs. Quotients familiaux. Avis d'impôt")).toEqual([
      "justificatif: justificatifs",
      "quotient-familial: Quotients familiaux",
      "avis-impot: Avis d'impôt",
    ]);
    expect(found("fr", "Une attestation sur l’honneur")).toEqual(["honneur: attestation sur l’honneur"]);
    expect(found("fr", "à votre tutelle\u00a0?")).toEqual(["tutelle: tutelle"]);
  });

  test("F1 a part of another word is no word: nothing inside, nothing joined by a hyphen, no abbreviation in small letters", () => {
    expect(found("fr", "les bailleurs")).toEqual(["bailleur: bailleurs"]);
    expect(found("fr", "un contrebail, le pre-bail, la caféine, aah, un baillement")).toEqual([]);
    expect(found("fr", "LA CAFÉ ou la CAF")).toEqual(["caf: CAF"]);
  });

  test("F1 the text is given back whole, and data are no pattern and no markup", () => {
    for (const text of ["", "<b>RIB</b> & bail", "\ud83d\ude00 RSA\u00a0: 3 choses", "récépissé récépissé"])
      expect(
        fr(text)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
    const odd = matcherOf([{ id: "odd", forms: ["a+b (c)", "", " "] }]);
    expect(odd("un a+b (c) là").flatMap((piece) => piece.id ?? [])).toEqual(["odd"]);
    expect(matcherOf([])("rien")).toEqual([{ text: "rien", id: null }]);
  });

  test("F1 an Arabic word carries its article and its small words; French abbreviations stand inside the Arabic text", () => {
    expect(found("ar", "والوصل من المحافظة")).toEqual(["recepisse: والوصل"]);
    expect(found("ar", "رقم IBAN للحساب، وإعانة RSA")).toEqual(["iban: IBAN", "rsa: RSA"]);
    expect(found("ar", "إشعار الضريبة (avis d’impôt)")).toEqual([
      "avis-impot: إشعار الضريبة",
      "avis-impot: avis d’impôt",
    ]);
    // "arrived" begins with the letters of "receipt".
    expect(found("ar", "وصلت الرسالة")).toEqual([]);
  });

  test("F1 a long text is read at once", () => {
    const long = "attestation d’hébergement et avis d’impôt ".repeat(2_000);
    expect(fr(long).filter(({ id }) => id !== null).length).toBe(4_000);
  });
});

describe("glossary: what is said", () => {
  test("F1 at least 40 words, the same in every language, each with a sentence or two and no word explained by itself alone", () => {
    expect(termIds.length).toBeGreaterThanOrEqual(40);
    for (const language of ["fr", "en", "ar"]) {
      expect(Object.keys(words(language)).sort()).toEqual([...termIds].sort());
      for (const [id, { word, forms, text }] of Object.entries(words(language))) {
        expect(`${id} ${word} ${forms}`).not.toMatch(/\s$|\|\||\|$|^\|/);
        const sentences = text.split(/(?<=[.!?])\s+/u);
        expect([id, sentences.length <= 4]).toEqual([id, true]);
        const longest = Math.max(...sentences.map((sentence) => sentence.split(/\s+/).length));
        expect([id, longest <= 22]).toEqual([id, true]);
      }
    }
  });

  test.each(["fr", "en", "ar"])("F1 in %s most words are met in what people read", (language) => {
    const all = readdirSync(`${FOLDER}/${language}`)
      .filter((file) => /^(form-|papers-types|remedies|rights|dossiers)/.test(file))
      .flatMap((file) => textsIn(read(language, file)))
      .join("\n");
    const met = new Set(matcher(language)(all).flatMap(({ id }) => id ?? []));
    expect(termIds.filter((id) => !met.has(id)).length, termIds.filter((id) => !met.has(id)).join(" ")).toBeLessThan(
      16,
    );
  });

  test("F1 a rule has a source with the day on which it was read, and no explanation promises an amount", () => {
    for (const source of Object.values(terms))
      if (source !== null) expect(`${source.title} ${source.verifiedOn}`).toMatch(/\S.* 20\d\d-\d\d-\d\d$/);
    const all = ["fr", "en", "ar"].flatMap((language) => Object.values(words(language)).map(({ text }) => text));
    expect(all.filter((text) => /\d+\s*(€|euro|%)/i.test(text))).toEqual([]);
  });
});
