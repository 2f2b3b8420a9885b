/** The door to transfer-life.ts: loaded when a device is added, or becomes one more. Runs in the satchel worker. */

import { ok } from "../../shared/result.ts";
import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import type { SatchelDeps } from "./deps.ts";
import type { Opening } from "./opening.ts";
import type { Transfer } from "./transfer-life.ts";

export function createTransfer(deps: SatchelDeps, opening: Opening): Transfer {
  let loaded: Transfer | undefined;
  const load = createLoader(deps, "transfer-not-loaded", async () => {
    loaded ??= (await import("./transfer-life.ts")).createTransferLife(deps, opening);
    return loaded;
  });
  return {
    ...createDoor<Transfer>(load, {
      transferRequest: true,
      transferOffer: true,
      transferNumber: true,
      transferConfirm: true,
      transferAccept: true,
      transferFinish: true,
      transferForget: true,
    }),
    // What was never loaded holds nothing.
    transferForget: async () => (loaded === undefined ? ok(undefined) : loaded.transferForget()),
  };
}
