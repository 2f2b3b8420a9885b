/**
 * C8 for what tests/e2e/screens.test.ts does not reach: the screens of a shared computer, those of a phone that opens one,
 * and those of everything out and back in. Axe, twice the text, the keyboard alone, French and Arabic, light and dark.
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demonstration } from "../../src/server/deployment.ts";
import { createLooks } from "../e2e/looks.ts";
import { openStage, type Phone, type Stage } from "../e2e/stage.ts";
import { DESK } from "../support/browser.ts";
import { createCamera } from "../support/photo.ts";
import { freePort } from "../support/server.ts";
import { standsStill } from "../support/still.ts";
import { createWords, type Language } from "../support/words.ts";

const CODE = "418273";
const TITLE = "Facture d’électricité";
const NAMES = { fr: "Français", en: "English", ar: "العربية" };

const { problems, looked, look } = createLooks();
let stage: Stage;
let file: string;
let folder: string;

beforeAll(async () => {
  const port = await freePort();
  const { urls, ...rest } = demonstration(`http://127.0.0.1:${port}`);
  const kiosk = { name: "EPN de Brévigny", idleSeconds: 150, printing: true };
  folder = mkdtempSync(join(tmpdir(), "besace-looks-"));
  const deployment = join(folder, "deployment.json");
  writeFileSync(deployment, JSON.stringify({ ...rest, urls, kiosk }));
  stage = await openStage({ env: { BESACE_DEPLOYMENT: deployment } });
  const camera = createCamera();
  const photo = await camera.take({ seed: 91, template: "facture", width: 1600, height: 1200 });
  await camera.close();
  file = join(stage.folder, "page.jpg");
  copyFileSync(photo.path, file);
});
afterAll(async () => {
  await stage?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Goes to an address of the app as a link does; a shared computer's own address never moves. */
async function follow({ person: { page } }: Phone, path: string): Promise<void> {
  await page.evaluate((href) => {
    const link = Object.assign(document.createElement("a"), { href, textContent: "test" });
    (document.querySelector("main") ?? document.body).append(link);
    link.click();
    link.remove();
  }, path);
  await page.waitForTimeout(500);
  await page.locator("h1").first().waitFor({ state: "attached" });
  await standsStill(page, 300);
}

const press = ({ person }: Phone, key: string): Promise<void> =>
  person.page
    .getByRole("button", { name: person.words().within(key) })
    .or(person.page.getByRole("link", { name: person.words().within(key) }))
    .first()
    .click();

async function atKiosk(name: string, language: Language): Promise<Phone> {
  const here = await stage.phone(name, { viewport: DESK, language });
  await here.person.open("/poste");
  await here.person.page.getByRole("button", { name: NAMES[language] }).click();
  await here.person.sees("poste.start.title");
  return here;
}

const looker =
  ({ person }: Phone, language: Language) =>
  async (name: string): Promise<void> => {
    await look(person.page, name, language, person.screenshot);
    // Looking is no idleness.
    await person.page.keyboard.press("Shift");
  };

test.each(["fr", "ar"] as const)(
  "a session at a shared computer, in %s",
  async (language) => {
    const here = await atKiosk(`poste-${language}`, language);
    const { person } = here;
    const { page } = person;
    const at = looker(here, language);
    await at("k01-start");
    await press(here, "poste.start.new");
    await person.sees("opening.choose");
    await at("k02-code");
    await person.newSatchel(CODE);
    await at("k03-card");
    const groups = await person.cardGroups();
    await press(here, "card.try.first");
    await person.sees("card.drill.title");
    await at("k04-drill");
    await page.getByLabel(person.words().matcher("common.card.group", { n: 1, total: 10 })).fill(groups.join(" "));
    await press(here, "card.drill.check");
    await person.sees("card.works.title");
    await at("k04-works");
    await press(here, "card.toHome");
    await page.getByRole("navigation", { name: person.words().matcher("common.nav.label") }).waitFor();
    await at("k05-home");
    await person.addPaper({ kind: "proof-of-address", files: [file], title: TITLE });
    await at("k06-paper");
    for (const [name, path] of [
      ["k07-papers", "/papiers"],
      ["k08-new-paper", "/papiers/nouveau"],
      ["k09-procedures", "/demarches"],
      ["k10-procedure", "/demarches/demande-libre"],
      ["k11-outbox", "/envois"],
      ["k12-card", "/carte"],
    ] as const) {
      await follow(here, path);
      await at(name);
    }
    // A second tab knows no language: nothing of the first is kept for it.
    const second = await here.browser.context.newPage();
    await second.goto(`${stage.link.url}/poste`);
    await second.getByRole("heading", { name: createWords("fr").within("poste.second.title") }).waitFor();
    if (language === "fr")
      await look(second, "k13-second", language, async (name) => {
        const folder = process.env.BESACE_SCREENS ?? "";
        if (folder !== "") await second.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
      });
    await second.close();
    // Nobody touches anything: the question, whether anybody is there.
    const question = page.getByRole("heading", { name: person.words().within("poste.idle.title") });
    await question.waitFor({ timeout: 200_000 });
    await look(page, "k14-idle", language, person.screenshot, false);
    await person.sees("poste.end.idleTitle").catch(async () => await press(here, "poste.bar.end"));
    await look(page, "k15-end", language, person.screenshot);

    // For whoever looks after the computer: in the browser's language.
    const state = await stage.phone(`poste-state-${language}`, {
      viewport: DESK,
      language,
      locale: language === "ar" ? "ar" : "fr-FR",
    });
    await state.person.open("/poste/etat");
    await state.person.sees("poste.state.title");
    await looker(state, language)("k16-state");
  },
  900_000,
);

