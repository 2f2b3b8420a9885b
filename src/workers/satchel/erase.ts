/** The door to erase-part.ts: loaded when somebody erases everywhere, or wipes this browser. Runs in the satchel worker. */

import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import type { Erase, EraseDeps } from "./erase-part.ts";

export function createEraseDoor(given: Omit<EraseDeps, "onWiped">): Erase & {
  /** This browser was wiped by this worker: there is no satchel, and nobody is to be asked. */
  readonly isWiped: () => boolean;
} {
  let isWiped = false;
  const onWiped = (wiped: boolean): void => {
    isWiped = wiped;
  };
  return {
    ...createDoor<Erase>(
      createLoader(given.deps, "erase-not-loaded", async () =>
        (await import("./erase-part.ts")).createErase({ ...given, onWiped }),
      ),
      { eraseEverywhere: true, wipeDevice: true },
    ),
    isWiped: () => isWiped,
  };
}
