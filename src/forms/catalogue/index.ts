/**
 * The procedures of this version: a small list for screens, and each form on demand in a chunk of its own.
 *
 * Surprising fact: the list repeats icon and minutes of the forms, so that showing it loads none of them; a test keeps
 * the two equal. Words are in locales/<lang>/form-<id>.json.
 */

import type { Form } from "../model.ts";

export type ProcedureId = "domiciliation" | "lettre-incomprise" | "demande-libre";

export interface ProcedureEntry {
  readonly id: ProcedureId;
  readonly icon: string;
  readonly minutes: number;
}

/** In the order in which they are offered. */
export const procedures: readonly ProcedureEntry[] = [
  { id: "domiciliation", icon: "boite", minutes: 15 },
  { id: "lettre-incomprise", icon: "je-ne-sais-pas", minutes: 3 },
  { id: "demande-libre", icon: "modifier", minutes: 5 },
];

/** False for a procedure of a newer version: its dossier is kept and shown as it is, never dropped. */
export const isProcedureId = (id: string): id is ProcedureId => procedures.some((entry) => entry.id === id);

const loaders: Readonly<Record<ProcedureId, () => Promise<Form>>> = {
  domiciliation: async () => (await import("./domiciliation.ts")).domiciliation,
  "lettre-incomprise": async () => (await import("./lettre-incomprise.ts")).lettreIncomprise,
  "demande-libre": async () => (await import("./demande-libre.ts")).demandeLibre,
};

/** The form of a procedure. Rejects only when its chunk is not on this device and there is no network. */
export const loadProcedure = (id: ProcedureId): Promise<Form> => loaders[id]();
