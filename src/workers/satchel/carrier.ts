/** The door to carrier-pack.ts: loaded when something is given to a carrier, or a receipt comes back. Runs in the satchel worker. */

import { createLoader } from "../common/loaded.ts";
import type { PhoneCarrier } from "./carrier-pack.ts";
import type { SatchelDeps } from "./deps.ts";

export function createPhoneCarrier(deps: SatchelDeps): PhoneCarrier {
  const load = createLoader(deps, "carrier-not-loaded", async () =>
    (await import("./carrier-pack.ts")).createCarrierPack(deps),
  );
  return {
    async pack(session, page) {
      const carrier = await load();
      return carrier.ok ? carrier.value.pack(session, page) : carrier;
    },
    async takeReceipt(session, file) {
      const carrier = await load();
      return carrier.ok ? carrier.value.takeReceipt(session, file) : carrier;
    },
  };
}
