/** A dossier of a form that an organisation published: read at the desk with the words of its file, in the list and out of it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cleanup, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inboxCsv } from "../../../src/app/desk/out/inbox-csv.ts";
import { deskPaths } from "../../../src/app/desk/state.ts";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import { asProcedure, publishedProcedure } from "../../../src/forms/published.ts";
import { readForm } from "../../../src/forms/read.ts";
import { wordAt } from "../../../src/forms/words.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeDesk, type FakeDesk, fakeDeskDossier } from "../../support/fake-desk.ts";
import { showDesk } from "./harness.tsx";

beforeEach(() => {
  window.scrollTo = () => undefined;
});
afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const text = readFileSync(join(import.meta.dirname, "../../../src/forms/examples/rendez-vous.json"), "utf8");
const read = readForm(JSON.parse(text));
if (!read.ok) throw new Error("the example reads");
const file = read.value;
const title = String(file.words.fr?.title);

/** Each test has an organisation of its own: words that came once stay known. */
function deskWith(organisation: string, version = file.form.version) {
  const procedure = publishedProcedure(organisation.padEnd(27, "x"), file.form.id);
  const dossier = fakeDeskDossier({
    procedure,
    papers: [],
    payload: {
      formVersion: version,
      answers: {
        family_name: { v: "text", text: "Ndiaye" },
        day: { v: "date", date: "2026-12-03" },
        of_before: { v: "text", text: "gardé" },
      },
    },
  });
  const desk = createFakeDesk({ dossiers: [dossier] });
  desk.data.forms = { [procedure]: asProcedure(procedure, file) };
  desk.data.publications = [
    { form: file.form.id, version: 1, at: 0, withdrawnAt: null, newest: true, bytes: text.length, title },
  ];
  return { desk, dossier, procedure };
}
const open = (desk: FakeDesk, { row }: ReturnType<typeof fakeDeskDossier>) =>
  showDesk(desk, { path: deskPaths.dossier(row.letter) });

test("questions and choices stand in the words of the file; what another version asked stands as it came", async () => {
  const { desk, dossier, procedure } = deskWith("words");
  await open(desk, dossier);
  const label = wordAt(file.words.fr, "family_name.label") ?? "absent";
  expect(await screen.findByRole("rowheader", { name: label })).toBeTruthy();
  expect(screen.getByText("3 décembre 2026")).toBeTruthy();
  expect(screen.getByText("of_before")).toBeTruthy();
  expect(screen.getByRole("heading", { level: 1 }).textContent).toContain(title);
  expect(screen.queryByText(procedure)).toBeNull();
  // That very version: its questions are the ones that were answered.
  expect(desk.calls("publishedForm")).toEqual([[procedure, file.form.version]]);
  expect(await axeProblems()).toEqual([]);
});

test("the list and its CSV have the name of the form; before it is known, its name in the file, never an id", async () => {
  const { desk, dossier, procedure } = deskWith("list");
  desk.fail("publications", { type: "unavailable", mark: "no-network" });
  const { setOnline } = await showDesk(desk, { online: false });
  expect(await screen.findByRole("cell", { name: "rendez-vous" })).toBeTruthy();
  expect(inboxCsv([dossier.row], new Set())).toContain("rendez-vous");
  expect(inboxCsv([dossier.row], new Set())).not.toContain(procedure);
  desk.heal("publications");
  setOnline(true);
  expect(await screen.findByRole("cell", { name: title })).toBeTruthy();
  expect(inboxCsv([dossier.row], new Set())).toContain(title);
});

test("a form that is not at hand is said and asked for again; one that nobody published leaves the answers as they came", async () => {
  const { desk, dossier } = deskWith("later");
  desk.fail("publishedForm", { type: "unavailable", mark: "form-not-here" });
  await open(desk, dossier);
  const again = await screen.findByRole("button", { name: /Essayer|Réessayer/ });
  expect(screen.getByText(/form-not-here/)).toBeTruthy();
  desk.heal("publishedForm");
  again.click();
  expect(await screen.findByText("3 décembre 2026")).toBeTruthy();
  cleanup();

  const other = deskWith("nobody");
  other.desk.data.forms = {};
  await open(other.desk, other.dossier);
  await waitFor(() => expect(screen.getByText("Ndiaye")).toBeTruthy());
});
