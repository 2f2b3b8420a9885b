/**
 * The door to ahead-plan.ts, which thinks ahead: loaded with its screens, or after an unlock that has time for it. Runs in the
 * satchel worker.
 */

import { createLoader } from "../common/loaded.ts";
import type { AheadPart } from "./ahead-plan.ts";
import type { SatchelDeps } from "./deps.ts";
import type { Papers } from "./papers.ts";

export function createAhead(deps: SatchelDeps, papers: Pick<Papers, "change">): AheadPart {
  const load = createLoader(deps, "ahead-not-loaded", async () =>
    (await import("./ahead-plan.ts")).createAheadPlan(deps, papers),
  );
  return {
    async view(session) {
      const plan = await load();
      return plan.ok ? plan.value.view(session) : plan;
    },
    async change(session, change) {
      const plan = await load();
      return plan.ok ? plan.value.change(session, change) : plan;
    },
    async mark(session) {
      const plan = await load();
      return plan.ok ? plan.value.mark(session) : plan;
    },
  };
}
