/**
 * The procedures of this version: a small list for screens, and each form on demand in a chunk of its own.
 *
 * Surprising fact: the list repeats icon, minutes and receiver of the forms, so that showing it loads none of them; a test
 * keeps them equal. Words are in locales/<lang>/form-<id>.json; those of the list in procedures.json, what people may call
 * a procedure in procedures-search.json.
 */

import type { Form } from "../model.ts";

const loaders = {
  domiciliation: async () => (await import("./domiciliation.ts")).domiciliation,
  "aide-facultative": async () => (await import("./aide-facultative.ts")).aideFacultative,
  aspa: async () => (await import("./aspa.ts")).aspa,
  "cheque-energie": async () => (await import("./cheque-energie.ts")).chequeEnergie,
  rsa: async () => (await import("./rsa.ts")).rsa,
  apl: async () => (await import("./apl.ts")).apl,
  c2s: async () => (await import("./c2s.ts")).c2s,
  "logement-social": async () => (await import("./logement-social.ts")).logementSocial,
  recours: async () => (await import("./recours.ts")).recours,
  mdph: async () => (await import("./mdph.ts")).mdph,
  "aide-juridictionnelle": async () => (await import("./aide-juridictionnelle.ts")).aideJuridictionnelle,
  "carte-identite": async () => (await import("./carte-identite.ts")).carteIdentite,
  "france-travail": async () => (await import("./france-travail.ts")).franceTravail,
  "lettre-incomprise": async () => (await import("./lettre-incomprise.ts")).lettreIncomprise,
  "demande-libre": async () => (await import("./demande-libre.ts")).demandeLibre,
} as const satisfies Readonly<Record<string, () => Promise<Form>>>;

export type ProcedureId = keyof typeof loaders;

/** How screens group procedures. */
export const procedureFamilies = ["home", "living", "health", "work", "papers", "rights", "other"] as const;
export type ProcedureFamily = (typeof procedureFamilies)[number];

export interface ProcedureEntry {
  readonly id: ProcedureId;
  readonly icon: string;
  readonly minutes: number;
  readonly family: ProcedureFamily;
  readonly receiver: NonNullable<Form["receiver"]>;
}

/** In the order in which they are offered. */
export const procedures: readonly ProcedureEntry[] = [
  { id: "domiciliation", icon: "boite", minutes: 15, family: "home", receiver: "besace" },
  { id: "aide-facultative", icon: "main", minutes: 20, family: "living", receiver: "besace" },
  { id: "aspa", icon: "argent", minutes: 25, family: "living", receiver: "paper" },
  { id: "cheque-energie", icon: "energie", minutes: 12, family: "home", receiver: "portal" },
  { id: "rsa", icon: "argent", minutes: 30, family: "living", receiver: "paper" },
  { id: "apl", icon: "maison", minutes: 20, family: "home", receiver: "portal" },
  { id: "c2s", icon: "sante", minutes: 20, family: "health", receiver: "paper" },
  { id: "logement-social", icon: "maison", minutes: 30, family: "home", receiver: "paper" },
  { id: "recours", icon: "modifier", minutes: 20, family: "rights", receiver: "paper" },
  { id: "mdph", icon: "main", minutes: 40, family: "health", receiver: "paper" },
  { id: "aide-juridictionnelle", icon: "mandat", minutes: 25, family: "rights", receiver: "paper" },
  { id: "carte-identite", icon: "carte-identite", minutes: 15, family: "papers", receiver: "paper" },
  { id: "france-travail", icon: "travail", minutes: 20, family: "work", receiver: "portal" },
  { id: "lettre-incomprise", icon: "je-ne-sais-pas", minutes: 3, family: "papers", receiver: "besace" },
  { id: "demande-libre", icon: "modifier", minutes: 5, family: "other", receiver: "besace" },
];

/** False for a procedure of a newer version: its dossier is kept and shown as it is, never dropped. */
export const isProcedureId = (id: string): id is ProcedureId => Object.hasOwn(loaders, id);

/** The form of a procedure. Rejects only when its chunk is not on this device and there is no network. */
export const loadProcedure = (id: ProcedureId): Promise<Form> => loaders[id]();
