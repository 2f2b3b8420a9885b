/**
 * Short-lived helpers of a key-holding worker: starts a nested worker for a call, answers in its place when it cannot
 * be started, ends it when it is idle so that its memory goes back to zero. Runs in workers.
 *
 * Surprising fact: imaging and stretching hold nothing that could be lost, so ending them in the middle is harmless;
 * the worker that writes to the database is never ended from here.
 */

import { type Endpoint, wrap } from "comlink";
import type { Timers } from "../../shared/ports.ts";
import { err, ok } from "../../shared/result.ts";
import { admit } from "../imaging/admit.ts";
import type { ImagingApi } from "../imaging.contract.ts";
import type { StretchApi } from "../stretch.contract.ts";

export interface HelperWorker extends Endpoint {
  readonly terminate: () => void;
}

/** Rejected inside when the helper's script cannot be loaded or it died (out of memory). */
class HelperGone extends Error {}

/** One call on a fresh or idle helper. */
function createHelper(start: () => HelperWorker, timers: Timers, idleMs: number) {
  let held:
    | {
        readonly worker: HelperWorker;
        readonly remote: unknown;
        uses: number;
        cancel: () => void;
        readonly lost: Promise<never>;
      }
    | undefined;

  const end = (which: NonNullable<typeof held>): void => {
    if (held === which) held = undefined;
    which.cancel();
    which.worker.terminate();
  };

  return async function call<Api, T>(use: (api: Api) => Promise<T>): Promise<T> {
    if (held === undefined) {
      const worker = start();
      const lost = new Promise<never>((_, reject) => {
        worker.addEventListener("error", () => reject(new HelperGone("helper lost")));
      });
      lost.catch(() => undefined);
      // One proxy for the worker's whole life: releasing it would make the other side stop listening.
      held = { worker, remote: wrap(worker), uses: 0, cancel: () => undefined, lost };
    }
    const mine = held;
    mine.cancel();
    mine.uses += 1;
    try {
      return await Promise.race([use(mine.remote as Api), mine.lost]);
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
  };
}

/** Ends the imaging worker after this: several pages in a row share it. */
const imagingIdleMs = 20_000;

/** Without the tool nothing is refused that it would have taken: the picture is kept as it is (DESIGN 1). */
export function createImagingHelper(start: () => HelperWorker, timers: Timers): ImagingApi {
  const call = createHelper(start, timers, imagingIdleMs);
  return {
    async reduce(file) {
      try {
        return await call((api: ImagingApi) => api.reduce(file));
      } catch (error) {
        if (!(error instanceof HelperGone)) throw error;
        const admitted = await admit(file, null);
        if (!admitted.ok) return admitted;
        return admitted.value.type === "pdf"
          ? ok({ type: "file", mime: "application/pdf" })
          : ok({ type: "raw", mime: admitted.value.mime, absent: true });
      }
    },
  };
}

/** Each call has a worker of its own. */
export function createStretchHelper(start: () => HelperWorker, timers: Timers): StretchApi {
  const call = createHelper(start, timers, 0);
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
  };
}
