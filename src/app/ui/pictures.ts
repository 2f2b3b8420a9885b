/**
 * The twelve pictures: they tell the satchels of one phone apart in place of names (INV-3), and four of them in order are
 * a code for who does not read figures.
 *
 * Surprising: a picture's place in this list is part of every code in pictures ever chosen. It is never sorted again.
 */
import type { IconName } from "./icons/names.ts";

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

/** Pictures in a code. */
export const CODE_PICTURES = 4;

const MARK = "i";

/** The code as the worker takes it: `i` and two digits (00 to 11) per picture; "" without any. */
export const pictureCode = (pictures: readonly Picture[]): string =>
  pictures.length === 0
    ? ""
    : MARK + pictures.map((picture) => String(PICTURES.indexOf(picture)).padStart(2, "0")).join("");

/** The pictures of a code, or of its beginning; whatever is no picture is left out. */
export const picturesOf = (code: string): readonly Picture[] =>
  (code.startsWith(MARK) ? code.slice(MARK.length) : "").match(/\d\d/g)?.flatMap((at) => PICTURES[Number(at)] ?? []) ??
  [];
