/**
 * Every screen, as a person meets it, in French and Arabic, light and dark: axe finds nothing, nothing sticks out at
 * twice the text size, everything is reached with the Tab key (looks.ts). tests/long/kiosk-looks.test.ts does the same for
 * shared computers.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person } from "../support/person.ts";
import { createCamera, type Photo } from "../support/photo.ts";
import { standsStill } from "../support/still.ts";
import type { Language } from "../support/words.ts";
import { createLooks } from "./looks.ts";
import { openStage, type Stage } from "./stage.ts";

const CODE = "418273";
let stage: Stage;
let photo: Photo;
const { problems, looked, look } = createLooks();

beforeAll(async () => {
  stage = await openStage();
  const camera = createCamera();
  photo = await camera.take({ seed: 72, template: "lettre" });
  await camera.close();
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
  await standsStill(page);
  await page.getByText(words().matcher("common.loading")).waitFor({ state: "hidden" });
}

test("every screen: axe, twice the text, keyboard, both directions, light and dark", async () => {
  const desk = await stage.desk("desk");
  const { helper } = desk;
  const atDesk = async (name: string, language: Language): Promise<void> =>
    look(helper.page, `desk-${name}`, language, helper.screenshot);
  await helper.open();
  await atDesk("door", "fr");
  await helper.enrol(await stage.deskCode(), "284611");

  const { person } = await stage.phone("phone");
  const { page } = person;
  const here = (name: string, language: Language): Promise<void> => look(page, name, language, person.screenshot);

  // Before there is a satchel. The same look finds faults that are planted.
  await person.open();
  await person.readyOffline();
  await page.evaluate(() => {
    const wide = Object.assign(document.createElement("p"), { textContent: "Beaucoup", id: "planted" });
    // As wide as the screen at the ordinary text size, wider at twice the size.
    wide.style.inlineSize = "18rem";
    const mute = document.createElement("button");
    mute.addEventListener("focus", () => mute.blur());
    wide.append(mute);
    document.querySelector("main")?.append(wide);
  });
  await look(page, "planted", "fr", async () => undefined);
  await page.evaluate(() => document.getElementById("planted")?.remove());
  const planted = problems.splice(0).filter((problem) => problem.includes("-fr-light"));
  expect(planted.some((problem) => problem.includes("button-name"))).toBe(true);
  expect(planted.some((problem) => problem.includes("at 200 %"))).toBe(true);
  expect(planted.some((problem) => problem.includes("by keyboard"))).toBe(true);
  looked.delete("planted");
  for (const language of ["ar", "fr"] as const) {
    await person.chooseLanguage(language);
    await here("01-start", language);
  }
  for (const language of ["ar", "fr"] as const) {
    await person.chooseLanguage(language);
    await follow(person, "/code");
    await here("02-code", language);
    await page.getByRole("button", { name: person.words().matcher("opening.kind.pictures") }).click();
    await here("02-code-pictures", language);
    await follow(person, "/revenir");
    await here("02-come-back", language);
    await follow(person, "/");
  }
  await person.createSatchel(CODE);
  await person.laterCard();

  // A satchel with something of everything.
  await person.addPaper({
    kind: "identity-card",
    files: [photo.path],
    holder: "Ayoub",
    expiry: { day: "1", month: "2", year: "2027" },
  });
  await person.addPaper({ kind: "letter-received", files: [photo.path, photo.path], title: "Lettre de la mairie" });
  const [letter] = await person.papers();
  await person.startProcedure("lettre-incomprise");
  await person.fillIn({
    joined: { letter: { papers: ["Lettre de la mairie"] } },
    answers: {
      note: "Que veut dire cette lettre ?",
      given_name: "Zoé",
      family_name: "Martin",
      phone: "06 12 34 56 78",
    },
  });
  await person.send();
  const sent = new URL(page.url()).pathname;
  const number = await person.number();
  await person.waitForStep("common.state.complete", 180_000);
  await helper.waitForRow((row) => row.number === number && row.papers.here === row.papers.of);
  await helper.openDossier(number);
  await helper.missingPiece("letter", "lettre-incomprise", "Il manque le dos de la lettre.");
  await person.askUntil(number, "dossiers.asked.add");
  await person.startProcedure("domiciliation");
  await person.fillIn(
    {
      answers: {
        given_name: "Zoé",
        family_name: "Martin",
        birthdate: { year: "1990" },
        has_dependants: true,
        sleeping_place: "other",
        sleeping_other: "Dans une caravane.",
        commune_links: ["work"],
        commune_since: { year: "2024" },
        address_elsewhere: false,
        reach: ["desk"],
        has_support: true,
      },
      rows: { dependants: [{ dependant_given_name: "Ayoub", dependant_link: "child" }] },
      joined: { identity: { missing: true }, "commune-link": { papers: ["Lettre de la mairie"] } },
    },
    "not-foreseen",
  );
  const draft = /^\/dossiers\/[^/]+/.exec(new URL(page.url()).pathname)?.[0] ?? "";
  await follow(person, `${draft}/question/dependants`);
  const row = await page.locator("main").getByRole("link", { name: /Ayoub/ }).first().getAttribute("href");
  await person.beginPaper("pay-slip");
  const pages = new URL(page.url()).pathname;
  await person.addPages([photo.path]);

  await follow(person, "/a-prevoir");
  await follow(person, "/a-prevoir/suivre");
  await page.getByRole("checkbox", { name: /^France Travail/ }).check();
  await page.getByRole("checkbox", { name: /^Demande de logement social/ }).check();
  await page.getByRole("button", { name: person.words().matcher("ahead.rights.save"), exact: true }).click();
  await person.sees("reminders.title");

  const questions = [
    "names",
    "birth-date",
    "nationality",
    "has-dependants",
    "dependants",
    "sleeping",
    "sleeping-other",
    "links",
    "phone",
    "support",
    "papers-identity",
    "papers-link",
    "not-foreseen",
  ];
  const screens: readonly (readonly [string, string])[] = [
    ["03-home", "/accueil"],
    ["04-papers", "/papiers"],
    ["05-new-paper", "/papiers/nouveau"],
    ["05-pages", pages],
    ["05-details", pages.replace("/pages", "/infos")],
    ["06-paper", letter?.path ?? ""],
    ["06-show", `${letter?.path}/voir`],
    ["06-bin", "/papiers/corbeille"],
    ["07-procedures", "/demarches"],
    ["08-procedure", "/demarches/domiciliation"],
    ["08-letter", "/demarches/lettre-incomprise"],
    ...questions.map((id) => [`09-${id}`, `${draft}/question/${id}`] as const),
    ["09-row", row ?? ""],
    ["11-check", `${draft}/relire`],
    ["11-draft", draft],
    ["12-outbox", "/envois"],
    ["13-dossier", sent],
    ["13-receipt", `${sent}/recepisse`],
    ["15-card", "/carte"],
    ["15-drill", "/carte/essai"],
    ["15-hand", "/carte/main"],
    ["15-large", "/carte/grande"],
    ["15-replace", "/carte/nouvelle"],
    ["15-here", "/carte/ici"],
    ["15-block", "/carte/bloquer"],
    ["16-devices", "/appareils"],
    ["16-settings", "/reglages"],
    ["16-new-code", "/code/nouveau"],
    ["16-recall", "/code/essai"],
    ["16-erase", "/reglages/effacer"],
    ["16-discreet", "/discret"],
    ["16-space", "/papiers/place"],
    ["20-ahead", "/a-prevoir"],
    ["20-date", "/a-prevoir/date/nouvelle"],
    ["20-rights", "/a-prevoir/suivre"],
    ["17-carry", "/porteur"],
    ["17-give", "/porteur/donner"],
    ["17-receipt", "/porteur/recepisse"],
  ];
  for (const language of ["fr", "ar"] as const) {
    await person.settings();
    await person.chooseLanguage(language);
    for (const [name, path] of screens) {
      await follow(person, path);
      await here(name, language);
    }
    await follow(person, "/accueil");
    await person.lock();
    await here("14-lock", language);
    await person.unlock(CODE);
  }

  // The desk.
  for (const language of ["fr", "ar"] as const) {
    await helper.backToInbox();
    await helper.chooseLanguage(language);
    await atDesk("18-inbox", language);
    await helper.openDossier(number);
    await atDesk("19-dossier", language);
  }
  await helper.lock();
  await atDesk("lock", "ar");

  expect(looked.size).toBeGreaterThan(35);
  expect(problems.join("\n\n")).toBe("");
}, 1_200_000);
