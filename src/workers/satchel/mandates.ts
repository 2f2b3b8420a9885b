/** The door to mandates-part.ts: loaded when the person gives a mandate or looks at hers. Runs in the satchel worker. */

import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import type { SatchelDeps } from "./deps.ts";
import type { Mandates } from "./mandates-part.ts";
import type { ProofCheck } from "./proofs.ts";
import type { Shares } from "./shares.ts";

export const createMandatesDoor = (deps: SatchelDeps, checkProofs: ProofCheck, shares: Shares): Mandates =>
  createDoor<Mandates>(
    createLoader(deps, "mandates-not-loaded", async () =>
      (await import("./mandates-part.ts")).createMandates(deps, checkProofs, shares),
    ),
    { list: true, one: true, start: true, end: true },
  );
