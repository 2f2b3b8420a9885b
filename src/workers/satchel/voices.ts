/**
 * The door to voices-part.ts: loaded when a spoken answer is kept or erased. Runs in the satchel worker.
 *
 * Surprising fact: a dossier without one is erased without that part.
 */

import { voicedKey } from "../../shared/voice.ts";
import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import type { SatchelDeps } from "./deps.ts";
import type { Dossiers } from "./dossiers.ts";
import type { Papers } from "./papers.ts";
import type { Space } from "./space.ts";
import type { Voices } from "./voices-part.ts";

export function createVoicesDoor(deps: SatchelDeps, papers: Papers, dossiers: Dossiers, space: Space): Voices {
  const part = createDoor<Voices>(
    createLoader(deps, "voices-not-loaded", async () =>
      (await import("./voices-part.ts")).createVoices(deps, papers, dossiers, space),
    ),
    { add: true, remove: true, eraseDossier: true },
  );
  return {
    ...part,
    async eraseDossier(session, id) {
      const held = await session.records.get(id);
      const record = held.ok ? held.value.record : undefined;
      const isSpoken =
        record?.t === "dossier" && Object.keys(record.attached).some((slot) => voicedKey(slot) !== undefined);
      return isSpoken ? part.eraseDossier(session, id) : dossiers.erase(session, id);
    },
  };
}
