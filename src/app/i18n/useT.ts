/** Text in components: re-renders them when the language or a catalogue changes. Runs in the page. */
import { useEffect, useState } from "preact/hooks";
import type { Area, DataArea } from "./catalogue.ts";
import { areaReady, loadAreas, onTextChange, t, textTurn } from "./i18n.ts";

/** Gives `t` and keeps the component up to date with the language. */
export function useT(): typeof t {
  const [, again] = useState(0);
  const drawn = textTurn();
  useEffect(() => {
    // The language may have changed between drawing and listening.
    if (textTurn() !== drawn) again((n) => n + 1);
    return onTextChange(() => again((n) => n + 1));
  }, []);
  return t;
}

/** Loads the texts of `areas` and says whether they are here; a screen shows `Loading` meanwhile. */
export function useAreas(...areas: readonly (Area | DataArea)[]): boolean {
  useT();
  const names = areas.join(" ");
  const [tried, setTried] = useState("");
  useEffect(() => {
    let gone = false;
    // A catalogue that cannot be read is not fatal: French, or the key, stands in.
    void loadAreas(...areas).then(() => {
      if (!gone) setTried(names);
    });
    return () => {
      gone = true;
    };
  }, [names]);
  return tried === names || areas.every(areaReady);
}
