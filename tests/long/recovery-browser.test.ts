/**
 * F5 in real browsers against a real server: a person with only her card comes back with a desk's help (C+O). She agreed before,
 * lost her phone and forgot her code; the desk looks at her paper, both compare, she chooses a new code, finds her papers, draws a
 * new card, and her journal says who helped. S+O waits 72 hours of the server's clock: tests/fault/recovery.test.ts moves it.
 */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Desk, openStage, type Phone, type Stage } from "../e2e/stage.ts";
import { describeAxe, runAxe } from "../support/axe.ts";
import { createCamera } from "../support/photo.ts";
import { createTeam } from "../support/team.ts";
import { type Language, plain } from "../support/words.ts";

const MANAGER_CODE = "284611";
const CODE = "418273";
const NEW_CODE = "739164";
const NAME = "Awa Kerguélenec";
const MANAGER = "Nadia Responsable";
const TITLE = "Carte tramontane 3317";

let stage: Stage;
let desk: Desk;
let photo: string;

beforeAll(async () => {
  stage = await openStage();
  const camera = createCamera();
  const taken = await camera.take({ seed: 31, template: "facture" });
  await camera.close();
  photo = join(stage.folder, "page.jpg");
  copyFileSync(taken.path, photo);

  desk = await stage.desk("desk");
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), MANAGER_CODE);
  const team = createTeam(desk.helper);
  await team.open();
  await team.becomeFirst(MANAGER, MANAGER_CODE);
  await team.card();
});
afterAll(async () => {
  await stage?.close();
});

const press = ({ browser, person }: Phone, role: "link" | "button", key: string): Promise<void> =>
  browser.page
    .getByRole(role, { name: person.words().within(key) })
    .first()
    .click();
const atDesk = (key: string): Promise<void> =>
  desk.browser.page
    .getByRole("button", { name: desk.helper.words().matcher(key) })
    .first()
    .click();
const fill = ({ browser, person }: Phone, key: string, value: string): Promise<void> =>
  browser.page.getByLabel(person.words().matcher(key), { exact: true }).fill(value);

async function digits({ browser }: Phone, code: string): Promise<void> {
  for (const digit of code) await browser.page.getByRole("button", { name: digit, exact: true }).click();
}
async function newCode(phone: Phone, code: string): Promise<void> {
  for (const label of ["opening.codeLabel", "opening.codeAgain"]) {
    await phone.browser.page.getByLabel(phone.person.words().matcher(label)).waitFor({ state: "attached" });
    await digits(phone, code);
    await press(phone, "button", "common.action.confirm");
  }
}
/** The screen as it stands: no broken rule, no sideways scroll. */
async function isSound(page: Phone["browser"]["page"]): Promise<void> {
  expect(describeAxe(await runAxe(page))).toBe("");
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}
async function seen(phone: Phone, name: string): Promise<void> {
  await isSound(phone.browser.page);
  await phone.person.screenshot(`retour-${phone.person.words().language}-${name}`);
}
async function seenAtDesk(name: string): Promise<void> {
  await isSound(desk.browser.page);
  await desk.helper.screenshot(`accompagner-${desk.helper.words().language}-${name}`);
}
const fourPictures = async (page: Phone["browser"]["page"], label: RegExp): Promise<readonly string[]> => {
  const pictures = page.getByRole("list", { name: label }).getByRole("listitem");
  await pictures.nth(3).waitFor();
  return (await pictures.allInnerTexts()).map(plain);
};
const begin = async (name: string, language: Language): Promise<Phone> => {
  const phone = await stage.phone(name);
  await phone.person.open();
  await phone.person.chooseLanguage(language);
  return phone;
};

