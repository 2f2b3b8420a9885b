/**
 * "I do not understand this letter": a photo to the desk, for what no form foresees. Data only; words are in
 * locales/<lang>/form-lettre-incomprise.json.
 */

import type { Form } from "../model.ts";

export const lettreIncomprise: Form = {
  id: "lettre-incomprise",
  version: 1,
  icon: "je-ne-sais-pas",
  official: null,
  sources: [],
  reviewBefore: "2027-11-21",
  minutes: 3,
  fields: [
    { id: "note", type: "longText", required: false, unknown: false, maxLength: 2000 },
    { id: "given_name", type: "text", required: false, unknown: false, maxLength: 100, profile: "given_name" },
    { id: "family_name", type: "text", required: false, unknown: false, maxLength: 100, profile: "family_name" },
    { id: "phone", type: "phone", required: false, unknown: true, maxLength: 40, profile: "phone_number" },
    { id: "reach_note", type: "longText", required: false, unknown: false, maxLength: 500 },
  ],
  pages: [
    { id: "letter", section: "letter", fields: [], requirement: "letter" },
    { id: "note", section: "letter", fields: ["note"] },
    { id: "names", section: "contact", fields: ["given_name", "family_name"] },
    { id: "phone", section: "contact", fields: ["phone"] },
    { id: "reach", section: "contact", fields: ["reach_note"] },
  ],
  requirements: [{ id: "letter", kinds: ["letter-received"], required: true, maxPapers: 5 }],
  notForeseen: false,
  declaration: false,
};
