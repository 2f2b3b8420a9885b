/**
 * What no question foresaw, and people in a list, from the phone to the desk in real browsers: where they stand there, in which order,
 * with which words; somebody who was taken out of the list is not there. The app must have been built.
 */
import { readFileSync } from "node:fs";
import type { Download } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStage, type Stage } from "../e2e/stage.ts";
import { stock } from "../support/stock.ts";
import { plain } from "../support/words.ts";
import { report } from "./figures.ts";

const CODE = "418273";
/** Two lines, quotes and another script: letter by letter. */
const OWN_WORDS =
  "Mon cas n’est pas prévu : « je garde l’enfant de ma sœur ».\nElle est à l’hôpital. أختي في المستشفى.";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
});

test("own words stand first and marked, people under their number, who was taken out is not there", async (context) => {
  const { person, browser } = await stage.phone("phone");
  const { page } = browser;
  const desk = await stage.desk("desk");
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), CODE);
  await person.open();
  await person.readyOffline();
  await person.createSatchel(CODE);
  await person.laterCard();
  await person.startProcedure("domiciliation");
  stage.link.offline();
  await browser.context.setOffline(true);
  const given = {
    answers: {
      given_name: "Zoé",
      family_name: "Martin",
      birthdate: { day: "14", month: "3", year: "1990" },
      birth_place: "Brest",
      nationality: "french",
      has_dependants: true,
      sleeping_place: "with-someone",
      commune_links: ["family"],
      commune_since: { year: "2024" },
      address_elsewhere: false,
      phone: "06 12 34 56 78",
      reach: ["desk"],
      has_support: false,
    },
    rows: {
      dependants: [
        { dependant_given_name: "Ayoub", dependant_birthdate: { month: "9", year: "2019" }, dependant_link: "child" },
        { dependant_given_name: "Retirée", dependant_family_name: "Personne-Retirée", dependant_link: "other" },
        { dependant_given_name: "فاطمة", dependant_family_name: null, dependant_link: null },
      ],
    },
    joined: { identity: { missing: true }, "commune-link": { missing: true } },
    notForeseen: OWN_WORDS,
  } as const;
  await person.fillIn(given);
  // From the list of answers back to the list of people: the second one is taken out.
  await page.getByRole("link", { name: /^Modifier\s: Personnes avec vous$/ }).click();
  await page.getByRole("button", { name: /^Retirer .*Retirée/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Retirer de la liste" }).click();
  await page.getByRole("button", { name: /^Retirer .*Retirée/ }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Continuer" }).click();
  await page.waitForURL(/\/relire$/);
  const check = await person.screen();
  expect(check).toContain("je garde l’enfant de ma sœur");
  // Nothing that was typed is lost, and what stays here is said to stay.
  expect(check.split("Gardé, ne part pas")[0]).not.toContain("Personne-Retirée");
  expect(check).toContain("Personne-Retirée Cette ligne a été enlevée.");
  await person.send();
  const number = await person.number();
  stage.link.online();
  await browser.context.setOffline(false);
  await person.waitForStep("common.state.complete", 120_000);

  const row = await desk.helper.waitForRow((each) => each.number === number);
  expect(row.notForeseen).toBe(true);
  await desk.helper.openDossier(number);
  const at = desk.browser.page;
  const lines = (await at.locator("table.ans tr").allInnerTexts()).map(plain);
  // Before any answer: what she said with her own words, quoted and marked.
  expect(lines[0]).toBe("Avec ses mots");
  expect(lines[1]).toMatch(/^Son cas n’est pas prévu « Mon cas n’est pas prévu/);
  expect(await at.locator("table.ans tr").nth(1).getAttribute("class")).toBe("flag");
  const [own] = await desk.helper.answers();
  expect(own?.value.replace(/\s+/g, " ")).toContain(OWN_WORDS.replace(/\s+/g, " "));
  // The list: one heading a person, counted without the one who was taken out, each with their own answers below.
  const heads = lines.filter((line) => line.startsWith("Personnes avec vous"));
  expect(heads).toEqual(["Personnes avec vous : 1", "Personnes avec vous : 2"]);
  const first = lines.indexOf(heads[0] ?? "");
  const second = lines.indexOf(heads[1] ?? "");
  const ofFirst = lines.slice(first + 1, second).join("\n");
  const ofSecond = lines.slice(second + 1, second + 5).join("\n");
  expect(ofFirst).toContain("Ayoub");
  expect(ofFirst).toContain("septembre 2019");
  expect(ofFirst).toContain("Mon enfant");
  expect(ofSecond).toContain("فاطمة");
  expect(ofSecond.match(/Je ne sais pas/g)).toHaveLength(2);
  expect(ofSecond).toContain("À voir ensemble");
  expect(lines.join("\n")).not.toContain("Retirée");
  const shots = process.env.BESACE_SHOTS;
  if (shots !== undefined) await at.screenshot({ path: `${shots}/own-words-desk.png`, fullPage: true });

  // Out of the desk as well: in words, in the same order.
  await at.getByRole("button", { name: "Exporter" }).click();
  await at.getByRole("radio", { name: /Un dossier ZIP/ }).check();
  const [zip] = (await Promise.all([
    at.waitForEvent("download"),
    at.getByRole("button", { name: "Faire le fichier" }).click(),
  ])) as [Download, unknown];
  const file = await zip.path();
  const text = stock("unzip", ["-p", file, "reponses.txt"]);
  const places = [
    "je garde l’enfant de ma sœur",
    "Personnes avec vous : 1",
    "Ayoub",
    "Personnes avec vous : 2",
    "فاطمة",
  ];
  const found = places.map((each) => text.replaceAll("\u00a0", " ").indexOf(each));
  expect(found.every((place) => place >= 0)).toBe(true);
  expect(found).toEqual([...found].sort((a, b) => a - b));
  expect(text).not.toContain("Retirée");
  report(context, { "lines at the desk": lines.length, "ZIP bytes": readFileSync(file).length });
});
