import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { LockScreen } from "../../../src/app/features/opening/LockScreen.tsx";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, FAKE_CARD, FAKE_PROFILE, type FakeData, fakePaper } from "../../support/fake-satchel.ts";
import { showRootScreen } from "../shell/root-screen.tsx";

afterEach(cleanup);

const closed: Partial<FakeData> = { opening: { type: "locked", profiles: [FAKE_PROFILE] } };

async function showLock(start: Partial<FakeData> = closed) {
  const satchel = createFakeSatchel(start);
  const shown = await showRootScreen(<LockScreen />, { satchel, areas: ["opening"], shell: { open: false } });
  return { satchel, shown };
}

function type(code: string): void {
  for (const digit of code) fireEvent.click(screen.getByRole("button", { name: digit }));
}

function typeCard(groups: readonly string[]): void {
  for (const [at, group] of groups.entries())
    fireEvent.input(screen.getByLabelText(`Groupe ${at + 1} sur 10`), { target: { value: group } });
}

describe("the lock screen", () => {
  test("shows a picture and no name, says that the draft is kept, and has no axe problem", async () => {
    await showLock();
    expect(await screen.findByText("Bateau")).toBeTruthy();
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Écrivez votre code");
    expect(screen.getByText("Votre brouillon est gardé.")).toBeTruthy();
    await expect.poll(() => document.title).toBe("Écrivez votre code – Besace");
    expect(await axeProblems()).toEqual([]);
  });

  test("opens with the sixth digit", async () => {
    const { satchel } = await showLock();
    await screen.findByText("Bateau");
    type("417233");
    await waitFor(() => expect(satchel.data.opening.type).toBe("open"));
    expect(satchel.calls("unlock")).toEqual([[{ database: FAKE_PROFILE.database, code: "417233" }]]);
  });

  test("C6: what tries the code gets ready while it is typed, and for nobody who only looks", async () => {
    const { satchel } = await showLock();
    await screen.findByText("Bateau");
    expect(satchel.calls("expectCode")).toHaveLength(0);
    type("4");
    expect(satchel.calls("expectCode")).toHaveLength(1);
    expect(satchel.calls("unlock")).toHaveLength(0);
  });

  test("a wrong code says how many tries are left; the field is empty again", async () => {
    await showLock();
    await screen.findByText("Bateau");
    type("111111");
    expect((await screen.findByRole("alert")).textContent).toContain("Il reste 9 essais.");
    expect(screen.getByText("0 chiffre sur 6")).toBeTruthy();
  });

  test("after too many the wait is counted down, and nothing is asked of the worker meanwhile", async () => {
    const { satchel, shown } = await showLock({ ...closed, triesLeft: 7 });
    await screen.findByText("Bateau");
    type("111111");
    expect(await screen.findByText(/Prochain essai dans 30 secondes/)).toBeTruthy();
    await expect
      .poll(() => {
        shown.pass(1000);
        return screen.queryByText(/Prochain essai dans 2\d secondes/) !== null;
      })
      .toBe(true);
    type("417233");
    expect(satchel.calls("unlock")).toHaveLength(1);
    shown.pass(31_000);
    expect(screen.queryByText(/Prochain essai/)).toBeNull();
    type("417233");
    await waitFor(() => expect(satchel.data.opening.type).toBe("open"));
  });

  test("a code that no longer opens leads to the card (the card was tried)", async () => {
    const { satchel } = await showLock({ ...closed, triesLeft: 1, drilled: true });
    await screen.findByText("Bateau");
    type("111111");
    const heading = await screen.findByRole("heading", { level: 1, name: "Ce code n’ouvre plus" });
    expect(document.activeElement).toBe(heading);
    expect(screen.getByText(/Votre carte de secours les ouvre/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "1" })).toBeNull();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Ouvrir avec ma carte" }));
    typeCard(FAKE_CARD);
    fireEvent.click(screen.getByRole("button", { name: "Ouvrir avec la carte" }));
    await waitFor(() => expect(satchel.data.opening.type).toBe("open"));
  });

  test("after ten wrong codes without a tried card nothing is lost, and the words say so (A6)", async () => {
    const { satchel } = await showLock({ ...closed, triesLeft: 1 });
    await screen.findByText("Bateau");
    type("111111");
    expect((await screen.findByRole("alert")).textContent).toContain("Rien n’est effacé");
    expect(satchel.data.opening.type).toBe("locked");
  });

  test("the card opens, and a new code is chosen right after; wrong groups are named", async () => {
    const { satchel, shown } = await showLock();
    await screen.findByText("Bateau");
    fireEvent.click(screen.getByRole("button", { name: "Code oublié" }));
    typeCard([...FAKE_CARD.slice(0, 2), "AAAA", ...FAKE_CARD.slice(3)]);
    fireEvent.click(screen.getByRole("button", { name: "Ouvrir avec la carte" }));
    expect((await screen.findByRole("alert")).textContent).toContain("groupe 3");
    expect(screen.getByLabelText("Groupe 3 sur 10").getAttribute("aria-invalid")).toBe("true");
    expect(satchel.data.opening.type).toBe("locked");
    typeCard(FAKE_CARD);
    fireEvent.click(screen.getByRole("button", { name: "Ouvrir avec la carte" }));
    await waitFor(() => expect(shown.went).toEqual(["/code/nouveau"]));
  });

  test("a card with missing groups is not sent to the worker", async () => {
    const { satchel } = await showLock();
    await screen.findByText("Bateau");
    fireEvent.click(screen.getByRole("button", { name: "Code oublié" }));
    typeCard(FAKE_CARD.slice(0, 9));
    fireEvent.click(screen.getByRole("button", { name: "Ouvrir avec la carte" }));
    expect(screen.getByRole("alert").textContent).toContain("groupe 10");
    expect(satchel.calls("unlockWithCard")).toHaveLength(0);
  });

  test("a code in pictures is touched; what was touched is not shown until Voir", async () => {
    const { satchel } = await showLock({
      code: "i11041100",
      opening: { type: "locked", profiles: [{ ...FAKE_PROFILE, codeKind: "pictures" }] },
    });
    await screen.findByRole("heading", { level: 1, name: "Touchez vos 4 images" });
    const press = (name: string): void => void fireEvent.click(screen.getByRole("button", { name }));
    press("Vélo");
    press("Lune");
    expect(screen.getByText("2 images choisies sur 4")).toBeTruthy();
    press("Voir");
    expect(screen.getByText("2 images choisies sur 4 : Vélo et Lune.")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    press("Voir");
    press("Effacer");
    for (const name of ["Lune", "Vélo", "Arbre"]) press(name);
    await waitFor(() => expect(satchel.calls("unlock")[0]?.[0]).toMatchObject({ code: "i11041100" }));
    expect(satchel.data.opening.type).toBe("open");
  });

  test("of several persons nothing shows but their pictures", async () => {
    const moon = { database: "moon", pictogram: "code-lune", codeKind: "pictures" as const };
    const { shown } = await showLock({
      opening: { type: "locked", profiles: [FAKE_PROFILE, moon] },
      papers: [fakePaper({ title: "Facture" })],
    });
    await screen.findByRole("button", { name: "Lune" });
    const buttons = screen.getAllByRole("button").map((button) => button.textContent);
    expect(buttons).toContain("Bateau");
    expect(shown.view.container.querySelector("main")?.textContent).not.toMatch(/Facture|[0-9]/);
    expect(screen.getByRole("link", { name: "Commencer une autre besace ici" })).toBeTruthy();
  });

  test("whose satchel is not here has the way with card and code, and the one from the other phone", async () => {
    await showLock();
    await screen.findByText("Bateau");
    fireEvent.click(screen.getByRole("link", { name: "Autre personne" }));
    const card = await screen.findByRole("link", { name: "J’ai ma carte et mon code" });
    expect(card.getAttribute("href")).toBe("/revenir");
    expect(screen.getByRole("link", { name: /Faire venir/ })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });

  test("several persons choose their picture first", async () => {
    const moon = { database: "moon", pictogram: "code-lune", codeKind: "digits" as const };
    const { satchel } = await showLock({ opening: { type: "locked", profiles: [FAKE_PROFILE, moon] } });
    fireEvent.click(await screen.findByRole("button", { name: "Lune" }));
    type("417233");
    await waitFor(() => expect(satchel.calls("unlock")[0]?.[0]).toMatchObject({ database: "moon" }));
  });

  test("a worker that cannot be reached is said with a mark, and asked again", async () => {
    const satchel = createFakeSatchel(closed);
    satchel.fail("opening", { type: "unavailable", mark: "P-114" });
    await showRootScreen(<LockScreen />, { satchel, areas: ["opening"], shell: { open: false } });
    expect((await screen.findByRole("alert")).textContent).toContain("P-114");
    satchel.heal("opening");
    fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
    expect(await screen.findByText("Bateau")).toBeTruthy();
  });
});
