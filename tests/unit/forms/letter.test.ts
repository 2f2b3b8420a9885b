/** The appeal as a letter: every block from the answers, nothing made up, own words untouched (F4). Runs in Node. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recours } from "../../../src/forms/catalogue/recours.ts";
import type { Answers, AnswerValue } from "../../../src/forms/model.ts";
import { composeLetter, hasOtherLetters, type LetterWords, letterText } from "../../../src/forms/remedies/letter.ts";

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../../locales/${file}`, import.meta.url), "utf8"));
const wordsOf = (language: string): LetterWords => {
  const words = read(`${language}/lettre.json`);
  const form = read(`${language}/form-recours.json`);
  const groups = { decision_kind: "kind", reasons: "reason", wanted: "wanted" } as const;
  return {
    say: (key, values = {}) =>
      words.text[key].replace(/\{\{(\w+)\}\}/g, (_: string, name: string) => values[name] ?? ""),
    choice: (field, id) => words[groups[field]][id],
    office: (field, id) => form[field].choices[id],
    date: (date) => date.split("-").reverse().join("/"),
    phone: (phone) => phone,
  };
};
const text = (said: string): AnswerValue => ({ v: "text", text: said });
const choice = (id: string): AnswerValue => ({ v: "choice", id });
const on = (date: string): AnswerValue => ({ v: "date", date });

const full: Answers = {
  decision_by: choice("caf"),
  decision_by_name: text("CAF du Gard"),
  decision_kind: choice("stop"),
  decision_words: text("On arrête ma prime."),
  decision_date: on("2026-11-02"),
  received_date: on("2026-11-06"),
  decision_number: text("A-12"),
  reasons: { v: "choices", ids: ["facts", "changed"], other: "J’étais à l’hôpital" },
  reason_words: text("J’ai déclaré mon salaire.\nJe joins la preuve."),
  proofs_words: text("Mon bulletin."),
  wanted: { v: "choices", ids: ["look-again", "back"] },
  hardship: { v: "yesno", yes: true },
  hardship_words: text("Je n’ai plus rien."),
  to_whom: choice("commission"),
  to_address: text("CAF du Gard\n1 place Verte\n30000 Nîmes"),
  given_name: text("Amina"),
  family_name: text("Diallo"),
  birthdate: on("1984"),
  file_number: text("123"),
  address: {
    v: "address",
    street: "3 rue du Pont",
    more: "",
    postal: "30190",
    city: "Brévigny",
    code: null,
    country: "",
  },
  phone: text("0601020304"),
  send_how: choice("registered"),
};
const compose = (answers: Answers, language = "fr", joined: readonly string[] = []) =>
  composeLetter(answers, joined, "2026-11-22", wordsOf(language));

describe("the letter of an appeal", () => {
  test("F4 has its blocks: who, to whom, where and when, object, facts, reasons, demand, signature, papers", () => {
    const letter = compose(full, "fr", ["Notification", "Bulletin"]);
    expect(letter.from).toEqual([
      "Amina Diallo",
      "3 rue du Pont",
      "30190 Brévigny",
      "0601020304",
      "Date de naissance\u00a0: 1984",
      "Numéro de dossier\u00a0: 123",
    ]);
    expect(letter.to).toEqual(["La commission de recours amiable", "CAF du Gard", "1 place Verte", "30000 Nîmes"]);
    expect(letter.made).toBe("Brévigny, le 22/11/2026");
    expect(letter.sent).toBe("Lettre recommandée avec avis de réception");
    expect(letter.object).toBe("Objet\u00a0: recours contre votre décision du 02/11/2026");
    expect(letter.reference).toBe("Référence\u00a0: A-12");
    expect(letter.body[0]?.text).toBe(
      "Je conteste votre décision du 02/11/2026, reçue le 06/11/2026, qui arrête mon aide.",
    );
    expect(letter.body.flatMap((part) => part.list ?? [])).toEqual([
      "Ce qui est écrit n’est pas exact.",
      "Ma situation a changé.",
      "J’étais à l’hôpital",
      "regarder à nouveau mon dossier",
      "remettre mon aide",
    ]);
    expect(letter.body.map((part) => part.own).filter(Boolean)).toEqual([
      "On arrête ma prime.",
      "J’ai déclaré mon salaire.\nJe joins la preuve.",
      "Mon bulletin.",
      "Je n’ai plus rien.",
    ]);
    expect(letter.joined?.lines).toEqual(["Notification", "Bulletin"]);
    expect(letter.signature).toBe("Signature\u00a0: Amina Diallo");
    const { given_name: _given, family_name: _family, ...unnamed } = full;
    expect(letterText(compose(unnamed)).split("3 rue du Pont")).toHaveLength(2);
    const plain = letterText(letter);
    for (const part of ["Objet", "Madame, Monsieur,", "- Ma situation a changé.", "Papiers joints", "- Bulletin"])
      expect(plain).toContain(part);
  });

  test("F4 what was not answered leaves no hole, and nothing is made up", () => {
    const bare = compose({});
    expect(bare).toMatchObject({ from: [], to: [], sent: null, reference: null, joined: null, made: "Le 22/11/2026" });
    expect(bare.body.map((part) => part.text)).toEqual([
      "Je conteste votre décision.",
      "Je vous demande une réponse écrite.",
    ]);
    expect(compose({ decision_kind: choice("no-answer") }).object).toMatch(/sans réponse/);
    expect(compose({ decision_date: on("2026-11-02") }).body[0]?.text).toBe(
      "Je conteste votre décision du 02/11/2026.",
    );
    expect(compose({ received_date: on("2026-11-06"), decision_kind: choice("debt") }).body[0]?.text).toBe(
      "Je conteste votre décision reçue le 06/11/2026 qui me demande de rembourser.",
    );
    expect(compose({ hardship: { v: "yesno", yes: false }, hardship_words: text("x") }).body.length).toBe(2);
    expect(compose({ address: text("chez Rose\n30000 Nîmes") }).from).toEqual(["chez Rose", "30000 Nîmes"]);
    expect(compose({ to_whom: { v: "other", text: "Le médiateur" } }).to).toEqual(["Le médiateur"]);
  });

  test("F4 every choice of the form has its sentence in every language, or none where it says nothing by itself", () => {
    for (const language of ["fr", "en", "ar"]) {
      const words = wordsOf(language);
      for (const id of ["decision_kind", "reasons", "wanted"] as const) {
        const field = recours.fields.find((each) => each.id === id);
        const ids = field?.type === "choice" || field?.type === "choices" ? field.choices.map((each) => each.id) : [];
        expect(ids.length).toBeGreaterThan(4);
        const silent = ids.filter((each) => words.choice(id, each) === undefined);
        expect(silent.filter((each) => each !== "other" && each !== "no-answer")).toEqual([]);
      }
    }
  });

  test("F4 words in other letters are noticed, Latin ones with accents are not", () => {
    expect(hasOtherLetters(compose(full))).toBe(false);
    expect(hasOtherLetters(compose({ ...full, reason_words: text("لم أستلم الرسالة") }))).toBe(true);
    expect(hasOtherLetters(compose({ reasons: { v: "choices", ids: [], other: "Лечение" } }))).toBe(true);
    expect(hasOtherLetters(compose(full, "ar"))).toBe(true);
  });

  test("F4 it never throws, and own words leave as they were typed", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(...recours.fields.map(({ id }) => id)),
          fc.oneof(
            fc.string().map(text),
            fc.constant<AnswerValue>({ v: "unknown" }),
            fc.string().map(choice),
            fc.constant(on("2026-11-02")),
            fc.array(fc.string()).map((ids): AnswerValue => ({ v: "choices", ids })),
          ),
        ),
        (answers) => {
          const letter = compose(answers as Answers);
          const said = (answers as Answers).reason_words;
          if (said?.v === "text" && said.text.trim() !== "")
            expect(letter.body.some((part) => part.own === said.text.trim())).toBe(true);
          expect(letterText(letter)).toContain("Madame, Monsieur,");
        },
      ),
    );
  });
});
