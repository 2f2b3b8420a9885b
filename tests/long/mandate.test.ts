/**
 * A mandate in real browsers: signed without network, arrives; an act written at the desk is read in the journal; one domain is
 * ended without network and the desk honours it; printed A4 with both signatures' places; the whole is ended.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStage, type Stage } from "../e2e/stage.ts";
import { stock } from "../support/stock.ts";

const CODE = "418273";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
});

test("signed offline, arrives, acted under by a named helper, read in the journal, ended by domain and whole, printed", async () => {
  const desk = await stage.desk("desk");
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), CODE);
  const office = desk.browser.page;
  const { person, browser } = await stage.phone("phone");
  const { page } = person;
  const network = async (on: boolean): Promise<void> => {
    await browser.context.setOffline(!on);
    if (on) stage.link.online();
    else stage.link.offline();
  };
  const heading = (name: string | RegExp) => page.getByRole("heading", { level: 1, name }).waitFor();
  const next = () => page.getByRole("button", { name: "Continuer" }).click();
  const sendNow = async (): Promise<void> => {
    await person.goto("outbox");
    await person.sendNow();
  };
  const toMandates = async (): Promise<void> => {
    await person.settings();
    await page.getByRole("link", { name: /Vos mandats/ }).click();
    await heading("Vos mandats");
  };
  const toOne = async (): Promise<void> => {
    await toMandates();
    await page.getByRole("link", { name: /aide au logement/ }).click();
    await heading("Un mandat");
  };

  await person.open();
  await person.readyOffline();
  await person.createSatchel(CODE);
  await person.laterCard();
  await sendNow();
  // What is rarely asked for comes after the shell: here once, it is there without network.
  await toMandates();
  await page.getByText("Personne n’agit à votre place").waitFor();

  await network(false);
  await page.getByRole("link", { name: "Donner un mandat" }).click();
  await heading(/sous protection/);
  await page.getByRole("radio", { name: /^Non/ }).check();
  await next();
  await heading(/À qui/);
  await next();
  await heading(/Dans quels domaines/);
  await page.getByRole("checkbox", { name: /^Logement/ }).check();
  await page.getByRole("checkbox", { name: /^Argent/ }).check();
  await next();
  await heading(/Pour faire quoi/);
  await page.getByRole("checkbox", { name: /Remplir/ }).check();
  await page.getByRole("textbox", { name: /en une phrase/ }).fill("Demander une aide au logement");
  await next();
  await heading(/combien de temps/);
  await next();
  await heading(/Lisez, puis signez/);
  await page.getByRole("textbox", { name: /^Votre prénom/ }).fill("Awa Ndiaye");
  const pad = page.getByRole("img", { name: /Cadre de signature/ });
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  if (box === null) throw new Error("a pad to sign on");
  await page.mouse.move(box.x + 30, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + 120, box.y + 60, { steps: 6 });
  await page.mouse.move(box.x + 180, box.y + 20, { steps: 6 });
  await page.mouse.up();
  await page.getByRole("button", { name: "Signer et donner ce mandat" }).click();
  await heading("Un mandat");
  await page.getByText(/partira avec le prochain réseau/).waitFor();

  await page.getByRole("link", { name: /Lire et imprimer/ }).click();
  await heading("Le texte du mandat");
  const printed = join(stage.folder, "mandat.pdf");
  writeFileSync(printed, await page.pdf({ format: "A4" }));
  const words = stock("pdftotext", ["-layout", printed, "-"]);
  expect(words).toContain("Moi, Awa Ndiaye, je donne mandat à");
  expect(words).toContain("Pour l’organisme");
  expect(words).not.toContain("Imprimer ce mandat");

  await network(true);
  await sendNow();
  await office.getByRole("link", { name: /^Mandats/ }).click();
  await office.getByRole("link", { name: /Awa Ndiaye/ }).click({ timeout: 120_000 });
  await office.getByRole("heading", { level: 1, name: /Awa Ndiaye/ }).waitFor();
  await office.getByRole("radio", { name: "Logement" }).check();
  await office.getByRole("textbox", { name: /Qu’avez-vous fait/ }).fill("Appel à la CAF");
  await office.getByRole("textbox", { name: /Votre prénom/ }).fill("Nadia Petit");
  await office.getByRole("button", { name: /Écrire et dire/ }).click();
  await office
    .getByText(/Nadia Petit/)
    .first()
    .waitFor();

  const inJournal = page.getByText(/Nadia Petit.*a agi avec votre mandat.*Appel à la CAF/);
  await expect
    .poll(
      async () => {
        await sendNow();
        await person.settings();
        await page.getByRole("link", { name: /Votre journal/ }).click();
        await heading("Votre journal");
        return inJournal.count();
      },
      { timeout: 120_000, interval: 2000 },
    )
    .toBeGreaterThan(0);
  await page.getByText(/Empreinte du texte/).waitFor();

  await network(false);
  await toOne();
  await page.getByRole("button", { name: "Arrêter le domaine Argent et impôts" }).click();
  await page.getByText("Arrêt demandé").waitFor();
  await network(true);
  await sendNow();
  await office.getByText("Arrêté par la personne").first().waitFor({ timeout: 120_000 });
  expect(await office.getByRole("radio", { name: "Argent et impôts" }).count()).toBe(0);

  await toOne();
  await page.getByRole("button", { name: "Arrêter tout le mandat" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Arrêter tout le mandat" }).click();
  await sendNow();
  await office.getByText("Ce mandat est terminé").waitFor({ timeout: 120_000 });
  expect(await office.getByText("Awa Ndiaye").count()).toBe(0);
});
