/**
 * Everything that a profile may hold, by family, each with the kind of question that asks for it (parts.ts of the catalogue).
 * Data only; words are in locales/<lang>/profil.json. A claim that is not listed here is shown and can be removed, no more.
 */

import {
  birthCommune,
  birthCountry,
  birthdate,
  cafNumber,
  civility,
  email,
  familyName,
  familyStatus,
  givenName,
  home,
  housingStatus,
  iban,
  nationality,
  nir,
  phone,
  usedName,
  workSituation,
} from "./catalogue/parts.ts";
import type { Field } from "./model.ts";

export type Family = "names" | "birth" | "contact" | "address" | "family" | "status" | "resources";

export interface Claim {
  readonly id: ClaimId;
  readonly family: Family;
  readonly field: Field;
  /** What others could do harm with: it says something of health, of money, or stands for the person. */
  readonly sensitive?: "health" | "money" | "identity";
}

const taxNumber: Field = {
  id: "tax_number",
  type: "formatted",
  format: "tax-number",
  required: false,
  unknown: true,
  profile: "tax_number",
};

const asked = [
  { id: "gender", family: "names", field: civility },
  { id: "given_name", family: "names", field: givenName },
  { id: "family_name", family: "names", field: familyName },
  { id: "preferred_username", family: "names", field: usedName },
  { id: "birthdate", family: "birth", field: birthdate },
  { id: "birthplace", family: "birth", field: birthCommune },
  { id: "birthcountry", family: "birth", field: birthCountry },
  { id: "nationality", family: "birth", field: nationality },
  { id: "phone_number", family: "contact", field: phone },
  { id: "email", family: "contact", field: email },
  { id: "address", family: "address", field: home },
  { id: "family_status", family: "family", field: familyStatus },
  { id: "housing_status", family: "status", field: housingStatus },
  { id: "work_situation", family: "status", field: workSituation, sensitive: "health" },
  { id: "caf_number", family: "resources", field: cafNumber },
  { id: "tax_number", family: "resources", field: taxNumber, sensitive: "identity" },
  { id: "nir", family: "resources", field: nir, sensitive: "health" },
  { id: "iban", family: "resources", field: iban, sensitive: "money" },
] as const satisfies readonly (Omit<Claim, "id"> & { readonly id: string })[];

export type ClaimId = (typeof asked)[number]["id"];

/** In the order of showing. */
export const claims: readonly Claim[] = asked;

export const claimOf = (id: string): Claim | undefined => claims.find((claim) => claim.id === id);

export const families: readonly Family[] = ["names", "birth", "contact", "address", "family", "status", "resources"];
