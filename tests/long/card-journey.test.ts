/**
 * C1 and C5 in a real Chromium against the real server: the card shown large is photographed and read back, a camera reads a
 * code on folded paper in the dark, card and code open another phone, a replaced card opens nothing, and a device that was put out learns it.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStage, type Phone, type Stage } from "../e2e/stage.ts";
import { describeAxe, runAxe } from "../support/axe.ts";
import { filmOf, HARD_SCENE, photographQr } from "../support/qr-picture.ts";

const CODE = "418273";
let stage: Stage;
let first: Phone;
let second: Phone;
let groups: readonly string[];

beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
});

const press = ({ browser, person }: Phone, role: "link" | "button", key: string): Promise<void> =>
  browser.page
    .getByRole(role, { name: person.words().within(key) })
    .first()
    .click();

const label = ({ person }: Phone, key: string): RegExp => person.words().within(key);

/** A picture of the card on the screen, as a relative's phone would take it, chosen as a file. */
async function photographCard(phone: Phone): Promise<void> {
  const { page } = phone.browser;
  const photo = join(stage.folder, "photo.png");
  await press(phone, "link", "card.show.link");
  await phone.person.sees("card.show.title");
  await page.getByRole("img", { name: label(phone, "card.qr") }).waitFor();
  expect(describeAxe(await runAxe(page))).toBe("");
  await page.screenshot({ path: photo, fullPage: true });
  await press(phone, "link", "card.show.done");
  await phone.person.sees("card.drill.title");
  await page.getByLabel(label(phone, "scan.file")).setInputFiles(photo);
}

/** On the card's screen, until the server has what the card needs on another phone; gives the code where it is asked. */
async function readyElsewhere(phone: Phone): Promise<void> {
  const { page } = phone.browser;
  const ready = page.getByText(label(phone, "card.server.yes"));
  const asked = page.getByText(label(phone, "card.code.plain"));
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    await ready.or(asked).first().waitFor({ timeout: 60_000 });
    if (await ready.isVisible()) return;
    // A code that was just given may still be at work.
    await page.waitForTimeout(2000);
    if (!(await asked.isVisible())) continue;
    await typeCode(phone, CODE);
    await asked.waitFor({ state: "detached" });
  }
  await ready.waitFor();
}

async function giveCard(phone: Phone, card: readonly string[]): Promise<void> {
  const { page } = phone.browser;
  await page.getByLabel(phone.person.words().matcher("common.card.group", { n: 1, total: 10 })).fill(card.join(" "));
  await press(phone, "button", "retour.card.next");
}

const openComeBack = async (phone: Phone): Promise<void> => {
  await phone.person.open("/revenir");
  await phone.person.sees("retour.card.title");
};

async function typeCode({ browser }: Phone, code: string): Promise<void> {
  for (const digit of code) await browser.page.getByRole("button", { name: digit, exact: true }).click();
}

describe("the card, read by this very browser", () => {
  test("C5 shown large, photographed, chosen as a file: it works, and is ready for another phone", async () => {
    first = await stage.phone("first");
    await first.person.open("/");
    await first.person.createSatchel(CODE);
    groups = await first.person.cardGroups();
    await photographCard(first);
    await first.person.sees("card.works.title");
    await press(first, "link", "card.toHome");
    await press(first, "link", "home.more.card");
    await first.person.sees("card.title");
    await readyElsewhere(first);
  });
});

describe("C1 card and code on another phone", () => {
  test("a wrong code is counted and named, the right one opens, and both phones know each other", async () => {
    // Its camera sees somebody else's code, on a folded paper in the dark: read, and refused as no card.
    const film = join(stage.folder, "camera.y4m");
    writeFileSync(film, filmOf(photographQr("https://example.org/abcdefghijklmnopqrstuvwxyz", HARD_SCENE)));
    second = await stage.phone("second", {
      args: [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        `--use-file-for-fake-video-capture=${film}`,
      ],
    });
    await openComeBack(second);
    await press(second, "button", "scan.camera");
    await second.person.sees("retour.refused.wrong-card.title");
    expect(await second.browser.page.locator("video").count()).toBe(0);
    await press(second, "button", "retour.code.card");
    await second.person.sees("retour.card.title");
    expect(describeAxe(await runAxe(second.browser.page))).toBe("");
    await giveCard(second, groups);
    await second.person.sees("retour.code.title");
    await typeCode(second, "999999");
    await second.browser.page.getByRole("alert").waitFor();
    expect(await second.browser.page.getByRole("alert").innerText()).toContain("9");
    await typeCode(second, CODE);
    await second.person.sees("retour.arrived.title");
    expect(describeAxe(await runAxe(second.browser.page))).toBe("");
  });
});

describe("a lost card and a lost phone", () => {
  test("the new card counts once it was given back; the old one then opens nothing on a third phone", async () => {
    const { page } = first.browser;
    await press(first, "link", "card.more.replace");
    await first.person.sees("card.replace.title");
    await press(first, "button", "card.replace.draw");
    await first.person.sees("card.replace.drawnTitle");
    await photographCard(first);
    await first.person.sees("card.works.newTitle");
    expect(await page.getByText(label(first, "card.works.oldHere")).innerText()).not.toBe("");
    await typeCode(first, CODE);
    // On its way, or there already: what is said follows.
    const said = page.getByText(label(first, "card.code.done"));
    await said
      .or(page.getByText(label(first, "card.code.taken")))
      .first()
      .waitFor();
    await press(first, "link", "card.toHome");
    await press(first, "link", "home.more.card");
    await readyElsewhere(first);

    const third = await stage.phone("third");
    await openComeBack(third);
    await giveCard(third, groups);
    await third.person.sees("retour.refused.card-replaced.title");
    await third.browser.kill();
  });

  test("the second phone is put out with the code, and says so when it next asks", async () => {
    const { page } = first.browser;
    await first.person.goto("home");
    await first.person.settings();
    await press(first, "link", "settings.code.devices");
    await first.person.sees("devices.title");
    await page.getByRole("link", { name: /^Mettre dehors/ }).click();
    await first.person.sees("devices.remove.title");
    await typeCode(first, CODE);
    await first.person.sees("devices.remove.doneTitle");
    await press(first, "link", "devices.remove.back");
    await page.getByText(label(first, "devices.removed.title")).first().waitFor();
    await press(first, "link", "common.back");
    await first.person.goto("home");
    await press(first, "link", "home.more.card");
    await readyElsewhere(first);

    await second.person.open("/appareils");
    await second.person.unlock(CODE);
    await second.person.sees("devices.title");
    await second.browser.page.getByText(label(second, "devices.out.text")).waitFor({ timeout: 60_000 });
    expect(describeAxe(await runAxe(second.browser.page))).toBe("");
  });
});
