/**
 * How a screen reaches the worker that holds the keys: one hook for questions that stay up to date, one for acts.
 * The client is given by the root (or by a test: tests/support/fake-satchel.ts).
 */

import { createContext } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import { assert } from "../../shared/assert.ts";
import type { Answer, Change, SatchelApi, WorkerError } from "../../workers/satchel.contract.ts";

export interface SatchelHandle {
  readonly api: SatchelApi;
  /** Adds a listener for coarse changes; the returned function ends it. */
  readonly listen: (listener: (change: Change) => void) => () => void;
}

export const SatchelContext = createContext<SatchelHandle | null>(null);

export function useSatchel(): SatchelHandle {
  const handle = useContext(SatchelContext);
  assert(handle !== null, "a screen is drawn inside SatchelContext");
  return handle;
}

export type Asked<T> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly error: WorkerError }
  | { readonly state: "ready"; readonly value: T };

/**
 * Asks once, and again after each change of a kind in `on`. Keeps showing the last value while a newer one is asked,
 * so that nothing flickers (INV-9). `key` names what is asked: a new key starts again from "loading".
 */
export function useAsk<T>(
  key: string,
  ask: (api: SatchelApi) => Answer<T>,
  on: readonly Change["type"][],
): Asked<T> & { readonly again: () => void } {
  const { api, listen } = useSatchel();
  const [answer, setAnswer] = useState<{ readonly key: string; readonly asked: Asked<T> }>({
    key,
    asked: { state: "loading" },
  });
  const latest = useRef(0);
  const asking = useRef(ask);
  asking.current = ask;

  const again = useCallback(() => {
    latest.current += 1;
    const turn = latest.current;
    void asking.current(api).then((result) => {
      // A slower, older answer never replaces a newer one.
      if (turn !== latest.current) return;
      setAnswer({
        key,
        asked: result.ok ? { state: "ready", value: result.value } : { state: "failed", error: result.error },
      });
    });
  }, [api, key]);

  const kinds = on.join(" ");
  useEffect(() => {
    again();
    const wanted = kinds.split(" ");
    const stop = listen((change) => {
      if (wanted.includes(change.type)) again();
    });
    return () => {
      latest.current += 1;
      stop();
    };
  }, [again, listen, kinds]);

  return answer.key === key ? { ...answer.asked, again } : { state: "loading", again };
}
