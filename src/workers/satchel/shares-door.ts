/**
 * The door to shares.ts: loaded when the person shares or looks at shares, when one is here that may be over, or when an
 * organisation says what it did. Runs in the satchel worker.
 */

import { ok } from "../../shared/result.ts";
import { createLoader } from "../common/loaded.ts";
import type { SatchelDeps } from "./deps.ts";
import type { ProofCheck } from "./proofs.ts";
import type { Shares } from "./shares.ts";

export function createSharesDoor(deps: SatchelDeps, checkProofs: ProofCheck): Shares {
  const load = createLoader(deps, "shares-not-loaded", async () =>
    (await import("./shares.ts")).createShares(deps, checkProofs),
  );
  return {
    async list(session) {
      const part = await load();
      return part.ok ? part.value.list(session) : part;
    },
    async one(session, id) {
      const part = await load();
      return part.ok ? part.value.one(session, id) : part;
    },
    async terms(session, days) {
      const part = await load();
      return part.ok ? part.value.terms(session, days) : part;
    },
    async start(session, input) {
      const part = await load();
      return part.ok ? part.value.start(session, input) : part;
    },
    async end(session, id) {
      const part = await load();
      return part.ok ? part.value.end(session, id) : part;
    },
    async settle(session) {
      const all = await session.records.list();
      if (!all.ok) return all;
      if (!all.value.some(({ record }) => record.t === "share")) return ok(undefined);
      const part = await load();
      return part.ok ? part.value.settle(session) : part;
    },
    async takeAct(session, letter, heardAt) {
      const part = await load();
      return part.ok ? part.value.takeAct(session, letter, heardAt) : part;
    },
  };
}
