/** The door to in-person-part.ts: loaded when a desk's sheet is read or looked at. Runs in the satchel worker. */

import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import type { SatchelDeps } from "./deps.ts";
import type { InPerson } from "./in-person-part.ts";

export const createInPersonDoor = (deps: SatchelDeps): InPerson =>
  createDoor<InPerson>(
    createLoader(deps, "in-person-not-loaded", async () => (await import("./in-person-part.ts")).createInPerson(deps)),
    { list: true, check: true, settle: true },
  );
