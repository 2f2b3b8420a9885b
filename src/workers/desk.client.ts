/** The desk page's way to the worker that holds the organisation's keys: the one place that starts it. */

import { type Bridge, bridge } from "./bridge.client.ts";
import { type DeskApi, deskMethods } from "./desk.contract.ts";

export const connectDesk = (): Bridge<DeskApi> =>
  bridge<DeskApi>(
    () => new Worker(new URL("./desk.worker.ts", import.meta.url), { type: "module", name: "besace-desk" }),
    deskMethods,
  );
