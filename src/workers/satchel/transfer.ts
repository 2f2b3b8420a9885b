/** The door to transfer-life.ts: loaded when a device is added, or becomes one more. Runs in the satchel worker. */

import { ok } from "../../shared/result.ts";
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
    async transferRequest() {
      const life = await load();
      return life.ok ? life.value.transferRequest() : life;
    },
    async transferOffer(input) {
      const life = await load();
      return life.ok ? life.value.transferOffer(input) : life;
    },
    async transferNumber(number) {
      const life = await load();
      return life.ok ? life.value.transferNumber(number) : life;
    },
    async transferConfirm() {
      const life = await load();
      return life.ok ? life.value.transferConfirm() : life;
    },
    async transferAccept(text) {
      const life = await load();
      return life.ok ? life.value.transferAccept(text) : life;
    },
    async transferFinish(code) {
      const life = await load();
      return life.ok ? life.value.transferFinish(code) : life;
    },
    // What was never loaded holds nothing.
    transferForget: async () => (loaded === undefined ? ok(undefined) : loaded.transferForget()),
  };
}
