/**
 * Communes while somebody types, from the pack of a département. Runs in the page; packs and search are a chunk that comes
 * when it is asked for.
 */
import { useEffect, useState } from "preact/hooks";
import type { Place } from "../../forms/places/pack.ts";
import type { PlaceSearch } from "../../forms/places/search.ts";
import { useWorld } from "../ui/world.ts";
import { useRoot } from "./root.ts";

/** "absent": neither on this device nor reachable now. Free text is always taken instead. */
export type PlacesState = "coming" | "here" | "absent";

export interface Places {
  readonly state: PlacesState;
  /** Best first; nothing while the pack is not here. */
  readonly find: (query: string, options?: { readonly births?: boolean; readonly most?: number }) => readonly Place[];
  readonly byCode: (code: string) => Place | undefined;
  /** Asks once more for a pack that is absent. */
  readonly again: () => void;
}

interface Known {
  readonly of: string | null;
  readonly turn: number;
  readonly search: PlaceSearch | null;
}

const SLICE_MS = 30;

/** @param of code of a département, "births" for all places of birth in France, or null: none is wanted yet. */
export function usePlaces(of: string | null): Places {
  const { shared } = useRoot();
  const { timers } = useWorld();
  const [turn, setTurn] = useState(0);
  const [known, setKnown] = useState<Known | null>(null);
  useEffect(() => {
    if (of === null) return undefined;
    let gone = false;
    let cancel = (): void => undefined;
    // The list for the whole country is prepared in slices, so that no key press waits for it.
    const warm = (search: PlaceSearch): void => {
      if (!gone && search.warm()) cancel = timers.after(SLICE_MS, () => warm(search));
    };
    const open = async (): Promise<PlaceSearch | null> => {
      try {
        const { browserPlacePacks } = await import("../platform/place-packs.ts");
        const opened = await browserPlacePacks(shared === true).open(of);
        return opened.ok ? opened.value : null;
      } catch (error) {
        // Its chunk is not on this device yet.
        if (error instanceof TypeError) return null;
        throw error;
      }
    };
    void open().then((search) => {
      if (gone) return;
      setKnown({ of, turn, search });
      if (search !== null) warm(search);
    });
    return () => {
      gone = true;
      cancel();
    };
  }, [of, turn, shared, timers]);
  const current = known !== null && known.of === of && (known.turn === turn || known.search !== null) ? known : null;
  const search = current?.search ?? null;
  return {
    state: search !== null ? "here" : of === null || current !== null ? "absent" : "coming",
    find: (query, options) => search?.find(query, options) ?? [],
    byCode: (code) => search?.byCode(code),
    again: () => setTurn(turn + 1),
  };
}
