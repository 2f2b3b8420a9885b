/**
 * How a screen reaches the carrier's worker, which needs no open satchel. Given by the root, or by a test
 * (tests/support/fake-carrier.ts).
 */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { assert } from "../../shared/assert.ts";
import type { CarriedView, CarrierApi, CarrierChange } from "../../workers/carrier.contract.ts";
import type { WorkerError } from "../../workers/satchel.contract.ts";
import { type AskedOf, type AskHandle, useAskOf } from "./ask.ts";

export type CarrierHandle = AskHandle<CarrierApi, CarrierChange>;

export const CarrierContext = createContext<CarrierHandle | null>(null);

export function useCarrier(): CarrierHandle {
  const handle = useContext(CarrierContext);
  assert(handle !== null, "a screen is drawn inside CarrierContext");
  return handle;
}

/** The files that are carried here, kept up to date. */
export const useCarried = (): AskedOf<readonly CarriedView[], WorkerError> & { readonly again: () => void } =>
  useAskOf(useCarrier(), "carried", (api: CarrierApi) => api.carried(), ["carried"]);
