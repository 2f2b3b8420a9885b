/**
 * The 41 types of question of Démarches simplifiées and what becomes of each here (facts of its documentation). Pure.
 *
 * `prefilled`: its interface takes a value for it. Surprising: the names are those of the public schema without
 * "ChampDescriptor" and in small letters; some differ from the ones that its authors see.
 */

export type Treatment =
  /** A part of the form, no answer. */
  | "section"
  | "info"
  | "repeat"
  /** Asked here as what it is. */
  | "asked"
  /** Papers of the satchel. */
  | "document"
  /** Filled there from another service: here as text, marked. */
  | "online";

export interface DsType {
  readonly name: string;
  readonly treatment: Treatment;
  readonly prefilled: boolean;
  /** Seconds that the site itself counts for it. */
  readonly seconds: number;
}

const of = (
  treatment: Treatment,
  prefilled: boolean,
  seconds: number,
  ...names: readonly string[]
): readonly DsType[] => names.map((name) => ({ name, treatment, prefilled, seconds }));

export const dsTypes: readonly DsType[] = [
  ...of("section", false, 0, "headersection"),
  ...of("info", false, 0, "explication"),
  ...of("repeat", true, 60, "repetition"),
  ...of("asked", true, 10, "civilite", "email", "phone", "date", "datetime", "checkbox", "yesno"),
  ...of("asked", true, 10, "communes", "departements", "regions", "pays"),
  ...of(
    "asked",
    true,
    10,
    "text",
    "decimalnumber",
    "integernumber",
    "formatted",
    "dropdownlist",
    "multipledropdownlist",
  ),
  ...of("asked", true, 60, "address", "iban", "siret", "dossierlink", "epci", "textarea"),
  ...of("asked", false, 10, "number", "linkeddropdownlist"),
  ...of("document", false, 180, "piecejustificative", "titreidentite"),
  ...of("online", false, 60, "referentiel", "annuaireeducation", "rna", "rnf", "carte", "cnaf", "dgfip"),
  ...of("online", false, 60, "poleemploi", "mesri", "cojo", "engagementjuridique"),
];

/** Other spellings that the schema has used. */
const spellings: Readonly<Record<string, string>> = {
  commune: "communes",
  departement: "departements",
  region: "regions",
  country: "pays",
  adresse: "address",
  expressionreguliere: "formatted",
  nombre: "number",
};

const byName = new Map(dsTypes.map((type) => [type.name, type]));

/** The type of a `__typename`; undefined for one that came after this page was written. */
export function dsTypeOf(typename: string): DsType | undefined {
  const name = typename
    .replace(/ChampDescriptor$/, "")
    .replaceAll("_", "")
    .toLowerCase();
  return byName.get(spellings[name] ?? name);
}
