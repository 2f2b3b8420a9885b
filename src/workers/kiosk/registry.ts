/**
 * The registry of a kiosk's session: in memory only, with what opens the satchel; what a delivery needs without any key is
 * written to the list of postboxes before anything else is kept (decisions/0018). Runs in the kiosk's worker.
 *
 * Surprising fact: the statement that puts the session's device out again is signed as soon as the session is open, while
 * there is a key to sign it with; so a session that is killed leaves nothing in the chain either.
 */

import { type Identity, removeDevice } from "../../crypto/identity.ts";
import { readChain } from "../../protocol/statements.ts";
import type { Signed } from "../../protocol/wire.ts";
import type { DeviceId } from "../../shared/ids.ts";
import { createMemoryRegistry } from "../../storage/memory/index.ts";
import type { Profile, Registry, Stored } from "../../storage/ports.ts";
import type { Postboxes } from "../../storage/postbox-ports.ts";
import type { Session } from "../satchel/deps.ts";

export interface SessionRegistry {
  readonly registry: Registry;
  /** From here on the session can sign. */
  readonly opened: (session: Pick<Session, "profile" | "identity">) => void;
  /** When all that was noted so far is on the disk. */
  readonly noted: () => Promise<void>;
}

/** The next statement of this chain, with which `device` is out; null: it does not belong to it (any more). */
async function leavingOf(identity: Identity, { statements, device }: Profile): Promise<Signed | null> {
  const read = await readChain(statements);
  if (!read.ok || !read.value.devices.has(device as DeviceId)) return null;
  return (await removeDevice(identity, statements, device as DeviceId)).at(-1) ?? null;
}

export function createSessionRegistry(postboxes: Postboxes): SessionRegistry {
  const memory = createMemoryRegistry();
  let identity: Identity | undefined;
  let line: Promise<unknown> = Promise.resolve();

  const publicPart = async (profile: Profile) => ({
    statements: profile.statements,
    keyring: profile.keyringDue?.signed ?? null,
    leaving: identity === undefined ? null : await leavingOf(identity, profile),
  });

  /** One after the other, each with what is newest then: signing takes a moment. */
  function note(database: string): Stored<void> {
    const written = line.then(async () => {
      const held = await memory.get(database);
      if (!held.ok || held.value === undefined) return postboxes.update(database, {});
      return postboxes.update(database, await publicPart(held.value));
    });
    line = written;
    return written;
  }

  return {
    opened(session) {
      identity = session.identity;
      void note(session.profile.database);
    },
    noted: async () => void (await line),
    registry: {
      ...memory,
      async add(profile) {
        const { database, principal, device, createdAt } = profile;
        const put = await postboxes.put({
          database,
          principal,
          device,
          createdAt,
          state: "live",
          ...(await publicPart(profile)),
        });
        return put.ok ? memory.add(profile) : put;
      },
      async update(database, expectedRevision, patch) {
        const updated = await memory.update(database, expectedRevision, patch);
        if (!updated.ok || (patch.statements === undefined && patch.keyringDue === undefined)) return updated;
        const noted = await note(database);
        return noted.ok ? updated : noted;
      },
      async remove(database) {
        const removed = await memory.remove(database);
        return removed.ok ? postboxes.remove(database) : removed;
      },
    },
  };
}
