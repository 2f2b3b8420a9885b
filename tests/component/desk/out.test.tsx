/** F9: a dossier and the list leave the desk as files, after a warning; PDFs are shown drawn anew. */

import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { deskPaths } from "../../../src/app/desk/state.ts";
import type { BlobId } from "../../../src/shared/ids.ts";
import { err, ok } from "../../../src/shared/result.ts";
import type { PdfApi } from "../../../src/workers/pdf.contract.ts";
import { watchCanvas } from "../../support/canvas.ts";
import { createFakeDesk, fakeDeskDossier, fakeDeskPaper } from "../../support/fake-desk.ts";
import { fakeId } from "../../support/fake-satchel.ts";
import { showDesk } from "./harness.tsx";

/** The worker that draws PDFs: three pages, or whatever a test says. */
const pdf: { pages: Awaited<ReturnType<PdfApi["open"]>>; drawn: number[] } = { pages: ok({ pages: 3 }), drawn: [] };
vi.mock("../../../src/workers/pdf.client.ts", () => ({
  connectPdf: () => ({
    api: {
      ready: async () => ok(undefined),
      open: async () => pdf.pages,
      draw: async (page: number) => {
        pdf.drawn.push(page);
        return ok({ bitmap: { width: 10, height: 14, close: () => undefined }, width: 595, height: 842 });
      },
    },
    stop: () => undefined,
  }),
}));

beforeEach(() => {
  watchCanvas();
  pdf.pages = ok({ pages: 3 });
  pdf.drawn = [];
  HTMLCanvasElement.prototype.toBlob = function toBlob(done): void {
    done(new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xd9])], { type: "image/jpeg" }));
  };
  window.scrollTo = () => undefined;
  HTMLDialogElement.prototype.showModal = function showModal(): void {
    this.open = true;
  };
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

async function structure(): Promise<readonly string[]> {
  const { violations } = await axe.run(document.body, {
    runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] },
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}

const pdfPage = () => ({ blob: fakeId<BlobId>(), preview: null, mime: "application/pdf", turn: 0, here: true });

async function open(dossier = fakeDeskDossier()) {
  const desk = createFakeDesk({ dossiers: [dossier] });
  const shown = await showDesk(desk, { path: deskPaths.dossier(dossier.row.letter) });
  return { desk, shown, dossier };
}

async function askOut() {
  fireEvent.click(await screen.findByRole("button", { name: "Exporter" }));
  return await screen.findByRole("dialog", { name: "Sortir ce dossier de Besace\u00a0?" });
}

describe("out of the desk", () => {
  test("F9: one PDF, made after a warning, named by the number alone", async () => {
    const { shown } = await open();
    const dialog = await askOut();
    expect(dialog.textContent).toContain("lisible par toute personne");
    expect(await structure()).toEqual([]);
    expect(shown.saved).toEqual([]);
    fireEvent.click(within(dialog).getByRole("button", { name: "Faire le fichier" }));
    await within(dialog).findByText("Le fichier est dans les téléchargements.");
    expect(shown.saved).toEqual([{ mime: "application/pdf", name: "K7QF2M9D.pdf" }]);
  });

  test("F9: a page that is not here is said, and the file is made all the same", async () => {
    const { shown, desk } = await open();
    desk.fail("page", { type: "not-arrived" } as never);
    const dialog = await askOut();
    fireEvent.click(within(dialog).getByRole("button", { name: "Faire le fichier" }));
    await within(dialog).findByText(/1 page manque dans ce fichier/);
    expect(shown.saved).toHaveLength(1);
  });

  test("F9: a PDF without a page is said like a page that is not here", async () => {
    pdf.pages = ok({ pages: 0 });
    await open(fakeDeskDossier({ papers: [fakeDeskPaper({ pages: [pdfPage()] })] }));
    const dialog = await askOut();
    fireEvent.click(within(dialog).getByRole("button", { name: "Faire le fichier" }));
    await within(dialog).findByText(/1 page manque dans ce fichier/);
  });

  test("F9: originals go into a ZIP only after a yes of their own; a PDF is drawn page by page", async () => {
    const { shown } = await open(fakeDeskDossier({ papers: [fakeDeskPaper({ pages: [pdfPage()] })] }));
    const dialog = await askOut();
    expect(within(dialog).queryByRole("checkbox")).toBeNull();
    fireEvent.click(within(dialog).getByRole("radio", { name: /Un dossier ZIP/ }));
    expect((within(dialog).getByRole("checkbox") as HTMLInputElement).checked).toBe(false);
    fireEvent.click(within(dialog).getByRole("button", { name: "Faire le fichier" }));
    await within(dialog).findByText("Le fichier est dans les téléchargements.");
    expect(shown.saved).toEqual([{ mime: "application/zip", name: "K7QF2M9D.zip" }]);
    expect(pdf.drawn).toEqual(expect.arrayContaining([1, 2, 3]));
  });

  test("closing before the end makes no file", async () => {
    const { shown, desk } = await open();
    const release = desk.stall("page");
    const dialog = await askOut();
    fireEvent.click(within(dialog).getByRole("button", { name: "Faire le fichier" }));
    fireEvent.click(within(dialog).getByRole("button", { name: "Ne rien exporter" }));
    release();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(shown.saved).toEqual([]);
  });

  test("F9: the list as it is shown, for a spreadsheet", async () => {
    const desk = createFakeDesk({ dossiers: [fakeDeskDossier({ name: "=Camille" }), fakeDeskDossier()] });
    const shown = await showDesk(desk);
    fireEvent.click(await screen.findByRole("button", { name: "Liste en CSV" }));
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("2 lignes");
    fireEvent.click(within(dialog).getByRole("button", { name: "Enregistrer la liste" }));
    await waitFor(() => expect(shown.saved).toEqual([{ mime: "text/csv", name: "liste-dossiers.csv" }]));
  });
});

describe("a PDF at the desk", () => {
  test("is drawn anew, page by page; a copy of the file only after a warning", async () => {
    const { shown, desk } = await open(fakeDeskDossier({ papers: [fakeDeskPaper({ pages: [pdfPage()] })] }));
    await screen.findByRole("img", { name: "Carte d’identité, page 1 sur 1" });
    await screen.findByText("Page 1 sur 3 de ce PDF");
    fireEvent.click(screen.getByRole("button", { name: "Page suivante du PDF" }));
    await screen.findByText("Page 2 sur 3 de ce PDF");
    await waitFor(() => expect(pdf.drawn).toContain(2));
    expect(await structure()).toEqual([]);
    const before = desk.calls("page").length;
    fireEvent.click(screen.getByRole("button", { name: "Enregistrer une copie" }));
    const dialog = screen.getByRole("dialog", { name: /Enregistrer une copie/ });
    expect(desk.calls("page")).toHaveLength(before);
    fireEvent.click(within(dialog).getByRole("button", { name: "Enregistrer une copie" }));
    await waitFor(() => expect(shown.saved).toEqual([{ mime: "application/pdf", name: "K7QF2M9D-1.pdf" }]));
  });

  test.each([
    ["pdf-locked", /fermé par un mot de passe/],
    ["pdf-unread", /n’a pas pu être dessiné/],
    ["pdf-too-heavy", /trop lourde/],
  ] as const)("%s is said in words, and a copy can still be saved", async (type, words) => {
    pdf.pages = err({ type });
    await open(fakeDeskDossier({ papers: [fakeDeskPaper({ pages: [pdfPage()] })] }));
    await screen.findByText(words);
    expect(screen.getByRole("button", { name: "Enregistrer une copie" })).toBeTruthy();
    expect(await structure()).toEqual([]);
  });
});
