/** F8 in parts: what helpers do among themselves, single keys, papers side by side and what does not fit. */
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deskPaths } from "../../../src/app/desk/state.ts";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { PrincipalId } from "../../../src/shared/ids.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { watchCanvas } from "../../support/canvas.ts";
import { createFakeDesk, type FakeDeskData, fakeDeskDossier, fakeDeskPaper } from "../../support/fake-desk.ts";
import { showDesk } from "./harness.tsx";

beforeEach(() => {
  watchCanvas();
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:desk/1");
  vi.spyOn(URL, "revokeObjectURL").mockReturnValue(undefined);
  window.scrollTo = () => undefined;
  Element.prototype.scrollIntoView = () => undefined;
  HTMLDialogElement.prototype.showModal = function showModal(): void {
    this.open = true;
  };
});
afterEach(async () => {
  cleanup();
  vi.restoreAllMocks();
  await setLanguage("fr");
});

const ME = "helper-me" as PrincipalId;
const team: FakeDeskData["team"] = {
  state: "helpers",
  mayManage: false,
  receives: true,
  invitations: [],
  helpers: [
    { id: ME, role: "manager", name: "Sonia", isMe: true },
    { id: "helper-b" as PrincipalId, role: "helper", name: "Marc", isMe: false },
  ],
};
const press = (key: string): void => void fireEvent.keyDown(document.body, { key });

test("a note, who looks after it, closing it: among helpers, and found again in the list", async () => {
  const dossier = fakeDeskDossier({ status: "opened" });
  const desk = createFakeDesk({ dossiers: [dossier, fakeDeskDossier({ name: "Zoé", status: "opened" })], team });
  const shown = await showDesk(desk, { path: deskPaths.dossier(dossier.row.letter) });
  const pane = await screen.findByRole("region", { name: "Entre vous" });
  fireEvent.change(within(pane).getByRole("combobox", { name: "Qui s’en occupe" }), { target: { value: ME } });
  fireEvent.input(within(pane).getByRole("textbox", { name: /Note pour votre équipe/ }), {
    target: { value: "Rappeler lundi." },
  });
  fireEvent.click(within(pane).getByRole("button", { name: "Garder la note" }));
  await waitFor(() => expect(within(pane).getByRole("list", { name: "Notes" }).textContent).toMatch(/Rappeler.*Sonia/));
  expect(await axeProblems()).toEqual([]);
  fireEvent.click(within(pane).getByRole("button", { name: "Classer sans décision" }));
  await within(pane).findByRole("button", { name: "Rouvrir ce dossier" });
  // Nothing of it is an answer to the person.
  expect(desk.calls("answer")).toEqual([]);
  fireEvent.click(within(pane).getByRole("button", { name: "Rouvrir ce dossier" }));
  await within(pane).findByRole("button", { name: "Classer sans décision" });
  shown.go(deskPaths.inbox);
  fireEvent.click(await screen.findByRole("button", { name: /Pour moi/ }));
  expect(document.querySelectorAll("a[data-row]")).toHaveLength(1);
  expect(document.querySelector("tbody tr")?.textContent).toContain("Sonia");
});

test("keys: a visible list, off in one press, quiet while somebody types", async () => {
  const first = fakeDeskDossier({ status: "opened", name: "Alix", depositedAt: 1 });
  const second = fakeDeskDossier({ status: "opened", name: "Béa", depositedAt: 2 });
  const desk = createFakeDesk({ dossiers: [first, second] });
  const shown = await showDesk(desk, { path: deskPaths.dossier(first.row.letter) });
  await screen.findByRole("heading", { level: 2, name: "Répondre" });
  press("j");
  await waitFor(() => expect(shown.path()).toBe(deskPaths.dossier(second.row.letter)));
  press("k");
  await waitFor(() => expect(shown.path()).toBe(deskPaths.dossier(first.row.letter)));
  await screen.findByRole("heading", { level: 2, name: "Répondre" });
  await shown.pass(0);
  press("c");
  await waitFor(() => expect(shown.copied).toHaveLength(1));
  await shown.pass(0);
  press("c");
  await waitFor(() => expect(shown.copied).toHaveLength(2));
  expect(shown.copied).toEqual(["Camille", "Morel"]);
  expect(await screen.findByText(/Copié.*Nom de famille|Nom de famille.*copié/i)).toBeTruthy();
  const words = screen.getByRole("textbox", { name: /La personne lira/ });
  fireEvent.keyDown(words, { key: "l" });
  expect(shown.path()).toBe(deskPaths.dossier(first.row.letter));
  press("?");
  const list = await screen.findByRole("dialog", { name: "Raccourcis clavier" });
  expect(within(list).getAllByRole("term").length).toBeGreaterThan(12);
  expect(await axeProblems()).toEqual([]);
  fireEvent.click(within(list).getByRole("checkbox", { name: /Utiliser ces touches/ }));
  fireEvent.click(within(list).getByRole("button", { name: "Fermer la liste" }));
  press("l");
  expect(shown.path()).toBe(deskPaths.dossier(first.row.letter));
});

test("two papers side by side; what is past its date or too old is said on top", async () => {
  const papers = [
    fakeDeskPaper({ title: "Carte", expiry: "2020-01-01" }),
    fakeDeskPaper({
      title: "Quittance",
      requirement: "residence",
      kind: "rent-receipt",
      issued: "2026-11",
      expiry: null,
    }),
  ];
  const dossier = fakeDeskDossier({ status: "opened", papers });
  await showDesk(createFakeDesk({ dossiers: [dossier] }), { path: deskPaths.dossier(dossier.row.letter) });
  const unfit = await screen.findByRole("list", { name: "À regarder" });
  expect(unfit.textContent).toMatch(/Carte.*date passée/);
  expect(unfit.querySelectorAll("li")).toHaveLength(1);
  fireEvent.click(screen.getByRole("button", { name: "Côte à côte" }));
  const other = await screen.findByRole("region", { name: "L’autre papier" });
  expect(within(other).getByRole<HTMLSelectElement>("combobox").selectedOptions[0]?.textContent).toBe("Quittance");
  expect(await axeProblems()).toEqual([]);
  press("b");
  await waitFor(() => expect(screen.queryByRole("region", { name: "L’autre papier" })).toBeNull());
});
