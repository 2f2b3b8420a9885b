/** The door to ending-part.ts: loaded where a deployment says that the service ends. Runs in the satchel worker. */

import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import type { SatchelDeps } from "./deps.ts";
import type { Ending } from "./ending-part.ts";
import type { Space } from "./space.ts";

export const createEndingDoor = (deps: SatchelDeps, space: Space): Ending =>
  createDoor<Ending>(
    createLoader(deps, "ending-not-loaded", async () => (await import("./ending-part.ts")).createEnding(deps, space)),
    { ending: true },
  );
