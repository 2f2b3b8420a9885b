/** Deciding and handing papers over at the desk, and the thread that shows both ways. */
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deskPaths } from "../../../src/app/desk/state.ts";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { ToGive } from "../../../src/workers/work-desk.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { watchCanvas } from "../../support/canvas.ts";
import { createFakeDesk, fakeDeskDossier } from "../../support/fake-desk.ts";
import { showDesk } from "./harness.tsx";

beforeEach(() => {
  watchCanvas();
  window.scrollTo = () => undefined;
  Element.prototype.scrollIntoView = () => undefined;
});
afterEach(async () => {
  cleanup();
  vi.restoreAllMocks();
  await setLanguage("fr");
});

const type = (field: HTMLElement, value: string): void => void fireEvent.input(field, { target: { value } });
const pdf = () => new File(["%PDF-1.4"], "attestation 2026.pdf", { type: "application/pdf" });

async function open() {
  const dossier = fakeDeskDossier({ status: "opened", payload: { language: "ar" } });
  const desk = createFakeDesk({ dossiers: [dossier] });
  const shown = await showDesk(desk, { path: deskPaths.dossier(dossier.row.letter) });
  await screen.findByRole("heading", { level: 2, name: "Répondre" });
  return { desk, shown, letter: dossier.row.letter };
}

test("a refusal says why, how to challenge it, and carries its paper; what is missing is said first", async () => {
  const { desk, letter } = await open();
  fireEvent.click(screen.getByRole("radio", { name: "Décider" }));
  fireEvent.click(screen.getByRole("button", { name: "Choisissez la décision" }));
  expect(desk.calls("give")).toEqual([]);
  fireEvent.click(screen.getByRole("radio", { name: "Refusé" }));
  type(screen.getByRole("textbox", { name: "Pourquoi" }), "Pas de lien avec la commune.");
  expect(screen.queryByRole("button", { name: "Écrivez pourquoi" })).toBeNull();
  const remedies = screen.getByRole<HTMLTextAreaElement>("textbox", { name: /Comment contester/ });
  expect(remedies.value).toContain("deux mois");
  const words = screen.getByRole<HTMLTextAreaElement>("textbox", { name: /La personne lira/ });
  // French first, then the person's language.
  await waitFor(() => expect(words.value).toMatch(/Votre demande est refusée[\s\S]*طلبكم مرفوض/));
  const field = document.querySelector<HTMLInputElement>('input[type="file"]');
  if (field === null) throw new Error("a file can be chosen");
  fireEvent.change(field, { target: { files: [pdf()] } });
  const paper = await screen.findByRole<HTMLInputElement>("textbox", { name: "Nom de ce papier" });
  expect(paper.value).toBe("attestation 2026");
  expect(screen.getByRole<HTMLSelectElement>("combobox", { name: "Sorte de papier" }).value).toBe("refusal-decision");
  expect(screen.getByText(/Personne ne peut le reprendre/)).toBeTruthy();
  expect(await axeProblems()).toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "Remettre la décision" }));
  await waitFor(() => expect(desk.calls("give")).toHaveLength(1));
  const [to, given] = desk.calls("give")[0] as [string, ToGive];
  expect(to).toBe(letter);
  expect(given).toMatchObject({
    decision: { outcome: "refused", on: "2026-11-21", reason: "Pas de lien avec la commune." },
    papers: [{ title: "attestation 2026", kind: "refusal-decision" }],
  });
  expect(given.decision?.remedies).toContain("tribunal administratif");
  const thread = await screen.findByRole("region", { name: "Échanges" });
  await waitFor(() => expect(within(thread).getByText("Refusé")).toBeTruthy());
  // No word of a proof before there is one (INV-2).
  expect(thread.textContent).toContain("Attend le réseau");
  expect(thread.textContent).toContain("La personne a déposé ce dossier");
  expect(thread.textContent?.indexOf("Refusé")).toBeLessThan(thread.textContent?.indexOf("La personne a déposé") ?? 0);
  expect(await axeProblems()).toEqual([]);
});

test("papers alone; a file that is none is named, and nothing is lost", async () => {
  const { desk } = await open();
  fireEvent.click(screen.getByRole("radio", { name: "Remettre des papiers" }));
  const field = document.querySelector<HTMLInputElement>('input[type="file"]');
  if (field === null) throw new Error("a file can be chosen");
  fireEvent.change(field, { target: { files: [pdf(), new File(["x"], "note.doc")] } });
  await waitFor(() => expect(screen.getAllByRole("textbox", { name: "Nom de ce papier" })).toHaveLength(2));
  desk.fail("give", { type: "paper", at: 1, refusal: { type: "file-not-a-picture" } });
  fireEvent.click(screen.getByRole("button", { name: "Remettre ces papiers" }));
  expect((await screen.findByRole("alert")).textContent).toContain("note.doc");
  desk.heal("give");
  const [, second] = screen.getAllByRole("button", { name: "Enlever ce papier" });
  if (second !== undefined) fireEvent.click(second);
  fireEvent.click(screen.getByRole("button", { name: "Remettre ces papiers" }));
  await waitFor(() => expect(desk.calls("give")).toHaveLength(2));
  expect(desk.calls("give")[1]?.[1]).toMatchObject({ decision: null, papers: [{ kind: "letter-received" }] });
});
