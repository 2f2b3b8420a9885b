/** E6: whatever the other site drops without a word was foreseen here, against a stand-in written from its documentation. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { viewForm } from "../../../../src/forms/engine.ts";
import { prepare, type SiteField as ShapeField, siteLimits } from "../../../../src/forms/handoff/prepare.ts";
import { importDs } from "../../../../src/forms/import/ds.ts";
import { readSchema } from "../../../../src/forms/import/schema.ts";
import type { AnswerValue, FormState } from "../../../../src/forms/model.ts";
import { prefill as limits } from "../../../../src/protocol/limits.ts";
import { createPrefill, type Prefill } from "../../../../src/server/prefill.ts";
import {
  type PrefillSite,
  type SiteField,
  type SiteProcedure,
  siteKey,
  siteSchema,
  startPrefillSite,
} from "../../../support/prefill-site.ts";

const label = "12 Rue Haute 31000 Toulouse";
const fields: readonly SiteField[] = [
  { type: "Civilite", id: 1, label: "Civilité" },
  { type: "Text", id: 2, label: "Métier" },
  { type: "Textarea", id: 3, label: "Votre situation" },
  { type: "Email", id: 4, label: "Courriel" },
  { type: "Phone", id: 5, label: "Téléphone" },
  { type: "Iban", id: 6, label: "IBAN" },
  { type: "Siret", id: 7, label: "SIRET" },
  { type: "IntegerNumber", id: 8, label: "Enfants" },
  { type: "DecimalNumber", id: 9, label: "Loyer" },
  { type: "Date", id: 10, label: "Né le" },
  { type: "Datetime", id: 11, label: "Rendez-vous" },
  { type: "YesNo", id: 12, label: "Logement" },
  { type: "Checkbox", id: 13, label: "Accord" },
  { type: "Pays", id: 14, label: "Pays" },
  { type: "Region", id: 15, label: "Région" },
  { type: "Departement", id: 16, label: "Département" },
  { type: "Commune", id: 17, label: "Commune" },
  { type: "Address", id: 18, label: "Adresse", known: [label] },
  { type: "Epci", id: 19, label: "Intercommunalité" },
  { type: "DropDownList", id: 20, label: "Lien", options: ["Père ", "Mère"], otherOption: true },
  { type: "MultipleDropDownList", id: 21, label: "Ressources", options: ["Salaire", "Retraite"] },
  { type: "LinkedDropDownList", id: 22, label: "Transport", options: ["--Train--", "TER"] },
  { type: "Number", id: 23, label: "Ancien" },
  { type: "Formatted", id: 24, label: "Allocataire" },
  { type: "DossierLink", id: 25, label: "Dossier" },
  { type: "Cnaf", id: 26, label: "CAF" },
  { type: "PieceJustificative", id: 27, label: "Avis" },
  {
    type: "Repetition",
    id: 30,
    label: "Enfants",
    fields: [
      { type: "Text", id: 31, label: "Prénom" },
      { type: "Date", id: 32, label: "Né le" },
    ],
  },
];
const procedure: SiteProcedure = { number: 12, path: "aide", fields };
const imported = (() => {
  const read = readSchema(siteSchema(procedure, "https://site.example"));
  if (!read.ok) throw new Error("the procedure has a shape");
  return importDs(read.value, { today: "2026-11-22", reviewBefore: "2027-05-22" });
})();
const { form, words } = imported.file;

let site: PrefillSite;
let prefill: Prefill;
let now = 0;
beforeAll(async () => {
  site = await startPrefillSite();
  prefill = createPrefill({
    url: site.url,
    fetch: (url, init) => fetch(url, init),
    clock: { now: () => now },
    timers: { after: () => () => undefined },
    processes: () => 1,
  });
});
afterAll(() => site.stop());

const stateOf = (answers: Readonly<Record<string, AnswerValue>>, rows: FormState["rows"] = {}): FormState => ({
  answers,
  rows,
  attached: {},
  notForeseen: "",
});

/** The shape as the server gives it, after the site moved on by `change`. */
async function shapeNow(change: Partial<SiteProcedure> = {}): Promise<readonly ShapeField[]> {
  site.publish({ ...procedure, ...change });
  // Longer than the shape is remembered, and than any window.
  now += limits.schemaMs + 1;
  site.pass(limits.schemaMs + 1);
  const shape = await prefill.shape("aide");
  if (!shape.ok) throw new Error(shape.error.type);
  return shape.value.fields;
}

