import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BinScreen } from "../../../src/app/features/papers/BinScreen.tsx";
import { ListScreen } from "../../../src/app/features/papers/ListScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, FAKE_NOW, fakePaper } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { AREAS, pages, plain, settled, watchUrls } from "./support.ts";

const areas = [...AREAS];

beforeEach(() => void watchUrls());
afterEach(async () => {
  cleanup();
  vi.restoreAllMocks();
  await setLanguage("fr");
});

const several = () => [
  fakePaper({ kind: "identity-card", expiry: "2026-12-14" }, { state: "waits" }),
  fakePaper({ kind: "proof-of-address", title: "Facture d’électricité", pages: pages(2) }, { state: "sealed-copy" }),
  fakePaper({ kind: "pay-slip", holder: "Ayoub" }, { state: "leaving" }),
  fakePaper({ kind: "tax-notice" }, { state: "two-copies" }),
  fakePaper({ kind: "family-book" }, { state: "needs-you" }),
];

describe("Mes papiers", () => {
  test("INV-2: says of each paper where it is, in honest words, one state each", async () => {
    const { view } = await showScreen(<ListScreen />, { satchel: createFakeSatchel({ papers: several() }), areas });
    await screen.findByText("Facture d’électricité");
    const chips = [...view.container.querySelectorAll("li .chip")].map((chip) => plain(chip.textContent));
    expect(chips).toEqual([
      "À refaire bientôt",
      "Copie fermée au serveur",
      "Part maintenant",
      "2 copies",
      "À corriger",
    ]);
    expect(view.container.textContent).not.toMatch(/envoyé|reçu/i);
    expect(await axeProblems()).toEqual([]);
  });

  test("finds papers as one types, in titles, kinds and names, whatever the accents", async () => {
    await showScreen(<ListScreen />, { satchel: createFakeSatchel({ papers: several() }), areas });
    const field = await screen.findByLabelText<HTMLInputElement>("Chercher un papier");
    expect(field.getAttribute("autocomplete")).toBe("off");
    fireEvent.input(field, { target: { value: "ELECTRI" } });
    expect(screen.getAllByRole("link", { name: /Ajouté le|Bon jusqu’au/ }).map((link) => link.textContent)).toEqual([
      expect.stringContaining("Facture d’électricité"),
    ]);
    fireEvent.input(field, { target: { value: "ayoub paie" } });
    expect(screen.getByRole("link", { name: /Bulletin de paie/ })).toBeTruthy();
    fireEvent.input(field, { target: { value: "impot" } });
    expect(screen.getByRole("link", { name: /Avis d’impôt/ })).toBeTruthy();
    fireEvent.input(field, { target: { value: "zzz" } });
    expect(screen.getByRole("heading", { name: "Aucun papier trouvé" })).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Voir tous mes papiers" }));
    expect(screen.getAllByRole("link", { name: /Ajouté le|Bon jusqu’au/ })).toHaveLength(5);
  });

  test("narrows to one family, with how many it has", async () => {
    await showScreen(<ListScreen />, { satchel: createFakeSatchel({ papers: several() }), areas });
    const group = await screen.findByRole("group", { name: "Trier par sujet" });
    // One line on a phone: the first rows stand in the first screen.
    expect(group.classList.contains("filters--line")).toBe(true);
    expect(
      within(group)
        .getAllByRole("button")
        .map((button) => button.textContent),
    ).toEqual(["Tous 5", "Identité 1", "Famille 1", "Logement 1", "Argent 1", "Travail 1"]);
    fireEvent.click(within(group).getByRole("button", { name: "Travail 1" }));
    expect(screen.getAllByRole("link", { name: /Ajouté le|Bon jusqu’au/ }).map((link) => link.textContent)).toEqual([
      expect.stringContaining("Bulletin de paie"),
    ]);
  });

  test("D5: draws only the first rows of a thousand, brings the others, and draws more by a button", async () => {
    const papers = Array.from({ length: 1000 }, (_, n) =>
      fakePaper({ title: `Courrier ${n}`, createdAt: FAKE_NOW - n, updatedAt: 0 }),
    );
    const satchel = createFakeSatchel({ papers });
    const { view, pass } = await showScreen(<ListScreen />, { satchel, areas });
    await screen.findByText("Courrier 0");
    const drawn = () => view.container.querySelectorAll(":not([hidden]) > .papers-list > li").length;
    expect(drawn()).toBe(6);
    expect(screen.getByRole("heading", { level: 2, name: /^1.?000.papiers$/ })).toBeTruthy();
    const field = screen.getByLabelText("Chercher un papier");
    fireEvent.input(field, { target: { value: "courrier 987" } });
    // What was not read yet is not said to be nowhere.
    expect(screen.queryByRole("heading", { name: "Aucun papier trouvé" })).toBeNull();
    pass(500);
    expect(await screen.findByText("Courrier 987")).toBeTruthy();
    expect(drawn()).toBe(1);
    fireEvent.input(field, { target: { value: "" } });
    fireEvent.click(screen.getByRole("button", { name: "Voir 50 papiers de plus" }));
    expect(drawn()).toBe(56);
    fireEvent.input(field, { target: { value: "courrier 98" } });
    expect(drawn()).toBe(3);
    fireEvent.input(field, { target: { value: "" } });
    expect(drawn()).toBe(56);
    expect(satchel.calls("papersPart").length).toBe(21);
  });

  test("D5: rows of a search are made, unseen, before the first key, and never stand for a newer text", async () => {
    const { view, pass } = await showScreen(<ListScreen />, {
      satchel: createFakeSatchel({ papers: several() }),
      areas,
    });
    const field = await screen.findByLabelText("Chercher un papier");
    const lists = () => [...view.container.querySelectorAll(".papers-list")];
    const seen = () =>
      [...view.container.querySelectorAll(":not([hidden]) > .papers-list .item__title")].map(
        (each) => each.textContent,
      );
    expect(lists()).toHaveLength(1);
    fireEvent.focus(field);
    expect(lists()).toHaveLength(1);
    // Typed at once: the words that people use for kinds were not even asked for.
    fireEvent.input(field, { target: { value: "caf" } });
    expect(screen.queryByRole("heading", { name: "Aucun papier trouvé" })).toBeNull();
    fireEvent.input(field, { target: { value: "" } });
    pass(500);
    expect(lists().map((list) => list.children.length)).toEqual([3, 5]);
    expect(seen()).toHaveLength(5);
    fireEvent.input(field, { target: { value: "ayoub" } });
    expect(seen()).toEqual(["Bulletin de paie"]);
    for (const value of ["zzz", "zz", "famille", "zzz"]) {
      fireEvent.input(field, { target: { value } });
      expect(seen()).toEqual(value === "famille" ? ["Livret de famille"] : []);
    }
    expect(screen.getByRole("heading", { name: "Aucun papier trouvé" })).toBeTruthy();
    fireEvent.input(field, { target: { value: "" } });
    expect(seen()).toHaveLength(5);
    expect(await axeProblems()).toEqual([]);
  });

  test("D5: begins with what is likely needed next", async () => {
    const papers = [
      fakePaper({ title: "ancien", createdAt: 1, updatedAt: 1 }),
      fakePaper({ title: "finit bientôt", expiry: "2026-12-01", createdAt: 1, updatedAt: 1 }),
      fakePaper({ title: "nouveau", createdAt: 9, updatedAt: 9 }),
      fakePaper({ title: "dans un dossier", createdAt: 1, updatedAt: 1 }, { usedAt: 20 }),
    ];
    const { view } = await showScreen(<ListScreen />, { satchel: createFakeSatchel({ papers }), areas });
    await screen.findByText("ancien");
    const titles = [...view.container.querySelectorAll(".paper .item__title")].map((each) => each.textContent);
    expect(titles).toEqual(["finit bientôt", "dans un dossier", "nouveau", "ancien"]);
  });

  test("finds by what people call a kind, misspelled too, and by the note", async () => {
    const papers = [
      ...several(),
      fakePaper({ kind: "benefit-notice" }),
      fakePaper({ title: "Clé", note: "chez ma sœur" }),
    ];
    const { view, pass } = await showScreen(<ListScreen />, { satchel: createFakeSatchel({ papers }), areas });
    const field = await screen.findByLabelText("Chercher un papier");
    fireEvent.focus(field);
    pass(500);
    const titles = () =>
      [...view.container.querySelectorAll(":not([hidden]) > .papers-list .item__title")].map(
        (each) => each.textContent,
      );
    fireEvent.input(field, { target: { value: "fiche de paye" } });
    await vi.waitFor(() => expect(titles()).toEqual(["Bulletin de paie"]));
    fireEvent.input(field, { target: { value: "alocation" } });
    await vi.waitFor(() => expect(titles()).toEqual(["Attestation d’allocations (CAF, RSA)"]));
    fireEvent.input(field, { target: { value: "soeur" } });
    expect(titles()).toEqual(["Clé"]);
  });

  test("empty: an open bag, one sentence, one button", async () => {
    await showScreen(<ListScreen />, { satchel: createFakeSatchel(), areas });
    expect(await screen.findByRole("heading", { name: "Aucun papier pour l’instant" })).toBeTruthy();
    expect(screen.getAllByRole("link", { name: "Ajouter un papier" })).toHaveLength(1);
    expect(await axeProblems()).toEqual([]);
  });

  test("loading says so after a while; offline shows the papers all the same", async () => {
    const satchel = createFakeSatchel({ papers: several() });
    const release = satchel.stall("papersPart");
    const { pass } = await showScreen(<ListScreen />, { satchel, areas, shell: { network: "offline" } });
    pass(500);
    expect(screen.getByText("On ouvre…")).toBeTruthy();
    release();
    expect(await screen.findByText("Facture d’électricité")).toBeTruthy();
    expect(screen.getByText("Pas de réseau.")).toBeTruthy();
  });

  test("locked says that papers are safe and leads to the code; failed gives a mark and tries again", async () => {
    const satchel = createFakeSatchel({ papers: several() });
    satchel.fail("papersPart", { type: "locked" });
    const { went, view } = await showScreen(<ListScreen />, { satchel, areas });
    fireEvent.click(await screen.findByRole("button", { name: "Ouvrir ma besace" }));
    expect(went).toEqual(["/"]);
    view.unmount();
    satchel.fail("papersPart", { type: "unavailable", mark: "P-114" });
    await showScreen(<ListScreen />, { satchel, areas });
    expect((await screen.findByRole("alert")).textContent).toContain("P-114");
    satchel.heal("papersPart");
    fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
    expect(await screen.findByText("Facture d’électricité")).toBeTruthy();
  });

  test("INV-1: offers what a killed browser left, and puts it in the bin with a way back", async () => {
    const draft = fakePaper({ kind: "passport", status: "draft", pages: pages(2) });
    const satchel = createFakeSatchel({ papers: [draft] });
    const { said } = await showScreen(<ListScreen />, { satchel, areas });
    expect(await screen.findByRole("heading", { name: /Vous aviez commencé un papier\s: 2\spages/ })).toBeTruthy();
    expect(screen.getByRole("link", { name: "Continuer ce papier" }).getAttribute("href")).toBe(
      `/papiers/${draft.id}/pages`,
    );
    fireEvent.click(screen.getByRole("button", { name: "Mettre à la corbeille" }));
    await settled();
    expect(satchel.data.papers[0]?.record.status).toBe("binned");
    said[0]?.onUndo?.();
    expect(satchel.calls("restorePaper")).toEqual([[draft.id]]);
  });

  test("a date without a day lasts to the end of its month or year", async () => {
    const papers = ["2027", "2027-02", "2027-02-14"].map((expiry) => fakePaper({ kind: "passport", expiry }));
    const { view } = await showScreen(<ListScreen />, { satchel: createFakeSatchel({ papers }), areas });
    await screen.findAllByText(/Bon jusqu/);
    const details = [...view.container.querySelectorAll(".paper .meta")].map((each) => plain(each.textContent).trim());
    expect(details).toEqual([
      "Bon jusqu’à fin 2027.",
      "Bon jusqu’à fin février 2027.",
      "Bon jusqu’au 14 février 2027.",
    ]);
  });

  test("INV-3: the tab's title says nothing of what is inside", async () => {
    await showScreen(<ListScreen />, { satchel: createFakeSatchel({ papers: several() }), areas });
    await screen.findByText("Facture d’électricité");
    expect(document.title).toBe("Mes papiers – Besace");
  });

  test("works from right to left in Arabic", async () => {
    await setLanguage("ar");
    const { view } = await showScreen(<ListScreen />, { satchel: createFakeSatchel({ papers: several() }), areas });
    expect(await screen.findByRole("heading", { level: 1, name: "أوراقي" })).toBeTruthy();
    expect(view.container.textContent).not.toMatch(/papers\.|papers-types\./);
  });
});

