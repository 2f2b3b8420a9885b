/**
 * The end of the service (SPEC P-E2): believed by a pinned key of the server, then every page that left this phone is brought
 * home. Runs in the satchel worker, loaded only where a deployment says that it ends.
 *
 * Surprising: bringing home begins by itself, once per opening, one paper after the other, and never on a line that the
 * person keeps photographs from. What does not come stays said as away, with the button of the screen.
 */

import { readEnding } from "../../protocol/ending.ts";
import { ok, type Result } from "../../shared/result.ts";
import type { EndingView } from "../ending.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { pinWhatIsNew } from "./pins.ts";
import type { Space } from "./space.ts";

export interface Ending {
  readonly ending: (session: Session) => Promise<Result<EndingView | null, WorkerError>>;
}

export function createEnding(deps: SatchelDeps, space: Pick<Space, "view" | "fetchBack">): Ending {
  const begun = new WeakSet<Session["store"]>();

  async function bringHome(session: Session): Promise<void> {
    const meta = await session.store.meta();
    if (!meta.ok || meta.value.photosOnWifi === true) return;
    const view = await space.view(session);
    if (!view.ok) return deps.log.note("ending-view", { error: view.error.type });
    for (const { id, state } of view.value.papers) {
      if (state !== "away") continue;
      const back = await space.fetchBack(session, id);
      if (!back.ok) return deps.log.note("ending-bring", { error: back.error.type });
    }
  }

  return {
    async ending(session) {
      const deployment = await deps.deployments.current();
      if (deployment?.ending === undefined) return ok(null);
      const pins = await pinWhatIsNew(session, deps, deployment);
      if (!pins.ok) return pins;
      const keys = Object.values(pins.value.serverKeys).map((sign) => ({ sign }));
      const read = await readEnding(deployment.ending, keys);
      if (!read.ok) return ok(null);
      if (!begun.has(session.store)) {
        begun.add(session.store);
        bringHome(session).catch((error: unknown) =>
          deps.log.note("ending-bring", { error: error instanceof Error ? error.name : "unknown" }),
        );
      }
      return ok(read.value);
    },
  };
}
