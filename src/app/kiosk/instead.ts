/** Which texts of the person's screens a shared computer says in other words (words.ts). Data. */
import type { TextKey } from "../i18n/catalogue.ts";

/** Texts whose meaning differs here, not only the thing that they name. */
export const instead: Readonly<Partial<Record<TextKey, TextKey>>> = {
  "card.text": "poste.instead.card",
  "card.works.here": "poste.instead.works",
  "home.pocket.closed": "poste.instead.closed",
  "papers.details.healthHere": "poste.instead.health",
  "papers.keep.done": "poste.instead.kept",
  "papers.view.serverLocal": "poste.instead.local",
  "papers.view.serverLocalText": "poste.instead.health",
  "papers.view.serverSealed": "poste.instead.sealed",
};
