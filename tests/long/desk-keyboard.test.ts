/**
 * F8: a helper handles a dossier from its arrival to the decision without a pointer; axe finds nothing; text at 200 % loses nothing; a
 * sentence in Arabic reaches its person right. The app must have been built.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStage, type Stage } from "../e2e/stage.ts";
import { describeAxe, runAxe } from "../support/axe.ts";
import { createHelper } from "../support/helper.ts";
import { manyPages } from "../support/pdf-files.ts";
import { createCamera, type Photo } from "../support/photo.ts";
import { report } from "./figures.ts";
import { createKeyboard } from "./keyboard.ts";

const CODE = "418273";
const MESSAGE = "الوثيقة رقم 12 واضحة. شكرًا.";

let stage: Stage;
let photo: Photo;

beforeAll(async () => {
  stage = await openStage();
  const camera = createCamera();
  photo = await camera.take({ seed: 512, template: "lettre", width: 2000, height: 1500 });
  await camera.close();
});
afterAll(async () => {
  await stage?.close();
});

test("F8: start to end by keyboard: axe clean, 200 % text, an Arabic message shown right", {
  timeout: 600_000,
}, async (context) => {
  const attestation = join(stage.folder, "attestation.pdf");
  writeFileSync(attestation, manyPages(1));
  const desk = await stage.desk("desk");
  const keyboard = await createKeyboard(desk.browser.page);
  const helper = createHelper(keyboard.page, { url: stage.link.url });
  const { page } = desk.browser;
  await page.context().grantPermissions(["clipboard-write"]);
  // Choosers are caught from now on, not only once a key has asked for one.
  page.on("filechooser", () => undefined);
  const press = (key: string): Promise<void> => page.keyboard.press(key);
  const clean = async (where: string): Promise<void> => {
    const found = await runAxe(page);
    expect(found.violations, `${where}: ${describeAxe(found)}`).toEqual([]);
  };
  await helper.open();
  await helper.enrol(await stage.deskCode(), CODE);

  const { person, browser } = await stage.phone("phone");
  await person.open();
  await person.chooseLanguage("ar");
  await person.readyOffline();
  await person.createSatchel(CODE);
  await person.laterCard();
  await person.startProcedure("demande-libre");
  await person.fillIn({
    answers: { given_name: "زينب", family_name: "بن علي", phone: "06 12 34 56 78", request: "أحتاج إلى شهادة." },
    joined: { papers: { kind: "pay-slip", files: [photo.path] } },
  });
  await person.send();
  const number = await person.number();
  await person.waitForStep("common.state.complete", 120_000);
  await helper.waitForRow((each) => each.number === number && each.papers.here === 1, 120_000);
  await clean("the list");

  // Found by its spoken number, opened from the list.
  await press("/");
  await page.keyboard.type(number);
  await press("ArrowDown");
  await press("Enter");
  await page.getByRole("heading", { level: 2, name: "Répondre" }).waitFor();
  await clean("a dossier");
  await press("?");
  await page.getByRole("dialog", { name: "Raccourcis clavier" }).waitFor();
  await clean("the list of keys");
  await helper.screenshot("desk-keys");
  await press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await press("+");
  await page.getByText("1,5", { exact: false }).first().waitFor();
  await press("c");
  await page
    .getByText(/^Copié/)
    .first()
    .waitFor();

  // A message in Arabic, then a note that stays here.
  await press("r");
  await helper.message(MESSAGE);
  await press("i");
  await page.keyboard.type("Rappeler lundi.");
  await press("Tab");
  await press("Enter");
  await page.getByText("Note gardée.").first().waitFor();

  // The decision with its paper.
  const { page: keys } = keyboard;
  await keys.getByRole("radio", { name: "Décider" }).check();
  await keys.getByRole("radio", { name: "Accordé", exact: true }).check();
  await keys.getByLabel("Pourquoi").fill("Votre situation le permet.");
  await keys.locator('input[type="file"]').setInputFiles([attestation]);
  await page.getByRole("textbox", { name: "Nom de ce papier" }).waitFor();
  await clean("a decision");
  await helper.screenshot("desk-decision");
  await keys.getByRole("button", { name: "Remettre la décision" }).click();
  await page.getByText("Réponse gardée. Elle part toute seule.").first().waitFor();
  await page.getByRole("region", { name: "Échanges" }).getByText("Votre situation le permet.").waitFor();
  await page.getByRole("region", { name: "Échanges" }).getByText("Déposé, complet").waitFor({ timeout: 120_000 });
  await clean("what was said");

  // Twice as large, nothing is cut off at the side.
  await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over).toBeLessThanOrEqual(1);
  await helper.screenshot("desk-200");
  expect(await keyboard.pointers()).toBe(0);

  // The person: the message in its direction, the decision, and the paper in one tap.
  const hers = browser.page;
  const message = hers.getByText(MESSAGE);
  await message.waitFor({ timeout: 120_000 });
  expect(await message.evaluate((element) => getComputedStyle(element).direction)).toBe("rtl");
  await hers.getByRole("heading", { level: 3, name: "القرار" }).waitFor({ timeout: 120_000 });
  await hers.getByRole("button", { name: "وضعها في حقيبتي" }).click();
  await hers.getByRole("link", { name: "رؤية هذه الورقة" }).waitFor({ timeout: 120_000 });
  await person.screenshot("person-decision-ar");
  const found = await runAxe(hers);
  expect(found.violations, describeAxe(found)).toEqual([]);
  expect(await hers.locator("main").innerText()).not.toContain("Rappeler lundi");
  report(context, { "keys for a whole dossier": keyboard.keys() });
});
