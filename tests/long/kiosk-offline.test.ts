/**
 * C4 in real browsers with the real server: what was made at a shared computer without network is found again by its person.
 * A new satchel, its card, a paper, a dossier signed, the end; later a network and nobody: delivered; the person's phone opens
 * it with card and code, or joins it to her own satchel, and sees "déposé". And a satchel that a phone has as well: both wrote
 * in the same dossier without network; afterwards both answers are there.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kioskHands } from "../e2e/kiosk-hands.ts";
import { CODE, type KioskStory, openKioskStory, TITLE } from "../e2e/kiosk-story.ts";
import type { Phone } from "../e2e/stage.ts";
import { describeAxe, runAxe } from "../support/axe.ts";
import { createWords, plain } from "../support/words.ts";

const DESK_CODE = "284611";
const OWN_CODE = "739215";
const POLL = { timeout: 60_000 };
const REQUEST = "Je demande une place de stationnement, hirondelle-3391.";

const label = (field: string): string => createWords("fr").text(`form-demande-libre.${field}.label`);

let story: KioskStory;
beforeAll(async () => {
  story = await openKioskStory();
});
afterAll(async () => {
  await story?.stage.close();
});

/** The paper with its page, and the dossier with the proof that the server has it. */
async function seesAll(phone: Phone, pages: "away" | "here"): Promise<void> {
  const { person } = phone;
  await person.goto("papers");
  await person.page.locator("main").getByRole("link", { name: TITLE }).first().click();
  if (pages === "away") await kioskHands(phone).press("space.back.action");
  expect(await person.paperBytes(TITLE)).toHaveLength(1);
  await person.openDossier();
  await person.waitForStep("common.state.complete", 60_000);
}

test("C4: a new satchel made without network is delivered by nobody, opened by card on a phone, joined on another: déposé", async () => {
  const { stage } = story;
  const desk = await stage.desk("desk");
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), DESK_CODE);
  await desk.browser.close();

  const { here, groups } = await story.wholeSession({ request: REQUEST });
  // The start page stands there for the next person. The network comes back, and nobody touches anything.
  await here.person.open("/poste");
  await here.person.sees("poste.start.title");
  stage.link.online();
  await here.browser.context.setOffline(false);
  await story.deliveredByNobody(here);
  await here.browser.kill();

  const phone = await stage.phone("phone");
  await phone.person.open("/revenir");
  await kioskHands(phone).comeBack(groups, CODE);
  await seesAll(phone, "away");
  await phone.browser.kill();

  // The other way: she has a satchel of her own on her phone, and joins the kiosk's to it.
  const own = await stage.phone("own");
  const hands = kioskHands(own);
  const { page } = own.browser;
  await own.person.open();
  await hands.press("start.begin");
  const yours = page.getByText(own.person.words().within("opening.picture.yours"));
  const picture = /: (.*)$/.exec(plain(await yours.first().innerText()))?.[1] ?? "";
  await own.person.newSatchel(OWN_CODE);
  await own.person.laterCard();
  await own.person.open("/revenir");
  await hands.comeBack(groups, CODE);
  await own.person.goto("papers");
  await page.locator("main").getByRole("link", { name: TITLE }).waitFor();
  await own.person.open();
  await page.getByRole("button", { name: picture }).click();
  await own.person.unlock(OWN_CODE);
  expect(await own.person.papers()).toEqual([]);
  await own.person.settings();
  await hands.press("settings.out.join");
  await own.person.sees("sortie.joining.title");
  await page.locator("main section[aria-labelledby=laquelle] button").click();
  await hands.typeCode(CODE);
  await own.person.sees("sortie.joining.done");
  await seesAll(own, "here");
  await own.browser.kill();
});

