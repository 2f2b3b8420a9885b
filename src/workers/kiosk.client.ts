/** The kiosk page's way to its worker: the one place that starts and ends it. */

import { type Bridge, bridge } from "./bridge.client.ts";
import { type KioskApi, kioskMethods } from "./kiosk.contract.ts";

export const connectKiosk = (): Bridge<KioskApi> =>
  bridge<KioskApi>(
    () => new Worker(new URL("./kiosk.worker.ts", import.meta.url), { type: "module", name: "besace-poste" }),
    kioskMethods,
  );
