/**
 * Preparation of a claim for the energy voucher that did not come. Data only; words are in
 * locales/<lang>/form-cheque-energie.json.
 *
 * Surprising fact: the voucher is matched by the delivery point of the electricity and the tax household of the contract
 * holder, so what matters is in whose name the contract is; the last day of each campaign is not known here.
 */

import type { Form } from "../model.ts";
import {
  birthdate,
  choice,
  email,
  familyName,
  givenName,
  home,
  housing,
  identityPaper,
  is,
  isOneOf,
  isYes,
  longText,
  numbers,
  pages,
  papers,
  past,
  phone,
  taxPaper,
  text,
  whole,
  yesNo,
} from "./parts.ts";

export const chequeEnergie: Form = {
  id: "cheque-energie",
  version: 1,
  icon: "energie",
  official: {
    cerfa: "",
    verified: false,
    checked:
      "The official claim (on line or on paper) could not be read, so its fields are not verified. Checked in secondary pages on the campaign of 2025: matching by delivery point and tax household, the attestation of the electricity contract and its age. Not verified: everything about 2026, its last day included.",
  },
  sources: [
    { title: "Secondary pages on the energy voucher, campaign of 2025", verifiedOn: "2026-11-21" },
    { title: "sicaesomme.fr, page on the energy voucher (address of the site)", verifiedOn: "2026-11-22" },
    numbers,
  ],
  reviewBefore: "2027-02-28",
  minutes: 12,
  receiver: "portal",
  portal: "https://chequeenergie.gouv.fr/",
  fields: [
    choice("reason", ["never-came", "moved", "other-name", "lost", "too-late", "refused", "other"]),
    longText("reason_words", { if: isOneOf("reason", "refused", "other") }),
    givenName,
    familyName,
    birthdate,
    home,
    phone,
    email,
    housing,
    past("home_since"),
    whole("people"),
    choice("contract_whose", ["me", "partner", "other-person", "landlord", "none"]),
    text("contract_name", { if: isOneOf("contract_whose", "partner", "other-person") }),
    longText("contract_words", { if: isOneOf("contract_whose", "landlord", "none") }),
    text("supplier", { if: isOneOf("contract_whose", "me", "partner", "other-person") }),
    past("contract_since", { if: isOneOf("contract_whose", "me", "partner", "other-person") }),
    {
      id: "delivery_point",
      type: "formatted",
      format: "delivery-point",
      required: false,
      unknown: true,
      if: isOneOf("contract_whose", "me", "partner", "other-person"),
    },
    yesNo("declared_taxes"),
    {
      id: "tax_number",
      type: "formatted",
      format: "tax-number",
      required: false,
      unknown: true,
      profile: "tax_number",
    },
    yesNo("had_before"),
    text("voucher_number", { if: isYes("had_before") }),
    yesNo("cut_risk"),
    longText("cut_words", { if: isYes("cut_risk") }),
  ],
  pages: [
    ...pages("voucher", "reason", "reason_words"),
    ...pages("you", ["given_name", "family_name"], "birthdate"),
    ...pages("contact", "address", "phone", "email"),
    ...pages("home", "housing_status", "home_since", "people"),
    ...pages(
      "contract",
      "contract_whose",
      "contract_name",
      "contract_words",
      ["supplier", "contract_since"],
      "delivery_point",
    ),
    ...pages("taxes", "declared_taxes", "tax_number"),
    ...pages("situation", "had_before", "voucher_number", "cut_risk", "cut_words"),
    ...papers("contract", "tax", "identity"),
  ],
  requirements: [
    {
      id: "contract",
      kinds: ["energy-bill"],
      required: true,
      maxPapers: 2,
      maxAgeDays: 90,
      if: ["not", is("contract_whose", "none")],
    },
    taxPaper,
    { ...identityPaper, required: false },
  ],
  notForeseen: true,
  declaration: false,
  humans: [{ id: "energy", phone: "0805204805", source: 2 }, { id: "france-services" }, { id: "ccas" }],
};
