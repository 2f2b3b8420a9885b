import { expect, test } from "vitest";
import { runVectors } from "./run.ts";

test("every frozen vector opens, or is refused, as it was frozen", { timeout: 120_000 }, async () => {
  const { passed, failed } = await runVectors();
  expect(failed).toEqual([]);
  expect(passed).toBeGreaterThanOrEqual(500);
});
