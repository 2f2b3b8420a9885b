/** Two languages side by side (F5): what is asked stands in the person's language with its French beside, heard once. */
import { act, cleanup, fireEvent, screen } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { QuestionScreen } from "../../../src/app/features/dossiers/QuestionScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, fakeDossier } from "../../support/fake-satchel.ts";
import { DOSSIER, deployment, show } from "./show.tsx";

afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

async function ask(page: string): Promise<void> {
  const dossiers = [fakeDossier({ page }, { id: DOSSIER })];
  await show(QuestionScreen, { dossier: DOSSIER, page }, createFakeSatchel({ dossiers, deployment: deployment() }));
  await screen.findByRole("button", { name: "Continuer" });
  await act(async () => void (await setLanguage("ar")));
}
const frenchIn = (): readonly string[] =>
  [...document.querySelectorAll("main [lang=fr]")].map((each) => each.textContent ?? "");

test("F5 each choice has its French under it, which is no part of its name", async () => {
  await ask("sleeping");
  const radios = screen.getAllByRole("radio");
  const names = radios.map((radio) => document.querySelector(`label[for="${radio.id}"]`));
  expect(radios.length).toBeGreaterThan(3);
  for (const name of names.slice(0, 3)) {
    const french = name?.querySelector("[lang=fr]");
    expect(french?.getAttribute("aria-hidden")).toBe("true");
    expect(french?.textContent).toMatch(/[a-zé]{3}/);
  }
  expect(await axeProblems()).toEqual([]);
});

test("F5 the question and each label have their French; what is wrong is said in the person's language", async () => {
  await ask("names");
  await expect.poll(frenchIn).toEqual(expect.arrayContaining(["Nom de famille"]));
  expect(frenchIn().some((text) => /vous appelez/.test(text))).toBe(true);
  fireEvent.click(screen.getByRole("button", { name: "متابعة" }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/[\u0621-\u064a]{3}/);
});

test("F5 a step that asks for papers has its French title", async () => {
  await ask("papers-identity");
  expect(frenchIn().length).toBeGreaterThan(0);
});
