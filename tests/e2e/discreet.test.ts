/**
 * Who looks at the phone afterwards, in a real Chromium: discreet mode leaves one neutral entry in the history, "Sortir"
 * and Escape leave none of ours, the next person of a family sees nothing of the former, and wiping leaves nothing.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeAxe, runAxe } from "../support/axe.ts";
import { openStage, type Phone, type Stage } from "./stage.ts";

const NEUTRAL = "/jours-feries.html";
let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
});

interface Entry {
  readonly path: string;
  readonly title: string;
}

/** What the back and forward buttons of this tab can reach, as the browser itself lists it; not the tab's own first page. */
async function entries(page: Page): Promise<readonly Entry[]> {
  const devtools = await page.context().newCDPSession(page);
  const { entries: all } = await devtools.send("Page.getNavigationHistory");
  await devtools.detach();
  return all
    .filter(({ url }) => url !== "about:blank")
    .map(({ url, title }) => ({ path: new URL(url).pathname, title }));
}

async function press({ browser, person }: Phone, role: "link" | "button" | "radio", key: string): Promise<void> {
  await browser.page
    .getByRole(role, { name: person.words().within(key) })
    .first()
    .click();
}

const left = ({ browser }: Phone): Promise<void> => browser.page.waitForURL(`**${NEUTRAL}`);

describe("discreet mode", () => {
  let phone: Phone;

  test("is chosen before installing: another manifest, another name on every screen, an address that never moves", async () => {
    phone = await stage.phone("discreet");
    const { browser, person } = phone;
    const { page } = browser;
    await person.open("/");
    await press(phone, "link", "start.discreet");
    await person.sees("discret.title");
    expect(describeAxe(await runAxe(page))).toBe("");
    await Promise.all([page.waitForEvent("load"), press(phone, "button", "discret.on")]);
    await person.sees("start.heading");
    const devtools = await page.context().newCDPSession(page);
    // The browser fetches it when it is asked.
    await expect
      .poll(async () => {
        const { data = "", errors } = await devtools.send("Page.getAppManifest");
        return { ...(data === "" ? {} : JSON.parse(data)), errors };
      })
      .toMatchObject({ name: "Carnet", id: "/carnet", errors: [] });

    await person.createSatchel("418273");
    await person.laterCard();
    // A title reaches the browser's list a moment after the page has it.
    const before = [{ path: "/", title: "Carnet" }];
    await expect.poll(() => entries(page)).toEqual(before);
    const seen = new Set<string>();
    for (const tab of ["papers", "dossiers", "outbox", "home", "papers", "home"] as const) {
      await person.goto(tab);
      seen.add(await person.heading());
      await expect.poll(() => entries(page)).toEqual(before);
    }
    await person.settings();
    for (const [link, title] of [
      ["settings.erase.link", "erase.where"],
      ["settings.discreet", "discret.title"],
      ["settings.code.change", "opening.chooseNew"],
    ] as const) {
      await press(phone, "link", link);
      await person.sees(title);
      seen.add(title);
      await expect.poll(async () => [await page.title(), await entries(page)]).toEqual(["Carnet", before]);
      await press(phone, "link", "common.back");
      await person.sees("settings.title");
    }
    expect(seen.size).toBeGreaterThanOrEqual(7);
  });

  test("Sortir replaces that one entry; back shows nothing of ours; the closed page names nothing", async () => {
    const { browser, person } = phone;
    const { page } = browser;
    await press(phone, "button", "common.quit.label");
    await left(phone);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await expect.poll(() => entries(page)).toEqual([{ path: NEUTRAL, title: "Jours fériés" }]);
    await page.goBack();
    expect(page.url()).toBe("about:blank");

    await person.open("/");
    await person.sees("opening.enter");
    await expect.poll(() => page.title()).toBe("Carnet");
    expect(await page.locator("body").innerText()).not.toMatch(/besace|CCAS|papier/i);
    expect(describeAxe(await runAxe(page))).toBe("");
  });
});

