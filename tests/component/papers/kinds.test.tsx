/** Choosing a kind of paper by the words that people use, in a list that a keyboard and a screen reader can use. */
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import { Frame } from "../../../src/app/state/Frame.tsx";
import { KindPicker } from "../../../src/app/ui/papers/KindPicker.tsx";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { AREAS } from "./support.ts";

afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

async function show(chosen: string | null = null) {
  const onChoose = vi.fn();
  const { view } = await showScreen(
    <Frame title="x">
      <h1>x</h1>
      <KindPicker chosen={chosen} onChoose={onChoose} />
    </Frame>,
    { satchel: createFakeSatchel(), areas: [...AREAS] },
  );
  const rows = () => [...view.container.querySelectorAll(".kinds b")].map((row) => row.textContent);
  return { onChoose, rows };
}

const type = (value: string): void => {
  fireEvent.input(screen.getByRole("searchbox"), { target: { value } });
};

describe("the choice of a kind", () => {
  test("offers the usual ones first and « Autre papier » last; each is one button", async () => {
    const { rows, onChoose } = await show();
    expect(rows()[0]).toBe("Carte d’identité");
    expect(rows().at(-1)).toBe("Autre papier");
    fireEvent.click(screen.getByRole("button", { name: "Passeport" }));
    expect(onChoose).toHaveBeenCalledWith("passport");
    expect(await axeProblems()).toEqual([]);
  });

  test("finds by the words that people use, says how many, and keeps « Autre papier »", async () => {
    const { rows, onChoose } = await show();
    expect(screen.getByRole("searchbox").getAttribute("autocomplete")).toBe("off");
    type("papier de la caf");
    await waitFor(() => expect(rows()[0]).toBe("Attestation d’allocations (CAF, RSA)"));
    expect(screen.getByText(/sortes? de papier trouvée/)).toBeTruthy();
    expect(rows().at(-1)).toBe("Autre papier");
    type("feuille d'impôt");
    expect(rows()[0]).toBe("Avis d’impôt");
    type("zzzz");
    expect(rows()).toEqual(["Autre papier"]);
    expect(screen.getByText(/Rien trouvé avec ce mot/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Autre papier" }));
    expect(onChoose).toHaveBeenCalledWith("other");
  });

  test("shows all of a family below the usual ones, and puts it away again", async () => {
    const { rows } = await show();
    const families = screen.getByRole("group", { name: "Trier par sujet" });
    expect(rows()).not.toContain("Bail (contrat de location)");
    fireEvent.click(within(families).getByRole("button", { name: "Logement" }));
    expect(rows()).toContain("Bail (contrat de location)");
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(within(families).getByRole("button", { name: "Logement" }));
    expect(rows().at(-1)).toBe("Autre papier");
  });

  test("a kind that is not usual is marked and at hand", async () => {
    const { rows } = await show("lease");
    expect(rows()[0]).toBe("Bail (contrat de location)");
    expect(screen.getByRole("button", { name: /Bail.*Choisi pour ce papier/ })).toBeTruthy();
  });

  test("in Arabic, where the words on the paper are French", async () => {
    await setLanguage("ar");
    const { rows } = await show();
    type("quittance");
    await waitFor(() => expect(rows().length).toBeGreaterThan(1));
    expect(rows()[0]).toMatch(/\p{Script=Arabic}/u);
  });
});
