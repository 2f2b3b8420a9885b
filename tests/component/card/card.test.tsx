import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { CardScreen } from "../../../src/app/features/card/CardScreen.tsx";
import { DrillScreen } from "../../../src/app/features/card/DrillScreen.tsx";
import { drawQr } from "../../../src/app/ui/qr.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, FAKE_CARD } from "../../support/fake-satchel.ts";
import { showRootScreen } from "../shell/root-screen.tsx";

afterEach(cleanup);

describe("the rescue card", () => {
  test("shows the ten groups and a QR, what it opens and what it does not, and can be postponed", async () => {
    const satchel = createFakeSatchel();
    await showRootScreen(<CardScreen />, { satchel, areas: ["opening"] });
    for (const group of FAKE_CARD) expect((await screen.findAllByText(group)).length).toBeGreaterThan(0);
    expect((await screen.findAllByRole("img", { name: "Code QR de la carte" })).length).toBe(1);
    expect(screen.getByText(/n’ouvre pas encore sur un autre téléphone/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "Le faire plus tard" }).getAttribute("href")).toBe("/accueil");
    expect(screen.getByRole("link", { name: /essayer ma carte/ }).getAttribute("href")).toBe("/carte/essai");
    expect(await axeProblems()).toEqual([]);
  });

  test("prints two", async () => {
    const satchel = createFakeSatchel();
    const shown = await showRootScreen(<CardScreen />, { satchel, areas: ["opening"] });
    fireEvent.click(await screen.findByRole("button", { name: "Imprimer 2 cartes" }));
    expect(shown.acts).toEqual(["print"]);
    expect(shown.view.container.querySelectorAll(".cardprint")).toHaveLength(2);
  });

  test("a card that was tried says so", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    await showRootScreen(<CardScreen />, { satchel, areas: ["opening"] });
    expect(await screen.findByText("Votre carte marche")).toBeTruthy();
    expect(screen.queryByText("Le faire plus tard")).toBeNull();
  });

  test.each([
    ["loading", () => undefined],
    [
      "failed",
      (satchel: ReturnType<typeof createFakeSatchel>) => satchel.fail("card", { type: "unavailable", mark: "P-1" }),
    ],
  ])("keeps its title while %s", async (_, prepare) => {
    const satchel = createFakeSatchel();
    prepare(satchel);
    await showRootScreen(<CardScreen />, { satchel, areas: ["opening"] });
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Votre carte de secours");
  });
});

describe("the drill", () => {
  const type = (groups: readonly string[]): void => {
    for (const [at, group] of groups.entries())
      fireEvent.input(screen.getByLabelText(`Groupe ${at + 1} sur 10`), { target: { value: group } });
    fireEvent.click(screen.getByRole("button", { name: "Vérifier ma carte" }));
  };

  test("names the wrong groups, keeps the others, and ends with a card that works", async () => {
    const satchel = createFakeSatchel();
    await showRootScreen(<DrillScreen />, { satchel, areas: ["opening"] });
    expect(await axeProblems()).toEqual([]);
    type(["K7QF", "2M9D", "X4HT", "P3WA", "8RNE", "V6CJ", "5YLB", "T9GK", "D2XS", "H4MV"]);
    expect((await screen.findByRole("alert")).textContent).toContain("groupe 10");
    expect(screen.getByLabelText<HTMLInputElement>("Groupe 1 sur 10").value).toBe("K7QF");
    expect(satchel.data.drilled).toBe(false);
    type(FAKE_CARD);
    await waitFor(() => expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Votre carte marche"));
    expect(satchel.data.drilled).toBe(true);
  });

  test("one paste fills all ten", async () => {
    const satchel = createFakeSatchel();
    await showRootScreen(<DrillScreen />, { satchel, areas: ["opening"] });
    fireEvent.input(screen.getByLabelText("Groupe 1 sur 10"), { target: { value: FAKE_CARD.join(" ") } });
    expect(screen.getByLabelText<HTMLInputElement>("Groupe 10 sur 10").value).toBe("H4MU");
  });
});

describe("the QR drawing", () => {
  test("has a square of modules and the three finders", () => {
    const { size, path } = drawQr("BSC1.K7QF2M9DX4HTP3WA8RNEV6CJ5YLBT9GKD2XSH4MU");
    expect((size - 17) % 4).toBe(0);
    expect(path).toContain("M0 0h7v1h-7z");
    expect(path).toContain(`M${size - 7} 0h7v1h-7z`);
    expect(path).toContain(`M0 ${size - 7}h7v1h-7z`);
  });
});
