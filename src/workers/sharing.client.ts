/** The page's way to the sharing worker: the one place that starts it. A drawn page is handed over, not copied. */

import { transfer } from "comlink";
import { type Bridge, bridge } from "./bridge.client.ts";
import { type SharingApi, sharingMethods } from "./sharing.contract.ts";

export function connectSharing(): Bridge<SharingApi> {
  const { api, stop } = bridge<SharingApi>(
    () => new Worker(new URL("./sharing.worker.ts", import.meta.url), { type: "module", name: "besace-sharing" }),
    sharingMethods,
  );
  return {
    api: {
      copy: (source, turn, mark) =>
        api.copy(source instanceof ImageBitmap ? transfer(source, [source]) : source, turn, mark),
    },
    stop,
  };
}
