/**
 * The page's way to an imaging worker of its own: a frame of the camera, a shot before it is kept. Frames are transferred,
 * not copied. `stop` ends it in the middle of a call, which is then answered "unavailable"; the next call starts it again.
 */

import { transfer } from "comlink";
import { type Bridge, bridge } from "./bridge.client.ts";
import { type SightApi, sightMethods } from "./imaging.contract.ts";

export function connectImaging(): Bridge<SightApi> {
  const { api, stop } = bridge<SightApi>(
    () => new Worker(new URL("./imaging.worker.ts", import.meta.url), { type: "module", name: "besace-imaging" }),
    sightMethods,
  );
  return {
    api: {
      ...api,
      glance: (frame) => api.glance(transfer(frame, ["data" in frame ? frame.data.buffer : frame])),
      still: (frame) => api.still(transfer(frame, [frame])),
    },
    stop,
  };
}
