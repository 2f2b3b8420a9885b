/**
 * Finds a place by what somebody types: the beginnings of its words, or a postal code. Pure.
 *
 * Rows are folded in blocks when they are first looked at: a département is one block and ready at once; of the list for
 * the whole country a caller may `warm` one block at a time, so that no key press waits for 37,000 names.
 */
import { fold, readings } from "./fold.ts";
import { BIRTHS, type Place, type PlacePack, readRow } from "./pack.ts";

const BLOCK_ROWS = 1000;

export interface PlaceSearch {
  /** Code of the département, or `BIRTHS`. */
  readonly of: string;
  /**
   * Best first: the name itself, names that begin so, then any words in any order; larger places first among equals.
   * @param births places of birth too: arrondissements and communes that are no more. Otherwise communes of today.
   */
  readonly find: (query: string, options?: { readonly births?: boolean; readonly most?: number }) => readonly Place[];
  /** The place of an INSEE code: the commune of today before a former one with the same code. */
  readonly byCode: (code: string) => Place | undefined;
  /** Folds one more block. False: all are. */
  readonly warm: () => boolean;
}

interface Block {
  readonly rows: readonly string[];
  /** "\n" and a space before each name, so that " word" finds the beginning of any word. */
  readonly names: string;
}

type Found = { readonly rank: number; readonly at: number };

/** What stands at the end of a row, read without cutting it: codes end in a digit. */
function markOf(row: string): { readonly isCommune: boolean; readonly isLarge: boolean } {
  const isLarge = row.endsWith("!");
  const last = row.at(isLarge ? -2 : -1);
  return { isCommune: last !== "a" && last !== "f", isLarge };
}

const allDigits = /^\d+$/;

export function createPlaceSearch(pack: PlacePack): PlaceSearch {
  const all = pack.rows.split("|");
  const blocks: (Block | undefined)[] = Array.from({ length: Math.ceil(all.length / BLOCK_ROWS) });

  const block = (at: number): Block => {
    const known = blocks[at];
    if (known !== undefined) return known;
    const rows = all.slice(at * BLOCK_ROWS, (at + 1) * BLOCK_ROWS);
    const names = `\n ${fold(rows.map((row) => row.slice(0, row.indexOf(";"))).join("\n")).replaceAll("\n", "\n ")}\n`;
    const made = { rows, names };
    blocks[at] = made;
    return made;
  };

  /** Every row of a block where ` word` stands in the name, by its number and folded name. */
  function* withWord(at: number, word: string): Generator<readonly [number, string]> {
    const { names } = block(at);
    let row = -1;
    let from = 0;
    for (let found = names.indexOf(` ${word}`); found >= 0; found = names.indexOf(` ${word}`, from)) {
      // Lines up to here: each row is counted once, however often the word stands in it.
      for (let line = names.indexOf("\n", from); line >= 0 && line < found; line = names.indexOf("\n", line + 1))
        row += 1;
      const start = names.lastIndexOf("\n", found) + 2;
      const end = names.indexOf("\n", found);
      yield [row, names.slice(start, end)];
      from = end;
    }
  }

  /** The list of births has no postal codes: there digits are parts of names ("Paris 11e"). */
  const isPostal = (word: string): boolean => pack.of !== BIRTHS && allDigits.test(word);

  function* candidates(words: readonly string[]): Generator<readonly [number, string]> {
    const named = words.filter((word) => !isPostal(word));
    const longest = [...named].sort((a, b) => b.length - a.length)[0];
    for (let at = 0; at < blocks.length; at += 1)
      if (longest !== undefined) for (const [row, name] of withWord(at, longest)) yield [at * BLOCK_ROWS + row, name];
      else {
        const names = block(at).names.slice(2).split("\n ");
        for (const [row, name] of names.entries()) yield [at * BLOCK_ROWS + row, name.trimEnd()];
      }
  }

  function found(words: readonly string[], births: boolean): readonly Found[] {
    const typed = words.join(" ");
    const results: Found[] = [];
    for (const [at, name] of candidates(words)) {
      const row = all[at] ?? "";
      const { isCommune, isLarge } = markOf(row);
      if (!births && !isCommune) continue;
      const spaced = ` ${name}`;
      const fits = (word: string): boolean =>
        spaced.includes(` ${word}`) ||
        (isPostal(word) && readRow(pack, row).postals.some((postal) => postal.startsWith(word)));
      if (!words.every(fits)) continue;
      const rank = name === typed ? 0 : name.startsWith(typed) ? 1 : 2;
      results.push({ rank: 2 * rank + (isLarge ? 0 : 1), at });
    }
    return results;
  }

  return {
    of: pack.of,
    find(query, { births = false, most = 20 } = {}) {
      const best = new Map<number, Found>();
      for (const words of readings(query))
        if (words.length > 0)
          for (const one of found(words, births))
            if (one.rank < (best.get(one.at)?.rank ?? Number.POSITIVE_INFINITY)) best.set(one.at, one);
      return [...best.values()]
        .sort((a, b) => a.rank - b.rank || a.at - b.at)
        .slice(0, most)
        .map(({ at }) => readRow(pack, all[at] ?? ""));
    },
    byCode(code) {
      if (!code.startsWith(pack.code) || code.length !== 5) return undefined;
      const end = `;${code.slice(pack.code.length)}`;
      const same = all.filter((row) => row.endsWith(end) || row.includes(`${end};`)).map((row) => readRow(pack, row));
      const exact = same.filter((place) => place.code === code);
      return exact.find((place) => place.kind === "commune") ?? exact[0];
    },
    warm() {
      const next = blocks.indexOf(undefined);
      if (next >= 0) block(next);
      return blocks.includes(undefined);
    },
  };
}
