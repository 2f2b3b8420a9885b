/**
 * The typed keys of everything the interface says. French is the source: a key that is not in the French file does not
 * compile. A new area is one import and one line of `Catalogue`. Types only, nothing reaches a bundle.
 */
import type ahead from "../../../locales/fr/ahead.json";
import type approbation from "../../../locales/fr/approbation.json";
import type capture from "../../../locales/fr/capture.json";
import type card from "../../../locales/fr/card.json";
import type common from "../../../locales/fr/common.json";
import type desk from "../../../locales/fr/desk.json";
import type devices from "../../../locales/fr/devices.json";
import type discret from "../../../locales/fr/discret.json";
import type donnees from "../../../locales/fr/donnees.json";
import type dossiers from "../../../locales/fr/dossiers.json";
import type equipe from "../../../locales/fr/equipe.json";
import type erase from "../../../locales/fr/erase.json";
import type errors from "../../../locales/fr/errors.json";
import type fields from "../../../locales/fr/fields.json";
import type glossary from "../../../locales/fr/glossary.json";
import type guichets from "../../../locales/fr/guichets.json";
import type home from "../../../locales/fr/home.json";
import type journal from "../../../locales/fr/journal.json";
import type journey from "../../../locales/fr/journey.json";
import type lettre from "../../../locales/fr/lettre.json";
import type mandats from "../../../locales/fr/mandats.json";
import type official from "../../../locales/fr/official.json";
import type opening from "../../../locales/fr/opening.json";
import type others from "../../../locales/fr/others.json";
import type outbox from "../../../locales/fr/outbox.json";
import type overdue from "../../../locales/fr/overdue.json";
import type papers from "../../../locales/fr/papers.json";
import type papersGuide from "../../../locales/fr/papers-guide.json";
import type papersTypes from "../../../locales/fr/papers-types.json";
import type partage from "../../../locales/fr/partage.json";
import type partages from "../../../locales/fr/partages.json";
import type places from "../../../locales/fr/places.json";
import type porteur from "../../../locales/fr/porteur.json";
import type porteurEntry from "../../../locales/fr/porteur-entry.json";
import type poste from "../../../locales/fr/poste.json";
import type profil from "../../../locales/fr/profil.json";
import type remedies from "../../../locales/fr/remedies.json";
import type reminders from "../../../locales/fr/reminders.json";
import type retour from "../../../locales/fr/retour.json";
import type returns from "../../../locales/fr/returns.json";
import type rights from "../../../locales/fr/rights.json";
import type scan from "../../../locales/fr/scan.json";
import type settings from "../../../locales/fr/settings.json";
import type sortie from "../../../locales/fr/sortie.json";
import type space from "../../../locales/fr/space.json";
import type start from "../../../locales/fr/start.json";
import type twoddoc from "../../../locales/fr/twoddoc.json";
import type verifier from "../../../locales/fr/verifier.json";
import type voix from "../../../locales/fr/voix.json";

/** One entry per file `locales/fr/<area>.json`. */
export interface Catalogue {
  readonly ahead: typeof ahead;
  readonly approbation: typeof approbation;
  readonly capture: typeof capture;
  readonly card: typeof card;
  readonly common: typeof common;
  readonly desk: typeof desk;
  readonly devices: typeof devices;
  readonly discret: typeof discret;
  readonly dossiers: typeof dossiers;
  readonly erase: typeof erase;
  readonly errors: typeof errors;
  readonly fields: typeof fields;
  readonly glossary: typeof glossary;
  readonly home: typeof home;
  readonly donnees: typeof donnees;
  readonly equipe: typeof equipe;
  readonly journal: typeof journal;
  readonly journey: typeof journey;
  readonly lettre: typeof lettre;
  readonly guichets: typeof guichets;
  readonly mandats: typeof mandats;
  readonly official: typeof official;
  readonly opening: typeof opening;
  readonly others: typeof others;
  readonly outbox: typeof outbox;
  readonly overdue: typeof overdue;
  readonly verifier: typeof verifier;
  readonly papers: typeof papers;
  readonly "papers-guide": typeof papersGuide;
  readonly "papers-types": typeof papersTypes;
  readonly partage: typeof partage;
  readonly partages: typeof partages;
  readonly places: typeof places;
  readonly profil: typeof profil;
  readonly porteur: typeof porteur;
  readonly "porteur-entry": typeof porteurEntry;
  readonly poste: typeof poste;
  readonly remedies: typeof remedies;
  readonly reminders: typeof reminders;
  readonly retour: typeof retour;
  readonly returns: typeof returns;
  readonly rights: typeof rights;
  readonly scan: typeof scan;
  readonly settings: typeof settings;
  readonly sortie: typeof sortie;
  readonly space: typeof space;
  readonly start: typeof start;
  readonly twoddoc: typeof twoddoc;
  readonly voix: typeof voix;
}

export type Area = keyof Catalogue & string;

/** Catalogues whose keys are named by data, not by code: forms are data, and their words come with them. */
export type DataArea =
  | `form-${string}`
  | "procedures"
  | "procedures-search"
  | "papers-search"
  | "papers-guide"
  | "profil"
  | "lettre"
  | "ahead";

type Plural = "zero" | "one" | "two" | "few" | "many" | "other";
type WithoutPlural<K extends string> = K extends `${infer Base}_${Plural}` ? Base : K;
type KeysOf<T, Prefix extends string> = {
  [K in keyof T & string]: T[K] extends string ? `${Prefix}${WithoutPlural<K>}` : KeysOf<T[K], `${Prefix}${K}.`>;
}[keyof T & string];

/** For example "common.back". A plural is named without its ending: "count_one" and "count_other" are "count". */
export type TextKey = { [A in Area]: KeysOf<Catalogue[A], `${A}.`> }[Area];

/** What goes into {{name}}. `count` chooses the plural. */
export type TextValues = Readonly<Record<string, string | number>>;
