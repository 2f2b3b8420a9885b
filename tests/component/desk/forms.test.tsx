/** "Formulaires" at the desk: a file is checked, tried page by page, published, withdrawn; and the states of the screen. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import { deskPaths } from "../../../src/app/desk/state.ts";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeDesk, type FakeDesk } from "../../support/fake-desk.ts";
import { showDesk } from "./harness.tsx";

beforeEach(() => {
  window.scrollTo = () => undefined;
  Element.prototype.scrollIntoView = () => undefined;
  HTMLDialogElement.prototype.showModal = function showModal(): void {
    this.open = true;
  };
});
afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const example = (name: string): string =>
  readFileSync(join(import.meta.dirname, "../../../src/forms/examples", name), "utf8");

async function open(desk: FakeDesk): Promise<void> {
  await showDesk(desk, { path: deskPaths.forms });
  await screen.findByRole("heading", { level: 2, name: "Déjà publiés" });
}
async function choose(name: string, text: string): Promise<void> {
  const field = await screen.findByLabelText(/Choisir un fichier/);
  fireEvent.change(field, { target: { files: [new File([text], name)] } });
}

test("a file in YAML is checked, tried with the person's own questions, published and listed", async () => {
  const desk = createFakeDesk();
  await open(desk);
  expect(await screen.findByText("Rien n’est publié")).toBeTruthy();
  await choose("aide-vacances.yaml", example("aide-vacances.yaml"));
  await screen.findByRole("heading", { name: /le formulaire est juste/ });
  expect(screen.getByText("Aide aux vacances")).toBeTruthy();
  expect(await axeProblems()).toEqual([]);

  fireEvent.click(screen.getByRole("button", { name: "Aperçu" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Comment vous appelez-vous ?" })).toBeTruthy();
  // The same sentences as on a phone, before anything goes on.
  fireEvent.click(screen.getByRole("button", { name: /Continuer/ }));
  expect(await screen.findByRole("heading", { name: /corriger|revoir/i })).toBeTruthy();
  fireEvent.input(screen.getByRole("textbox", { name: /Prénom/ }), { target: { value: "Amina" } });
  fireEvent.input(screen.getByRole("textbox", { name: /^Nom/ }), { target: { value: "Morel" } });
  fireEvent.click(screen.getByRole("button", { name: /Continuer/ }));
  expect(await screen.findByRole("heading", { level: 1, name: "Avez-vous des enfants avec vous ?" })).toBeTruthy();
  // A condition of the form: without children the next question is about the place.
  fireEvent.click(screen.getByRole("radio", { name: "Non" }));
  fireEvent.click(screen.getByRole("button", { name: /Continuer/ }));
  expect(await screen.findByRole("heading", { level: 1, name: "Où voulez-vous aller ?" })).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Quitter l’aperçu" }));

  fireEvent.click(await screen.findByRole("button", { name: "Publier" }));
  await waitFor(() => expect(desk.calls("publishForm")).toHaveLength(1));
  const [text] = desk.calls("publishForm")[0] as readonly [string];
  expect(JSON.parse(text)).toMatchObject({ format: "besace-form", form: { id: "aide-vacances", version: 1 } });
  const row = await screen.findByRole("row", { name: /Aide aux vacances/ });
  expect(within(row).getByText(/Proposé/)).toBeTruthy();

  fireEvent.click(within(row).getByRole("button", { name: /Retirer/ }));
  fireEvent.click(await screen.findByRole("button", { name: "Retirer ce formulaire" }));
  await waitFor(() => expect(desk.calls("withdrawForm")).toEqual([["aide-vacances"]]));
  await waitFor(() => expect(screen.getByRole("row", { name: /Aide aux vacances/ }).textContent).toMatch(/Retiré/));
});

test("every fault of a file is told with its place; nothing can be published from it", async () => {
  await open(createFakeDesk());
  await choose("faux.json", example("rendez-vous.json").replace('"type": "date"', '"type": "dates"'));
  expect(await screen.findByRole("heading", { name: /1 point à corriger/ })).toBeTruthy();
  expect(screen.getByText(/there is no type "dates"/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Publier" })).toBeNull();
  for (const text of ["", "{", "a: [", "<html><script>alert(1)</script></html>", "a: &a [*a, *a]"]) {
    await choose("autre.yaml", text);
    await screen.findByRole("heading", { name: /à corriger/ });
    expect(screen.queryByRole("button", { name: "Publier" })).toBeNull();
  }
  expect(document.querySelector("main script")).toBeNull();
});

test("a version that is published already, and a desk without network, are said; the file stays chosen", async () => {
  const desk = createFakeDesk();
  await open(desk);
  await choose("rendez-vous.json", example("rendez-vous.json"));
  fireEvent.click(await screen.findByRole("button", { name: "Publier" }));
  await screen.findByRole("row", { name: /Demander un rendez-vous/ });
  await choose("rendez-vous.json", example("rendez-vous.json"));
  fireEvent.click(await screen.findByRole("button", { name: "Publier" }));
  expect(await screen.findByText(/Cette version est déjà publiée/)).toBeTruthy();
  desk.data.online = false;
  fireEvent.click(screen.getByRole("button", { name: "Publier" }));
  await waitFor(() => expect(screen.queryByText(/Cette version est déjà publiée/)).toBeNull());
  expect(screen.getByRole("heading", { name: /le formulaire est juste/ })).toBeTruthy();
});

test("states: the list waits, cannot be had, and is there in Arabic", async () => {
  const desk = createFakeDesk({ online: false });
  await showDesk(desk, { path: deskPaths.forms, online: false });
  expect(await screen.findByRole("heading", { level: 1, name: "Formulaires" })).toBeTruthy();
  expect((await screen.findAllByText(/no-network/)).length).toBeGreaterThan(0);
  await setLanguage("ar");
  expect(await screen.findByRole("heading", { level: 1, name: "الاستمارات" })).toBeTruthy();
});
