/**
 * The door to ahead-plan.ts, which thinks ahead: loaded with its screens, or after an unlock that has time for it. Runs in the
 * satchel worker.
 */

import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import type { AheadPart } from "./ahead-plan.ts";
import type { SatchelDeps } from "./deps.ts";
import type { Papers } from "./papers.ts";

export const createAhead = (deps: SatchelDeps, papers: Pick<Papers, "change">): AheadPart =>
  createDoor(
    createLoader(deps, "ahead-not-loaded", async () => (await import("./ahead-plan.ts")).createAheadPlan(deps, papers)),
    { view: true, change: true, mark: true },
  );
