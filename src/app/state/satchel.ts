/**
 * How a screen reaches the worker that holds the keys: one hook for questions that stay up to date, one for acts.
 * The client is given by the root (or by a test: tests/support/fake-satchel.ts).
 */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { assert } from "../../shared/assert.ts";
import type { Answer, Change, SatchelApi, WorkerError } from "../../workers/satchel.contract.ts";
import { type AskedOf, type AskHandle, useAskOf } from "./ask.ts";

export type SatchelHandle = AskHandle<SatchelApi, Change>;

export const SatchelContext = createContext<SatchelHandle | null>(null);

export function useSatchel(): SatchelHandle {
  const handle = useContext(SatchelContext);
  assert(handle !== null, "a screen is drawn inside SatchelContext");
  return handle;
}

export type Asked<T> = AskedOf<T, WorkerError>;

/** See `useAskOf`. */
export const useAsk = <T>(
  key: string,
  ask: (api: SatchelApi) => Answer<T>,
  on: readonly Change["type"][],
): Asked<T> & { readonly again: () => void } => useAskOf(useSatchel(), key, ask, on);
