/**
 * The registry of a kiosk's session: in memory only, with what opens the satchel; what a delivery needs without any key is
 * written to the list of postboxes before anything else is kept (decisions/0018). Runs in the kiosk's worker.
 */

import { createMemoryRegistry } from "../../storage/memory/index.ts";
import type { Profile, Registry } from "../../storage/ports.ts";
import type { Postboxes } from "../../storage/postbox-ports.ts";

const publicPart = ({ statements, keyringDue }: Pick<Profile, "statements" | "keyringDue">) => ({
  statements,
  keyring: keyringDue?.signed ?? null,
});

export function createSessionRegistry(postboxes: Postboxes): Registry {
  const memory = createMemoryRegistry();
  return {
    ...memory,
    async add(profile) {
      const { database, principal, device, createdAt } = profile;
      const put = await postboxes.put({
        database,
        principal,
        device,
        createdAt,
        state: "live",
        ...publicPart(profile),
      });
      return put.ok ? memory.add(profile) : put;
    },
    async update(database, expectedRevision, patch) {
      const updated = await memory.update(database, expectedRevision, patch);
      if (!updated.ok || (patch.statements === undefined && patch.keyringDue === undefined)) return updated;
      const held = await memory.get(database);
      if (!held.ok || held.value === undefined) return updated;
      const noted = await postboxes.update(database, publicPart(held.value));
      return noted.ok ? updated : noted;
    },
    async remove(database) {
      const removed = await memory.remove(database);
      return removed.ok ? postboxes.remove(database) : removed;
    },
  };
}
