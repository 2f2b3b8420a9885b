/**
 * The door to inbox.ts: loaded when there is something to take in. Runs in the satchel worker.
 *
 * Surprising fact: what was pulled stays in the inbox until that part is here, so it may come after the shell: nothing is pulled
 * without a network that brings it too. Whether there is something to do is asked first, since an opened satchel cannot be locked
 * while a part is on its way.
 */

import { ok, type Result } from "../../shared/result.ts";
import { storageErr } from "../common/errors.ts";
import { createLoader } from "../common/loaded.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import type { Inbox, LetterTakers } from "./inbox.ts";

/** Nothing was pulled, nothing was lost at the server, and there is one profile at most: what `work` would look for. */
async function isQuiet({ store, records }: Session): Promise<Result<boolean, WorkerError>> {
  const [rows, queue, all] = await Promise.all([store.listInbox(), store.queue(), records.list()]);
  if (!rows.ok) return storageErr(rows.error);
  if (!queue.ok) return storageErr(queue.error);
  if (!all.ok) return all;
  const profiles = all.value.filter(({ record }) => record.t === "profile");
  return ok(rows.value.length === 0 && profiles.length < 2 && queue.value.ops.every((op) => op.state !== "conflict"));
}

export function createInboxDoor(deps: SatchelDeps, takers: LetterTakers): Inbox {
  const load = createLoader(deps, "inbox-not-loaded", async () =>
    (await import("./inbox.ts")).createInbox(deps, takers),
  );
  return {
    async work(session) {
      const quiet = await isQuiet(session);
      if (!quiet.ok) return quiet;
      if (quiet.value) return ok(undefined);
      const part = await load();
      return part.ok ? part.value.work(session) : part;
    },
  };
}
