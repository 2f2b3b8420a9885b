/**
 * D7 in a real browser: the code printed on a kept page is read without network, from a picture and from a PDF, by the scan worker with its own WebAssembly under
 * the app's content security policy, and what the person keeps stands on the paper.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { scannedPage } from "../support/pdf-files.ts";
import { codeNamed, pngOf, printedPage } from "../support/printed-code.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
});

test("D7: the code of a tax notice is read offline, said to be unchecked, and kept thing by thing", async () => {
  const picture = join(stage.folder, "avis.png");
  const printed = await printedPage(codeNamed("version 4, a tax notice"), { module: 4, page: [900, 1270] });
  writeFileSync(picture, pngOf(printed));
  const file = join(stage.folder, "avis.pdf");
  writeFileSync(file, scannedPage(printed.data, printed.width, printed.height));
  const { person } = await stage.phone("anne");
  const { page } = person;
  await person.open();
  await person.readyOffline();
  await person.createSatchel("418273");
  await person.laterCard();
  await person.addPaper({ kind: "tax-notice", files: [picture], title: "Mon avis" });
  await person.addPaper({ kind: "tax-notice", files: [file], title: "Avis en PDF" });
  // The reader comes last of all tools; from then on no network is needed.
  await page.waitForFunction(async () => {
    const cache = await caches.open("besace-later");
    return (await cache.keys()).filter(({ url }) => /\/(matrix|zxing_reader|pdf\.worker)-/.test(url)).length === 3;
  });
  await page.context().setOffline(true);
  await person.goto("papers");
  await page.getByRole("link", { name: /Mon avis/ }).click();
  await page.getByRole("link", { name: /Lire le code imprimé dessus/ }).click();
  await page.getByText("Lu, pas vérifié").waitFor();
  await page.getByRole("checkbox", { name: /Revenu fiscal de référence.*63198/ }).waitFor();
  expect(await page.getByRole("checkbox", { name: /Numéro fiscal/ }).isChecked()).toBe(false);
  await page.getByRole("button", { name: "Garder ce que j’ai choisi" }).click();
  await page.getByRole("heading", { level: 1, name: "Mon avis" }).waitFor();
  await page.getByText("63198").waitFor();
  expect(await page.getByText(/3001123456789/).count()).toBe(0);

  // The same code in a PDF: its page is drawn first.
  await person.goto("papers");
  await page.getByRole("link", { name: /Avis en PDF/ }).click();
  await page.getByRole("link", { name: /Lire le code imprimé dessus/ }).click();
  await page.getByText("Lu, pas vérifié").waitFor();
  await page.getByRole("checkbox", { name: /Revenu fiscal de référence.*63198/ }).waitFor();
});
