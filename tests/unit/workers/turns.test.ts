/** Long work gives way (src/workers/common/turns.ts, decisions/0031). Runs in Node. */
import { expect, test } from "vitest";
import { createTurns } from "../../../src/workers/common/turns.ts";

const settled = async (): Promise<void> => {
  for (let n = 0; n < 10; n += 1) await Promise.resolve();
};

test("D5: long work stands still until what is urgent has ended, also where that fails", async () => {
  const asked: (() => void)[] = [];
  const turns = createTurns(() => new Promise((done) => void asked.push(done)));
  const next = async (): Promise<void> => {
    asked.shift()?.();
    await settled();
  };
  let slices = 0;
  void (async () => {
    for (;;) {
      await turns.giveWay();
      slices += 1;
    }
  })();
  await next();
  expect(slices).toBe(1);
  let fail: (error: Error) => void = () => undefined;
  const urgent = turns.urgent(() => new Promise<never>((_, reject) => (fail = reject)));
  await next();
  await next();
  expect([slices, asked.length]).toEqual([1, 0]);
  fail(new Error("gone"));
  await expect(urgent).rejects.toThrow("gone");
  await settled();
  await next();
  expect(slices).toBe(2);
});
