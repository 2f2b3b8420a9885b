import { expect, test } from "vitest";
import { lazySatchel } from "../../../src/app/shell/lazy-satchel.ts";
import { createFakeSatchel } from "../../support/fake-satchel.ts";

test("shell and screen that ask the same in one moment ask once; the next moment asks again", async () => {
  const satchel = createFakeSatchel();
  const { api } = lazySatchel(async () => satchel.api);
  const [one, two] = await Promise.all([api.opening(), api.opening(), api.outbox()]);
  expect(one).toBe(two);
  expect([satchel.calls("opening").length, satchel.calls("outbox").length]).toEqual([1, 1]);
  await api.opening();
  expect(satchel.calls("opening")).toHaveLength(2);
});

test("what is asked with words of its own is never shared", async () => {
  const satchel = createFakeSatchel();
  const { api } = lazySatchel(async () => satchel.api);
  await Promise.all([api.startPaper({ title: "Bail" }), api.startPaper({ title: "Bail" })]);
  expect(satchel.calls("startPaper")).toHaveLength(2);
});
