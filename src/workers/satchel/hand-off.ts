/** The door to hand-off-part.ts: loaded when somebody has a dossier prepared on another site. Runs in the satchel worker. */

import { createLoader } from "../common/loaded.ts";
import type { Dossiers } from "./dossiers.ts";
import type { HandOffDeps, HandOffPart } from "./hand-off-part.ts";

export function createHandOffDoor(deps: HandOffDeps, dossiers: Pick<Dossiers, "change" | "one">): HandOffPart {
  const load = createLoader(deps, "hand-off-not-loaded", async () =>
    (await import("./hand-off-part.ts")).createHandOff(deps, dossiers),
  );
  return {
    async shape(path) {
      const part = await load();
      return part.ok ? part.value.shape(path) : part;
    },
    async prepare(session, id, input) {
      const part = await load();
      return part.ok ? part.value.prepare(session, id, input) : part;
    },
    async follow(session, id) {
      const part = await load();
      return part.ok ? part.value.follow(session, id) : part;
    },
  };
}
