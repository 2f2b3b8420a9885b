/** Brings the words that people use for kinds (kind-search.ts) once somebody is about to type. Runs in the page. */
import { useEffect, useState } from "preact/hooks";
import { loadAreas } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { useWorld } from "../world.ts";
import type { KindSearch } from "./kind-search.ts";

type Make = () => KindSearch;

/** After the words have come; most people have typed nothing yet. */
const MISSPELLED_MS = 300;

/** Null while they are not here: names alone are searched meanwhile, and where there is no network yet. */
export function useKindSearch(wanted: boolean): KindSearch | null {
  useT();
  const { timers } = useWorld();
  const [make, setMake] = useState<Make | null>(null);
  useEffect(() => {
    if (!wanted) return undefined;
    let gone = false;
    let cancel = (): void => undefined;
    const brought = Promise.all([import("./kind-search.ts"), loadAreas("papers-search")]);
    void brought.then(
      ([{ kindSearch }]) => {
        if (gone) return;
        setMake(() => kindSearch);
        // What a misspelled word is looked for in takes a while to be made: not while the first key is drawn.
        cancel = timers.after(MISSPELLED_MS, () => void kindSearch().find(""));
      },
      // Its chunk is not on this device yet. Asked again when the field is entered again.
      () => undefined,
    );
    return () => {
      gone = true;
      cancel();
    };
  }, [wanted, timers]);
  return make === null ? null : make();
}
