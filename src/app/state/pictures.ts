/** The pictures that tell the satchels of one phone apart, in place of names (INV-3). */

import type { Random } from "../../shared/ports.ts";
import type { IconName } from "../ui/icons/names.ts";

export const PICTURES = [
  "code-arbre",
  "code-bateau",
  "code-cle",
  "code-etoile",
  "code-lune",
  "code-montagne",
  "code-parapluie",
  "code-poisson",
  "code-pomme",
  "code-soleil",
  "code-tasse",
  "code-velo",
] as const satisfies readonly IconName[];

export type Picture = (typeof PICTURES)[number];

export const isPicture = (name: string): name is Picture => PICTURES.some((picture) => picture === name);

/** One that no other satchel of this phone has, if there is one left. */
export function freePicture(taken: readonly string[], random: Random): Picture {
  const free = PICTURES.filter((picture) => !taken.includes(picture));
  const among = free.length > 0 ? free : PICTURES;
  const at = (random.bytes(1)[0] ?? 0) % among.length;
  return among[at] ?? PICTURES[0];
}
