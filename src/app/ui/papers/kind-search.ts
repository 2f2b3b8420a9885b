/**
 * The words that people use for kinds of paper, in the language shown and in French: the paper in hand is in French. A chunk
 * of its own in the page (group "photos"); `useKindSearch` brings it.
 */

import { foldText } from "../../../satchel/paper-index.ts";
import { paperTypes } from "../../../satchel/paper-types.ts";
import { createTypeSearch, type TypeSearch, type TypeTexts } from "../../../satchel/types/search.ts";
import { inFrench, language, tData, tFrench } from "../../i18n/i18n.ts";
import { kindKey, kindName } from "./names.ts";

export interface KindSearch {
  /** Ids of kinds, best first. The first call takes a while. */
  readonly find: TypeSearch;
  /** Everything that people call a kind, in one folded text. */
  readonly words: (kind: string) => string;
}

const shown: TypeTexts = { name: kindName, words: (id) => tData("papers-search", id) ?? "" };
const french: TypeTexts = { name: (id) => inFrench(kindKey(id)), words: (id) => tFrench("papers-search", id) ?? "" };

let made: { readonly language: string; readonly search: KindSearch } | undefined;

/** For the language shown now; the area "papers-search" is here. */
export function kindSearch(): KindSearch {
  if (made?.language === language()) return made.search;
  const texts = language() === "fr" ? [shown] : [shown, french];
  let search: TypeSearch | undefined;
  const find: TypeSearch = (query) => {
    search ??= createTypeSearch(
      paperTypes.map(({ id }) => id),
      texts,
    );
    return search(query);
  };
  const called = new Map<string, string>();
  function words(id: string): string {
    const text = called.get(id) ?? foldText(texts.map((each) => `${each.name(id)} ${each.words(id)}`).join(" "));
    called.set(id, text);
    return text;
  }
  made = { language: language(), search: { find, words } };
  return made.search;
}
