/**
 * The screens of papers that tests/e2e/screens.test.ts does not reach: the kinds while they are searched, the camera, the corners, a code
 * printed on a paper, a marked copy, "À prévoir" with lines and with the weekly sentence on. Axe, twice the text, French and Arabic, light
 * and dark; the keyboard where no dialog covers the rest.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLooks } from "../e2e/looks.ts";
import { openStage, type Stage } from "../e2e/stage.ts";
import type { Person } from "../support/person.ts";
import { createCamera } from "../support/photo.ts";
import { codeNamed, pngOf, printedPage } from "../support/printed-code.ts";
import { standsStill } from "../support/still.ts";
import type { Language } from "../support/words.ts";

const CODE = "418273";
const TITLE = "Mon avis";
const { problems, looked, look } = createLooks();
let stage: Stage;
let film: string;
let notice: string;

beforeAll(async () => {
  stage = await openStage();
  film = join(stage.folder, "table.mjpeg");
  const camera = createCamera();
  const photo = await camera.take({
    seed: 75,
    template: "lettre",
    width: 960,
    height: 1280,
    orientation: 1,
    tilt: 0.8,
  });
  await camera.close();
  writeFileSync(film, Buffer.concat([photo.bytes, photo.bytes, photo.bytes]));
  notice = join(stage.folder, "avis.png");
  writeFileSync(
    notice,
    pngOf(await printedPage(codeNamed("version 4, a tax notice"), { module: 4, page: [900, 1270] })),
  );
});
afterAll(async () => {
  await stage?.close();
});

/** Goes to an address of the app as a link does. */
async function follow({ page, words }: Person, path: string): Promise<void> {
  await page.evaluate((href) => {
    const link = Object.assign(document.createElement("a"), { href });
    document.body.append(link);
    link.click();
    link.remove();
  }, path);
  await page.waitForURL((url) => url.pathname === path);
  await page.locator("h1").first().waitFor({ state: "attached" });
  await page.getByText(words().matcher("common.loading")).waitFor({ state: "hidden" });
  await standsStill(page);
}

/** As on a phone that wakes Besace up, and whose person said yes. */
async function wakesUp({ page }: Person): Promise<void> {
  await page.context().grantPermissions(["notifications"], { origin: stage.link.url });
  await page.addInitScript(() => {
    Object.defineProperty(ServiceWorkerRegistration.prototype, "periodicSync", {
      configurable: true,
      value: { register: async () => undefined, unregister: async () => undefined },
    });
  });
}

test("the screens of papers: axe, twice the text, both directions, light and dark", async () => {
  const args = ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film}`];
  const { browser, person } = await stage.phone("phone", { args });
  const { page } = person;
  const words = () => person.words();
  const says = (key: string) => page.getByText(words().within(key)).first().waitFor();
  const press = (key: string) => page.getByRole("button", { name: words().matcher(key) }).click();
  await wakesUp(person);
  await person.open();
  await person.readyOffline();
  await person.createSatchel(CODE);
  await person.laterCard();
  const session = await browser.context.newCDPSession(page);
  await session.send("Browser.setPermission", {
    origin: stage.link.url,
    permission: { name: "camera" },
    setting: "granted",
  });
  await person.addPaper({ kind: "tax-notice", files: [notice], title: TITLE });
  await follow(person, "/a-prevoir");
  await follow(person, "/a-prevoir/suivre");
  await page.getByRole("checkbox", { name: /^France Travail/ }).check();
  await page.getByRole("button", { name: words().matcher("ahead.rights.save"), exact: true }).click();
  await person.sees("reminders.title");
  const [paper] = await person.papers();
  const id = paper?.path.split("/")[2] ?? "";
  await page.waitForFunction(async () => {
    const cache = await caches.open("besace-later");
    return (await cache.keys()).filter(({ url }) => /\/(matrix|zxing_reader)-/.test(url)).length === 2;
  });
  await person.beginPaper("identity-card");
  const pages = new URL(page.url()).pathname;

  for (const language of ["fr", "ar"] as const) {
    const here = (name: string, keys = true): Promise<void> => looker(person, language, name, keys);
    await person.settings();
    await person.chooseLanguage(language);
    await follow(person, "/papiers/nouveau");
    await page
      .getByRole("searchbox")
      .first()
      .fill(language === "fr" ? "impot" : "ضريبة");
    await here("21-kinds");
    await follow(person, pages);
    await page
      .getByRole("button", { name: words().within("papers.add.photo") })
      .or(page.getByRole("button", { name: words().within("papers.add.photoMore") }))
      .click();
    await says("capture.hint.found");
    await here("21-camera", false);
    await press("capture.take");
    await says("capture.corners.found");
    await here("21-corners", false);
    await page.keyboard.press("Escape");
    await follow(person, `/code-papier/${id}`);
    await page.getByRole("checkbox").first().waitFor();
    await here("21-code");
    await follow(person, `/partage/${id}`);
    await here("21-share");
    await follow(person, "/a-prevoir");
    const box = page.getByRole("checkbox", { name: words().within("ahead.weekly.label") });
    await box.waitFor();
    if (!(await box.isChecked())) await box.click();
    await says("ahead.weekly.unsure");
    await here("21-ahead");
  }
  expect(looked.size).toBe(6);
  expect(problems.join("\n\n")).toBe("");
}, 1_200_000);

async function looker(person: Person, language: Language, name: string, keys: boolean): Promise<void> {
  await standsStill(person.page);
  await look(person.page, name, language, person.screenshot, keys);
}
