/**
 * Short-lived helpers of a key-holding worker: starts a nested worker for a call, answers in its place when it cannot
 * be started, ends it when it is idle so that its memory goes back to zero. Runs in workers.
 *
 * Surprising fact: imaging and stretching hold nothing that could be lost, so ending them in the middle is harmless;
 * the worker that writes to the database is never ended from here.
 */

import { type Endpoint, wrap } from "comlink";
import type { Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { admit } from "../imaging/admit.ts";
import type { PageMaker, Reduced } from "../imaging.contract.ts";
import type { ImportRefusal } from "../satchel.contract.ts";
import type { StretchApi, Stretching, StretchWorkerApi } from "../stretch.contract.ts";

export interface HelperWorker extends Endpoint {
  readonly terminate: () => void;
}

/** Rejected inside when the helper's script cannot be loaded or it died (out of memory). */
class HelperGone extends Error {}

interface HeldHelper<Api> {
  readonly worker: HelperWorker;
  readonly remote: Api;
  uses: number;
  cancel: () => void;
  readonly lost: Promise<never>;
}

/** One helper at a time: started by a call, or ahead of one. `idleMs`: how long it is kept after a call. */
function createHelper<Api>(start: () => HelperWorker, timers: Timers, idleMs: number) {
  let held: HeldHelper<Api> | undefined;

  const end = (which: HeldHelper<Api>): void => {
    if (held === which) held = undefined;
    which.cancel();
    which.worker.terminate();
  };

  function begin(): HeldHelper<Api> {
    const worker = start();
    const lost = new Promise<never>((_, reject) => {
      worker.addEventListener("error", () => reject(new HelperGone("helper lost")));
    });
    // One proxy for the worker's whole life: releasing it would make the other side stop listening.
    const mine: HeldHelper<Api> = { worker, remote: wrap(worker) as Api, uses: 0, cancel: () => undefined, lost };
    lost.catch(() => {
      // Nobody waits for it: the call that comes starts another one.
      if (mine.uses === 0) end(mine);
    });
    held = mine;
    return mine;
  }

  /** Starts the helper ahead of a call, if there is none; ends it when no call came within `forMs`. */
  function expect(forMs: number, first: (api: Api) => Promise<unknown>): void {
    const known = held;
    if (known !== undefined && known.uses > 0) return;
    const mine = known ?? begin();
    mine.cancel();
    mine.cancel = timers.after(forMs, () => end(mine));
    // What it answers, or how it fails, the call that follows hears as well.
    if (known === undefined) first(mine.remote).catch(() => undefined);
  }

  function dismiss(): void {
    if (held !== undefined && held.uses === 0) end(held);
  }

  async function call<T>(use: (api: Api) => Promise<T>): Promise<T> {
    const mine = held ?? begin();
    mine.cancel();
    mine.uses += 1;
    try {
      return await Promise.race([use(mine.remote), mine.lost]);
    } catch (error) {
      if (error instanceof HelperGone) end(mine);
      throw error;
    } finally {
      mine.uses -= 1;
      if (mine.uses === 0 && held === mine) {
        if (idleMs === 0) end(mine);
        else mine.cancel = timers.after(idleMs, () => end(mine));
      }
    }
  }

  return { call, expect, dismiss };
}

/** Ends the imaging worker after this: several pages in a row share it. */
const imagingIdleMs = 20_000;

/** Without the tool nothing is refused that it would have taken: the picture is kept as it is (DESIGN 1). */
export function createImagingHelper(start: () => HelperWorker, timers: Timers): PageMaker {
  const { call } = createHelper<PageMaker>(start, timers, imagingIdleMs);
  const guarded = async <E>(
    file: Blob,
    use: (api: PageMaker) => Promise<Result<Reduced, ImportRefusal | E>>,
  ): Promise<Result<Reduced, ImportRefusal | E>> => {
    try {
      return await call(use);
    } catch (error) {
      if (!(error instanceof HelperGone)) throw error;
      const admitted = await admit(file, null);
      if (!admitted.ok) return admitted;
      return admitted.value.type === "pdf"
        ? ok({ type: "file", mime: "application/pdf" })
        : ok({ type: "raw", mime: admitted.value.mime, absent: true });
    }
  };
  return {
    reduce: (file) => guarded(file, (api) => api.reduce(file)),
    finish: (file, how) => guarded(file, (api) => api.finish(file, how)),
  };
}

/** A stretch worker that was expected and has no code by then is ended: nobody types this slowly, and its memory is dear. */
const expectedMs = 20_000;

/** Each code has a worker of its own. */
export function createStretchHelper(start: () => HelperWorker, timers: Timers): Stretching {
  const { call, expect, dismiss } = createHelper<StretchWorkerApi>(start, timers, 0);
  const guarded = async <T>(use: (api: StretchApi) => Promise<T>) => {
    try {
      return await call(use);
    } catch (error) {
      if (!(error instanceof HelperGone)) throw error;
      return err({ type: "broken" } as const);
    }
  };
  return {
    derive: (code, salt, parameters) => guarded((api) => api.derive(code, salt, parameters)),
    enrol: (code, salt, parameters) => guarded((api) => api.enrol(code, salt, parameters)),
    expect: () => expect(expectedMs, (api) => api.prove()),
    dismiss,
  };
}
