/**
 * What a feature gives to the root: its screens by path. The root knows no screen by name and features never import
 * each other; they meet through paths only. Paths hold random ids at most, never content (INV-3).
 */

import type { ComponentType } from "preact";
import type { Area } from "./i18n/catalogue.ts";

export interface ScreenProps {
  /** Values of the `:name` parts of the path. */
  readonly params: Readonly<Record<string, string>>;
}

export interface Screen {
  /** For example "/papiers/:paper". */
  readonly path: string;
  readonly screen: ComponentType<ScreenProps>;
  /** Tab that is current on this screen; null inside a question, where the tab bar is absent. */
  readonly tab: "home" | "papers" | "dossiers" | "outbox" | null;
  /** Catalogues that must be here before the screen is drawn. */
  readonly areas: readonly Area[];
}

export interface Feature {
  readonly screens: readonly Screen[];
}

/** Every path of the person's app, in one place, so that features can point at each other without importing. */
export const paths = {
  start: "/",
  code: "/code",
  newCode: "/code/nouveau",
  recallCode: "/code/essai",
  card: "/carte",
  drill: "/carte/essai",
  bigCard: "/carte/grande",
  handCard: "/carte/main",
  newCard: "/carte/nouvelle",
  cardHere: "/carte/ici",
  blockCard: "/carte/bloquer",
  returns: "/carte/structure",
  home: "/accueil",
  papers: "/papiers",
  addPaper: "/papiers/nouveau",
  bin: "/papiers/corbeille",
  space: "/papiers/place",
  pages: (id: string) => `/papiers/${id}/pages`,
  paper: (id: string) => `/papiers/${id}`,
  paperCode: (id: string) => `/code-papier/${id}`,
  procedures: "/demarches",
  procedure: (id: string) => `/demarches/${id}`,
  dossier: (id: string) => `/dossiers/${id}`,
  question: (id: string, page: string) => `/dossiers/${id}/question/${page}`,
  check: (id: string) => `/dossiers/${id}/relire`,
  receipt: (id: string) => `/dossiers/${id}/recepisse`,
  outbox: "/envois",
  carrier: "/porteur",
  carrierPack: "/porteur/donner",
  carrierReceipt: "/porteur/recepisse",
  settings: "/reglages",
  profile: "/profil",
  /** Claims are fixed words; an address writes them with hyphens. */
  profileClaim: (claim: string) => `/profil/${claim.replaceAll("_", "-")}`,
  erase: "/reglages/effacer",
  discreet: "/discret",
  devices: "/appareils",
  addDevice: "/appareils/ajouter",
  putOut: "/appareils/dehors",
  removeDevice: (id: string) => `/appareils/retirer/${id}`,
  join: "/rejoindre",
  comeBack: "/revenir",
  comeBackDesk: "/revenir/guichet",
  others: "/reponses",
  out: "/sortie",
  outSealed: "/sortie/fermee",
  approve: "/poste-partage",
  approvals: "/poste-partage/suivi",
  ahead: "/a-prevoir",
  aheadRights: "/a-prevoir/suivre",
  aheadDate: (id: string) => `/a-prevoir/date/${id}`,
  rights: "/droits",
  decision: "/droits/decision",
  /** Files that another app handed over; the manifests and the service worker name it too. */
  sharedIn: "/partage",
  shareOut: (id: string) => `/partage/${id}`,
  journal: "/journal",
  /** Whether a receipt is true: for anybody, without an account. */
  verifier: "/verifier",
  data: "/donnees",
  /** What to do when the service ends. */
  end: "/donnees/fin",
  /** What is shared with organisations, for a time. */
  shares: "/partages",
  newShare: "/partages/nouveau",
  given: (id: string) => `/partages/${id}`,
  /** Whether an organisation's keys are those of the sheet on its desk. */
  desks: "/guichets",
  desk: (slug: string) => `/guichets/${slug}`,
  /** Who may act for the person. */
  mandates: "/mandats",
  newMandate: "/mandats/nouveau",
  mandate: (id: string) => `/mandats/${id}`,
  renewMandate: (id: string) => `/mandats/${id}/suite`,
  mandateSheet: (id: string) => `/mandats/${id}/feuille`,
  takeIn: "/sortie/reprendre",
  joinSatchels: "/sortie/reunir",
} as const;
