/**
 * C7 in Firefox: the standalone reader opens a sealed copy from file://, with real Argon2id, and refuses what it has to.
 * The app must have been built (BESACE_DIST names another build than ./dist).
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStretcher } from "../../src/workers/common/stretcher.ts";
import { wordsFor } from "../support/export-words.ts";
import { type Firefox, launchFirefox } from "../support/firefox.ts";
import { file, jpeg } from "../unit/workers/files.ts";
import { createBrowser, must, openTab } from "../unit/workers/world.ts";

const CODE = "418273";
const TITLE = "Facture zibeline 5520";
const DIST = process.env.BESACE_DIST ?? new URL("../../dist", import.meta.url).pathname;

let folder: string;
let firefox: Firefox;
let card: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "besace-reader-"));
  const tab = openTab(createBrowser(), { stretch: createStretcher({ now: () => performance.now() }) });
  must(await tab.api.create({ code: CODE, language: "fr", pictogram: "code-bateau" }));
  const { id } = must(await tab.api.startPaper({ kind: "other", title: TITLE }));
  must(await tab.api.addPage(id, file(jpeg({ width: 3000, height: 2000 }))));
  must(await tab.api.keepPaper(id));
  const words = wordsFor(must(await tab.api.papers()), []);
  const made = must(await tab.api.exportSealed({ code: CODE, words }));
  card = must(await tab.api.card()).groups.join(" ");
  const bytes = new Uint8Array(await made.file.arrayBuffer());
  writeFileSync(join(folder, "copie.bsx"), bytes);
  writeFileSync(join(folder, "coupee.bsx"), bytes.subarray(0, bytes.length - 9));
  copyFileSync(join(DIST, "lecteur.html"), join(folder, "lecteur.html"));
  firefox = await launchFirefox();
}, 300_000);
afterAll(async () => {
  await firefox?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("C7: opens with card and code from file:// in Firefox, asks for nothing, refuses in words", async () => {
  const { page } = firefox;
  const fill = (selector: string, value: string): Promise<unknown> =>
    page.evaluate(`(() => {
      const field = document.querySelector(${JSON.stringify(selector)});
      field.value = ${JSON.stringify(value)};
      field.dispatchEvent(new Event("input"));
      return true;
    })()`);
  const alert = (): Promise<unknown> => page.until("document.querySelector('.alert').textContent");
  const press = (): Promise<unknown> => page.evaluate("document.querySelector('button[type=submit]').click(), true");
  await page.goto(pathToFileURL(join(folder, "lecteur.html")).href);
  await page.evaluate("[...document.querySelectorAll('nav button')].find((each) => each.lang === 'fr').click(), true");
  expect(await page.evaluate("document.querySelector('h1').textContent")).toBe("Ouvrir une copie fermée");

  await page.setFiles("#file", [join(folder, "coupee.bsx")]);
  expect(await alert()).toContain("Le fichier est coupé");
  await page.setFiles("#file", [join(folder, "copie.bsx")]);
  await page.until("/numéro 1/.test(document.querySelector('label[for=card]').textContent)");
  await fill("#card", card.toLowerCase());
  await fill("#code", "111223");
  await press();
  expect(await alert()).toContain("Ce n’est pas le code de cette copie");
  await fill("#code", CODE);
  await press();
  await page.until(`document.querySelector('h3')?.textContent === ${JSON.stringify(TITLE)}`);
  expect(await page.evaluate("document.querySelector('h1').textContent")).toBe("La copie est ouverte");
  expect(page.requests.filter((url) => !/^(file|blob|data|about|moz-extension|resource|chrome):/.test(url))).toEqual(
    [],
  );
  expect(page.faults).toEqual([]);
});
