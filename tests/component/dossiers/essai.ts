/** A form with a field of every type, and its words in three languages: for tests of screens. Never in the catalogue. */
import type { Field, Form, FormState } from "../../../src/forms/model.ts";

const base = { required: false, unknown: false } as const;

export const FIELDS = {
  many: { ...base, id: "many", type: "integer", unknown: true, min: 0, max: 20 },
  rent: { ...base, id: "rent", type: "decimal", unit: "euro" },
  charges: { ...base, id: "charges", type: "decimal", unit: "euro" },
  nir: { ...base, id: "nir", type: "formatted", format: "nir" },
  iban: { ...base, id: "iban", type: "iban" },
  siret: { ...base, id: "siret", type: "siret" },
  civility: { ...base, id: "civility", type: "civility" },
  agree: { ...base, id: "agree", type: "checkbox", required: true },
  housing: { ...base, id: "housing", type: "choice", choices: [{ id: "tenant" }, { id: "owner" }], other: true },
  help: {
    ...base,
    id: "help",
    type: "choices",
    choices: [{ id: "rsa" }, { id: "apl" }, { id: "nothing" }],
    none: "nothing",
    other: true,
  },
  work: {
    ...base,
    id: "work",
    type: "linked",
    required: true,
    choices: [
      { id: "employee", choices: [{ id: "cdi" }, { id: "cdd" }] },
      { id: "none", choices: [] },
    ],
  },
  visit: { ...base, id: "visit", type: "datetime" },
  born: { ...base, id: "born", type: "date", partial: false, max: "today-18y" },
  commune: { ...base, id: "commune", type: "commune" },
  departement: { ...base, id: "departement", type: "departement" },
  country: { ...base, id: "country", type: "country", unknown: true },
  address: { ...base, id: "address", type: "address" },
  note: { ...base, id: "note", type: "info" },
  total: {
    ...base,
    id: "total",
    type: "calc",
    unit: "euro",
    value: ["+", ["answer", "rent"], ["answer", "charges"]],
  },
  sign: { ...base, id: "sign", type: "signature", required: true },
} as const satisfies Readonly<Record<string, Field>>;

export const ESSAI: Form = {
  id: "essai",
  version: 1,
  icon: "dossier",
  official: null,
  sources: [],
  reviewBefore: "2030-01-01",
  minutes: 5,
  fields: Object.values(FIELDS),
  pages: [{ id: "all", section: "all", fields: Object.keys(FIELDS) }],
  requirements: [],
  notForeseen: false,
  declaration: false,
};

export const emptyState: FormState = { answers: {}, rows: {}, attached: {}, notForeseen: "" };

const labelled = (mark: string) =>
  Object.fromEntries(Object.keys(FIELDS).map((id) => [id, { label: `${mark}${id}`, hint: `${mark}hint ${id}` }]));

const words = (mark: string) => ({
  ...labelled(mark),
  housing: {
    label: `${mark}housing`,
    choices: { tenant: "Locataire", owner: "Propriétaire" },
    other: "Autre logement",
  },
  help: { label: `${mark}help`, choices: { rsa: "RSA", apl: "APL", nothing: "Aucune aide" } },
  work: { label: `${mark}work`, choices: { employee: "Salarié", none: "Sans travail", cdi: "CDI", cdd: "CDD" } },
  note: { label: "À savoir", hint: "Rien ne part avant la fin." },
  sign: { label: `${mark}sign`, declaration: `${mark}Je dis la vérité.` },
});

/** What the catalogue of `form-essai` is in a language. */
export const essaiWords = (language: string) => words(language === "fr" ? "" : `${language} `);
