/**
 * After a decision: what can be done, to whom, within which time, and where that was read. Data only; words are in
 * locales/<lang>/remedies.json.
 *
 * Surprising facts: "other" and "prefecture" have no time limit here on purpose. Theirs may be days, and a wrong date would be
 * worse than "read the end of the letter, and ask somebody today". What silence means stands only where it was read.
 */

import type { Delay } from "../model.ts";

export const sources = {
  caf: {
    title: "rsa-info.fr, appeals against the CAF: commission within 2 months, its silence of 2 months, then the court",
    url: "https://rsa-info.fr/recours-tribunal/",
    verifiedOn: "2026-11-22",
  },
  rsa: {
    title: "ASH, appeals about the RSA: CASF L262-47 and R262-87 to R262-91",
    url: "https://ash.tm.fr/numeros-juridiques/2725/les-controles-et-le-contentieux/le-contentieux/le-recours-administratif-prealable-505722.php",
    verifiedOn: "2026-11-22",
  },
  c2s: { title: "Service-public.fr F10027 and pages on Cerfa 12504 (C2S)", verifiedOn: "2026-11-21" },
  mdph: {
    title:
      "mdph47.fr, contesting a decision: conciliation or appeal within 2 months, silence of 2 months on the appeal",
    url: "https://www.mdph47.fr/index.php/la-demande/contester-une-decision-de-la-mdph",
    verifiedOn: "2026-11-22",
  },
  mdphSilence: {
    title: "handicapsscolarite.com, appeals: no answer of the MDPH within 4 months is a refusal",
    url: "https://www.handicapsscolarite.com/vos-recours",
    verifiedOn: "2026-11-22",
  },
  legalAid: {
    title: "Decree 2020-1717, articles 69 and 71, copy on juriblio.fr",
    url: "https://juriblio.fr/decrets/decret-no-2020-1717-du-28-decembre-2020/176965939/titre-ier/chapitre-iii/section-6",
    verifiedOn: "2026-11-22",
  },
  court: {
    title:
      "R421-1 of the code of administrative justice; Conseil d'État 312682 and 362568 (a last day that is no working day)",
    url: "https://www.idcite.com/Juris-Delai-en-cas-de-recours-administratif-CE-B_a2422.amp.html",
    verifiedOn: "2026-11-22",
  },
} as const satisfies Readonly<Record<string, { title: string; url?: string; verifiedOn: string }>>;
export type SourceId = keyof typeof sources;

/** Hidden once this day has passed: then only the letter and the humans are named. */
export const reviewBefore = "2027-05-21";

/** To whom: ids of the choices of `to_whom` in the procedure "recours". */
export type Addressee = "commission" | "department" | "mdph" | "legal-aid" | "same-office" | "court";

export interface RemedyRule {
  /** Word key: `remedies.<id>.label|hint`. */
  readonly id: "commission" | "department" | "conciliation" | "mdph" | "legal-aid" | "same-office" | "court";
  readonly to: Addressee;
  readonly within: Omit<Delay, "source">;
  /** A last day that is no working day moves to the next one: only where a source says so. */
  readonly moves: boolean;
  /** The procedure that prepares it. */
  readonly procedure: "recours" | null;
  readonly source: SourceId;
}

/** Who decided: ids of the choices of `decision_by` in the procedure "recours". */
export type DecidedBy = "caf" | "department" | "cpam" | "mdph" | "ccas" | "legal-aid" | "prefecture" | "other";

export interface SilenceRule {
  readonly months: number;
  readonly means: "accepted" | "refused";
  readonly source: SourceId;
}

export interface DecisionRule {
  /** Word key: `kinds.<id>`. */
  readonly id: "caf" | "rsa" | "c2s" | "mdph" | "ccas" | "legal-aid" | "prefecture" | "other";
  readonly by: DecidedBy;
  /** In the order in which they are offered; empty: the letter says it, and a human is named. */
  readonly remedies: readonly RemedyRule[];
  /** No answer to the request. */
  readonly silence?: SilenceRule;
  /** No answer to the first remedy. */
  readonly silenceAfter?: SilenceRule;
  /** Where the next step is a court, whose name the answer says. */
  readonly thenCourt: boolean;
}

const commission = (source: SourceId): RemedyRule => ({
  id: "commission",
  to: "commission",
  within: { months: 2 },
  moves: false,
  procedure: "recours",
  source,
});

export const decisionRules: readonly DecisionRule[] = [
  {
    id: "caf",
    by: "caf",
    remedies: [commission("caf")],
    silenceAfter: { months: 2, means: "refused", source: "caf" },
    thenCourt: true,
  },
  {
    id: "rsa",
    by: "department",
    remedies: [
      { id: "department", to: "department", within: { months: 2 }, moves: false, procedure: "recours", source: "rsa" },
    ],
    thenCourt: true,
  },
  {
    id: "c2s",
    by: "cpam",
    remedies: [commission("c2s")],
    silence: { months: 2, means: "accepted", source: "c2s" },
    thenCourt: true,
  },
  {
    id: "mdph",
    by: "mdph",
    remedies: [
      { id: "conciliation", to: "mdph", within: { months: 2 }, moves: false, procedure: null, source: "mdph" },
      { id: "mdph", to: "mdph", within: { months: 2 }, moves: false, procedure: "recours", source: "mdph" },
    ],
    silence: { months: 4, means: "refused", source: "mdphSilence" },
    silenceAfter: { months: 2, means: "refused", source: "mdph" },
    thenCourt: true,
  },
  {
    id: "ccas",
    by: "ccas",
    remedies: [
      {
        id: "same-office",
        to: "same-office",
        within: { months: 2 },
        moves: true,
        procedure: "recours",
        source: "court",
      },
      { id: "court", to: "court", within: { months: 2 }, moves: true, procedure: null, source: "court" },
    ],
    thenCourt: false,
  },
  {
    id: "legal-aid",
    by: "legal-aid",
    remedies: [
      {
        id: "legal-aid",
        to: "legal-aid",
        within: { days: 15 },
        moves: false,
        procedure: "recours",
        source: "legalAid",
      },
    ],
    thenCourt: false,
  },
  { id: "prefecture", by: "prefecture", remedies: [], thenCourt: false },
  { id: "other", by: "other", remedies: [], thenCourt: false },
];

export type DecisionKind = DecisionRule["id"];

export const decisionRule = (id: string): DecisionRule | undefined => decisionRules.find((rule) => rule.id === id);
