/** Which papers a person means while they type. Runs in the page: the list is here, and a worker may be sealing a photo. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { createPaperIndex } from "../../../satchel/paper-index.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { language } from "../../i18n/i18n.ts";
import { useWorld } from "../world.ts";
import { searchText } from "./names.ts";
import { useKindSearch } from "./useKindSearch.ts";

/** Between two slices, and how long a slice reads papers: a key press in between is answered at once. */
const PAUSE_MS = 30;
const SLICE_MS = 4;
/** How long a key press may look through papers before it is answered with what was found so far. */
const ANSWER_MS = 4;

/** A letter of no language: a search for it goes through every paper and finds none. */
const NOWHERE = "\ue000";

export interface PapersFound {
  /** In their order; all of them where nothing is typed. */
  readonly papers: readonly PaperView[];
  /** Every paper was looked at. */
  readonly done: boolean;
}

/**
 * @param near the field is about to be used: words that are not in the shell are brought.
 * Needs the areas of `PAPER_AREAS`.
 */
export function usePaperSearch(papers: readonly PaperView[], typed: string, near: boolean): PapersFound {
  const { clock, timers } = useWorld();
  const kinds = useKindSearch(near);
  const spoken = language();
  const index = useMemo(() => createPaperIndex(searchText), [spoken]);
  // Papers are read, what their kinds are called is put together and all this code has run before there is a key.
  useEffect(() => {
    const nothing = index.search(papers, NOWHERE, kinds?.words ?? (() => ""));
    let cancel = timers.after(PAUSE_MS, function slice() {
      const end = clock.now() + SLICE_MS;
      if (!nothing.look(() => clock.now() >= end)) cancel = timers.after(PAUSE_MS, slice);
    });
    return () => cancel();
  }, [index, papers, kinds, clock, timers]);

  const search = useMemo(() => {
    const begun = index.search(papers, typed, kinds?.words ?? (() => ""));
    const look = (): boolean => {
      const end = clock.now() + ANSWER_MS;
      return begun.look(() => clock.now() >= end);
    };
    return { found: begun.found, look, done: look() };
  }, [index, papers, typed, kinds, clock]);
  const [ended, setEnded] = useState(search);
  const done = search.done || ended === search;
  // The rest in slices, given up at the next key: it finds anew.
  useEffect(() => {
    if (search.done) return undefined;
    let cancel = timers.after(0, function more() {
      if (search.look()) setEnded(search);
      else cancel = timers.after(0, more);
    });
    return () => cancel();
  }, [search, timers]);

  const found = search.found();
  const likely = useMemo(() => {
    if (found.length > 0 || !done || kinds === null) return found;
    // Words that stand in no paper, misspelled maybe: papers of the kinds that are meant.
    const meant = new Set(kinds.find(typed));
    return papers.filter(({ record }) => record.kind !== null && meant.has(record.kind));
  }, [found, done, papers, typed, kinds]);
  return { papers: likely, done };
}
