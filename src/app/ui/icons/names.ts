/** Names of all icons, as types only: naming an icon pulls no path data into a bundle. */
import type { FIRST_ICONS } from "./first.ts";
import type { REST_ICONS } from "./rest.ts";

export type FirstIconName = keyof typeof FIRST_ICONS;
export type IconName = FirstIconName | keyof typeof REST_ICONS;

/** Mirrored from right to left (DESIGN-LANGUAGE 7). Never mirrored: check, clock, camera, phone, wifi, papers, logo. */
export const FLIPPED: ReadonlySet<IconName> = new Set<IconName>([
  "retour",
  "fleche",
  "chevron",
  "envoi",
  "sortie-rapide",
  "effacer",
  "ecouter",
  "journal",
  "parler",
]);
