/** The door to carrier-pack.ts: loaded when something is given to a carrier, or a receipt comes back. Runs in the satchel worker. */

import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import type { PhoneCarrier } from "./carrier-pack.ts";
import type { SatchelDeps } from "./deps.ts";

export const createPhoneCarrier = (deps: SatchelDeps): PhoneCarrier =>
  createDoor(
    createLoader(deps, "carrier-not-loaded", async () => (await import("./carrier-pack.ts")).createCarrierPack(deps)),
    { pack: true, takeReceipt: true },
  );
