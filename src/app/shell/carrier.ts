/**
 * Goes on delivering what this browser carries for others, wherever the person is in the app. Runs in the page.
 *
 * Surprising: the worker is started only where a small mark says that something is carried, so that nobody else's first
 * screen pays for it.
 */
import { useEffect } from "preact/hooks";
import type { Timers } from "../../shared/ports.ts";
import type { Keep } from "../platform/world.ts";
import type { CarrierHandle } from "../state/carrier.ts";

const MARK = "carried";
/** After the first paint. */
const START_MS = 2000;

/** @param online what the browser says of the network: a hint, never a gate. */
export function useCarrierWatch(carrier: CarrierHandle, keep: Keep, timers: Timers, online: boolean): void {
  useEffect(
    () =>
      carrier.listen(() => {
        void carrier.api.carried().then((answer) => {
          if (!answer.ok) return;
          if (answer.value.some((view) => view.kept === "device" && view.state !== "delivered")) keep.write(MARK, "1");
          else keep.remove(MARK);
        });
      }),
    [carrier, keep],
  );
  useEffect(() => {
    if (!online || keep.read(MARK) === null) return undefined;
    return timers.after(START_MS, () => void carrier.api.hint());
  }, [carrier, keep, timers, online]);
}
