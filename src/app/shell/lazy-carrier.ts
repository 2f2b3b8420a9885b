/** The carrier's worker, started at the first question. In the page. */
import { type CarrierApi, type CarrierChange, carrierMethods } from "../../workers/carrier.contract.ts";
import type { CarrierHandle } from "../state/carrier.ts";
import { lazyHandle } from "./lazy-satchel.ts";

export const lazyCarrier = (load: () => Promise<CarrierApi>): CarrierHandle =>
  lazyHandle<CarrierApi, CarrierChange>(carrierMethods, load);
