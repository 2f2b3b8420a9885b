/** A6 with every wait waited: the clock of nobody is touched. */
import { afterAll, beforeAll, test } from "vitest";
import { openStage, type Stage } from "../e2e/stage.ts";
import { wrongCodes } from "../e2e/wrong-codes-story.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
});

test("A6: wrong code ten times, each after the wait that is asked for", () => wrongCodes(stage, "waited"));
