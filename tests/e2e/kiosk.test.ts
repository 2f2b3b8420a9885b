/**
 * C3 and C4, short: a shared computer without network in a real Chromium. A new satchel, its card tried, a paper; then
 * "Terminer": the disk holds no marker, the page shows nothing, the slip says what waits. tests/long goes on from there.
 */
import { afterAll, beforeAll, test } from "vitest";
import { type KioskStory, openKioskStory } from "./kiosk-story.ts";

let story: KioskStory;
beforeAll(async () => {
  story = await openKioskStory();
});
afterAll(async () => {
  await story?.stage.close();
});

test("C3, C4: a new satchel without network, the end, nothing on the disk", async () => {
  const { here, groups } = await story.wholeSession();
  await here.browser.kill();
  await story.searchDisk(groups);
});
