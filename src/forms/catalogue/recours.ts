/**
 * An appeal against a decision: which one, its date, by whom, why one disagrees, and what is asked for; printed or carried to
 * whoever decided. Data only; words are in locales/<lang>/form-recours.json.
 *
 * Surprising fact: the last day is counted anew from the dates at each look, by the rules of forms/remedies; the one that is
 * typed is what the letter says, and the earlier of the two counts. A day that is no working day does not move it here: it
 * is then early, never late.
 */

import type { Expr, Form } from "../model.ts";
import { decisionRules, reviewBefore } from "../remedies/kinds.ts";
import {
  birthdate,
  choice,
  choices,
  email,
  familyName,
  givenName,
  has,
  home,
  is,
  isYes,
  longText,
  note,
  pages,
  papers,
  phone,
  text,
  yesNo,
} from "./parts.ts";

const answer = (id: string): Expr => ["answer", id];
/** A day that was typed and can be read. */
const isDated = (id: string): Expr => [">=", answer(id), "1900-01-01"];
/** The earlier of two days; the other one where one is not known. */
const earlier = (a: string, b: string): Expr => [
  "if",
  ["<=", answer(a), answer(b)],
  answer(a),
  ["if", isDated(b), answer(b), answer(a)],
];
/** Blank where no last day is known. */
const untilLastDay: Expr = ["days-between", ["today"], earlier("counted_last_day", "last_day")];
/** When the letter came, else what is written on it; a reception before the letter is a slip, and the letter counts. */
const counted: Expr = [
  "if",
  [">=", answer("received_date"), answer("decision_date")],
  answer("received_date"),
  ["if", isDated("decision_date"), answer("decision_date"), answer("received_date")],
];
/** Offices whose time limit was read, by that limit. */
const limits = decisionRules.flatMap(({ by, remedies }) => {
  const within = remedies.find(({ procedure }) => procedure === "recours")?.within;
  return within === undefined ? [] : [{ by, ...within }];
});
const inDays = limits.filter(({ days }) => days !== undefined);
const inMonths = limits.filter(({ months }) => months !== undefined);
/** No answer to the appeal is a refusal: where that was read. */
const silences = decisionRules.flatMap(({ by, silenceAfter }) =>
  silenceAfter?.means === "refused" ? [{ by, months: silenceAfter.months }] : [],
);
const by = (offices: readonly { readonly by: string }[]): Expr => [
  "in",
  answer("decision_by"),
  offices.map((office) => office.by),
];
/** Rules that should have been read again count nothing. */
const isCurrent: Expr = ["<", ["today"], reviewBefore];

export const recours: Form = {
  id: "recours",
  version: 1,
  icon: "modifier",
  official: null,
  sources: [
    {
      title:
        "Secondary pages on appeals to CAF, département, MDPH and legal aid office: copy of the decision, reasons, proof of the day",
      verifiedOn: "2026-11-22",
    },
  ],
  reviewBefore: "2027-05-21",
  minutes: 20,
  receiver: "paper",
  fields: [
    choice("decision_by", [
      { id: "caf", icon: "argent" },
      { id: "department", icon: "argent" },
      { id: "cpam", icon: "sante" },
      { id: "mdph", icon: "main" },
      { id: "ccas", icon: "boite" },
      { id: "legal-aid", icon: "mandat" },
      { id: "france-travail", icon: "travail" },
      { id: "pension", icon: "personne" },
      { id: "prefecture", icon: "carte-identite" },
      { id: "other", icon: "autre" },
    ]),
    text("decision_by_name"),
    choice("decision_kind", ["refusal", "less", "stop", "debt", "penalty", "no-answer", "other"]),
    longText("decision_words"),
    { id: "decision_date", type: "date", partial: false, past: true, required: false, unknown: true },
    { id: "received_date", type: "date", partial: false, past: true, required: false, unknown: true },
    {
      id: "counted_last_day",
      type: "calc",
      value: [
        "if",
        by(inDays),
        ["add-days", counted, inDays[0]?.days ?? 0],
        ["add-months", counted, inMonths[0]?.months ?? 0],
      ],
      required: false,
      unknown: false,
      if: ["and", by(limits), isCurrent, ["or", isDated("received_date"), isDated("decision_date")]],
    },
    { id: "last_day", type: "date", partial: false, required: false, unknown: true },
    {
      id: "days_left",
      type: "calc",
      value: untilLastDay,
      decimals: 0,
      unit: "own",
      required: false,
      unknown: false,
      if: [">=", untilLastDay, 0],
    },
    { id: "day_passed", ...note, icon: "attention", if: ["<", untilLastDay, 0] },
    text("decision_number"),
    choices("reasons", [
      "facts",
      "paper-unread",
      "changed",
      "calculation",
      "other-person",
      "no-reason",
      "late-unknowing",
      "other",
    ]),
    longText("reason_words"),
    longText("proofs_words"),
    choices("wanted", ["look-again", "give", "back", "cancel-debt", "pay-slowly", "meeting", "other"]),
    longText("wanted_words", { if: has("wanted", "other") }),
    yesNo("hardship"),
    longText("hardship_words", { if: isYes("hardship") }),
    choice("to_whom", ["commission", "department", "mdph", "legal-aid", "same-office", "court", "other"]),
    longText("to_address"),
    givenName,
    familyName,
    birthdate,
    text("file_number"),
    home,
    phone,
    email,
    yesNo("wants_help"),
    choice("send_how", ["registered", "desk", "online", "other"]),
    { id: "sent_on", type: "date", partial: false, past: true, required: false, unknown: false },
    {
      id: "refused_on",
      type: "calc",
      value: ["add-months", answer("sent_on"), silences[0]?.months ?? 0],
      required: false,
      unknown: false,
      if: ["and", by(silences), isCurrent, isDated("sent_on")],
    },
  ],
  pages: [
    ...pages("decision", ["decision_by", "decision_by_name"], "decision_kind", "decision_words", "decision_number"),
    ...pages("dates", "decision_date", "received_date", ["last_day", "counted_last_day", "days_left", "day_passed"]),
    ...pages(
      "reasons",
      "reasons",
      "reason_words",
      "proofs_words",
      "wanted",
      "wanted_words",
      "hardship",
      "hardship_words",
    ),
    ...pages("you", ["given_name", "family_name"], "birthdate", "file_number", "address", "phone", "email"),
    ...pages("sending", ["to_whom", "to_address"], "wants_help", "send_how", ["sent_on", "refused_on"]),
    ...papers("decision", "proofs", "sending"),
  ],
  requirements: [
    {
      id: "decision",
      kinds: [
        "refusal-decision",
        "letter-received",
        "benefit-notice",
        "mdph-notice",
        "rsa-notice",
        "housing-aid-notice",
        "activity-bonus-notice",
        "aspa-notice",
        "legal-aid-decision",
        "prefecture-decision",
        "unemployment-notice",
      ],
      required: true,
      maxPapers: 3,
      if: ["not", is("decision_kind", "no-answer")],
      alternatives: [{ id: "request", kinds: ["filing-receipt", "other"] }],
    },
    { id: "proofs", kinds: [], required: false, maxPapers: 10 },
    { id: "sending", kinds: ["filing-receipt", "appeal-letter"], required: false, maxPapers: 3 },
  ],
  notForeseen: true,
  declaration: false,
  humans: [{ id: "organisation" }, { id: "point-justice" }, { id: "rights-defender" }, { id: "ccas" }],
};