test("P-C11: what waits at a computer that has no network goes out in a file; the receipt empties it, and nobody was there", async () => {
  const { stage } = story;
  stage.link.online();
  const carrier = await stage.phone("carrier");
  await carrier.person.open("/porteur");
  await carrier.person.sees("porteur.carry.title");
  await carrier.person.readyOffline();

  const { here, groups } = await story.wholeSession();
  const { page } = here.browser;
  const hands = kioskHands(here);
  const words = here.person.words();
  await here.person.open("/poste/etat");
  await here.person.sees("poste.state.title");
  expect(describeAxe(await runAxe(page))).toBe("");
  await hands.press("poste.carry.make");
  const file = join(stage.folder, "besace-a-porter.pdf");
  const saving = page.waitForEvent("download");
  await hands.press("porteur.hand.save");
  await (await saving).saveAs(file);
  expect(readFileSync(file).subarray(0, 5).toString()).toBe("%PDF-");
  expect(readFileSync(file).includes(TITLE)).toBe(false);
  // The carrier has a network; the computer has not, and never will in this story.
  stage.link.online();
  const theirs = carrier.browser.page;
  await theirs.getByLabel(words.within("porteur.carry.choose")).setInputFiles(file);
  await theirs.getByText(words.within("porteur.carry.delivered")).first().waitFor({ timeout: 60_000 });
  expect(await carrier.person.screen()).not.toContain(TITLE);
  const receipt = join(stage.folder, "besace-recepisse.txt");
  const giving = theirs.waitForEvent("download");
  await kioskHands(carrier).press("porteur.carry.saveBack");
  await (await giving).saveAs(receipt);

  await page.getByLabel(words.within("porteur.receipt.choose")).setInputFiles(receipt);
  await page.getByText(words.within("poste.carry.receipt.arrived")).first().waitFor();
  await page.getByText(words.within("poste.state.none")).first().waitFor();
  await story.deliveredByNobody(here);
  await here.browser.kill();
  await carrier.browser.kill();

  const phone = await stage.phone("later");
  await phone.person.open("/revenir");
  await kioskHands(phone).comeBack(groups, CODE);
  await phone.person.goto("papers");
  await phone.browser.page.locator("main").getByRole("link", { name: TITLE }).waitFor();
  await phone.browser.kill();
});

/** On the card's screen, until the server has what card and code need elsewhere. */
async function readyElsewhere({ browser: { page }, person }: Phone, code: string): Promise<void> {
  const ready = page.getByText(person.words().within("card.server.yes"));
  const asked = page.getByText(person.words().within("card.code.plain"));
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    await ready.or(asked).first().waitFor({ timeout: 60_000 });
    if (await ready.isVisible()) return;
    await page.waitForTimeout(2000);
    if (!(await asked.isVisible())) continue;
    for (const digit of code) await page.getByRole("button", { name: digit, exact: true }).click();
    await asked.waitFor({ state: "detached" });
  }
  await ready.waitFor();
}

test("C4: a phone and a shared computer wrote in the same dossier without network: both are there, the other answer one tap away", async () => {
  const { stage } = story;
  stage.link.online();
  const phone = await stage.phone("mine");
  const mine = kioskHands(phone);
  await phone.person.open();
  await phone.person.createSatchel(CODE);
  const groups = await phone.person.cardGroups();
  await phone.person.drillCard(groups);
  await mine.startProcedure("demande-libre");
  await mine.fillIn({ request: REQUEST, given_name: "Zoé" });
  await phone.person.goto("home");
  await mine.press("home.more.card");
  await readyElsewhere(phone, CODE);
  await phone.person.sendNow();
  await phone.person.delivered();
  // The phone has no network, writes, and is switched off.
  await phone.browser.context.setOffline(true);
  await mine.resumeDossier("demande-libre");
  await mine.change("names", { given_name: "Zoélie" });
  await phone.person.kept();
  await phone.browser.close();

  // The shared computer has one until the satchel is open and the dossier there; then none.
  const here = await story.kiosk();
  const hands = kioskHands(here);
  await here.person.open("/poste");
  await hands.press("poste.start.card");
  await hands.comeBack(groups, CODE);
  await hands.resumeDossier("demande-libre");
  await story.filled(here.browser.page);
  stage.link.offline();
  await here.browser.context.setOffline(true);
  await hands.change("names", { given_name: "Zoé-Marie", family_name: "Du-Poste" });
  await here.person.kept();
  await story.press(here, "poste.bar.end");
  await here.person.sees("poste.end.title");
  expect(await here.person.screen()).toContain(here.person.words().text("poste.slip.title"));
  await story.press(here, "poste.end.leave");
  await here.person.sees("poste.start.title");
  await story.searchDisk(groups, ["Zoé-Marie", "Du-Poste"]);

  stage.link.online();
  await here.browser.context.setOffline(false);
  await story.deliveredByNobody(here);
  await here.browser.kill();

  const again = await stage.phone("mine");
  await again.person.open();
  await again.person.unlock(CODE);
  await again.person.sendNow();
  await again.person.delivered();
  const later = kioskHands(again);
  await later.resumeDossier("demande-libre");
  await later.change("names", {});
  const { page } = again.browser;
  await expect
    .poll(() => page.getByRole("textbox", { name: label("family_name") }).inputValue(), POLL)
    .toBe("Du-Poste");
  expect(await page.getByRole("textbox", { name: label("given_name") }).inputValue()).toBe("Zoélie");
  const box = page.locator("main section.other").filter({ hasText: "Zoé-Marie" });
  expect(describeAxe(await runAxe(page))).toBe("");
  await box.getByRole("button", { name: again.person.words().matcher("others.take") }).click();
  await box.waitFor({ state: "detached" });
  expect(await page.getByRole("textbox", { name: label("given_name") }).inputValue()).toBe("Zoé-Marie");
  await again.browser.kill();
});