async function handOver(state: FormState, change: Partial<SiteProcedure> = {}) {
  const shape = await shapeNow(change);
  const prepared = prepare(viewForm(form, state, { today: "2026-11-22" }), words.fr, shape, limits);
  const made = await prefill.create(12, prepared.values);
  if (!made.ok) throw new Error(made.error.type);
  const dossier = site.dossiers.find((one) => one.number === made.value.dossier);
  return { prepared, dropped: dossier?.dropped ?? [], kept: dossier?.values ?? {} };
}

const text = (value: string): AnswerValue => ({ v: "text", text: value });
const place = (code: string | null, postal?: string): AnswerValue => ({
  v: "place",
  code,
  name: "Toulouse",
  ...(postal === undefined ? {} : { postal }),
});
const full: Readonly<Record<string, AnswerValue>> = {
  person_genre: { v: "choice", id: "madame" },
  person_prenom: text("Awa"),
  person_nom: text("Ndiaye"),
  q_1: { v: "choice", id: "monsieur" },
  q_2: text("Coiffeuse"),
  q_3: text("Deux lignes\net une autre"),
  q_4: text("awa@example.org"),
  q_5: text("+33612345678"),
  q_6: text("FR7630006000011234567890189"),
  q_7: text("73282932000074"),
  q_8: { v: "number", number: "3" },
  q_9: { v: "number", number: "512.5" },
  q_10: { v: "date", date: "1959-02-28" },
  q_11: { v: "datetime", at: "2026-12-01T09:30" },
  q_12: { v: "yesno", yes: false },
  q_13: { v: "yesno", yes: true },
  q_14: place("99350"),
  q_15: place("76"),
  q_16: place("2A"),
  q_17: place("31555", "31000"),
  q_18: {
    v: "address",
    street: "12 Rue Haute",
    more: "",
    postal: "31000",
    city: "Toulouse",
    code: "31555",
    country: "",
  },
  q_19: text("Toulouse Métropole"),
  q_20: { v: "choice", id: "pere" },
  q_21: { v: "choices", ids: ["salaire", "retraite"] },
  q_22: { v: "pair", first: "train", second: "ter" },
  q_23: { v: "number", number: "4" },
  q_24: text("1234567"),
  q_25: text("42"),
  q_26: text("650"),
  "q_30/r1/q_31": text("Moussa"),
  "q_30/r1/q_32": { v: "date", date: "2019-05-04" },
  "q_30/r2/q_31": text("Fatou"),
};
const rows: FormState["rows"] = {
  r1: { repeat: "q_30", position: 1, removed: false },
  r2: { repeat: "q_30", position: 2, removed: false },
  r3: { repeat: "q_30", position: 3, removed: false },
};

