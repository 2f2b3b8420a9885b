/**
 * A spoken answer in a real browser with a made-up microphone: recorded, kept over a restart, heard again, sent and heard at the
 * desk, taken out of it. The app must have been built.
 */
import { readFileSync } from "node:fs";
import type { Download } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStage, type Stage } from "../e2e/stage.ts";
import { stock } from "../support/stock.ts";
import { report } from "./figures.ts";

const CODE = "418273";
const MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
});

test("said at the phone, heard at the desk", async (context) => {
  const { person, browser } = await stage.phone("phone", { args: MICROPHONE });
  const desk = await stage.desk("desk");
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), CODE);
  await person.open();
  await person.readyOffline();
  await person.createSatchel(CODE);
  await person.laterCard();
  await person.startProcedure("demande-libre");
  const { page } = browser;
  const button = (name: string | RegExp) => page.getByRole("button", { name });
  await button("Enregistrer ma voix").click();
  await page.getByText("On vous écoute. Parlez.").waitFor();
  await page.waitForTimeout(3000);
  await button("J’ai fini").click();
  await page.getByText("Réponse parlée gardée.").waitFor();
  await button(/^Écouter ma réponse \(0\smin\s0\d\)$/).click();
  await button("Arrêter").waitFor();
  // It ends by itself.
  await button(/^Écouter ma réponse/).waitFor();
  expect(await page.getByText("ne sait pas jouer").count()).toBe(0);
  const shots = process.env.BESACE_SHOTS;
  if (shots !== undefined) await page.screenshot({ path: `${shots}/voice-phone.png`, fullPage: true });
  // No word was written, and the question lets go on.
  await button("Continuer").click();
  await person.fillIn({ answers: { given_name: "Zoé", family_name: "Martin", phone: "06 12 34 56 78" } });
  await page.getByText("Réponse parlée, à écouter").waitFor();
  await person.send();
  const number = await person.number();
  await person.waitForStep("common.state.complete", 120_000);
  await desk.helper.waitForRow((each) => each.number === number && each.papers.here === 1);

  const at = desk.browser.page;
  await desk.helper.openDossier(number);
  await at.getByRole("cell", { name: "Réponse parlée, à écouter" }).waitFor();
  await at.getByRole("button", { name: /^Écouter la réponse \(0\smin\s0\d\)$/ }).click();
  await at.getByRole("button", { name: "Arrêter" }).waitFor();
  await at.getByRole("button", { name: /^Écouter la réponse/ }).waitFor();
  expect(await at.getByText("ne sait pas jouer").count()).toBe(0);
  if (shots !== undefined) await at.screenshot({ path: `${shots}/voice-desk.png`, fullPage: true });
  await at.getByRole("button", { name: "Exporter" }).click();
  await at.getByRole("radio", { name: /Un dossier ZIP/ }).check();
  await at.getByRole("checkbox", { name: /fichiers d’origine/ }).check();
  const [zip] = (await Promise.all([
    at.waitForEvent("download"),
    at.getByRole("button", { name: "Faire le fichier" }).click(),
  ])) as [Download, unknown];
  const file = await zip.path();
  expect(stock("unzip", ["-t", file])).toContain("No errors detected");
  expect(stock("unzip", ["-Z1", file])).toContain("fichiers-origine/1-1.webm");
  expect(stock("unzip", ["-p", file, "reponses.txt"])).toContain("Réponse parlée, à écouter");
  report(context, { "ZIP bytes": readFileSync(file).length });
});
