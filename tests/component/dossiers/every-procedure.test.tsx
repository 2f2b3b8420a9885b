/**
 * E9: the start page of each procedure, its missing list and its human alternative are whole without network, in
 * every language. That each is small enough, and a chunk of its own, is told by `npm run size` ("each procedure").
 */
import { cleanup } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { later } from "../../../src/app/features/dossiers/later.tsx";
import { ProcedureScreen } from "../../../src/app/features/dossiers/ProcedureScreen.tsx";
import { loadAreas, setLanguage } from "../../../src/app/i18n/i18n.ts";
import { loadProcedure, procedures } from "../../../src/forms/catalogue/index.ts";
import { showPhone } from "../../../src/forms/input.ts";
import type { Words } from "../../../src/forms/model.ts";
import { createFakeSatchel, fakeDossier } from "../../support/fake-satchel.ts";
import { DOSSIER, deployment, show } from "./show.tsx";

const LackScreen = later("LackScreen");

afterEach(async () => {
  cleanup();
  vi.unstubAllGlobals();
  await setLanguage("fr");
});

const files = import.meta.glob<Words>("../../../locales/*/form-*.json", { eager: true, import: "default" });

/** The words of a form by dotted key. */
function wordsOf(language: string, id: string): (key: string) => string {
  const words = files[`../../../locales/${language}/form-${id}.json`];
  return (key) => {
    const found = key
      .split(".")
      .reduce<string | Words | undefined>((at, part) => (typeof at === "object" ? at[part] : undefined), words);
    if (typeof found !== "string") throw new Error(`${language} form-${id} has no ${key}`);
    return found;
  };
}

const tight = (text: string): string => text.replace(/[\s\u2066-\u2069\u200e\u200f]+/g, "");
const screenText = (): string => tight(document.body.textContent ?? "");

/** In French, and in the two others by turns. */
const every = procedures.flatMap(({ id }, at) => [[id, "fr"] as const, [id, at % 2 === 0 ? "ar" : "en"] as const]);

test.each(every)("E9: %s in %s: what it is, what is missing, who helps, all without network", async (id, language) => {
  const asked: unknown[] = [];
  const noNetwork = (url: unknown): Promise<never> => {
    asked.push(url);
    return Promise.reject(new TypeError("no network"));
  };
  vi.stubGlobal("fetch", noNetwork);
  await setLanguage(language);
  await loadAreas(`form-${id}`, "procedures", "journey");
  const form = await loadProcedure(id);
  const word = wordsOf(language, id);
  const says = (...texts: readonly string[]): void => {
    const shown = screenText();
    expect(texts.filter((text) => !shown.includes(tight(text)))).toEqual([]);
  };

  const known = deployment();
  const organisations = known.organisations.map((each) => ({ ...each, procedures: procedures.map((one) => one.id) }));
  const base = { deployment: { ...known, organisations } };
  await show(ProcedureScreen, { procedure: id }, createFakeSatchel(base));
  await expect.poll(() => document.querySelector("h1")?.textContent).toBe(word("title"));
  says(...["intro", "whoCanAsk", "need", "afterwards", "human"].map(word));
  says(...form.requirements.map((each) => word(`requirements.${each.id}.label`)));
  says(...(form.humans ?? []).map((each) => word(`humans.${each.id}.label`)));
  says(...(form.remedies ?? []).map((each) => word(`remedies.${each.id}.label`)));
  for (const { phone } of form.humans ?? []) {
    if (phone === undefined) continue;
    expect(document.querySelector(`a[href="tel:${phone}"]`)?.textContent).toContain(showPhone(phone));
  }
  expect(document.querySelectorAll("main .btn--main")).toHaveLength(1);
  cleanup();

  const dossiers = [fakeDossier({ procedure: id, formVersion: form.version }, { id: DOSSIER })];
  await show(LackScreen, { dossier: DOSSIER }, createFakeSatchel({ ...base, dossiers }));
  await expect.poll(() => document.querySelectorAll("main a.edit").length).toBeGreaterThan(0);
  const needed = form.requirements.filter((each) => each.required && each.if === undefined);
  says(...needed.flatMap(({ id: of }) => ["label", "missing"].map((key) => word(`requirements.${of}.${key}`))));
  expect(asked).toEqual([]);
});