describe.each<Language>(["fr", "ar"])("F5 with a card, without a code (%s)", (language) => {
  test("agreed, lost, helped at a desk, back, a new card, told", async () => {
    const one = await begin(`one-${language}`, language);
    await one.person.readyOffline();
    await one.person.createSatchel(CODE);
    const groups = await one.person.cardGroups();
    await one.person.drillCard(groups);
    await one.person.addPaper({ kind: "identity-card", files: [photo], title: TITLE });
    await one.person.goto("home");
    await press(one, "link", "home.more.card");
    await one.person.sees("card.title");
    await press(one, "link", "card.more.returns");
    await one.person.sees("returns.title");
    await one.browser.page.getByRole("button", { name: "CCAS de Brévigny" }).waitFor();
    await seen(one, "structures");
    await one.browser.page.getByRole("button", { name: "CCAS de Brévigny" }).click();
    await one.browser.page
      .getByRole("checkbox", { name: one.person.words().within("returns.card") })
      .first()
      .waitFor();
    await fill(one, "returns.name", NAME);
    await fill(one, "returns.birth", "2 mai 1987");
    await seen(one, "accord");
    await digits(one, CODE);
    const ready = one.browser.page.getByText(one.person.words().within("returns.state.ready"));
    await ready.waitFor();
    await seen(one, "accepte");
    await one.person.delivered();
    await one.browser.kill();

    // Only the card is left. The desk may be asked in any language.
    if (desk.helper.words().language !== language) await desk.helper.chooseLanguage(language);
    const two = await begin(`two-${language}`, language);
    await press(two, "button", "start.already");
    await seen(two, "deja");
    await press(two, "link", "start.other.desk");
    await two.person.sees("returns.back.title");
    await seen(two, "guichet");
    await press(two, "button", "returns.back.card");
    await two.person.sees("returns.back.cardTitle");
    await two.browser.page
      .getByLabel(two.person.words().matcher("common.card.group", { n: 1, total: 10 }))
      .fill(groups.join(" "));
    await seen(two, "carte");
    await press(two, "button", "returns.back.next");
    await two.person.sees("returns.back.question");
    await two.browser.page.getByRole("img", { name: two.person.words().matcher("devices.qr") }).waitFor();
    await seen(two, "question");
    const question = await two.browser.page.locator("#question").innerText();

    const { page } = desk.browser;
    await page.locator('a[href="/guichet/accompagner"]').click();
    await page.getByRole("button", { name: desk.helper.words().matcher("desk.beside.card.start") }).waitFor();
    await seenAtDesk("debut");
    await atDesk("desk.beside.card.start");
    await page.getByLabel(desk.helper.words().matcher("desk.beside.read.label")).fill(question);
    await seenAtDesk("lire");
    await atDesk("desk.beside.read.next");
    await page.getByText(NAME).waitFor();
    await atDesk("desk.beside.check.next");
    await page.getByText(desk.helper.words().within("desk.beside.check.choose")).waitFor();
    await seenAtDesk("verifier");
    await page.getByRole("radio", { name: desk.helper.words().matcher("desk.beside.papers.passport") }).check();
    await page.getByRole("checkbox", { name: desk.helper.words().matcher("desk.beside.check.same") }).check();
    await atDesk("desk.beside.check.next");
    const number = plain(await page.locator(".sixdigits").innerText());
    const shown = await fourPictures(page, desk.helper.words().matcher("devices.pictures"));
    await seenAtDesk("comparer");

    await press(two, "button", "returns.back.questionNext");
    await two.person.sees("returns.back.number");
    await fill(two, "returns.back.number", "12");
    await press(two, "button", "returns.back.check");
    await two.browser.page.getByText(two.person.words().within("returns.back.refused.bad-number")).waitFor();
    await seen(two, "nombre");
    await fill(two, "returns.back.number", number);
    await press(two, "button", "returns.back.check");
    await two.person.sees("returns.back.compare");
    expect(await fourPictures(two.browser.page, two.person.words().matcher("devices.pictures"))).toEqual(shown);
    await seen(two, "comparer");
    await atDesk("desk.beside.compare.same");
    await page.locator("#reponse").waitFor();
    await seenAtDesk("donner");
    const answer = await page.locator("#reponse").innerText();
    await fill(two, "returns.back.answer", answer.slice(0, -9));
    await press(two, "button", "returns.back.open");
    await two.browser.page.getByText(two.person.words().within("returns.back.refused.damaged")).waitFor();
    await seen(two, "abime");
    await fill(two, "returns.back.answer", answer);
    await press(two, "button", "returns.back.open");
    await two.person.sees("returns.back.code");
    await seen(two, "code");
    await newCode(two, NEW_CODE);
    await two.person.sees("returns.back.arrived");
    await seen(two, "arrivee");
    await atDesk("desk.beside.give.done");

    // The old card has done what it could; a new one comes of the new code.
    await press(two, "link", "returns.back.cardNow");
    await two.person.sees("card.replace.title");
    await press(two, "button", "card.replace.draw");
    await two.person.sees("card.replace.drawnTitle");
    const drawn = await two.person.cardGroups();
    expect(drawn).not.toEqual(groups);
    await press(two, "link", "card.replace.try");
    await two.person.sees("card.drill.title");
    await two.browser.page
      .getByLabel(two.person.words().matcher("common.card.group", { n: 1, total: 10 }))
      .fill(drawn.join(" "));
    await press(two, "button", "card.drill.check");
    await two.person.sees("card.works.newTitle");
    await digits(two, NEW_CODE);
    await two.browser.page
      .getByText(two.person.words().within("card.code.done"))
      .or(two.browser.page.getByText(two.person.words().within("card.code.taken")))
      .first()
      .waitFor();
    await press(two, "link", "card.toHome");
    await expect
      .poll(async () => (await two.person.papers()).map(({ title }) => title), { timeout: 60_000 })
      .toContain(TITLE);
    await two.person.lock();
    await two.person.unlock(NEW_CODE);

    await expect
      .poll(
        async () => {
          await two.person.goto("outbox");
          await two.person.sendNow();
          await two.person.settings();
          await press(two, "link", "settings.given.journal");
          await two.person.sees("journal.title");
          return two.person.screen();
        },
        { timeout: 120_000, interval: 1000 },
      )
      .toContain(MANAGER);
    // What she agreed is hers: no line that she could not know.
    expect(await two.person.screen()).not.toContain(plain(two.person.words().text("journal.server.deposited")));
    await seen(two, "journal");
    await two.browser.close();
  });
});