describe("Corbeille", () => {
  const binned = (binnedAt: number | null) => fakePaper({ kind: "passport", status: "binned", binnedAt });

  test("says how long each paper stays, and takes one back", async () => {
    const papers = [binned(Date.UTC(2026, 10, 20, 11)), binned(null)];
    const satchel = createFakeSatchel({ papers });
    const { said } = await showScreen(<BinScreen />, { satchel, areas });
    expect(await screen.findByText("Encore 29 jours.")).toBeTruthy();
    expect(screen.getByText("Les 30 jours commencent au prochain réseau.")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getAllByRole("button", { name: "Remettre dans mes papiers" })[0] as HTMLElement);
    await settled();
    expect(satchel.data.papers[0]?.record.status).toBe("kept");
    expect(said.map(({ text }) => text)).toEqual(["Papier remis dans vos papiers."]);
  });

  test("erases only after a question", async () => {
    const satchel = createFakeSatchel({ papers: [binned(null)] });
    await showScreen(<BinScreen />, { satchel, areas });
    fireEvent.click(await screen.findByRole("button", { name: "Effacer pour toujours" }));
    const dialog = await screen.findByRole("dialog", { name: /Effacer ce papier pour toujours/ });
    fireEvent.click(within(dialog).getByRole("button", { name: "Garder ce papier" }));
    expect(satchel.calls("erasePaper")).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Effacer pour toujours" }));
    fireEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Effacer pour toujours" }));
    await settled();
    expect(satchel.data.papers).toEqual([]);
    expect(await screen.findByRole("heading", { name: "La corbeille est vide" })).toBeTruthy();
  });
});
