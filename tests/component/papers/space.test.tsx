import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, test } from "vitest";
import { PaperScreen } from "../../../src/app/features/papers/PaperScreen.tsx";
import { SpaceScreen } from "../../../src/app/features/papers/SpaceScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { PaperView, SpaceView } from "../../../src/workers/satchel.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, type FakeSatchel, fakePaper } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { AREAS, pages, plain, settled } from "./support.ts";

const areas = [...AREAS, "space"] as const;

afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const bill = fakePaper({ title: "Facture", kind: "proof-of-address" }, { state: "sealed-copy", bytes: 640_000 });
const slip = fakePaper({ title: "Bulletin", kind: "pay-slip" }, { state: "sealed-copy", bytes: 280_000 });
const gone = fakePaper({ title: "Bail" }, { state: "away", bytes: 900_000 });
const fresh = fakePaper({ title: "Carte" }, { state: "waits", bytes: 200_000 });

const space: SpaceView = {
  left: 3_000_000,
  here: 1_200_000,
  freeable: 900_000,
  papers: [
    { id: gone.id, bytes: 880_000, state: "away", why: null },
    { id: bill.id, bytes: 620_000, state: "may-go", why: null },
    { id: slip.id, bytes: 280_000, state: "may-go", why: null },
    { id: fresh.id, bytes: 200_000, state: "stays", why: "not-copied" },
  ],
};
const satchelOf = (view: SpaceView = space): FakeSatchel =>
  createFakeSatchel({ papers: [bill, slip, gone, fresh], space: view });
const look = async (satchel: FakeSatchel) => {
  const shown = await showScreen(<SpaceScreen />, { satchel, areas });
  await settled();
  return shown;
};
const text = (): string => plain(document.body.textContent);

describe("libérer de la place", () => {
  test("says what papers take, which may leave with their sizes, which stay and why", async () => {
    await look(satchelOf());
    expect(text()).toContain("Vos papiers prennent 1,2 Mo sur ce téléphone.");
    expect(text()).toContain("Le navigateur dit qu’il reste 3 Mo.");
    const may = screen.getByRole("group", { name: "Peuvent quitter ce téléphone" });
    expect(within(may).getAllByRole("checkbox")).toHaveLength(2);
    expect(plain(may.textContent)).toContain("Facture 620 Ko");
    expect(
      within(screen.getByRole("region", { name: "Restent sur ce téléphone" })).getByRole("link").textContent,
    ).toMatch(/pas encore toute au serveur/);
    expect(await axeProblems()).toEqual([]);
  });

  test("nothing is chosen beforehand; what leaves is what was chosen, and what was freed is said", async () => {
    const satchel = satchelOf();
    await look(satchel);
    fireEvent.click(screen.getByRole("button", { name: "Choisissez un papier" }));
    expect(satchel.calls("freeSpace")).toEqual([]);
    fireEvent.click(screen.getByRole("checkbox", { name: /Facture/ }));
    fireEvent.click(screen.getByRole("button", { name: /Libérer 620/ }));
    await settled();
    expect(satchel.calls("freeSpace")).toEqual([[[bill.id]]]);
    expect(text()).toContain("620 Ko de libre en plus.");
    expect(screen.getByRole("region", { name: "Au serveur, pas sur ce téléphone" }).textContent).toContain("Facture");
  });

  test("all at once; when the store refuses, nothing is said to have left", async () => {
    const satchel = satchelOf();
    await look(satchel);
    fireEvent.click(screen.getByRole("button", { name: "Choisir tous ces papiers" }));
    satchel.fail("freeSpace", { type: "unavailable", mark: "S-1" });
    fireEvent.click(screen.getByRole("button", { name: /Libérer 900/ }));
    await settled();
    expect(text()).toContain("Rien n’a quitté ce téléphone. Rien n’est effacé.");
  });

  test("empty, loading, locked, failed", async () => {
    const empty = createFakeSatchel();
    await look(empty);
    expect(screen.getByText("Aucun papier sur ce téléphone")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    cleanup();
    const slow = satchelOf();
    const release = slow.stall("space");
    const shown = await look(slow);
    shown.pass(500);
    expect(screen.getByText("On ouvre…")).toBeTruthy();
    release();
    cleanup();
    const locked = satchelOf();
    locked.fail("space", { type: "locked" });
    await look(locked);
    expect(screen.getByRole("heading", { name: "Votre besace est fermée" })).toBeTruthy();
    cleanup();
    const failed = satchelOf();
    failed.fail("space", { type: "unavailable", mark: "S-9" });
    await look(failed);
    expect(screen.getByText(/S-9/)).toBeTruthy();
  });

  test("Arabic has every word", async () => {
    await setLanguage("ar");
    await look(satchelOf());
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("إفراغ مكان");
    expect(text()).not.toMatch(/space\./);
    expect(await axeProblems()).toEqual([]);
  });
});

describe("a paper that is not on this phone", () => {
  const away = (view: Partial<Omit<PaperView, "record">> = {}): PaperView =>
    fakePaper({ title: "Bail", pages: pages(2) }, { state: "away", bytes: 840_000, ...view });
  const open = async (paper: PaperView) => {
    const satchel = createFakeSatchel({ papers: [paper] });
    const shown = await showScreen(<PaperScreen params={{ paper: paper.id }} />, { satchel, areas });
    await settled();
    return { satchel, ...shown };
  };

  test("says where it is and what it weighs; it is neither shown nor printed; a tap brings it back", async () => {
    const paper = away();
    const { satchel, said } = await open(paper);
    expect(screen.getByText("Au serveur, revient avec le réseau")).toBeTruthy();
    expect(text()).toContain("Il pèse 840 Ko.");
    expect(text()).toContain("Seul un aperçu est resté.");
    expect(screen.queryByRole("link", { name: "Montrer ce papier" })).toBeNull();
    expect(satchel.calls("readPage")).toEqual([]);
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Faire revenir ce papier" }));
    await settled();
    expect(satchel.calls("fetchBack")).toEqual([[paper.id]]);
    expect(said.map((each) => each.text)).toEqual(["Le papier est revenu sur ce téléphone."]);
    expect(screen.getByRole("link", { name: "Montrer ce papier" })).toBeTruthy();
  });

  test("shows how far it has come", async () => {
    await open(away({ fetching: { done: 210_000, of: 840_000 } }));
    expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("210000");
    expect(text()).toContain("210 Ko sur 840 Ko");
    expect(screen.getByRole("button", { name: "Le papier revient…" })).toBeTruthy();
  });

  test.each([
    ["no-network", /Pas de réseau\. Ce papier revient quand il y en a\. Rien n’est perdu\./],
    ["not-there", /Le serveur n’a pas ces pages\./],
    ["other-bytes", /Ce qui est revenu n’est pas votre papier\./],
    ["full", /Le papier reste au serveur\./],
    ["stale", /Il est toujours au serveur\./],
  ] as const)("%s is told for what it is, and nothing is lost", async (type, words) => {
    const paper = away();
    const { satchel } = await open(paper);
    satchel.refuse("fetchBack", (type === "stale" ? { type, revision: 1 } : { type }) as never);
    fireEvent.click(screen.getByRole("button", { name: "Faire revenir ce papier" }));
    await act(settled);
    expect(text()).toMatch(words);
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("pages that this phone never had are not said to be at the server", async () => {
    await open(away({ state: "not-here" }));
    expect(text()).toContain("Les pages de ce papier ne sont pas sur ce téléphone.");
    expect(text()).toContain("ou sur un autre de vos appareils");
    expect(text()).not.toContain("Ce papier est au serveur");
  });
});
