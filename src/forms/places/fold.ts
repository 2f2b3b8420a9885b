/**
 * Names of places as people type them: without accents, capitals, hyphens, "St" for "Saint". Pure.
 *
 * Surprising: a query is folded in two ways while its last word may still be the beginning of "Strasbourg" or "Sternes".
 */

const marks = /[\u0300-\u036f]/g;
const notWord = /[^a-z0-9\n]+/g;

/** Lower case, no accents, one space between words, none at the ends. Lines stay lines. */
export const fold = (text: string): string =>
  text
    .replaceAll("œ", "oe")
    .replaceAll("Œ", "OE")
    .normalize("NFD")
    .replace(marks, "")
    .toLowerCase()
    .replace(notWord, " ")
    .replace(/ *\n */g, "\n")
    .replace(/\bst\b/g, "saint")
    .replace(/\bste\b/g, "sainte")
    .trim();

/** The readings of what was typed: "st" at the end is "saint", or the beginning of a longer word. */
export function readings(query: string): readonly (readonly string[])[] {
  const words = (text: string): readonly string[] =>
    fold(text)
      .split(/[ \n]/)
      .filter((word) => word !== "" && word !== "cedex");
  const begun = /(?:^|[^\p{L}])(ste?)$/iu.exec(query)?.[1];
  const whole = words(query);
  if (begun === undefined) return [whole];
  return [whole, [...whole.slice(0, -1), begun.toLowerCase()]];
}
