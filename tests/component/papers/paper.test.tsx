import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PaperScreen } from "../../../src/app/features/papers/PaperScreen.tsx";
import { ShowScreen } from "../../../src/app/features/papers/ShowScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { CopyState, PaperView } from "../../../src/workers/satchel.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { type WatchedCanvas, watchCanvas } from "../../support/canvas.ts";
import { createFakeSatchel, type FakeSatchel, fakeDossier, fakePaper } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { AREAS, pages, plain, pointer, settled, watchUrls } from "./support.ts";

const areas = [...AREAS];
let urls: ReadonlySet<string>;
let canvas: WatchedCanvas;

beforeEach(() => {
  urls = watchUrls();
  canvas = watchCanvas();
});
afterEach(async () => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await setLanguage("fr");
});

async function show(paper: PaperView, satchel: FakeSatchel = createFakeSatchel({ papers: [paper] })) {
  const shown = await showScreen(<PaperScreen params={{ paper: paper.id }} />, { satchel, areas });
  await screen.findByText(/Page 1 sur/);
  await settled();
  return { ...shown, satchel };
}

const bill = (view: Partial<Omit<PaperView, "record">> = {}, n = 2) =>
  fakePaper({ kind: "proof-of-address", title: "Facture", pages: pages(n) }, view);

