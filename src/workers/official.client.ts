/** The page's way to the official worker: the one place that starts it. `stop` ends it, and with it whatever it was doing. */

import { type Bridge, bridge } from "./bridge.client.ts";
import { type OfficialApi, officialMethods } from "./official.contract.ts";

export const connectOfficial = (): Bridge<OfficialApi> =>
  bridge<OfficialApi>(
    () => new Worker(new URL("./official.worker.ts", import.meta.url), { type: "module", name: "besace-official" }),
    officialMethods,
  );
