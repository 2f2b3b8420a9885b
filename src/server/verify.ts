/**
 * The checks of protocol/ on node:crypto: the same answers as WebCrypto's, with a third of the work around them. Runs in
 * Node.
 *
 * Surprising: a signature takes eighty microseconds wherever it is checked, but handing it to another thread and hearing
 * of it takes as long again when the machine is busy. So a worker takes all that wait at once, and meanwhile the next ones
 * gather; who comes alone is checked on the spot.
 */

import { hash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { labelled, type Verifier } from "../protocol/sign.ts";
import { pack, type Question, verifyNow } from "./verify-now.ts";

interface Waiting {
  readonly question: Question;
  readonly done: (right: boolean) => void;
  readonly fail: (error: unknown) => void;
}

/** Fewer than this are not worth the way to the worker. */
const fewest = 3;

const ownWorker = (): Worker => new Worker(new URL("./verify.worker.ts", import.meta.url));

/** @param makeWorker for tests: a worker that fails. */
export function createNodeVerifier(makeWorker: () => Worker = ownWorker): Verifier {
  let worker: Worker | undefined;
  let asked: readonly Waiting[] = [];
  let waiting: Waiting[] = [];

  const answer = ({ question, done, fail }: Waiting): void => {
    try {
      done(verifyNow(question));
    } catch (error) {
      fail(error);
    }
  };
  const startWorker = (): Worker => {
    const started = makeWorker();
    started.on("message", (rights: readonly boolean[]) => {
      // Only while it is asked something does it keep the process from ending.
      started.unref();
      const answered = asked;
      asked = [];
      for (const [at, { done }] of answered.entries()) done(rights[at] === true);
      next();
    });
    started.on("error", () => {
      // What it was asked is checked here; the next crowd starts another one.
      worker = undefined;
      const lost = asked;
      asked = [];
      for (const each of lost) answer(each);
      next();
    });
    return started;
  };
  const next = (): void => {
    if (asked.length > 0 || waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    if (batch.length < fewest) {
      for (const each of batch) answer(each);
      return;
    }
    asked = batch;
    worker ??= startWorker();
    worker.ref();
    worker.postMessage(pack(batch.map(({ question }) => question)));
  };

  return {
    sha256: (bytes) => new Uint8Array(hash("sha256", bytes, "buffer")),
    verify: (rawPublic, label, bytes, sig) =>
      new Promise((done, fail) => {
        waiting.push({ question: { key: rawPublic, bytes: labelled(label, bytes), sig }, done, fail });
        if (waiting.length === 1 && asked.length === 0) setImmediate(next);
      }),
  };
}
