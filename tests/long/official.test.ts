/**
 * E7 in a real browser: a dossier, the official PDF fetched from the server, filled, saved, and read by Debian's poppler. Then
 * the same without network, from a blank file of the person's own. Nothing of it is kept by the browser.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { domiciliation } from "../../src/forms/catalogue/domiciliation.ts";
import type { OfficialMap } from "../../src/forms/official/model.ts";
import { openStage, type Stage } from "../e2e/stage.ts";
import { fillablePdf } from "../support/fillable.ts";
import { ensurePdfToText } from "../support/tasks/poppler.mjs";

let stage: Stage;
let reader = "";
let blank = "";

beforeAll(async () => {
  reader = await ensurePdfToText();
  stage = await openStage();
  const pdf = Buffer.from(await fillablePdf({ acting: true }));
  const sha256 = createHash("sha256").update(pdf).digest("hex");
  const map: OfficialMap = {
    format: "besace-official",
    form: "domiciliation",
    version: domiciliation.version,
    title: "Formulaire d’essai",
    pdf: { sha256, bytes: pdf.byteLength },
    fields: [
      { pdf: "demandeur.nom", from: "family_name", case: "upper" },
      { pdf: "demandeur.prenom", from: "given_name" },
      { pdf: "depart", from: "birthdate", date: "DDMMYYYY", compact: true },
      { pdf: "precisions", from: "called_name" },
      { pdf: "ressources", from: "nationality" },
    ],
  };
  const folder = join(stage.server.data, "official");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${sha256}.pdf`), pdf);
  writeFileSync(join(folder, "domiciliation.json"), JSON.stringify(map));
  blank = join(stage.folder, "vierge.pdf");
  writeFileSync(blank, pdf);
  // It looks into the folder when it starts.
  await stage.server.restart();
});
afterAll(async () => {
  await stage?.close();
});

test("E7 the official PDF is filled on the device, and poppler reads what was answered", async () => {
  const { person, browser } = await stage.phone("phone");
  const { page } = person;
  const saw: string[] = [];
  page.on("console", (line) => void (line.type() === "error" && saw.push(line.text())));
  await person.open();
  await person.readyOffline();
  await person.createSatchel("418273");
  await person.laterCard();
  await person.startProcedure("domiciliation");
  await person.fillIn(
    {
      answers: {
        given_name: "Ēlodie-Țiriac",
        family_name: "Wałęsa Nguyễn ben ‘Alī",
        called_name: "L’été, où j’ai vécu à Nœuds-les-Mines. ".repeat(2).trim(),
        birthdate: { year: "1950" },
      },
    },
    "birth-place",
  );
  await page.goto(page.url().replace(/\/question\/.*$/, "/feuille"));
  await person.unlock("418273");
  const press = (name: RegExp) => page.getByRole("button", { name }).click();
  await press(/^Remplir le formulaire officiel/);
  await press(/^Remplir le formulaire \(/);
  await page.getByRole("heading", { name: "Le formulaire est rempli" }).waitFor();
  const save = async (file: string): Promise<string> => {
    const [download] = await Promise.all([page.waitForEvent("download"), press(/^Enregistrer sur cet appareil/)]);
    expect(download.suggestedFilename()).toBe("formulaire.pdf");
    const path = join(stage.folder, file);
    await download.saveAs(path);
    return path;
  };
  const first = await save("un.pdf");
  const said = execFileSync(reader, ["-layout", first, "-"], { encoding: "utf8" });
  // The letter that the font has not is drawn without its second mark, and the screen has said so.
  for (const text of ["WAŁĘSA NGUYÊN BEN ‘ALĪ", "Ēlodie-Țiriac", "1 9 5 0", "Nœuds-les-Mines"])
    expect(said).toContain(text);
  expect(await page.getByText("WAŁĘSA NGUYÊN BEN ‘ALĪ").count()).toBe(1);
  const bytes = readFileSync(first, "latin1");
  for (const word of ["marque", "JavaScript", "XFA"]) expect(bytes).not.toContain(word);

  // Printed: the pages are drawn for the printer.
  await page.evaluate(() => {
    window.print = () => {
      document.documentElement.dataset.printed = "yes";
    };
  });
  await press(/^Imprimer$/);
  await page.locator('html[data-printed="yes"]').waitFor({ timeout: 120_000 });
  expect(await page.locator(".print-pages canvas").count()).toBe(1);

  const caches = await page.evaluate(async () => {
    const names = await window.caches.keys();
    const kept = await Promise.all(
      names.map(async (name) => (await (await window.caches.open(name)).keys()).map((each) => each.url)),
    );
    return kept.flat().filter((url) => url.includes("/official/"));
  });
  expect(caches).toEqual([]);
  expect(saw).toEqual([]);
  await browser.context.setOffline(true);
  stage.link.offline();
  await page.reload();
  await person.unlock("418273");
  await press(/^Remplir le formulaire officiel/);
  await page.getByText("Il faut du réseau pour charger ce formulaire").waitFor();
  // The mapping came while there was a network; the blank form is the person's own.
  await browser.context.setOffline(false);
  stage.link.online();
  await press(/^Essayer encore/);
  await page.getByText(/Besace va écrire/).waitFor();
  await browser.context.setOffline(true);
  stage.link.offline();
  await page.locator('input[type="file"]').setInputFiles(blank);
  await page.getByRole("heading", { name: "Le formulaire est rempli" }).waitFor();
  const second = execFileSync(reader, ["-layout", await save("deux.pdf"), "-"], { encoding: "utf8" });
  expect(second).toBe(said);
});
