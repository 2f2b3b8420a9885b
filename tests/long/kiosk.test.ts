/**
 * C3 and C4, whole: a shared computer without network in a real Chromium. What tests/e2e/kiosk.test.ts does; then a session
 * that is killed leaves nothing that opens either. Later a network is there and nobody else: delivered, and the databases
 * are gone.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type KioskStory, openKioskStory } from "../e2e/kiosk-story.ts";

const SECOND_TITLE = "Tante-Marqueuse-5512";

let story: KioskStory;
beforeAll(async () => {
  story = await openKioskStory();
});
afterAll(async () => {
  await story?.stage.close();
});

test("C3, C4: a new satchel without network, the end, nothing on the disk, delivered without anybody", async () => {
  const { here, groups } = await story.wholeSession();
  const { person } = here;
  // Killed in the middle of the next person's session.
  await person.open("/poste");
  await story.press(here, "poste.start.new");
  await person.newSatchel("528194");
  await person.drillCard(await person.cardGroups());
  await person.addPaper({ kind: "proof-of-address", files: [story.file], title: SECOND_TITLE });
  await here.browser.kill();
  await story.searchDisk(groups, [SECOND_TITLE]);

  // A network, and nobody.
  story.stage.link.online();
  const later = await story.kiosk();
  await later.person.open("/poste");
  await later.person.sees("poste.start.title");
  expect(await later.browser.page.locator("body").innerText()).not.toMatch(/\b[1-9]\d* (?:éléments?|papiers?)/);
  await expect
    .poll(() => later.browser.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)), {
      timeout: 20_000,
    })
    .toEqual(["besace-poste"]);
});
