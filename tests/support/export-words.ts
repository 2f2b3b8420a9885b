/** Words of a copy for outside, as the page would say them; in two directions. */

import type { ExportWords } from "../../src/satchel/export-words.ts";
import type { DossierView, PaperView } from "../../src/workers/satchel.contract.ts";

export const exportWords = (more: Partial<ExportWords> = {}): ExportWords => ({
  language: "fr",
  dir: "ltr",
  title: "Mes papiers et mes démarches",
  made: "Fait le 22 novembre 2026",
  warning: "Toute personne qui a ce dossier peut le lire.",
  sections: {
    papers: "Papiers",
    dossiers: "Démarches",
    bin: "Corbeille",
    profile: "Profil",
    missing: "Il manque une page.",
    missingText: "Des pages ne sont pas sur ce téléphone.",
    answers: "Réponses",
    replies: "Ce que le guichet a répondu",
    proofs: "Preuves",
    attached: "Papiers joints",
    nothing: "Rien",
    page: "Page",
    original: "Original",
  },
  names: {
    papers: "papiers",
    dossiers: "demarches",
    bin: "corbeille",
    answers: "reponses",
    proof: "preuve",
    index: "lisez-moi",
  },
  profile: [["Prénom", "Amina"]],
  papers: {},
  dossiers: {},
  unnamed: "Papier",
  ...more,
});

/** The words for what a satchel shows. */
export const wordsFor = (papers: readonly PaperView[], dossiers: readonly DossierView[]): ExportWords =>
  exportWords({
    papers: Object.fromEntries(papers.map(({ id, record }) => [id, { title: record.title, facts: [] }])),
    dossiers: Object.fromEntries(
      dossiers.map(({ id, record }) => [
        id,
        {
          title: `Démarche ${record.procedure}`,
          facts: [["Numéro", record.number] as const],
          answers: [["Nom", "Benali"] as const],
          replies: [],
          proofs: [],
        },
      ]),
    ),
  });
