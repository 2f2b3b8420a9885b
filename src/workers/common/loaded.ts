/**
 * A part of a worker that is loaded when it is asked for. Runs in workers.
 *
 * Surprising facts: without network and before that part was kept on the phone it cannot be loaded. That is an answer
 * ("unavailable", "not-loaded"), not a bug, and it is asked for again the next time. Firefox 155 and Chromium 156 fetch it anew
 * then; older browsers remember that it failed until Besace is opened again (whatwg/html 6768), which is what the words of
 * "not-loaded" say: its name is known to the build only, so no other address can be asked. And a line on which nothing moves gives
 * no answer at all: whoever asks hears "not-loaded" in time, because an opened satchel cannot be locked meanwhile.
 */

import type { Log, Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { WorkerError } from "../satchel.contract.ts";

/** A line that was away for a moment: tried once more so long after. */
const againMs = 400;
/** So long somebody waits; it goes on coming, for who asks next. */
const waitMs = 15_000;

const late = Symbol("late");

interface LoaderDeps {
  readonly log: Log;
  /** Absent: tried once, without a limit. */
  readonly timers?: Timers;
}

/** @param event what the log notes where it cannot be loaded, such as "ways-not-loaded". */
export function createLoader<T>(
  { log, timers }: LoaderDeps,
  event: string,
  load: () => Promise<T>,
): () => Promise<Result<T, WorkerError>> {
  let loaded: Promise<T> | undefined;
  const notLoaded = err({ type: "unavailable", mark: "not-loaded" } as const);

  async function tried(): Promise<T> {
    try {
      return await load();
    } catch (error) {
      if (timers === undefined) throw error;
      await new Promise<void>((done) => void timers.after(againMs, done));
      return load();
    }
  }

  function begin(): Promise<T> {
    const mine = tried();
    loaded = mine;
    mine.catch((error: unknown) => {
      loaded = undefined;
      log.note(event, { error: error instanceof Error ? error.name : "unknown" });
    });
    return mine;
  }

  return async () => {
    const coming = (loaded ?? begin()).then(ok, () => notLoaded);
    if (timers === undefined) return coming;
    let cancel: () => void = () => undefined;
    const limit = new Promise<typeof late>((done) => {
      cancel = timers.after(waitMs, () => done(late));
    });
    const answer = await Promise.race([coming, limit]);
    cancel();
    if (answer !== late) return answer;
    log.note(event, { error: "late" });
    return notLoaded;
  };
}
