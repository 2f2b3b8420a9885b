/**
 * What a long test measured, for the summary under tests/results: the figures travel in the test's own entry of Vitest's
 * JSON report (`meta.figures`), also when the test fails half way. Runs in Node.
 */
import { randomInt } from "node:crypto";
import type { TestContext } from "vitest";

export type Figures = Readonly<Record<string, number | string>>;

declare module "vitest" {
  interface TaskMeta {
    figures?: Figures;
  }
}

/** Adds to what the summary says of this test. */
export function report({ task }: Pick<TestContext, "task">, figures: Figures): void {
  task.meta.figures = { ...task.meta.figures, ...figures };
}

/** BESACE_SEED repeats a run; else any. It is printed and reported before anything happens. */
export function seedOf(context: Pick<TestContext, "task">): number {
  const asked = process.env.BESACE_SEED;
  const seed = asked === undefined || asked === "" ? randomInt(1, 1_000_000) : Number(asked);
  if (!Number.isSafeInteger(seed)) throw new Error(`BESACE_SEED is not a number: ${asked}`);
  report(context, { seed });
  console.log(`seed ${seed}`);
  return seed;
}
