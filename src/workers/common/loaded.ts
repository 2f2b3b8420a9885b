/**
 * A part of a worker that is loaded when it is asked for. Runs in workers.
 *
 * Surprising fact: without network and before that part was kept on the phone it cannot be loaded. That is an answer
 * ("unavailable", "not-loaded"), not a bug, and it is asked for again the next time. Chromium 156 fetches it anew then; older
 * browsers remember that it failed until the page is loaded again (whatwg/html 6768).
 */

import type { Log } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { WorkerError } from "../satchel.contract.ts";

/** @param event what the log notes where it cannot be loaded, such as "ways-not-loaded". */
export function createLoader<T>(
  { log }: { readonly log: Log },
  event: string,
  load: () => Promise<T>,
): () => Promise<Result<T, WorkerError>> {
  let loaded: Promise<T> | undefined;
  return async () => {
    loaded ??= load();
    try {
      return ok(await loaded);
    } catch (error) {
      loaded = undefined;
      log.note(event, { error: error instanceof Error ? error.name : "unknown" });
      return err({ type: "unavailable", mark: "not-loaded" });
    }
  };
}
