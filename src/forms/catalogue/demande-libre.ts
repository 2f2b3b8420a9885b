/**
 * "Free request": the person's own words and any paper, for what no form foresees. Data only; words are in
 * locales/<lang>/form-demande-libre.json.
 */

import type { Form } from "../model.ts";

export const demandeLibre: Form = {
  id: "demande-libre",
  version: 1,
  icon: "modifier",
  official: null,
  sources: [],
  reviewBefore: "2027-11-21",
  minutes: 5,
  fields: [
    { id: "request", type: "longText", required: true, unknown: false, maxLength: 4000 },
    { id: "given_name", type: "text", required: false, unknown: false, maxLength: 100, profile: "given_name" },
    { id: "family_name", type: "text", required: false, unknown: false, maxLength: 100, profile: "family_name" },
    { id: "phone", type: "phone", required: false, unknown: true, maxLength: 40, profile: "phone_number" },
    { id: "reach_note", type: "longText", required: false, unknown: false, maxLength: 500 },
  ],
  pages: [
    { id: "request", section: "request", fields: ["request"] },
    { id: "papers", section: "request", fields: [], requirement: "papers" },
    { id: "names", section: "contact", fields: ["given_name", "family_name"] },
    { id: "phone", section: "contact", fields: ["phone"] },
    { id: "reach", section: "contact", fields: ["reach_note"] },
  ],
  requirements: [{ id: "papers", kinds: [], required: false, maxPapers: 10 }],
  notForeseen: false,
  declaration: false,
};
