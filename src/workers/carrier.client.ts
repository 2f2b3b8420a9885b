/** The page's way to the carrier's worker: the one place that starts it. */

import { type Bridge, bridge } from "./bridge.client.ts";
import { type CarrierApi, carrierMethods } from "./carrier.contract.ts";

export const connectCarrier = (): Bridge<CarrierApi> =>
  bridge<CarrierApi>(
    () => new Worker(new URL("./carrier.worker.ts", import.meta.url), { type: "module", name: "besace-carrier" }),
    carrierMethods,
  );
