/**
 * A question to a worker that keeps itself up to date: one rule for the person's app and for the desk. Runs in the page.
 */

import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Result } from "../../shared/result.ts";
import { kept } from "./kept.ts";

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
 * so that nothing flickers (INV-9), and the same objects where nothing changed, so that nothing is drawn twice. One
 * question at a time: what changes while it is asked is asked for once, after it. `key` names what is asked: a new key
 * starts again from "loading".
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
  /** The question that waits for its answer; `stale`: something changed since it was asked. */
  const flight = useRef<{ stale: boolean } | null>(null);
  const asking = useRef(ask);
  asking.current = ask;

  const again = useCallback(() => {
    const mine = { stale: false };
    flight.current = mine;
    void asking.current(api).then((result) => {
      // A slower, older answer never replaces a newer one.
      if (mine !== flight.current) return;
      flight.current = null;
      const asked: AskedOf<T, E> = result.ok
        ? { state: "ready", value: result.value }
        : { state: "failed", error: result.error };
      setAnswer((before) => kept(before, { key, asked }));
      if (mine.stale) again();
    });
  }, [api, key]);

  const kinds = on.join(" ");
  // Before the screen is painted, not after: the worker reads while the page paints the frame around the answer.
  useLayoutEffect(() => {
    again();
    const wanted = kinds.split(" ");
    const stop = listen((change) => {
      if (!wanted.includes(change.type)) return;
      if (flight.current === null) again();
      else flight.current.stale = true;
    });
    return () => {
      flight.current = null;
      stop();
    };
  }, [again, listen, kinds]);

  return answer.key === key ? { ...answer.asked, again } : { state: "loading", again };
}
