/** Web Locks as the drainer asks for them (S-D2). The page's worker and the service worker share the same names. */

import type { Locks } from "./ports.ts";

/** The part of LockManager that is used. */
interface LockRequester {
  readonly request: (
    name: string,
    options: { readonly ifAvailable: true },
    work: (lock: unknown) => Promise<void>,
  ) => Promise<unknown>;
}

/** undefined in a browser without Web Locks: runs are harmless twice. */
export const webLocks = (locks: LockRequester | undefined): Locks | undefined =>
  locks === undefined
    ? undefined
    : {
        tryHold: async <T>(name: string, work: () => Promise<T>) => {
          const outcome: { held: T }[] = [];
          await locks.request(name, { ifAvailable: true }, async (lock) => {
            if (lock !== null) outcome.push({ held: await work() });
          });
          return outcome[0] ?? "taken";
        },
      };
