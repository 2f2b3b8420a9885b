/** A form that an organisation wrote, in the person's own screens: offered, begun, filled in, and what is refused. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { ProcedureScreen } from "../../../src/app/features/dossiers/ProcedureScreen.tsx";
import { ProceduresScreen } from "../../../src/app/features/dossiers/ProceduresScreen.tsx";
import { QuestionScreen } from "../../../src/app/features/dossiers/QuestionScreen.tsx";
import { exportWords } from "../../../src/app/features/sortie/words.ts";
import { loadAreas, setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { FormFile } from "../../../src/forms/model.ts";
import { asProcedure, publishedProcedure } from "../../../src/forms/published.ts";
import { readForm } from "../../../src/forms/read.ts";
import type { PublishedEntry, PublishedList } from "../../../src/workers/published.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, fakeDossier } from "../../support/fake-satchel.ts";
import { deployment, show } from "./show.tsx";

afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const slug = deployment().organisations[0]?.slug ?? "";
const procedure = publishedProcedure("A".repeat(27), "rendez-vous");
const read = readForm(
  JSON.parse(readFileSync(join(import.meta.dirname, "../../../src/forms/examples/rendez-vous.json"), "utf8")),
);
if (!read.ok) throw new Error("the example reads");
const file: FormFile = read.value;

const entry: PublishedEntry = {
  procedure,
  organisation: slug,
  version: 1,
  at: Date.UTC(2026, 10, 20),
  icon: "guichet",
  minutes: 4,
  receiver: "besace",
  titles: { fr: "Demander un rendez-vous", en: "Ask for an appointment" },
  intros: {},
};
const list = (patch: Partial<PublishedList> = {}): PublishedList => ({
  forms: [entry],
  refused: [],
  checkedAt: Date.UTC(2026, 10, 21),
  ...patch,
});
const satchelWith = (patch: Partial<PublishedList> = {}, forms: FormFile = file) =>
  createFakeSatchel({
    deployment: deployment(),
    published: { list: list(patch), forms: { [procedure]: asProcedure(procedure, forms) } },
  });

test("it stands under the name of who published it, in the languages that it has", async () => {
  await show(ProceduresScreen, {}, satchelWith());
  const title = await screen.findByRole("link", { name: /Demander un rendez-vous/ });
  expect(title.getAttribute("href")).toBe(`/demarches/${procedure}`);
  expect(screen.getByRole("heading", { level: 2, name: /Proposées par/ })).toBeTruthy();
  expect(await axeProblems()).toEqual([]);
  await setLanguage("en");
  expect(await screen.findByRole("link", { name: /Ask for an appointment/ })).toBeTruthy();
  await setLanguage("ar");
  // It has no Arabic: the French stands in.
  expect(await screen.findByRole("link", { name: /Demander un rendez-vous/ })).toBeTruthy();
});

test("what was refused is said with the name of the organisation; nothing published says nothing", async () => {
  await show(ProceduresScreen, {}, satchelWith({ forms: [], refused: [{ organisation: slug, why: "forged" }] }));
  expect(await screen.findByText(/Une démarche n’est pas proposée/)).toBeTruthy();
  cleanup();
  await show(ProceduresScreen, {}, satchelWith({ forms: [] }));
  await screen.findByRole("heading", { level: 2, name: "Commencer une démarche" });
  expect(screen.queryByText(/Proposées par/)).toBeNull();
});

test("it is begun and filled in like one of the catalogue, and goes to whom it is from", async () => {
  const satchel = satchelWith();
  await show(ProcedureScreen, { procedure }, satchel);
  expect(await screen.findByRole("heading", { level: 1, name: "Demander un rendez-vous" })).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: /Commencer/ }));
  await waitFor(() =>
    expect(satchel.calls("startDossier")[0]).toMatchObject([{ procedure, organisation: slug, language: "fr" }]),
  );
  cleanup();
  const dossier = fakeDossier({ procedure, formVersion: 1, organisation: slug, page: "name" });
  satchel.data.dossiers = [dossier];
  await show(QuestionScreen, { dossier: dossier.id, page: "name" }, satchel);
  expect(await screen.findByRole("heading", { level: 1, name: "Quel est votre nom ?" })).toBeTruthy();
  fireEvent.input(screen.getByRole("textbox", { name: /Nom/ }), { target: { value: "Morel" } });
  fireEvent.click(screen.getByRole("button", { name: /Continuer/ }));
  await waitFor(() =>
    expect(satchel.calls("saveAnswers").at(-1)).toMatchObject([
      dossier.id,
      { answers: { family_name: { v: "text", text: "Morel" } } },
    ]),
  );
  // A draft goes on with the newest version; what was signed stays what it was.
  expect(satchel.calls("publishedForm").at(-1)).toEqual([procedure, null]);
});

test("its words are text: no mark-up of a form becomes an element", async () => {
  const hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>";
  const words = { ...file.words, fr: { ...file.words.fr, title: hostile, intro: hostile } };
  await show(ProcedureScreen, { procedure }, satchelWith({}, { ...file, words }));
  const title = await screen.findByRole("heading", { level: 1, name: /onerror/ });
  expect(title.textContent).toBe(hostile);
  expect(document.querySelector("img, script")).toBeNull();
});

test("a form that is not here yet says when it comes; one that was refused says that nothing is lost", async () => {
  const satchel = satchelWith();
  const dossier = fakeDossier({ procedure, formVersion: 1, organisation: slug, page: "name" });
  satchel.data.dossiers = [dossier];
  satchel.fail("publishedForm", { type: "unavailable", mark: "form-not-here" });
  await show(QuestionScreen, { dossier: dossier.id, page: "name" }, satchel);
  expect(await screen.findByText(/D-208/)).toBeTruthy();
  satchel.heal("publishedForm");
  fireEvent.click(screen.getByRole("button", { name: /Essayer encore|Réessayer/ }));
  expect(await screen.findByRole("heading", { level: 1, name: "Quel est votre nom ?" })).toBeTruthy();
  cleanup();
  satchel.refuse("publishedForm", { type: "refused", why: "changed" });
  await show(QuestionScreen, { dossier: dossier.id, page: "name" }, satchel);
  expect(await screen.findByText(/form-changed/)).toBeTruthy();
});

test("a copy for outside calls it and its questions by the words of its file", async () => {
  const satchel = satchelWith();
  const { form } = asProcedure(procedure, file);
  const field = form.fields.find(({ type }) => type === "text")?.id ?? "";
  const dossier = fakeDossier({ procedure, formVersion: 1, answers: { [field]: { v: "text", text: "Amina" } } });
  await loadAreas("sortie", "papers", "papers-types");
  const { api } = satchel.handle;
  const given = { api, papers: [], dossiers: [dossier], profile: { t: "profile" }, deployment: null, now: 1 } as const;
  const said = (await exportWords(given)).dossiers[dossier.id];
  expect(said?.title).toBe("Demander un rendez-vous");
  const [label, answer] = said?.answers[0] ?? [];
  expect(field).not.toBe("");
  expect([label, answer]).toEqual(["Nom", "Amina"]);
});
