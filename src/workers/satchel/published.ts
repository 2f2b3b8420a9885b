/** The door to published-part.ts: loaded when a published form is asked for, or looked for. Runs in the satchel worker. */

import type { Form } from "../../forms/model.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { Session } from "./deps.ts";
import type { PublishedDeps, PublishedPart } from "./published-part.ts";

export interface PublishedDoor extends PublishedPart {
  /** For sealing: what a screen is told as "refused" is no form here either. */
  readonly formFor: (session: Session, procedure: string, version: number | null) => Promise<Result<Form, WorkerError>>;
}

export function createPublishedDoor(deps: PublishedDeps): PublishedDoor {
  const load = createLoader(deps, "published-not-loaded", async () =>
    (await import("./published-part.ts")).createPublishedPart(deps),
  );
  const part = createDoor<PublishedPart>(load, { list: true, form: true, look: true });
  return {
    ...part,
    async formFor(session, procedure, version) {
      const found = await part.form(session, procedure, version);
      if (found.ok) return ok(found.value.form);
      const { error } = found;
      return err(error.type === "refused" ? { type: "unavailable", mark: `form-${error.why}` } : error);
    },
  };
}
