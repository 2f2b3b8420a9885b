/**
 * Which feature draws which path. The first word of a path names the feature; its screens are known once it is loaded.
 * A feature that another builder adds is found by its file, `features/<name>/feature.ts`.
 */
import type { Feature, Screen } from "../feature.ts";
import { loadAreas } from "../i18n/i18n.ts";
import { findRoute } from "../platform/router.ts";

const FEATURES: Readonly<Record<string, string>> = {
  code: "opening",
  carte: "card",
  accueil: "home",
  papiers: "papers",
  "code-papier": "twoddoc",
  demarches: "dossiers",
  dossiers: "dossiers",
  envois: "outbox",
  porteur: "porteur",
  reglages: "settings",
  discret: "settings",
  appareils: "devices",
  rejoindre: "devices",
  revenir: "retour",
  reponses: "devices",
  sortie: "sortie",
  partage: "partage",
  partages: "partages",
  guichets: "guichets",
  mandats: "mandats",
  journal: "journal",
  verifier: "verifier",
  donnees: "donnees",
  "a-prevoir": "ahead",
  "poste-partage": "approve",
  droits: "droits",
  profil: "profil",
};

const files = import.meta.glob<{ readonly feature: Feature }>("../features/*/feature.{ts,tsx}");

const nameOf = (path: string): string | undefined => FEATURES[path.split("/")[1] ?? ""];

/** True for the paths of the person's app. */
export const ownsPath = (path: string): boolean => path === "/" || nameOf(path) !== undefined;

export interface Found {
  readonly screen: Screen;
  readonly params: Readonly<Record<string, string>>;
}

const loaded = new Map<string, Feature>();

async function loadFeature(name: string): Promise<Feature | undefined> {
  const load = files[`../features/${name}/feature.ts`] ?? files[`../features/${name}/feature.tsx`];
  if (load === undefined) return undefined;
  // The rest of the look comes with the first screen after the first one.
  const [module] = await Promise.all([load(), import("../ui/app.ts")]);
  loaded.set(name, module.feature);
  return module.feature;
}

function within(feature: Feature, path: string): Found | undefined {
  const match = findRoute(feature.screens, path);
  return match === undefined ? undefined : { screen: match.route, params: match.params };
}

/** The screen of `path` when its feature is here already, so that going there shows no empty moment. */
export function screenNow(path: string): Found | undefined {
  const feature = loaded.get(nameOf(path) ?? "");
  return feature === undefined ? undefined : within(feature, path);
}

/** Loads the screen of `path` with its words. Undefined: no such screen. Rejects when its chunk is not on this device. */
export async function loadScreen(path: string): Promise<Found | undefined> {
  const name = nameOf(path);
  const feature = name === undefined ? undefined : await loadFeature(name);
  const found = feature === undefined ? undefined : within(feature, path);
  // Words that are missing are no reason to show nothing: French, or the key, stands in.
  if (found !== undefined) await loadAreas(...found.screen.areas);
  return found;
}
