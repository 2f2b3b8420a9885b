/**
 * A form that an organisation wrote, in real browsers: published at the desk, fetched by the phone, filled in and signed without
 * network, read at the desk with its words. Withdrawn, it cannot be begun any more; what was begun can be sent.
 */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStage, type Stage } from "../e2e/stage.ts";

const CODE = "418273";
const TITLE = "Demander un rendez-vous";
const FILE = join(import.meta.dirname, "../../src/forms/examples/rendez-vous.json");

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
});

test("published, fetched, filled without network, read with its words; withdrawn, only what was begun is sent", async () => {
  const desk = await stage.desk("desk");
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), CODE);
  const office = desk.browser.page;
  await office.getByRole("link", { name: "Formulaires" }).click();
  await office.getByLabel(/Choisir un fichier/).setInputFiles(FILE);
  await office.getByRole("heading", { name: /le formulaire est juste/ }).waitFor();
  await office.getByRole("button", { name: "Publier", exact: true }).click();
  const published = office.getByRole("row", { name: new RegExp(TITLE) });
  await published.getByText(/Proposé/).waitFor();
  await desk.helper.screenshot("formulaires");

  const { person, browser } = await stage.phone("phone");
  const { page } = person;
  const network = async (on: boolean): Promise<void> => {
    await browser.context.setOffline(!on);
    if (on) stage.link.online();
    else stage.link.offline();
  };
  const offer = () =>
    page.getByRole("region", { name: /Proposées par/ }).getByRole("link", { name: new RegExp(TITLE) });
  const begin = async (): Promise<void> => {
    await offer().click();
    await asked(TITLE);
    const name = /^Commencer/;
    await page.getByRole("button", { name }).or(page.getByRole("link", { name })).first().click();
    await asked("Quel est votre nom ?");
  };
  const goOn = () => page.getByRole("button", { name: /^Continuer/ }).click();
  const asked = (title: string) => page.getByRole("heading", { level: 1, name: title }).waitFor();
  /** From the first question to the list of answers. */
  const fillIn = async (name: string): Promise<void> => {
    await asked("Quel est votre nom ?");
    await page.getByRole("textbox", { name: /^Nom/ }).fill(name);
    await goOn();
    for (const title of ["Où êtes-vous en ce moment ?", "Avez-vous un numéro à la Caf ?"]) {
      await asked(title);
      await page.getByRole("checkbox", { name: "Je ne sais pas" }).check();
      await goOn();
    }
    await asked("Quel jour vous va ?");
    const day = new Date(Date.now() + 7 * 86_400_000);
    const parts = [day.getDate(), day.getMonth() + 1, day.getFullYear()];
    for (const [at, box] of ["Jour", "Mois", "Année"].entries())
      await page.getByLabel(box, { exact: true }).fill(String(parts[at]));
    await goOn();
    await asked("De quoi avez-vous besoin ce jour-là ?");
    await page.getByRole("checkbox", { name: "Un interprète" }).check();
    await goOn();
    await asked("Votre cas n’est pas prévu ?");
    await goOn();
  };
  await person.open();
  await person.readyOffline();
  await person.createSatchel(CODE);
  await person.laterCard();
  await person.goto("outbox");
  await person.sendNow();
  await person.goto("dossiers");
  await offer().waitFor();

  await network(false);
  await begin();
  await fillIn("Ndiaye");
  await person.send();
  const number = await person.number();
  await network(true);
  await person.waitForStep("common.state.complete", 120_000);

  const row = await desk.helper.waitForRow((each) => each.number === number);
  expect(row.procedure).toBe(TITLE);
  await desk.helper.openDossier(number);
  const answers = await desk.helper.answers();
  expect(answers).toContainEqual({ label: "Nom", value: "Ndiaye" });
  expect(answers.find(({ label }) => label === "Besoins")?.value).toContain("Un interprète");

  // Begun before it is withdrawn.
  await person.goto("dossiers");
  await begin();
  const begun = page.url();
  await office.getByRole("link", { name: "Formulaires" }).click();
  await published.getByRole("button", { name: /Retirer/ }).click();
  await office.getByRole("button", { name: "Retirer ce formulaire" }).click();
  await published.getByText(/Retiré/).waitFor();
  await person.goto("outbox");
  await person.sendNow();
  await person.goto("dossiers");
  await offer().waitFor({ state: "detached" });

  await page.goto(begun);
  await person.unlock(CODE);
  await fillIn("Diallo");
  await person.send();
  const second = await person.number();
  await person.waitForStep("common.state.complete", 120_000);
  expect((await desk.helper.waitForRow((each) => each.number === second)).procedure).toBe(TITLE);
});
