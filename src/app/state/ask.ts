/**
 * A question to a worker that keeps itself up to date: one rule for the person's app and for the desk. Runs in the page.
 */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Result } from "../../shared/result.ts";

export type AskedOf<T, E> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly error: E }
  | { readonly state: "ready"; readonly value: T };

/** A worker's questions, and how to hear of changes; the function that `listen` returns ends it. */
export interface AskHandle<Api, Change extends { readonly type: string }> {
  readonly api: Api;
  readonly listen: (listener: (change: Change) => void) => () => void;
}

/**
 * Asks once, and again after each change of a kind in `on`. Keeps showing the last value while a newer one is asked,
 * so that nothing flickers (INV-9). `key` names what is asked: a new key starts again from "loading".
 */
export function useAskOf<Api, Change extends { readonly type: string }, T, E>(
  { api, listen }: AskHandle<Api, Change>,
  key: string,
  ask: (api: Api) => Promise<Result<T, E>>,
  on: readonly Change["type"][],
): AskedOf<T, E> & { readonly again: () => void } {
  const [answer, setAnswer] = useState<{ readonly key: string; readonly asked: AskedOf<T, E> }>({
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
