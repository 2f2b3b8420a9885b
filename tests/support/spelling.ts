/**
 * A spell checker for the words of the interface: dictionaries of cspell (packed tries, read in two seconds), and our own
 * names and terms in spelling/. Runs in Node.
 *
 * Surprising fact: the tries also hold every word without its accents, for lenient searches; only a strict look tells
 * "reçu" from "recu".
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { decodeTrie } from "cspell-trie-lib";

export type SpelledLanguage = "fr" | "en";

export interface Spelling {
  /** Words of a text that are in no list, each once, as they stand there. */
  readonly unknownIn: (text: string) => readonly string[];
  /** Whether the dictionary alone knows a word. */
  readonly knows: (word: string) => boolean;
  /** Our own entries, words and phrases. */
  readonly own: readonly string[];
}

/** Their package.json exports only a cspell configuration, which lies beside the trie. */
const DICTIONARIES = join(import.meta.dirname, "..", "..", "node_modules", "@cspell");
const PACKED: Readonly<Record<SpelledLanguage, string>> = {
  fr: "dict-fr-fr/fr-fr.trie.gz",
  en: "dict-en-gb/en_GB.trie.gz",
};

/** What is written before an apostrophe: "l’", "qu’". */
const ELIDED = /^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|quelqu)'/i;
const GENITIVE = /'s$/;

/** Lines of spelling/names.txt (both languages) and of spelling/<language>.txt. */
const ownLines = (file: SpelledLanguage | "names"): readonly string[] =>
  readFileSync(join(import.meta.dirname, "spelling", `${file}.txt`), "utf8")
    .split("\n")
    .filter((line) => line !== "");

/** Straight apostrophes, ordinary hyphens: as dictionaries have them. */
const flat = (text: string): string => text.replaceAll("’", "'").replaceAll("\u2011", "-");

export function openSpelling(language: SpelledLanguage): Spelling {
  const packed = join(DICTIONARIES, PACKED[language]);
  const trie = decodeTrie(gunzipSync(readFileSync(packed)));
  const own = [...ownLines("names"), ...ownLines(language)];
  // Longest first: a name inside a longer one.
  const phrases = own.filter((each) => /[\s.]/.test(each)).sort((a, b) => b.length - a.length);
  const words = new Set(own.map(flat));
  const isExact = (word: string): boolean => trie.hasWord(word, true);
  const knows = (word: string): boolean => isExact(flat(word)) || isExact(flat(word).toLowerCase());
  /** Where all is written small: what people search by. */
  const small = new Set([...words].map((word) => word.toLowerCase()));
  const listed = (word: string): boolean =>
    words.has(word) || words.has(word.toLowerCase()) || (word === word.toLowerCase() && small.has(word));
  const isGood = (word: string): boolean => knows(word) || listed(word);

  function isKnown(token: string): boolean {
    const word = flat(token);
    if (isGood(word)) return true;
    const bare = language === "fr" ? word.replace(ELIDED, "") : word.replace(GENITIVE, "");
    if (bare !== word && isKnown(bare)) return true;
    // "rendez-vous" is a word; "dites-le" and "a-t-il" are several.
    const parts = word.split("-");
    return parts.length > 1 && parts.every((part) => part === "t" || isGood(part.replace(ELIDED, "")));
  }

  return {
    own,
    knows,
    unknownIn(text) {
      const bare = phrases
        .reduce((left, phrase) => left.replaceAll(phrase, " "), text)
        .replace(/\{\{[^}]*\}\}|<[^>]*>|[\w.@-]+\.(?:com|eu|fr|org)\b/g, " ");
      const tokens = bare.match(/[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}'’\u2011-]*/gu) ?? [];
      const trimmed = tokens.map((token) => token.replace(/['’\u2011-]+$/u, ""));
      return [...new Set(trimmed.filter((token) => !/\p{N}/u.test(token) && !isKnown(token)))];
    },
  };
}
