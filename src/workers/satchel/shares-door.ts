/**
 * The door to shares.ts: loaded when the person shares or looks at shares, when one is here that may be over, or when an
 * organisation says what it did. Runs in the satchel worker.
 */

import { ok } from "../../shared/result.ts";
import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import type { SatchelDeps } from "./deps.ts";
import type { ProofCheck } from "./proofs.ts";
import type { Shares } from "./shares.ts";

export function createSharesDoor(deps: SatchelDeps, checkProofs: ProofCheck): Shares {
  const load = createLoader(deps, "shares-not-loaded", async () =>
    (await import("./shares.ts")).createShares(deps, checkProofs),
  );
  return {
    ...createDoor<Shares>(load, {
      list: true,
      one: true,
      terms: true,
      start: true,
      end: true,
      settle: true,
      takeAct: true,
    }),
    async settle(session) {
      const all = await session.records.list();
      if (!all.ok) return all;
      if (!all.value.some(({ record }) => record.t === "share")) return ok(undefined);
      const part = await load();
      return part.ok ? part.value.settle(session) : part;
    },
  };
}
