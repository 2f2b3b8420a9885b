/**
 * C7 in a real browser: everything out without network as a ZIP that a stock unzip opens, a sealed copy that opens in the
 * standalone reader from file:// with card and code, and nothing else; what the reader saves is what was photographed.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exportIndexShape } from "../../src/satchel/export-index.ts";
import { describeAxe, runAxe } from "../support/axe.ts";
import { openStage, type Phone, type Stage } from "./stage.ts";

const CODE = "418273";
const TITLE = "Facture : zibeline 5520";
const PICTURE = new URL("../../public/icons/besace-512.png", import.meta.url).pathname;

let stage: Stage;
let phone: Phone;
let groups: readonly string[];

beforeAll(async () => {
  stage = await openStage();
  phone = await stage.phone("phone");
  const { person } = phone;
  await person.open();
  await person.readyOffline();
  // What leaves and the reader come after the shell and the tools.
  await person.page.waitForFunction(async () => (await caches.match("/lecteur.html")) !== undefined, undefined, {
    timeout: 180_000,
  });
  stage.link.offline();
  await person.createSatchel(CODE);
  groups = await person.cardGroups();
  await person.laterCard();
  await person.addPaper({ kind: "other", files: [PICTURE], title: TITLE });
});
afterAll(async () => stage?.close());

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Presses what saves a file, and keeps the file. */
async function saved(page: Phone["person"]["page"], name: string | RegExp, to: string): Promise<string> {
  const button = page.getByRole("button", { name }).first();
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  const path = join(stage.folder, to);
  await download.saveAs(path);
  return path;
}

test("C7: the plain ZIP, made without network, opens with a stock unzip; its index is valid", async () => {
  const { page } = phone.person;
  await phone.person.settings();
  await page.getByRole("link", { name: /Tout emporter/ }).click();
  await page.getByRole("button", { name: "J’ai compris, préparer le fichier" }).click();
  const zip = await saved(page, "Enregistrer le fichier", "besace.zip");
  expect(execFileSync("unzip", ["-t", zip], { encoding: "utf8" })).toContain("No errors detected");
  const out = join(stage.folder, "zip");
  mkdirSync(out);
  execFileSync("unzip", ["-q", zip, "-d", out], { env: { ...process.env, LC_ALL: "C.UTF-8" } });
  const index = v.parse(exportIndexShape, JSON.parse(readFileSync(join(out, "index.json"), "utf8")));
  const [paper] = index.papers;
  const [file] = paper?.files ?? [];
  if (file === undefined) throw new Error("a page");
  expect(file.path).toMatch(/^papiers\/Facture zibeline 5520\.(webp|png|jpg)$/);
  expect(hash(readFileSync(join(out, file.path)))).toBe(file.sha256);
  expect(readdirSync(out).sort()).toEqual(["index.json", "lisez-moi.html", "papiers"]);
});

test("C7: the sealed copy opens in the reader from file://, without a request; other cards, codes and bytes are refused in words", async () => {
  const { page } = phone.person;
  await page.getByRole("link", { name: "Faire une copie fermée" }).click();
  await page.getByRole("heading", { level: 1, name: "Une copie fermée" }).waitFor();
  await page.locator("input[data-empty-field]").pressSequentially(CODE);
  await page.getByRole("heading", { level: 1, name: "La copie est fermée" }).waitFor();
  const copy = await saved(page, "Enregistrer la copie fermée", "besace-copie.bsx");
  const reader = await saved(page, "Enregistrer le lecteur", "besace-lecteur.html");
  const bytes = readFileSync(copy);
  expect(bytes.includes("zibeline")).toBe(false);

  const desk = await phone.browser.context.newPage();
  const asked: string[] = [];
  const faults: string[] = [];
  desk.on("request", (request) => asked.push(request.url()));
  desk.on("pageerror", (error) => faults.push(error.message));
  desk.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  await desk.goto(pathToFileURL(reader).href);
  await desk.getByRole("heading", { level: 1, name: "Ouvrir une copie fermée" }).waitFor();
  expect(describeAxe(await runAxe(desk))).toBe("");

  const damaged = join(stage.folder, "abimee.bsx");
  const cut = join(stage.folder, "coupee.bsx");
  const changed = Buffer.from(bytes);
  changed[changed.length - 50] = (changed[changed.length - 50] ?? 0) ^ 1;
  writeFileSync(damaged, changed);
  writeFileSync(cut, bytes.subarray(0, bytes.length - 1000));
  const alert = desk.getByRole("alert");
  await desk.getByLabel(/fichier de la copie/).setInputFiles(cut);
  await expect.poll(() => alert.textContent()).toContain("Le fichier est coupé");

  const open = async (file: string, card: string, code: string): Promise<void> => {
    await desk.getByLabel(/fichier de la copie/).setInputFiles(file);
    await desk.getByLabel(/La carte numéro 1/).fill(card);
    await desk.getByLabel(/Le code/).fill(code);
    await desk.getByRole("button", { name: "Ouvrir la copie" }).click();
  };
  await open(copy, `${groups.slice(0, 9).join(" ")} AAAA`, CODE);
  await expect.poll(() => alert.textContent()).toContain("Regardez encore ces groupes");
  await open(copy, groups.join(" ").toLowerCase(), "111223");
  await expect.poll(() => alert.textContent()).toContain("Ce n’est pas le code de cette copie");
  await open(copy, groups.join(" ").toLowerCase(), CODE);
  await desk.getByRole("heading", { level: 1, name: "La copie est ouverte" }).waitFor();
  await desk.getByRole("heading", { level: 3, name: TITLE }).waitFor();
  await desk.getByRole("button", { name: /^Voir/ }).click();
  await desk.locator("canvas").waitFor();
  await expect
    .poll(() => desk.locator("canvas").evaluate((picture: HTMLCanvasElement) => picture.width))
    .toBeGreaterThan(100);
  expect(describeAxe(await runAxe(desk))).toBe("");

  const one = readFileSync(await saved(desk, /^Enregistrer .*Facture/, "page.webp"));
  const all = await saved(desk, "Enregistrer tout, lisible (ZIP)", "lecteur.zip");
  expect(execFileSync("unzip", ["-t", all], { encoding: "utf8" })).toContain("No errors detected");
  const index = v.parse(
    exportIndexShape,
    JSON.parse(execFileSync("unzip", ["-p", all, "index.json"], { encoding: "utf8" })),
  );
  expect(index.papers[0]?.files[0]?.sha256).toBe(hash(one));

  await desk.getByRole("button", { name: "العربية" }).click();
  expect(await desk.evaluate(() => document.documentElement.dir)).toBe("rtl");
  expect(asked.filter((url) => !/^(file|blob|data):/.test(url))).toEqual([]);
  expect(faults).toEqual([]);
  await desk.close();
});