describe("E6", () => {
  test("everything that the site takes goes along in its own shape, and what it does not is told", async () => {
    const { prepared, dropped, kept } = await handOver(stateOf(full, rows));
    expect(dropped).toEqual([]);
    expect(prepared.left).toEqual([
      { key: "q_19", reason: "incomplete" },
      { key: "q_22", reason: "not-taken" },
      { key: "q_23", reason: "not-taken" },
      { key: "q_26", reason: "not-taken" },
    ]);
    expect(prepared.unsure).toEqual(["q_18"]);
    expect(prepared.papers).toEqual(["piece-27"]);
    expect(prepared.taken.length + prepared.left.length).toBe(Object.keys(full).length);
    expect(kept).toMatchObject({
      identite_genre: "Mme",
      identite_nom: "Ndiaye",
      [siteKey(1)]: "M.",
      [siteKey(12)]: "false",
      [siteKey(14)]: "MA",
      [siteKey(17)]: ["31000", "31555"],
      [siteKey(18)]: label,
      [siteKey(20)]: "Père ",
      [siteKey(21)]: ["Salaire", "Retraite"],
      [siteKey(30)]: [{ [siteKey(31)]: "Moussa", [siteKey(32)]: "2019-05-04" }, { [siteKey(31)]: "Fatou" }],
    });
  });

  test("an address that the site does not find was said to be unsure", async () => {
    const { prepared, dropped } = await handOver(stateOf({ q_18: text("chez ma sœur, bât. B") }));
    expect(dropped).toEqual([siteKey(18)]);
    expect(prepared.unsure).toEqual(["q_18"]);
  });

  test("what is hidden, unanswered or in a removed row does not leave", async () => {
    const { prepared } = await handOver(
      stateOf({ "q_30/r1/q_31": text("Moussa") }, { r1: { repeat: "q_30", position: 1, removed: true } }),
    );
    expect(prepared).toMatchObject({ values: {}, taken: [], left: [] });
  });

  test("the site moved on: questions that are gone, of another kind, with other choices", async () => {
    const moved = fields
      .filter(({ id }) => id !== 2)
      .map((field) => {
        if (field.id === 20) return { ...field, options: ["Mère"], otherOption: false };
        if (field.id === 21) return { ...field, options: ["Salaire"] };
        if (field.id === 8) return { ...field, type: "YesNo" };
        if (field.id === 30) return { ...field, fields: [{ type: "Text", id: 31, label: "Prénom" }] };
        return field;
      });
    const { prepared, dropped } = await handOver(stateOf(full, rows), { fields: moved });
    expect(dropped).toEqual([]);
    expect(prepared.left).toEqual(
      expect.arrayContaining([
        { key: "q_2", reason: "gone" },
        { key: "q_20", reason: "choice-gone" },
        { key: "q_21", reason: "choice-gone" },
        { key: "q_8", reason: "changed" },
        { key: "q_30/r1/q_32", reason: "gone" },
      ]),
    );
  });

  test("limits: long answers, many rows", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [`x${at}`, { repeat: "q_30", position: at, removed: false }]),
    );
    const answers = Object.fromEntries(Object.keys(many).map((row) => [`q_30/${row}/q_31`, text(row)]));
    const { prepared, dropped, kept } = await handOver(
      stateOf({ ...answers, q_3: text("x".repeat(limits.letters + 1)) }, many),
    );
    expect(dropped).toEqual([]);
    expect(prepared.left.filter(({ reason }) => reason === "too-many")).toHaveLength(60 - limits.rows);
    expect(prepared.left).toContainEqual({ key: "q_3", reason: "too-long" });
    expect(kept[siteKey(30)]).toHaveLength(limits.rows);
  });

  test("whatever is answered, nothing is dropped that was not told", async () => {
    const strange: readonly AnswerValue[] = [
      { v: "unknown" },
      text("n'importe quoi"),
      text(""),
      text("12/03/1980"),
      text("06 12"),
      { v: "choice", id: "pere" },
      { v: "choice", id: "disparu" },
      { v: "other", text: "Tante" },
      { v: "other", text: "" },
      { v: "choices", ids: [] },
      { v: "choices", ids: ["salaire"], other: "Dons" },
      { v: "date", date: "1980" },
      { v: "date", date: "1980-02" },
      { v: "number", number: "-12.5" },
      { v: "yesno", yes: true },
      place(null),
      place("99161"),
      place("31555"),
      { v: "pair", first: "train", second: null },
    ];
    for (const [turn, answer] of strange.entries()) {
      const answers = Object.fromEntries(
        Object.keys(full).map((key, at) => [key, strange[(turn + at) % strange.length] ?? answer]),
      );
      const { prepared, dropped } = await handOver(stateOf(answers, rows));
      const mayGo = new Set(prepared.unsure.map((key) => siteKey(Number(key.slice(2)))));
      expect(
        dropped.filter((key) => !mayGo.has(key)),
        `turn ${turn}`,
      ).toEqual([]);
    }
  });
});

test("what is held back here is what our server would refuse", () => {
  expect(limits).toMatchObject(siteLimits);
});
