/**
 * Calls a worker from the page, and answers in its place when it is not there. Bundled with the page.
 *
 * Surprising facts: a worker whose script cannot be loaded never answers, so every waiting call is answered here with
 * "unavailable"; and a worker that has answered once is never ended from here, because ending it inside a transaction
 * can lose what was being written (DESIGN 5). The next call starts it again.
 */

import { type Endpoint, proxy, type Remote, releaseProxy, wrap } from "comlink";
import { err } from "../shared/result.ts";

/** The part of Worker that the bridge uses; tests pass a message channel. */
export interface WorkerLike extends Endpoint {
  readonly terminate: () => void;
}

export interface Bridge<Api> {
  readonly api: Api;
  /** Ends a worker that holds nothing any more (after lock, on tests' ends). */
  readonly stop: () => void;
}

/** Our assertions speak of rules only; any other message may quote what was read, so its kind is all that is told (INV-3). */
function markOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return error.message.startsWith("assertion failed: ") ? error.message.slice(0, 80) : error.name;
}

type Method = (...args: readonly unknown[]) => Promise<unknown>;

interface Running {
  readonly worker: WorkerLike;
  readonly remote: Remote<Record<string, Method>>;
  readonly waiting: Set<(mark: string) => void>;
  answered: boolean;
}

/**
 * @param start starts the worker; called at the first call and after a death.
 * @param methods names of the contract; `onChange` is the one that takes a listener.
 */
export function bridge<Api>(start: () => WorkerLike, methods: readonly (keyof Api & string)[]): Bridge<Api> {
  const listeners = new Set<(change: unknown) => void>();
  let running: Running | undefined;

  const listen = async (to: Running, listener: (change: unknown) => void): Promise<void> => {
    await to.remote.onChange?.(proxy(listener) as never);
  };

  const gone = (dead: Running, mark: string): void => {
    if (running === dead) running = undefined;
    dead.worker.terminate();
    for (const give of dead.waiting) give(mark);
    dead.waiting.clear();
  };

  const ready = (): Running => {
    if (running !== undefined) return running;
    const worker = start();
    const begun: Running = {
      worker,
      remote: wrap<Record<string, Method>>(worker),
      waiting: new Set(),
      answered: false,
    };
    running = begun;
    worker.addEventListener("error", () => {
      // Before the first answer the script itself failed; later it is one task that threw, and its call rejects by itself.
      if (!begun.answered) gone(begun, "not-loaded");
    });
    for (const listener of listeners) void listen(begun, listener).catch(() => gone(begun, "listener"));
    return begun;
  };

  const call =
    (name: string): Method =>
    (...args) =>
      new Promise((resolve) => {
        const to = ready();
        const give = (mark: string): void => resolve(err({ type: "unavailable", mark }));
        to.waiting.add(give);
        const method = to.remote[name] as Method;
        method(...args).then(
          (answer) => {
            to.answered = true;
            to.waiting.delete(give);
            resolve(answer);
          },
          (error: unknown) => {
            // A bug inside the worker reached the top: the page says that nothing was done and keeps its mark.
            to.answered = true;
            to.waiting.delete(give);
            give(markOf(error));
          },
        );
      });

  const api: Record<string, unknown> = Object.fromEntries(methods.map((name) => [name, call(name)]));
  if (methods.includes("onChange" as keyof Api & string)) {
    api.onChange = async (listener: (change: unknown) => void): Promise<void> => {
      // Started first: a start tells the worker of every listener that is known by then.
      const to = ready();
      listeners.add(listener);
      await listen(to, listener);
    };
  }
  return {
    api: api as Api,
    stop() {
      if (running === undefined) return;
      running.remote[releaseProxy]();
      gone(running, "stopped");
    },
  };
}
