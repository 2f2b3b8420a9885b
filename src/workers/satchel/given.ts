/** The door to given-part.ts: loaded when an organisation decided something or handed papers over. Runs in the satchel worker. */

import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import type { SatchelDeps } from "./deps.ts";
import type { GivenPart } from "./given-part.ts";

export const createGivenDoor = (deps: SatchelDeps): GivenPart =>
  createDoor<GivenPart>(
    createLoader(deps, "given-not-loaded", async () => (await import("./given-part.ts")).createGiven(deps)),
    { take: true, list: true, keep: true },
  );
