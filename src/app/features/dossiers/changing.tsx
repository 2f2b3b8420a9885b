/**
 * What was signed is not edited by walking back into it: a question of a dossier that is no draft is shown only to
 * somebody who chose to change an answer, from the list of answers or from what the desk asked for.
 *
 * Surprising fact: the choice is remembered in the page only. Somebody who comes back from the camera goes on changing;
 * after a kill the dossier itself is shown, where "Changer mes réponses" is one press away.
 */
import { useEffect } from "preact/hooks";
import type { DossierView, RecordId } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { WaitingScreen } from "./useDossier.tsx";

/** Dossiers that were just signed: what they taught is offered once, until the person has decided or the page is gone. */
const offered = new WeakMap<object, Set<RecordId>>();

const heldIn = (map: WeakMap<object, Set<RecordId>>, api: object): Set<RecordId> => {
  const held = map.get(api) ?? new Set();
  map.set(api, held);
  return held;
};

export const offerToKeep = (api: object, id: RecordId): void => void heldIn(offered, api).add(id);
export const offersToKeep = (api: object, id: RecordId): boolean => heldIn(offered, api).has(id);
export const doneKeeping = (api: object, id: RecordId): void => void heldIn(offered, api).delete(id);

/** By the satchel that they are asked of. */
const chosen = new WeakMap<object, Set<RecordId>>();

const chosenOf = (api: object): Set<RecordId> => heldIn(chosen, api);

/** Signed again: another change has to be chosen again. */
export const doneChanging = (api: object, id: RecordId): void => void chosenOf(api).delete(id);

/**
 * True when this dossier's answers may be changed here. `isChoice`: the address is one that only "Modifier" and its like
 * lead to; coming to it by such a link (not by Back, not by a reload) is the choice.
 */
export function useMayChange({ id, record }: DossierView, isChoice: boolean): boolean {
  const { api } = useSatchel();
  const { place } = useShell();
  if (record.status === "draft") return true;
  if (isChoice && place.arrival === "go") chosenOf(api).add(id);
  return chosenOf(api).has(id);
}

/** In place of a question that may not be changed: Back goes on to what was before the form, else the dossier is shown. */
export function Signed({ id }: { readonly id: RecordId }) {
  const { go, place, router } = useShell();
  const { arrival, visit } = place;
  // Once for each visit: a second time would go back twice.
  useEffect(() => {
    if (arrival === "pop") router.back(paths.dossier(id));
    else go(paths.dossier(id), { replace: true });
  }, [visit, id]);
  return <WaitingScreen waiting={{ state: "loading" }} />;
}
