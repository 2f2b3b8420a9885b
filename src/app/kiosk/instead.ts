/** Which texts of the person's screens a shared computer says in other words (words.ts). Data. */
import type { TextKey } from "../i18n/catalogue.ts";

/** Texts whose meaning differs here, not only the thing that they name. */
export const instead: Readonly<Partial<Record<TextKey, TextKey>>> = {
  "card.text": "poste.instead.card",
  "card.where.photo": "poste.instead.cardPhoto",
  "card.works.here": "poste.instead.works",
  "common.net.offMore": "poste.instead.offline",
  "dossiers.start.offlineMore": "poste.instead.fill",
  "dossiers.thread.awaitingDeskMore": "poste.instead.awaitingDesk",
  "home.pocket.closed": "poste.instead.closed",
  "papers.add.filesDetail": "poste.instead.files",
  "papers.bin.empty.text": "poste.instead.binEmpty",
  "papers.bin.lead": "poste.instead.bin",
  "papers.details.healthHere": "poste.instead.health",
  "papers.keep.done": "poste.instead.kept",
  "papers.view.serverLocal": "poste.instead.local",
  "papers.view.serverLocalText": "poste.instead.health",
  "papers.view.serverSealed": "poste.instead.sealed",
  "retour.arrived.text": "poste.instead.arrived",
  "retour.code.text": "poste.instead.sameCode",
};

/** What these say is kept "on this phone" is kept in the person's satchel: nothing is kept on a computer that forgets. */
export const inSatchel: readonly TextKey[] = [
  "common.saved.at",
  "dossiers.draft.more",
  "home.draft.pages",
  "papers.add.kept",
  "papers.draft.text",
  "papers.list.empty.text",
  "papers.page.kept",
  "papers.page.kept-file",
];
