/** A6 in every run: ten wrong codes in a real browser. Its waits are set forward; tests/long waits them. */
import { afterAll, beforeAll, test } from "vitest";
import { openStage, type Stage } from "./stage.ts";
import { wrongCodes } from "./wrong-codes-story.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
});

test("A6: wrong code ten times, with and without a tried card", () => wrongCodes(stage, "set forward"));
