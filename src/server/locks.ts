/**
 * One request at a time per upload: a queue for @tus/server, whose own memory lock waits by spinning. Runs in Node.
 *
 * Whoever comes asks the holder to let go: on a half-open connection the old part would otherwise hold the upload until
 * the idle limit, while the client already asks on a new one.
 */

import { ERRORS, type Lock, type Locker, type RequestRelease } from "@tus/server";
import { assert } from "../shared/assert.ts";
import type { Timers } from "../shared/ports.ts";

interface Holder {
  readonly requestRelease: RequestRelease;
}
interface Waiter extends Holder {
  readonly grant: () => void;
}

/** `waitMs`: how long a request waits before it is told that the upload is busy (tus answers 500, retried later). */
export function createLocker(timers: Timers, waitMs = 30_000): Locker {
  const holders = new Map<string, Holder>();
  const queues = new Map<string, Waiter[]>();

  const leave = (id: string, waiter: Waiter): void => {
    const left = (queues.get(id) ?? []).filter((one) => one !== waiter);
    if (left.length === 0) queues.delete(id);
    else queues.set(id, left);
  };
  const wait = (id: string, stop: AbortSignal, requestRelease: RequestRelease): Promise<void> =>
    new Promise((done, fail) => {
      const end = (finish: () => void) => (): void => {
        leave(id, waiter);
        cancel();
        stop.removeEventListener("abort", refuse);
        finish();
      };
      const waiter: Waiter = {
        requestRelease,
        grant: end(() => {
          holders.set(id, waiter);
          done();
        }),
      };
      const refuse = end(() => fail(ERRORS.ERR_LOCK_TIMEOUT));
      const cancel = timers.after(waitMs, refuse);
      stop.addEventListener("abort", refuse);
      queues.set(id, [...(queues.get(id) ?? []), waiter]);
    });

  return {
    newLock: (id): Lock => ({
      lock: async (stop, requestRelease) => {
        const holder = holders.get(id);
        if (holder === undefined) {
          holders.set(id, { requestRelease });
          return;
        }
        const granted = wait(id, stop, requestRelease);
        await Promise.all([granted, holder.requestRelease()]);
      },
      unlock: async () => {
        assert(holders.delete(id), "only a held lock is released");
        const queue = queues.get(id) ?? [];
        queue[0]?.grant();
        // Those still waiting want the new holder to hurry too.
        if (queue.length > 1) await queue[0]?.requestRelease();
      },
    }),
  };
}
