/** Which papers a person means while they type. Runs in the page: the list is here, and a worker may be sealing a photo. */
import { useEffect, useMemo } from "preact/hooks";
import { createPaperIndex } from "../../../satchel/paper-index.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { language } from "../../i18n/i18n.ts";
import { useWorld } from "../world.ts";
import { searchText } from "./names.ts";
import { useKindSearch } from "./useKindSearch.ts";

/** Between two slices, and how long a slice reads papers: a key press in between is answered at once. */
const PAUSE_MS = 30;
const SLICE_MS = 4;

/**
 * @param near the field is about to be used: words that are not in the shell are brought.
 * @returns `papers` in their order where nothing is typed. Needs the areas of `PAPER_AREAS`.
 */
export function usePaperSearch(papers: readonly PaperView[], typed: string, near: boolean): readonly PaperView[] {
  const { clock, timers } = useWorld();
  const kinds = useKindSearch(near);
  const spoken = language();
  const index = useMemo(() => createPaperIndex(searchText), [spoken]);
  useEffect(() => {
    let cancel = timers.after(PAUSE_MS, function slice() {
      const end = clock.now() + SLICE_MS;
      if (!index.read(papers, () => clock.now() >= end)) cancel = timers.after(PAUSE_MS, slice);
    });
    return () => cancel();
  }, [index, papers, clock, timers]);
  return useMemo(() => {
    const found = index.find(papers, typed, kinds?.words ?? (() => ""));
    if (found.length > 0 || kinds === null) return found;
    // Words that stand in no paper, misspelled maybe: papers of the kinds that are meant.
    const meant = new Set(kinds.find(typed));
    return papers.filter(({ record }) => record.kind !== null && meant.has(record.kind));
  }, [index, papers, typed, kinds]);
}
