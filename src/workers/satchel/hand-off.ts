/** The door to hand-off-part.ts: loaded when somebody has a dossier prepared on another site. Runs in the satchel worker. */

import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import type { Dossiers } from "./dossiers.ts";
import type { HandOffDeps, HandOffPart } from "./hand-off-part.ts";

export const createHandOffDoor = (deps: HandOffDeps, dossiers: Pick<Dossiers, "change" | "one">): HandOffPart =>
  createDoor(
    createLoader(deps, "hand-off-not-loaded", async () =>
      (await import("./hand-off-part.ts")).createHandOff(deps, dossiers),
    ),
    { shape: true, prepare: true, follow: true },
  );
