/**
 * Opening by the phone, whole, in two real browsers (decisions/0023): the code is read from a picture of the computer's
 * screen, the pictures are the same, the chosen paper is read there and another is added; the phone shows both and closes
 * it; afterwards nothing of it is on the computer's disk.
 */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type KioskStory, openKioskStory, TITLE } from "../e2e/kiosk-story.ts";
import type { Phone } from "../e2e/stage.ts";
import { describeAxe, runAxe } from "../support/axe.ts";
import { plain } from "../support/words.ts";

const CODE = "418273";
const OTHER = "Bulletin-Marqueur-5530";
const ADDED = "Attestation-Marqueuse-9917";

let story: KioskStory;
beforeAll(async () => {
  story = await openKioskStory();
});
afterAll(async () => {
  await story?.stage.close();
});

/** Goes to an address of the app as a link in the page would, so that the satchel stays open. */
async function visit({ person }: Phone, path: string): Promise<void> {
  await person.page.evaluate((href) => {
    const link = document.createElement("a");
    link.href = href;
    link.textContent = "test";
    document.querySelector("main")?.append(link);
    link.click();
    link.remove();
  }, path);
  await person.page.waitForURL((url) => url.pathname === path);
}

const picturesOf = async (page: Page): Promise<string> => {
  const list = page.locator("ol.pics--four");
  await list.waitFor({ timeout: 60_000 });
  return plain(await list.innerText());
};

test("a phone opens one paper at a shared computer, sees what was done there, and closes it", async () => {
  const { stage, file, press } = story;
  const phone = await stage.phone("telephone");
  await phone.person.open("/");
  await phone.person.createSatchel(CODE);
  await phone.person.laterCard();
  for (const title of [TITLE, OTHER]) await phone.person.addPaper({ kind: "proof-of-address", files: [file], title });

  const here = await story.kiosk();
  const { page } = here.browser;
  await here.person.open("/poste");
  await here.person.sees("poste.start.title");
  await press(here, "poste.start.phone");
  await here.person.sees("approbation.kiosk.title");
  const drawing = page.locator(".approval-qr");
  await drawing.waitFor({ timeout: 60_000 });
  expect(describeAxe(await runAxe(page))).toBe("");
  const picture = join(stage.folder, "ecran.png");
  await drawing.screenshot({ path: picture });

  // Read as a person does who photographs the screen.
  await visit(phone, "/poste-partage");
  await phone.person.sees("approbation.phone.title");
  await phone.person.page.locator('input[type="file"]').setInputFiles(picture);
  await phone.person.sees("approbation.phone.compare.title");
  await here.person.sees("approbation.kiosk.met.title");
  expect(await picturesOf(phone.person.page)).toBe(await picturesOf(page));
  expect(describeAxe(await runAxe(phone.person.page))).toBe("");
  await press(phone, "approbation.phone.compare.same");
  await phone.person.sees("approbation.phone.choose.title");
  // It can be chosen once the server has all of it, and nothing is chosen beforehand.
  const box = phone.person.page.getByRole("checkbox", { name: new RegExp(TITLE) });
  await box.waitFor({ timeout: 120_000 });
  expect(await phone.person.page.getByRole("checkbox", { checked: true }).count()).toBe(0);
  await box.check();
  await press(phone, "approbation.phone.choose.open");
  await phone.person.sees("approbation.phone.list.title");

  await page.getByRole("button", { name: new RegExp(TITLE) }).click({ timeout: 60_000 });
  expect(await page.locator("body").innerText()).not.toContain(OTHER);
  const shown = page.locator(".reader__page canvas");
  await shown.waitFor({ timeout: 60_000 });
  await expect.poll(() => shown.evaluate((image) => (image as HTMLCanvasElement).width)).toBeGreaterThan(0);
  expect(describeAxe(await runAxe(page))).toBe("");
  await press(here, "approbation.kiosk.view.back");
  await page.getByRole("textbox").fill(ADDED);
  await page.locator('input[type="file"]').last().setInputFiles(file);
  await page.getByText(new RegExp(`:.${ADDED}`)).waitFor({ timeout: 120_000 });

  // The phone names what was done, from what the computer signed, and has the paper.
  const told = phone.person.page.locator("main");
  await expect.poll(() => told.innerText().then(plain), { timeout: 60_000 }).toMatch(new RegExp(`Lu.:.${TITLE}`));
  await expect.poll(() => told.innerText().then(plain), { timeout: 60_000 }).toMatch(new RegExp(`Ajouté.:.${ADDED}`));
  expect(describeAxe(await runAxe(phone.person.page))).toBe("");
  await press(phone, "approbation.phone.list.close");

  await here.person.sees("poste.end.idleTitle");
  const said = await page.locator("body").innerText();
  for (const word of [TITLE, ADDED]) expect(said).not.toContain(word);
  expect(page.workers().map((worker) => worker.url())).toEqual([]);
  await press(here, "poste.end.leave");
  await here.person.sees("poste.start.title");
  await page.goBack().catch(() => null);
  expect(await page.locator("body").innerText()).not.toContain(TITLE);
  await here.browser.kill();
  await story.searchDisk([CODE.repeat(2)], [ADDED, OTHER]);

  await visit(phone, "/papiers");
  await phone.person.page.getByText(ADDED).first().waitFor({ timeout: 60_000 });
}, 400_000);
