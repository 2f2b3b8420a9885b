/**
 * Keeps what is typed: collects changes, saves them within half a second, tries again when it did not work. Pure but for
 * what it is given; the hook that screens use is in useAutosave.ts.
 *
 * Surprising fact: nothing is dropped when a save fails. The patch goes back under whatever was typed since, and leaves
 * with it (INV-1).
 */
import type { AnswerValue } from "../../../satchel/model.ts";
import type { Timers } from "../../../shared/ports.ts";
import type { Answer, WorkerError } from "../../../workers/satchel.contract.ts";
import type { SaveState } from "../../ui/Question.tsx";

/** Below the 500 ms of DESIGN 4. */
export const SAVE_AFTER_MS = 400;
/** Between two tries of a save that did not work. */
export const RETRY_MS = 3000;

export interface AnswerPatch {
  readonly answers?: Readonly<Record<string, AnswerValue | null>>;
  readonly notForeseen?: string;
}

export interface AutosaveState {
  readonly save: SaveState;
  /** Something typed is not kept yet. */
  readonly unsaved: boolean;
  /** Why the last try did not work. */
  readonly error: WorkerError | null;
}

export interface Autosave {
  /** Adds to what will be saved soon. */
  readonly put: (patch: AnswerPatch) => void;
  /** Saves at once what is not kept yet; true when everything is kept. */
  readonly flush: () => Promise<boolean>;
}

/** What screens that were left are still keeping: the next screen reads after it. */
const leaving = new WeakMap<object, Promise<unknown>>();

/** Waits until what the screen before was keeping through `api` is kept, or has failed. */
export const settled = async (api: object): Promise<void> => void (await leaving.get(api));

/** Notes a last flush, so that `settled` waits for it. */
export const leave = (api: object, flush: Promise<unknown>): void => void leaving.set(api, flush);

export interface AutosaveDeps {
  readonly save: (patch: AnswerPatch) => Answer<{ readonly savedAt: number }>;
  readonly timers: Timers;
  readonly onState: (state: AutosaveState) => void;
}

const merged = (older: AnswerPatch, newer: AnswerPatch): AnswerPatch => ({
  ...older,
  ...newer,
  ...(older.answers === undefined && newer.answers === undefined
    ? {}
    : { answers: { ...older.answers, ...newer.answers } }),
});

/** A later try can help: not where the satchel is closed, too new, or the dossier is gone. */
const canRetry = (error: WorkerError): boolean => error.type === "full" || error.type === "unavailable";

export function createAutosave({ save, timers, onState }: AutosaveDeps): Autosave {
  let pending: AnswerPatch | null = null;
  let running: Promise<boolean> | null = null;
  let cancel = (): void => undefined;

  async function run(): Promise<boolean> {
    let keptAt = 0;
    while (pending !== null) {
      const patch = pending;
      pending = null;
      onState({ save: { kind: "saving" }, unsaved: true, error: null });
      const result = await save(patch);
      if (!result.ok) {
        pending = merged(patch, pending ?? {});
        onState({ save: { kind: "failed" }, unsaved: true, error: result.error });
        if (canRetry(result.error)) later(RETRY_MS);
        return false;
      }
      keptAt = result.value.savedAt;
    }
    onState({ save: { kind: "kept", at: keptAt }, unsaved: false, error: null });
    return true;
  }

  function flush(): Promise<boolean> {
    cancel();
    if (running !== null) return running;
    if (pending === null) return Promise.resolve(true);
    running = run().finally(() => {
      running = null;
    });
    return running;
  }

  function later(ms: number): void {
    cancel();
    cancel = timers.after(ms, () => void flush());
  }

  return {
    put(patch) {
      pending = merged(pending ?? {}, patch);
      onState({ save: { kind: "none" }, unsaved: true, error: null });
      later(SAVE_AFTER_MS);
    },
    flush,
  };
}