describe("un papier", () => {
  test("shows its first page, its facts and what can be done", async () => {
    await show(bill({ bytes: 640_000 }));
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Facture");
    expect(plain((await screen.findByRole("img")).getAttribute("aria-label"))).toBe("Page 1 : Facture");
    expect(screen.getByText("Papier avec votre adresse")).toBeTruthy();
    expect(plain(screen.getByText(/640/).textContent)).toBe("2 pages, 640 Ko");
    expect(document.title).toBe("Un papier – Besace");
    expect(await axeProblems()).toEqual([]);
  });

  test.each<readonly [CopyState, RegExp]>([
    ["waits", /Elle attend le réseau/],
    ["leaving", /3 morceaux sur 5/],
    ["sealed-copy", /Sans carte, personne ne peut la rouvrir/],
    ["two-copies", /Votre carte la rouvre/],
    ["needs-you", /Elle n’est pas encore partie/],
    ["here", /Ce papier reste sur ce téléphone/],
  ])("INV-2: %s is told for what it is", async (state, words) => {
    await show(bill({ state, parts: { done: 3, of: 5 } }));
    expect(screen.getByText("Aucun guichet ne l’a encore")).toBeTruthy();
    expect(plain(document.body.textContent)).toMatch(words);
  });

  test("INV-2: a dossier's proof is told as the dossier's, with its date", async () => {
    const paper = bill();
    const proof = {
      type: "complete",
      at: Date.UTC(2026, 10, 3, 12),
      have: 1,
      of: 1,
      fingerprint: "",
      by: "x",
    } as const;
    const attached = { address: { papers: [paper.id], missing: false } };
    const dossiers = [fakeDossier({ attached }, { stage: "complete", proofs: [proof] })];
    await show(paper, createFakeSatchel({ papers: [paper], dossiers }));
    expect(plain((await screen.findByText(/Joint au dossier/)).textContent)).toBe("Joint au dossier K7QF 2M9D");
    expect(plain(document.body.textContent)).toContain("Complet le 3 nov.");
    expect(screen.queryByText("Aucun guichet ne l’a encore")).toBeNull();
  });

  test("goes from page to page, larger and smaller by buttons and by keys", async () => {
    await show(bill());
    const sheet = () => document.querySelector<HTMLElement>(".reader__page")?.style.inlineSize;
    expect(sheet()).toBe("100%");
    fireEvent.click(screen.getByRole("button", { name: "Agrandir" }));
    expect(sheet()).toBe("150%");
    const area = screen.getByRole("region", { name: /Page 1, agrandie 1,5 fois/ });
    fireEvent.keyDown(area, { key: "+" });
    expect(sheet()).toBe("200%");
    fireEvent.keyDown(area, { key: "0" });
    expect(sheet()).toBe("100%");
    expect(screen.getByRole("button", { name: "Réduire" }).getAttribute("aria-disabled")).toBe("true");
    fireEvent.click(screen.getByRole("button", { name: "Page après" }));
    await settled();
    expect(screen.getByText("Page 2 sur 2")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Page après" }).getAttribute("aria-disabled")).toBe("true");
  });

  test("two fingers make it larger", async () => {
    await show(bill());
    const area = screen.getByRole("region", { name: /Page 1/ });
    const at = (x: number) => ({ clientX: x, clientY: 0 }) as Touch;
    fireEvent.touchStart(area, { touches: [at(0), at(100)] });
    fireEvent.touchMove(area, { touches: [at(0), at(250)] });
    expect(document.querySelector<HTMLElement>(".reader__page")?.style.inlineSize).toBe("250%");
  });

  test("turns the page, and the turn is kept", async () => {
    const { satchel, view } = await show(bill({}, 1));
    fireEvent.click(screen.getByRole("button", { name: "Tourner" }));
    await settled();
    expect(satchel.calls("turnPage")[0]?.[2]).toBe(90);
    expect(view.container.querySelector("figure canvas")?.className).toBe("turn-90");
  });

  test("INV-3: pictures end with the screen and when the satchel closes", async () => {
    const { satchel, view } = await show(bill());
    const sheet = view.container.querySelector("figure canvas") as HTMLCanvasElement;
    await vi.waitFor(() => expect(sheet.width).toBe(400), 20_000);
    // Something about the opening changed, and it is open: the pictures are back.
    satchel.change({ type: "opening" });
    const again = () => view.container.querySelector("figure canvas") as HTMLCanvasElement | null;
    await vi.waitFor(() => expect(again()?.width).toBe(400), 20_000);
    satchel.fail("readPage", { type: "locked" });
    satchel.change({ type: "opening" });
    await settled();
    expect(sheet.width).toBe(0);
    expect(view.container.querySelector("figure canvas")).toBeNull();
    view.unmount();
    expect(canvas.open()).toBe(0);
    // Nothing of a picture ever had an address.
    expect(URL.createObjectURL).not.toHaveBeenCalled();
  });

  test("a page that does not open says that it is not erased, with a mark", async () => {
    const satchel = createFakeSatchel({ papers: [bill()] });
    satchel.fail("readPage", { type: "unavailable", mark: "P-300" });
    await show(satchel.data.papers[0] as PaperView, satchel);
    expect(screen.getByRole("alert").textContent).toContain("P-300");
  });

  test("the bin asks nothing, and can be undone", async () => {
    const { satchel, said, went } = await show(bill());
    fireEvent.click(screen.getByRole("button", { name: /Mettre à la corbeille/ }));
    await settled();
    expect(satchel.data.papers[0]?.record.status).toBe("binned");
    expect(went).toEqual(["/papiers"]);
    await act(async () => said[0]?.onUndo?.());
    expect(satchel.data.papers[0]?.record.status).toBe("kept");
  });

  test("in the bin: taken back, or erased for ever after a question; nothing else", async () => {
    const paper = fakePaper({ kind: "passport", status: "binned", pages: pages(1) });
    const { satchel, went } = await show(paper);
    expect(screen.queryByRole("button", { name: "Tourner" })).toBeNull();
    expect(screen.queryByRole("link", { name: /Montrer/ })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Effacer pour toujours" }));
    fireEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Effacer pour toujours" }));
    await settled();
    expect(satchel.data.papers).toEqual([]);
    expect(went).toEqual(["/papiers/corbeille"]);
  });

  test("prints every page once all are drawn, then puts the screen back", async () => {
    const print = vi.fn();
    vi.stubGlobal("print", print);
    const { view } = await show(bill());
    fireEvent.click(screen.getByRole("button", { name: "Imprimer" }));
    await settled();
    const sheets = () => [...view.container.querySelectorAll(".print-pages canvas")] as HTMLCanvasElement[];
    await vi.waitFor(() => expect(print).toHaveBeenCalledOnce(), 20_000);
    // All the pixels that the page has: fewer than 200 to the inch.
    expect(sheets().map(({ width, height }) => [width, height])).toEqual([
      [800, 1131],
      [800, 1131],
    ]);
    await act(async () => void window.dispatchEvent(new Event("afterprint")));
    expect(sheets()).toHaveLength(0);
    vi.unstubAllGlobals();
  });

  test("INV-3: a PDF is not given to the browser; a copy is saved only after a warning, under a name that says nothing", async () => {
    // Where the phone saves data, the tool that shows it is asked for.
    vi.stubGlobal("navigator", Object.assign(Object.create(navigator), { connection: { saveData: true } }));
    const page = { original: pointer("application/pdf"), fileName: "Avis de Camille Morel.pdf" };
    const paper = fakePaper({ kind: "tax-notice", pages: pages(1, page) });
    const { satchel, pass } = await show(paper);
    expect(screen.getByRole("heading", { name: "Fichier PDF" })).toBeTruthy();
    expect(plain(screen.getByText(/économise les données/).textContent)).toContain("un outil de 550 Ko");
    expect(screen.queryByRole("button", { name: "Imprimer" })).toBeNull();
    const clicked: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      clicked.push(`${this.download} ${this.target}`);
    });
    fireEvent.click(screen.getByRole("button", { name: "Enregistrer une copie" }));
    const dialog = screen.getByRole("dialog");
    expect(dialog.textContent).toContain("Toute personne qui a cet appareil pourra la lire.");
    expect(satchel.calls("readPage")).toEqual([]);
    fireEvent.click(within(dialog).getByRole("button", { name: "Enregistrer une copie" }));
    await settled();
    expect(clicked).toEqual(["papier-1.pdf "]);
    expect(urls.size).toBe(1);
    pass(60_000);
    expect(urls.size).toBe(0);
  });

  test("a photo that this browser cannot read is explained", async () => {
    await show(fakePaper({ pages: pages(1, { state: "raw", original: pointer("image/heic") }) }));
    expect(screen.getByText(/Rien n’est perdu/)).toBeTruthy();
  });

  test("gone, locked: said in words, with one h1", async () => {
    const satchel = createFakeSatchel();
    const { view } = await showScreen(<PaperScreen params={{ paper: bill().id }} />, { satchel, areas });
    expect(await screen.findByRole("heading", { name: "Ce papier n’est pas ici" })).toBeTruthy();
    expect(screen.getAllByRole("heading", { level: 1 })).toHaveLength(1);
    view.unmount();
    satchel.fail("paper", { type: "locked" });
    await showScreen(<PaperScreen params={{ paper: bill().id }} />, { satchel, areas });
    expect(await screen.findByRole("button", { name: "Ouvrir ma besace" })).toBeTruthy();
  });

  test("can be shown to somebody, alone on the screen", async () => {
    const paper = bill();
    const satchel = createFakeSatchel({ papers: [paper] });
    await showScreen(<ShowScreen params={{ paper: paper.id }} />, { satchel, areas });
    expect(await screen.findByRole("img")).toBeTruthy();
    expect(screen.queryByText("Où est ce papier")).toBeNull();
    expect(await axeProblems()).toEqual([]);
  });
});
