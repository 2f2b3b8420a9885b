/** What two devices wrote about one paper: its name, a page, the bin, an erasure; seen, settled, and nothing typed is lost. */
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DetailsScreen } from "../../../src/app/features/papers/DetailsScreen.tsx";
import { PaperScreen } from "../../../src/app/features/papers/PaperScreen.tsx";
import { axeProblems } from "../../support/axe-dom.ts";
import { watchCanvas } from "../../support/canvas.ts";
import { createFakeSatchel, fakePaper } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { AREAS, pages, pointer, settled, watchUrls } from "./support.ts";

const areas = [...AREAS, "others"] as const;
let urls: ReadonlySet<string>;
beforeEach(() => {
  urls = watchUrls();
  watchCanvas();
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("on the paper", () => {
  test("two names: both shown, one press takes the other", async () => {
    const paper = fakePaper({ title: "Carte A", pages: pages(1), others: { title: ["Carte B"] } });
    const satchel = createFakeSatchel({ papers: [paper] });
    await showScreen(<PaperScreen params={{ paper: paper.id }} />, { satchel, areas });
    expect(await screen.findByText("Carte B")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Prendre l’autre réponse" }));
    expect(await screen.findByRole("heading", { level: 1, name: "Carte B" })).toBeTruthy();
    await waitFor(() => expect(screen.queryByText(/Une autre réponse existe/)).toBeNull());
  });

  test("two pictures of a page: the other one is shown beside the choice, and its address given back", async () => {
    const held = pages(1);
    const [page = ""] = Object.keys(held);
    const other = pointer("other");
    const paper = fakePaper({
      title: "Carte",
      pages: held,
      others: { [`pages.${page}.readable`]: [other], [`pages.${page}.preview`]: [other] },
    });
    const satchel = createFakeSatchel({ papers: [paper] });
    await showScreen(<PaperScreen params={{ paper: paper.id }} />, { satchel, areas });
    const box = await screen.findByRole("region", { name: /Une autre photo de cette page existe/ });
    expect(await within(box).findByRole("img", { name: "Une autre photo de cette page existe" })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(within(box).getByRole("button", { name: "Garder la photo d’ici" }));
    await waitFor(() =>
      expect(satchel.calls("settleOther")).toEqual([[{ id: paper.id, path: `pages.${page}`, choice: null }]]),
    );
    cleanup();
    await settled();
    expect([...urls]).toEqual([]);
  });

  test("put in the bin, or erased, on the other device: kept here, said, and either can be chosen", async () => {
    const paper = fakePaper({ title: "Facture", pages: pages(1), others: { status: ["binned"], erased: [true] } });
    const satchel = createFakeSatchel({ papers: [paper] });
    await showScreen(<PaperScreen params={{ paper: paper.id }} />, { satchel, areas });
    expect(await screen.findByText("Mis à la corbeille sur un autre appareil")).toBeTruthy();
    expect(screen.getByText("Effacé sur un autre appareil")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Le mettre à la corbeille" }));
    await waitFor(() => expect(satchel.calls("settleOther")).toEqual([[{ id: paper.id, path: "status", choice: 0 }]]));
  });

  test("a choice that cannot be kept is told, and stays to be made", async () => {
    const paper = fakePaper({ title: "Carte A", pages: pages(1), others: { title: ["Carte B"] } });
    const satchel = createFakeSatchel({ papers: [paper] });
    satchel.fail("settleOther", { type: "full" });
    await showScreen(<PaperScreen params={{ paper: paper.id }} />, { satchel, areas });
    fireEvent.click(await screen.findByRole("button", { name: "Garder la réponse d’ici" }));
    expect(await screen.findByRole("alert")).toBeTruthy();
    expect(screen.getByText("Carte B")).toBeTruthy();
  });
});

describe("on its details", () => {
  test("what is typed is kept before a choice, and the fields then show what stands", async () => {
    const paper = fakePaper({ title: "Carte A", pages: pages(1), others: { title: ["Carte B"] } });
    const satchel = createFakeSatchel({ papers: [paper] });
    await showScreen(<DetailsScreen params={{ paper: paper.id }} />, { satchel, areas });
    expect(await screen.findByText("Carte B")).toBeTruthy();
    fireEvent.click(screen.getByRole("radio", { name: /Une autre personne/ }));
    fireEvent.input(await screen.findByLabelText(/Nom de cette personne/), {
      target: { value: "Awa" },
    });
    fireEvent.click(screen.getByRole("button", { name: "Prendre l’autre réponse" }));
    await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>("Nom du papier").value).toBe("Carte B"));
    expect(satchel.data.papers[0]?.record).toMatchObject({ title: "Carte B", holder: "Awa" });
    expect(await axeProblems()).toEqual([]);
  });
});
