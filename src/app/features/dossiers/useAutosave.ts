/** Autosave of one dossier for a screen: flushed on leaving, on hiding the page and before the satchel is closed. */
import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { runningHelp } from "../../../satchel/dossier.ts";
import type { DossierView } from "../../../workers/satchel.contract.ts";
import { watchPage } from "../../platform/presence.ts";
import { useSatchel } from "../../state/satchel.ts";
import { useBeforeLock, useHold } from "../../state/shell.ts";
import { useWorld } from "../../ui/world.ts";
import { type Autosave, type AutosaveState, createAutosave, leave } from "./autosave.ts";

const QUIET: AutosaveState = { save: { kind: "none" }, unsaved: false, error: null };
const nothing = (): void => undefined;

/** `put`, `flush`, and what to say about it. What is typed while somebody helps says so. */
export function useAutosave({ id, record }: DossierView): Autosave & AutosaveState {
  const { api } = useSatchel();
  const { clock, timers } = useWorld();
  const helped = runningHelp(record, clock.now()) !== null;
  const [state, setState] = useState<AutosaveState>(QUIET);
  const autosave = useMemo(
    () =>
      createAutosave({
        save: (patch) => api.saveAnswers(id, helped ? { ...patch, helped } : patch),
        timers,
        onState: setState,
      }),
    [api, id, timers, helped],
  );
  useEffect(() => watchPage({ network: nothing, shown: nothing, hidden: () => void autosave.flush() }), [autosave]);
  // A layout effect: others are cleaned up after the next paint only, and this must not wait.
  useLayoutEffect(() => () => leave(api, autosave.flush()), [api, autosave]);
  useBeforeLock(autosave.flush);
  useHold(state.unsaved);
  return { ...autosave, ...state };
}
