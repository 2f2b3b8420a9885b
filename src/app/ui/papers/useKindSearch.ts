/** Brings the words that people use for kinds (kind-search.ts) once somebody is about to type. Runs in the page. */
import { useEffect, useState } from "preact/hooks";
import { loadAreas } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import type { KindSearch } from "./kind-search.ts";

type Make = () => KindSearch;

/** Null while they are not here: names alone are searched meanwhile, and where there is no network yet. */
export function useKindSearch(wanted: boolean): KindSearch | null {
  useT();
  const [make, setMake] = useState<Make | null>(null);
  useEffect(() => {
    if (!wanted || make !== null) return undefined;
    let gone = false;
    const brought = Promise.all([import("./kind-search.ts"), loadAreas("papers-search")]);
    void brought.then(
      ([{ kindSearch }]) => {
        if (!gone) setMake(() => kindSearch);
      },
      // Its chunk is not on this device yet. Asked again when the field is entered again.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [wanted, make]);
  return make === null ? null : make();
}
