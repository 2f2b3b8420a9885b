/** The page's way to the satchel worker: the one place that starts it. */

import { type Bridge, bridge } from "./bridge.client.ts";
import { type SatchelApi, satchelMethods } from "./satchel.contract.ts";

export const connectSatchel = (): Bridge<SatchelApi> =>
  bridge<SatchelApi>(
    () => new Worker(new URL("./satchel.worker.ts", import.meta.url), { type: "module", name: "besace-satchel" }),
    satchelMethods,
  );
