/** Web Locks as the drainer asks for them (S-D2). The page's worker and the service worker share the same names. */
/** undefined in a browser without Web Locks: runs are harmless twice. */
export const webLocks = (locks) =>
  locks === undefined
    ? undefined
    : {
        tryHold: async (name, work) => {
          const outcome = [];
          await locks.request(name, { ifAvailable: true }, async (lock) => {
            if (lock !== null) outcome.push({ held: await work() });
          });
          return outcome[0] ?? "taken";
        },
      };
