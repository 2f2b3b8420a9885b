/** What a screen shows when it is here, and does without until then: a chunk that comes after the shell. Runs in the page. */
import { useCallback, useEffect, useState } from "preact/hooks";

/** A chunk; null while it comes or cannot come. Parts that it adds to a screen are left out meanwhile. */
export interface Brought<T> {
  readonly more: T | null;
  readonly absent: boolean;
  readonly again: () => void;
}

/**
 * A hook that brings the chunk once somebody draws what needs it; one that could not come is tried again by `again`, and by the
 * next screen.
 */
export function chunk<T>(bring: () => Promise<T>): () => Brought<T> {
  /** Once here it is there at once. */
  let brought: T | null = null;
  return function useChunk() {
    const [more, setMore] = useState(() => brought);
    const [absent, setAbsent] = useState(false);
    const [turn, setTurn] = useState(0);
    const again = useCallback(() => setTurn((n) => n + 1), []);
    useEffect(() => {
      if (more !== null) return undefined;
      let isGone = false;
      setAbsent(false);
      bring().then(
        (loaded) => {
          brought = loaded;
          if (!isGone) setMore(() => loaded);
        },
        // Neither on this device nor reachable now.
        () => {
          if (!isGone) setAbsent(true);
        },
      );
      return () => {
        isGone = true;
      };
    }, [more, turn]);
    return { more, absent, again };
  };
}
