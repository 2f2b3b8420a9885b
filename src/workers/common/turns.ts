/**
 * Long work gives way to what a person waits for. Runs in the workers that hold keys; tests hand in their own turns.
 *
 * Surprising fact: a thousand records opened one after the other never let a message in between, although each of them is
 * awaited: what WebCrypto and the database answer comes before it. So long work is done in slices, and asks for a turn of
 * its own after each (decisions/0031).
 */

export interface Turns {
  /** Between two slices of long work: whatever was asked meanwhile is begun, and what is urgent has ended. */
  readonly giveWay: () => Promise<void>;
  /** Long work stands still until `work` has ended. It must be short, and must not wait for long work: neither would end. */
  readonly urgent: <T>(work: () => Promise<T>) => Promise<T>;
}

/** @param nextTurn resolves once the messages that are there by now were heard. */
export function createTurns(nextTurn: () => Promise<void>): Turns {
  const running = new Set<Promise<unknown>>();
  return {
    async giveWay() {
      await nextTurn();
      while (running.size > 0) {
        await Promise.allSettled(running);
        await nextTurn();
      }
    },
    async urgent(work) {
      const mine = work();
      running.add(mine);
      try {
        return await mine;
      } finally {
        running.delete(mine);
      }
    },
  };
}

/** Nobody else asks: a test, or a worker that has one caller. */
export const noTurns: Turns = { giveWay: async () => undefined, urgent: (work) => work() };
