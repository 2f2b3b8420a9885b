/**
 * Pushed ops against their owners' keys, by the crowd. Runs in Node.
 *
 * Surprising: a signature takes eighty microseconds wherever it is checked, but handing it to another thread and hearing
 * of it takes as long again when the machine is busy. So a worker takes several at once, and who comes alone is checked on
 * the spot. Not all that wait at once, though: then this thread and the worker would wait for each other in turns.
 */

import { Worker } from "node:worker_threads";
import { type Checked, checkNow, pack, type Question } from "./verify-now.ts";

/** @returns what is kept of an op that is right, else why it is not. `op` was read by `parsePushItems`. */
export type CheckOp = (question: Question) => Promise<Checked>;

interface Waiting {
  readonly question: Question;
  readonly done: (checked: Checked) => void;
  readonly fail: (error: unknown) => void;
}

/** Fewer than this are not worth the way to the worker. */
const fewest = 3;
/** More than this wait for the next message: what is checked can be stored while the rest is checked. */
const most = 8;
/** Messages that the worker may have: it goes on while this thread reads, stores and waits for the disk. */
const inFlight = 4;

const ownWorker = (): Worker => new Worker(new URL("./verify.worker.ts", import.meta.url));

/** @param makeWorker for tests: a worker that fails. */
export function createCheckOp(makeWorker: () => Worker = ownWorker): CheckOp {
  let worker: Worker | undefined;
  /** What the worker was asked and has not answered, in order: it answers one message after the other. */
  let asked: (readonly Waiting[])[] = [];
  let waiting: Waiting[] = [];

  const answer = ({ question, done, fail }: Waiting): void => {
    try {
      done(checkNow(question));
    } catch (error) {
      fail(error);
    }
  };
  const startWorker = (): Worker => {
    const started = makeWorker();
    started.on("message", (said: readonly Checked[]) => {
      const answered = asked.shift() ?? [];
      // Only while it is asked something does it keep the process from ending.
      if (asked.length === 0) started.unref();
      for (const [at, { done }] of answered.entries()) done(said[at] ?? "bad-signature");
      hand();
    });
    started.on("error", () => {
      // What it was asked is checked here; the next crowd starts another one.
      worker = undefined;
      const lost = asked.flat();
      asked = [];
      for (const each of lost) answer(each);
      hand();
    });
    return started;
  };
  const hand = (): void => {
    if (waiting.length < fewest) {
      // A few more may come before the worker is free.
      if (asked.length > 0) return;
      const few = waiting;
      waiting = [];
      for (const each of few) answer(each);
      return;
    }
    while (waiting.length >= fewest && asked.length < inFlight) {
      const batch = waiting.splice(0, most);
      asked.push(batch);
      worker ??= startWorker();
      worker.ref();
      worker.postMessage(pack(batch.map(({ question }) => question)));
    }
  };

  return (question) =>
    new Promise((done, fail) => {
      waiting.push({ question, done, fail });
      if (waiting.length === 1) setImmediate(hand);
      // The worker need not wait until this thread has heard everybody.
      else if (waiting.length >= most && asked.length < inFlight) hand();
    });
}
