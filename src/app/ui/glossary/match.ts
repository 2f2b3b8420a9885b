/**
 * Finds the words of the glossary in a text that a person reads. Pure; the text itself is never changed.
 *
 * Surprising facts: "d’allocataire" and "l’attestation" begin a word after the apostrophe, "bailleur" is no "bail", and an
 * Arabic word carries its article and its small words in front ("والإيصال"). No lookbehind: older browsers refuse to load it.
 */

export interface Entry<Id extends string> {
  readonly id: Id;
  /** As they are written in the texts, without article. Regular plurals need not be named. */
  readonly forms: readonly string[];
}

export interface Piece<Id extends string> {
  readonly text: string;
  /** Null: words between. */
  readonly id: Id | null;
}

export type Matcher<Id extends string> = (text: string) => readonly Piece<Id>[];

const ARABIC = /\p{Script=Arabic}/u;
const LETTER = /[\p{L}\p{M}\p{N}]/u;
/** "and", "so", then "with", "like", "for", then the article, which "for" swallows. */
const ARABIC_FRONT = "[وف]?(?:[بك]?ال|لل|[بكل])?";

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** An abbreviation or a name is written in one way only. */
const isName = (form: string): boolean => /\p{Lu}/u.test(form);

function wordPattern(word: string, first: boolean, name: boolean): string {
  if (ARABIC.test(word)) return `${ARABIC_FRONT}${escaped(word.replace(/^ال/, ""))}`;
  const plain = escaped(word).replace(/['’]/g, "['’]");
  if (name) return plain;
  const [letter = ""] = plain;
  const begun = first ? `[${letter.toLowerCase()}${letter.toUpperCase()}]${plain.slice(1)}` : plain;
  return word.length > 2 && !/[sxz]$/.test(word) ? `${begun}[sx]?` : begun;
}

const pattern = (form: string): string =>
  form
    .split(/\s+/)
    .map((word, at) => wordPattern(word, at === 0, isName(form)))
    .join("[\\s\\u00a0]+");

/** Whether `near` goes on with the word that `edge` is the end of. */
const joins = (near: string | undefined, edge: string | undefined): boolean =>
  near !== undefined && edge !== undefined && LETTER.test(near) && ARABIC.test(near) === ARABIC.test(edge);

function stands(text: string, start: number, end: number): boolean {
  const [before, after] = [text[start - 1], text[end]];
  if (joins(before, text[start]) || joins(after, text[end - 1])) return false;
  // "sous-location" is a word of its own.
  return (
    !(before === "-" && joins(text[start - 2], text[start])) && !(after === "-" && joins(text[end + 1], text[end - 1]))
  );
}

/** Longer forms win over shorter ones that they begin with. */
export function matcherOf<Id extends string>(entries: readonly Entry<Id>[]): Matcher<Id> {
  const all = entries
    .flatMap(({ id, forms }) => forms.map((form) => ({ id, form })))
    .filter(({ form }) => form.trim() !== "")
    .sort((a, b) => b.form.length - a.form.length);
  if (all.length === 0) return (text) => [{ text, id: null }];
  const source = all.map(({ form }) => `(${pattern(form)})`).join("|");
  return (text) => {
    const words = new RegExp(source, "gu");
    const pieces: Piece<Id>[] = [];
    let done = 0;
    for (let match = words.exec(text); match !== null; match = words.exec(text)) {
      const [found] = match;
      const end = match.index + found.length;
      const at = match.slice(1).findIndex((group) => group !== undefined);
      const id = all[at]?.id;
      if (id === undefined || !stands(text, match.index, end)) {
        words.lastIndex = match.index + 1;
        continue;
      }
      if (match.index > done) pieces.push({ text: text.slice(done, match.index), id: null });
      pieces.push({ text: found, id });
      done = end;
    }
    if (done < text.length || pieces.length === 0) pieces.push({ text: text.slice(done), id: null });
    return pieces;
  };
}
