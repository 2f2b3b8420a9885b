/** The door to owner-part.ts: the eight acts of the owner, and the journal. Runs in the satchel worker. */

import { err, ok, type Result } from "../../shared/result.ts";
import { createDoor } from "../common/door.ts";
import { createLoader } from "../common/loaded.ts";
import { type OwnerApi, ownerMethods } from "../owner.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { Session } from "./deps.ts";
import type { OwnerDeps, OwnerPart } from "./owner-part.ts";

type Within = <T, E>(use: (session: Session) => Promise<Result<T, E>>) => Promise<Result<T, E | WorkerError>>;
type Asked = (session: Session, ...given: readonly unknown[]) => Promise<Result<unknown, unknown>>;

export interface Owner {
  readonly api: OwnerApi;
  /** News of the journal, once a day while this worker lives: what the server takes back later was read before. */
  readonly follow: (session: Session) => Promise<Result<unknown, WorkerError>>;
}

const dayMs = 86_400_000;

export function createOwnerDoor(deps: OwnerDeps, within: Within): Owner {
  const load = createLoader(deps, "owner-not-loaded", async () => (await import("./owner-part.ts")).createOwner(deps));
  const part = createDoor<OwnerPart>(load, ownerMethods);
  const looked = new Map<string, number>();
  return {
    api: Object.fromEntries(
      Object.entries(part).map(([name, ask]) => [
        name,
        (...given: readonly unknown[]) => within((session) => (ask as Asked)(session, ...given)),
      ]),
    ) as unknown as OwnerApi,
    async follow(session) {
      const [{ id }, day] = [session.identity, Math.floor(deps.clock.now() / dayMs)];
      if (looked.get(id) === day) return ok(undefined);
      looked.set(id, day);
      const done = await part.lookJournal(session);
      if (done.ok) return done;
      looked.delete(id);
      return done.error.type === "no-network" ? ok(undefined) : err(done.error);
    },
  };
}
