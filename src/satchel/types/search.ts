/**
 * Finding a kind of paper by the words that people use ("papier de la caf", "feuille d’impôt"). Pure, in the page; the words
 * are handed in (locales/<lang>/papers-types.json and papers-search.json).
 *
 * Surprising fact: a slip of one letter counts only for a word that is spelled right nowhere. Otherwise "bail" would also
 * find "mail", and the right answer would stand among wrong ones.
 */

/** What one language says of the kinds. Several languages may be searched at once: French beside the person's own. */
export interface TypeTexts {
  readonly name: (id: string) => string;
  /** Other words for it, separated by commas of any script. */
  readonly words: (id: string) => string;
}

/** Ids of kinds, best first. An empty query finds nothing. */
export type TypeSearch = (query: string) => readonly string[];

/** Never carry meaning here. */
const articles = new Set(
  (
    "a au aux avec ce ces cette chez d dans de des du en et je j l la le les leur ma mes mon n notre nos ou par pour qu que s sa " +
    "ses son sur un une votre vos y the of from for my our an and to in on with من في على عن لي الى مع و"
  ).split(" "),
);

/** Say "a paper": a kind that does not have them is still right. */
const vague = new Set(
  (
    "papier papiers document documents feuille attestation lettre carte avis justificatif preuve dossier demande paper papers " +
    "sheet certificate letter card notice proof file request ورقه اوراق وثيقه شهاده بطاقه رساله اشعار"
  ).split(" "),
);

/** Accents, vowels, letter forms of Arabic and case are dropped; apostrophes and all other signs part words. */
export function wordsOf(text: string): readonly string[] {
  const plain = text
    .normalize("NFD")
    .replace(/[\p{M}\u0640]/gu, "")
    .toLowerCase()
    .replace(/œ/g, "oe")
    .replace(/\u0629/g, "\u0647")
    .replace(/\u0649/g, "\u064a");
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.replace(/^\u0627\u0644(?=.{3})/u, ""));
}

/** Equal from these places on, to the end of both. */
function sameEnd(a: string, fromA: number, b: string, fromB: number, endB: number): boolean {
  if (a.length - fromA !== endB - fromB) return false;
  for (let at = fromA; at < a.length; at += 1) if (a.charCodeAt(at) !== b.charCodeAt(at - fromA + fromB)) return false;
  return true;
}

/**
 * True when one letter added, left out, exchanged, or two neighbours swapped, make `a` into the first `endB` letters of `b`.
 * Makes no new text: it runs a thousand times for one key press.
 */
export function oneSlip(a: string, b: string, endB = b.length): boolean {
  if (Math.abs(a.length - endB) > 1) return false;
  let at = 0;
  while (at < a.length && at < endB && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  if (sameEnd(a, at, b, at, endB) || sameEnd(a, at + 1, b, at + 1, endB)) return true;
  if (sameEnd(a, at + 1, b, at, endB) || sameEnd(a, at, b, at + 1, endB)) return true;
  const swapped = a.charCodeAt(at) === b.charCodeAt(at + 1) && a.charCodeAt(at + 1) === b.charCodeAt(at);
  return swapped && at + 1 < endB && sameEnd(a, at + 2, b, at + 2, endB);
}

/** Under this many letters, a slip makes another word. */
const slipFrom = 4;

/** What a token is worth for a word: 0 when it is another. */
const spelled = (word: string, token: string): number => (token.startsWith(word) ? (token === word ? 8 : 5) : 0);

function slipped(word: string, token: string): number {
  if (word.length < slipFrom) return 0;
  if (oneSlip(word, token)) return 4;
  for (let end = word.length - 1; end <= word.length + 1 && end < token.length; end += 1)
    if (oneSlip(word, token, end)) return 2;
  return 0;
}

/** @param ids in the order in which equally good ones are offered. */
export function createTypeSearch(ids: readonly string[], languages: readonly TypeTexts[]): TypeSearch {
  // A token once, with the kinds that have it: a name weighs a little more than another word for it.
  const vocabulary = new Map<string, Map<number, 0 | 1>>();
  const lengths = ids.map((id, place) => {
    const note = (text: string, inName: 0 | 1): void => {
      for (const word of wordsOf(text)) {
        const places = vocabulary.get(word) ?? new Map<number, 0 | 1>();
        vocabulary.set(word, places.set(place, inName));
      }
    };
    for (const { words } of languages) note(words(id), 0);
    for (const { name } of languages) note(name(id), 1);
    return Math.min(...languages.map(({ name }) => wordsOf(name(id)).length));
  });

  /** Points of each kind for one word. */
  function pointsFor(word: string, worth: (word: string, token: string) => number): readonly number[] {
    const points = ids.map(() => 0);
    for (const [token, places] of vocabulary) {
      const value = worth(word, token);
      if (value === 0) continue;
      for (const [place, inName] of places) points[place] = Math.max(points[place] ?? 0, value + inName);
    }
    return points;
  }

  return (query) => {
    const typed = wordsOf(query);
    const meant = typed.filter((word) => !articles.has(word));
    const words = meant.length > 0 ? meant : typed;
    if (words.length === 0) return [];
    const needed = words.filter((word) => !vague.has(word));
    const must = new Set(needed.length > 0 ? needed : words);
    const points = words.map((word) => {
      const right = pointsFor(word, spelled);
      return right.some((value) => value > 0) ? right : pointsFor(word, slipped);
    });
    const scored = ids.map((id, place) => {
      const each = points.map((values) => values[place] ?? 0);
      return {
        id,
        place,
        length: lengths[place] ?? 0,
        found: words.filter((word, at) => must.has(word) && (each[at] ?? 0) > 0).length,
        points: each.reduce((sum, value) => sum + value, 0),
      };
    });
    // All that matters must be there; where no kind has it all, those that have most of it. Of equally good ones, the
    // shorter name says less that was not asked for.
    const most = Math.max(...scored.map((entry) => entry.found));
    return scored
      .filter((entry) => most > 0 && entry.found === most)
      .sort((a, b) => b.points - a.points || a.length - b.length || a.place - b.place)
      .map((entry) => entry.id);
  };
}
