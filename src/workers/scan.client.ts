/** The page's way to the scan worker: the one place that starts it. Its pictures are transferred, not copied. */

import { transfer } from "comlink";
import { type Bridge, bridge } from "./bridge.client.ts";
import { type ScanApi, scanMethods } from "./scan.contract.ts";

export function connectScan(): Bridge<ScanApi> {
  const { api, stop } = bridge<ScanApi>(
    () => new Worker(new URL("./scan.worker.ts", import.meta.url), { type: "module", name: "besace-scan" }),
    scanMethods,
  );
  return {
    api: {
      read: (picture, effort) => api.read(transfer(picture, [picture.data.buffer]), effort),
      codes: (picture) => api.codes(transfer(picture, [picture.data.buffer])),
    },
    stop,
  };
}