test.each(["fr", "ar"] as const)(
  "opened by a phone, in %s",
  async (language) => {
    const phone = await stage.phone(`telephone-${language}`);
    await phone.person.open("/");
    await phone.person.chooseLanguage(language);
    await phone.person.createSatchel(CODE);
    await phone.person.laterCard();
    await phone.person.addPaper({ kind: "proof-of-address", files: [file], title: TITLE });
    const here = await atKiosk(`poste-phone-${language}`, language);
    const atComputer = looker(here, language);
    const onPhone = looker(phone, language);
    await press(here, "poste.start.phone");
    await here.person.sees("approbation.kiosk.title");
    const drawing = here.person.page.locator(".approval-qr");
    await drawing.waitFor({ timeout: 60_000 });
    const picture = join(stage.folder, `ecran-${language}.png`);
    await drawing.screenshot({ path: picture });
    await atComputer("k20-by-phone");
    await follow(phone, "/poste-partage");
    await phone.person.sees("approbation.phone.title");
    await onPhone("k20-phone");
    await phone.person.page.locator('input[type="file"]').setInputFiles(picture);
    await phone.person.sees("approbation.phone.compare.title");
    await onPhone("k21-compare-phone");
    await here.person.sees("approbation.kiosk.met.title");
    await atComputer("k21-compare");
    await press(phone, "approbation.phone.compare.same");
    await phone.person.sees("approbation.phone.choose.title");
    const box = phone.person.page.getByRole("checkbox", { name: new RegExp(TITLE) });
    await box.waitFor({ timeout: 120_000 });
    await onPhone("k22-choose");
    await box.check();
    await press(phone, "approbation.phone.choose.open");
    await phone.person.sees("approbation.phone.list.title");
    await onPhone("k23-list");
    const paper = here.person.page.getByRole("button", { name: new RegExp(TITLE) });
    await paper.waitFor({ timeout: 60_000 });
    await atComputer("k24-papers");
    await paper.click();
    await here.person.page.locator(".reader__page canvas").waitFor({ timeout: 60_000 });
    await atComputer("k25-view");
    await onPhone("k26-acts");
    await press(phone, "approbation.phone.list.close");
    await here.person.sees("poste.end.idleTitle");
    await look(here.person.page, "k27-closed", language, here.person.screenshot);

    // Everything out and back in, on the same phone.
    const { page } = phone.person;
    await follow(phone, "/sortie");
    await phone.person.sees("sortie.title");
    await onPhone("s1-out");
    await press(phone, "sortie.plain.prepare");
    await page
      .getByRole("button", { name: phone.person.words().within("sortie.plain.save") })
      .first()
      .waitFor({ timeout: 60_000 });
    await onPhone("s2-ready");
    for (const [name, path] of [
      ["s3-sealed", "/sortie/fermee"],
      ["s4-take-in", "/sortie/reprendre"],
      ["s5-join", "/sortie/reunir"],
      ["s6-add-device", "/appareils/ajouter"],
      ["s7-followed", "/poste-partage/suivi"],
    ] as const) {
      await follow(phone, path);
      await onPhone(name);
    }
  },
  900_000,
);

test("every screen was looked at, and nothing is wrong", () => {
  expect(looked.size).toBeGreaterThan(28);
  expect(problems.join("\n\n")).toBe("");
});
