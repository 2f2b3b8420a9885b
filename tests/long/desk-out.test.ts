/**
 * F9: a dossier that came over a real link leaves the desk as PDF and ZIP, the list as CSV, and stock tools open them:
 * poppler, unzip, and a reader of CSV by the rules of RFC 4180. The app must have been built.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Download } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStage, type Stage } from "../e2e/stage.ts";
import { manyPages } from "../support/pdf-files.ts";
import { createCamera, type Photo } from "../support/photo.ts";
import { stock } from "../support/stock.ts";
import { report } from "./figures.ts";

const CODE = "418273";
const GIVEN = "=Zoé";
const FAMILY = "بن علي";
const FREE = "L’été, j’habite chez ma sœur ; n° 4.\nMerci.";

let stage: Stage;
let photo: Photo;

beforeAll(async () => {
  stage = await openStage();
  const camera = createCamera();
  photo = await camera.take({ seed: 411, template: "lettre", width: 2000, height: 1500 });
  await camera.close();
});
afterAll(async () => {
  await stage?.close();
});

/** Fields of a CSV with semicolons and quotes. */
function fields(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  let at = text.startsWith("\u{FEFF}") ? 1 : 0;
  while (at < text.length) {
    expect(text[at]).toBe('"');
    let value = "";
    for (at += 1; ; at += 1) {
      if (text[at] === '"' && text[at + 1] === '"') at += 1;
      else if (text[at] === '"') break;
      value += text[at];
    }
    rows.at(-1)?.push(value);
    at += 1;
    if (text[at] === ";") at += 1;
    else if (text.startsWith("\r\n", at)) {
      at += 2;
      if (at < text.length) rows.push([]);
    }
  }
  return rows;
}

test("F9: PDF, ZIP and CSV of what arrived open in stock tools", async (context) => {
  const pdfPath = join(stage.folder, "bail.pdf");
  writeFileSync(pdfPath, manyPages(3));
  const { person } = await stage.phone("phone");
  const desk = await stage.desk("desk");
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), CODE);
  await person.open();
  await person.readyOffline();
  await person.createSatchel(CODE);
  await person.laterCard();
  await person.startProcedure("demande-libre");
  await person.fillIn({
    answers: { given_name: GIVEN, family_name: FAMILY, phone: "06 12 34 56 78", request: FREE },
    joined: { papers: { kind: "pay-slip", files: [photo.path, pdfPath] } },
  });
  await person.send();
  const number = await person.number();
  await person.waitForStep("common.state.complete", 120_000);
  await desk.helper.waitForRow((each) => each.number === number && each.papers.here === 1);

  const { page } = desk.browser;
  const saved = async (press: () => Promise<unknown>): Promise<Download> => {
    const [download] = await Promise.all([page.waitForEvent("download"), press()]);
    return download;
  };
  const list = await saved(async () => {
    await page.getByRole("button", { name: "Liste en CSV" }).click();
    await page.getByRole("button", { name: "Enregistrer la liste" }).click();
  });
  expect(list.suggestedFilename()).toBe("liste-dossiers.csv");
  const table = fields(readFileSync(await list.path(), "utf8"));
  expect(table[0]).toEqual(["Numéro", "Personne", "Démarche", "Déposé", "Papiers", "État", "Cas pas prévu"]);
  expect(table[1]).toContain(`'${GIVEN} ${FAMILY}`);
  expect(table[1]).toContain(number);

  await desk.helper.openDossier(number);
  const seen = await page.getByText("Page 1 sur 3 de ce PDF").or(page.locator(".dsheet canvas")).first();
  await seen.waitFor();
  await page.getByRole("button", { name: "Exporter" }).click();
  const pdf = await saved(() => page.getByRole("button", { name: "Faire le fichier" }).click());
  expect(pdf.suggestedFilename()).toBe(`${number.replace(" ", "")}.pdf`);
  const pdfFile = await pdf.path();
  const info = stock("pdfinfo", [pdfFile]);
  // One sheet of words, one photograph, three pages of the PDF.
  expect(info).toMatch(/Pages:\s+5/);
  expect(info).toMatch(/JavaScript:\s+no/);
  const words = stock("pdftotext", ["-layout", pdfFile, "-"]).replaceAll("\u00a0", " ");
  for (const text of ["Zoé", number, "L’été, j’habite chez ma sœur ; n° 4.", "Merci."]) expect(words).toContain(text);
  for (const word of ["علي", "بن"]) expect(words.replaceAll(/\p{Cf}/gu, "")).toContain(word);
  await page.getByRole("button", { name: "Fermer", exact: true }).last().click();

  await page.getByRole("button", { name: "Exporter" }).click();
  await page.getByRole("radio", { name: /Un dossier ZIP/ }).check();
  await page.getByRole("checkbox", { name: /fichiers d’origine/ }).check();
  const zip = await saved(() => page.getByRole("button", { name: "Faire le fichier" }).click());
  const zipFile = await zip.path();
  expect(stock("unzip", ["-t", zipFile])).toContain("No errors detected");
  const names = stock("unzip", ["-Z1", zipFile]).trim().split("\n");
  expect(names.filter((name) => name.endsWith(".jpg"))).toHaveLength(4);
  expect(names).toContain("fichiers-origine/1-2.pdf");
  const json = JSON.parse(stock("unzip", ["-p", zipFile, "dossier.json"])) as {
    readonly number: string;
    readonly answers: Readonly<Record<string, unknown>>;
    readonly papers: readonly { readonly files: readonly string[] }[];
  };
  expect(json.answers.request).toEqual({ v: "text", text: FREE });
  for (const name of json.papers.flatMap((paper) => paper.files)) expect(names).toContain(name);
  expect(stock("unzip", ["-p", zipFile, "reponses.txt"])).toContain(FAMILY);
  report(context, { "PDF bytes": readFileSync(pdfFile).length, "ZIP bytes": readFileSync(zipFile).length, pages: 5 });
});