describe("without discreet mode", () => {
  let phone: Phone;

  test("Escape three times: every entry of ours becomes the neutral page, behind and ahead", async () => {
    phone = await stage.phone("family");
    const { browser, person } = phone;
    const { page } = browser;
    await person.open("/");
    await person.createSatchel("418273");
    await person.laterCard();
    for (const tab of ["papers", "dossiers", "outbox"] as const) await person.goto(tab);
    await page.goBack();
    await page.waitForURL("**/demarches");
    // The page began anew in the middle of its own history, and is closed: leaving is the same.
    await page.reload();
    await person.sees("opening.enter");
    expect((await entries(page)).length).toBeGreaterThan(3);
    for (let times = 0; times < 3; times += 1) await page.keyboard.press("Escape");
    await left(phone);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await expect.poll(async () => (await entries(page)).map(({ path }) => path)).toEqual([NEUTRAL, NEUTRAL]);
    await expect
      .poll(async () => (await entries(page)).map(({ title }) => title).join(" "))
      .not.toMatch(/besace|papier/i);
    await page.goBack();
    await expect.poll(() => new URL(page.url()).pathname).toBe(NEUTRAL);
    expect(await page.locator("h1").innerText()).toBe("Jours fériés en France");
  });

  test("another person, with a code in pictures, sees nothing of the former: no paper, no address, not by back either", async () => {
    const { browser, person } = phone;
    const { page } = browser;
    await person.open("/");
    await person.unlock("418273");
    await person.goto("papers");
    await person.goto("outbox");
    await person.lock();
    await press(phone, "link", "opening.who.other");
    await person.sees("opening.who.title");
    expect(describeAxe(await runAxe(page))).toBe("");
    await press(phone, "link", "opening.who.another");
    await person.sees("opening.choose");
    await press(phone, "button", "opening.kind.pictures");
    const touch = async (): Promise<void> => {
      for (const name of ["velo", "lune", "velo", "tasse"])
        await press(phone, "button", `opening.pictures.code-${name}`);
      await press(phone, "button", "common.action.confirm");
    };
    expect(describeAxe(await runAxe(page))).toBe("");
    await touch();
    await person.sees("opening.images.againTitle");
    await touch();
    await person.sees("card.title");
    await person.laterCard();
    await expect.poll(person.screen).toContain(person.words().text("home.pocket.empty"));
    // Her own card, then what was the former one's.
    await page.goBack();
    await person.sees("card.title");
    for (let times = 0; times < 2; times += 1) {
      await page.goBack();
      await person.sees("home.hello");
      expect(new URL(page.url()).pathname).toBe("/accueil");
    }
    await person.settings();
    await press(phone, "button", "settings.code.lock");
    await person.sees("opening.who.title");
    expect((await person.screen()).replace(/04 65 71 12 30.*/, "")).not.toMatch(/\d/);
  });

  test("wiping: the other tab leaves, and nothing of ours is left in this browser", async () => {
    const { browser, person } = phone;
    const { page } = browser;
    const other = await browser.context.newPage();
    await other.goto(page.url());
    await other.locator("h1").first().waitFor();
    await page.getByRole("group").getByRole("button").first().click();
    await person.unlock("418273");
    await person.settings();
    await press(phone, "link", "settings.erase.link");
    await press(phone, "radio", "erase.scope.device");
    await press(phone, "button", "erase.next");
    await page.getByRole("textbox").fill("effacer");
    await press(phone, "button", "erase.confirm");
    await person.sees("erase.gone.title");
    await other.waitForURL(`**${NEUTRAL}`);
    expect(
      await page.evaluate(async () => ({
        databases: (await indexedDB.databases()).map(({ name }) => name),
        caches: await caches.keys(),
        workers: (await navigator.serviceWorker.getRegistrations()).length,
        settings: localStorage.length + sessionStorage.length,
        cookies: document.cookie,
      })),
    ).toEqual({ databases: [], caches: [], workers: 0, settings: 0, cookies: "" });
    await page.getByRole("link", { name: person.words().within("erase.gone.again") }).click();
    await person.sees("start.heading");
  });
});
