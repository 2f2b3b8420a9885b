/** The rescue card in all its screens: shown, copied, tried by scan and by hand, replaced, switched off, blocked; axe. */
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { BlockScreen } from "../../../src/app/features/card/BlockScreen.tsx";
import { CardScreen } from "../../../src/app/features/card/CardScreen.tsx";
import { BigScreen, HandScreen } from "../../../src/app/features/card/CopyScreens.tsx";
import { DrillScreen } from "../../../src/app/features/card/DrillScreen.tsx";
import { HereScreen } from "../../../src/app/features/card/HereScreen.tsx";
import { ReplaceScreen } from "../../../src/app/features/card/ReplaceScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import { drawQr } from "../../../src/app/ui/qr.ts";
import { err, ok } from "../../../src/shared/result.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import {
  createFakeSatchel,
  FAKE_CARD,
  FAKE_CODE,
  FAKE_NEW_CARD,
  FAKE_NOW,
  FAKE_WAY,
} from "../../support/fake-satchel.ts";
import { showRootScreen } from "../shell/root-screen.tsx";

const scanned = vi.hoisted(() => ({ answer: undefined as unknown }));
vi.mock("../../../src/app/platform/scan.ts", () => ({
  canUseCamera: () => false,
  openCamera: async () => ({ ok: false, error: { type: "no-camera" } }),
  scanQr: async () => scanned.answer,
}));

afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const areas = ["card", "scan", "opening"] as const;
const heading = () => screen.getByRole("heading", { level: 1 }).textContent;
const photograph = (): void => {
  const field = screen.getByLabelText<HTMLInputElement>("Choisir une photo");
  fireEvent.change(field, { target: { files: [new File(["x"], "carte.jpg", { type: "image/jpeg" })] } });
};

describe("the rescue card", () => {
  test("shows the ten groups, a QR, the outer half, and what it opens; the drill can be postponed", async () => {
    const satchel = createFakeSatchel();
    await showRootScreen(<CardScreen />, { satchel, areas });
    for (const group of FAKE_CARD) expect((await screen.findAllByText(group)).length).toBeGreaterThan(0);
    expect((await screen.findAllByRole("img", { name: "Code QR de la carte" })).length).toBe(1);
    expect(screen.getAllByText("4821 9037 5516").length).toBeGreaterThan(0);
    expect(screen.getByText(/elle attend le réseau/)).toBeTruthy();
    expect(screen.getByText("Étape 2 sur 2")).toBeTruthy();
    expect(screen.queryByText("Changer, bloquer")).toBeNull();
    expect(screen.getByRole("link", { name: "Le faire plus tard" }).getAttribute("href")).toBe("/accueil");
    expect(screen.getByRole("link", { name: "Essayer ma carte" }).getAttribute("href")).toBe("/carte/essai");
    expect(await axeProblems()).toEqual([]);
  });

  test("prints two strips of three parts, with how to fold them", async () => {
    const satchel = createFakeSatchel();
    const shown = await showRootScreen(<CardScreen />, { satchel, areas });
    fireEvent.click(await screen.findByRole("button", { name: /Imprimer 2.cartes/ }));
    expect(shown.acts).toEqual(["print"]);
    const sheet = shown.view.container.querySelector(".rescue-sheet");
    expect(sheet?.querySelectorAll(".rescue")).toHaveLength(2);
    expect(sheet?.querySelector(".rescue__out")?.textContent).not.toContain(FAKE_CARD[0]);
    expect(sheet?.querySelector(".rescue__out")?.textContent).toContain("4821 9037 5516");
  });

  test("a card that was tried says when, and asks again after three months", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    const shown = await showRootScreen(<CardScreen />, { satchel, areas });
    expect(await screen.findByText(/Dernier essai le/)).toBeTruthy();
    expect(screen.getByRole("link", { name: /bloquer ma besace/ }).getAttribute("href")).toBe("/carte/bloquer");
    expect(screen.queryByText("Le faire plus tard")).toBeNull();
    expect(screen.getByRole("link", { name: "Essayer encore ma carte" }).className).toContain("second");
    cleanup();
    satchel.data.cardState = { ...satchel.data.cardState, due: true, drilledAt: FAKE_NOW - 91 * 86_400_000 };
    await showRootScreen(<CardScreen />, { satchel, areas });
    expect(await screen.findByText(/Un essai tous les 3 mois/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "Essayer encore ma carte" }).className).toContain("main");
    expect(shown.acts).toEqual([]);
  });

  test("asks the code again only when what was given last has not sufficed after a while", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    satchel.data.cardState = { ...satchel.data.cardState, needsCode: true };
    const shown = await showRootScreen(<CardScreen />, { satchel, areas });
    expect(await screen.findByText(/il faut encore votre code/)).toBeTruthy();
    expect(screen.queryByText("Encore votre code")).toBeNull();
    await waitFor(() => {
      shown.pass(6000);
      expect(screen.getByText("Encore votre code")).toBeTruthy();
    });
    // Given here, the answer is seen; done by another tab, the question goes.
    satchel.data.cardState = { ...satchel.data.cardState, needsCode: false, atServer: "yes" };
    satchel.change({ type: "opening" });
    await waitFor(() => expect(screen.queryByText("Encore votre code")).toBeNull());
  });

  test.each([
    ["frozen", { ...FAKE_WAY, tries: 10, left: 0, frozen: true }, /a essayé 10 mauvais codes/],
    ["tried", { ...FAKE_WAY, tries: 3, left: 7 }, /3 mauvais codes ont été essayés/],
    ["shown an old state", { ...FAKE_WAY, trouble: "rolled-back" as const }, /Besace ne l’a pas pris/],
    ["blocked", { ...FAKE_WAY, blockedAt: FAKE_NOW }, /est bloquée depuis le 21 novembre/],
  ])("says when that way is %s", async (_, way, words) => {
    await showRootScreen(<CardScreen />, { satchel: createFakeSatchel({ way }), areas });
    expect((await screen.findAllByText(words)).length).toBe(1);
    expect(await axeProblems()).toEqual([]);
  });

  test("loading, failed and locked keep the title", async () => {
    const satchel = createFakeSatchel();
    const release = satchel.stall("card");
    await showRootScreen(<CardScreen />, { satchel, areas });
    expect(heading()).toBe("Votre carte de secours");
    release();
    cleanup();
    for (const [error, words] of [
      [{ type: "unavailable", mark: "P-1" }, "La carte ne se montre pas"],
      [{ type: "locked" }, "Votre besace est fermée"],
    ] as const) {
      satchel.fail("card", error);
      await showRootScreen(<CardScreen />, { satchel, areas });
      expect(await screen.findByText(words)).toBeTruthy();
      expect(heading()).toBe("Votre carte de secours");
      cleanup();
    }
  });

  test("in Arabic", async () => {
    await setLanguage("ar");
    await showRootScreen(<CardScreen />, { satchel: createFakeSatchel(), areas });
    expect((await screen.findAllByText(FAKE_CARD[0] ?? "")).length).toBeGreaterThan(0);
    expect(await axeProblems()).toEqual([]);
  });
});

describe("without a printer", () => {
  test("the groups stand one per line, and a blank card can be printed without any secret", async () => {
    const shown = await showRootScreen(<HandScreen />, { satchel: createFakeSatchel(), areas });
    expect(await screen.findByText(FAKE_CARD[9] ?? "")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Imprimer une carte vierge" }));
    expect(shown.acts).toEqual(["print"]);
    const sheet = shown.view.container.querySelector(".rescue-sheet")?.textContent ?? "";
    for (const group of FAKE_CARD) expect(sheet).not.toContain(group);
    expect(sheet).not.toContain("4821");
    expect(await axeProblems()).toEqual([]);
  });

  test("large, for a relative's photograph", async () => {
    await showRootScreen(<BigScreen />, { satchel: createFakeSatchel(), areas });
    expect(await screen.findByRole("img", { name: "Code QR de la carte" })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });
});

describe("the drill", () => {
  const type = (groups: readonly string[]): void => {
    for (const [at, group] of groups.entries())
      fireEvent.input(screen.getByLabelText(`Groupe ${at + 1} sur 10`), { target: { value: group } });
    fireEvent.click(screen.getByRole("button", { name: "Vérifier ma carte" }));
  };

  test("C5 names the wrong groups, keeps the others, and ends with a card that works", async () => {
    const satchel = createFakeSatchel();
    await showRootScreen(<DrillScreen />, { satchel, areas });
    expect(await axeProblems()).toEqual([]);
    type([...FAKE_CARD.slice(0, 9), "H4MV"]);
    expect((await screen.findByRole("alert")).textContent).toContain("groupe 10");
    expect(screen.getByLabelText("Groupe 10 sur 10").getAttribute("aria-invalid")).toBe("true");
    expect(screen.getByLabelText<HTMLInputElement>("Groupe 1 sur 10").value).toBe("K7QF");
    expect(satchel.data.drilled).toBe(false);
    type(FAKE_CARD);
    await waitFor(() => expect(heading()).toBe("Votre carte marche"));
    expect(satchel.data.drilled).toBe(true);
    expect(await axeProblems()).toEqual([]);
  });

  test("one paste fills all ten, spaces and small letters included", async () => {
    await showRootScreen(<DrillScreen />, { satchel: createFakeSatchel(), areas });
    fireEvent.input(screen.getByLabelText("Groupe 1 sur 10"), { target: { value: FAKE_CARD.join(" ").toLowerCase() } });
    expect(screen.getByLabelText<HTMLInputElement>("Groupe 10 sur 10").value).toBe("H4MU");
  });

  test("says which groups are short before anything is asked", async () => {
    const satchel = createFakeSatchel();
    await showRootScreen(<DrillScreen />, { satchel, areas });
    type(FAKE_CARD.slice(0, 8));
    expect((await screen.findByRole("alert")).textContent).toContain("groupe 9 et 10");
    expect(satchel.calls("drill")).toEqual([]);
  });

  test("takes the drawing from a photograph; another drawing, and no drawing, are told apart", async () => {
    const satchel = createFakeSatchel();
    await showRootScreen(<DrillScreen />, { satchel, areas });
    scanned.answer = ok("https://example.org/");
    photograph();
    expect((await screen.findByRole("alert")).textContent).toContain("n’est pas celui d’une carte");
    expect(satchel.calls("drill")).toEqual([]);
    scanned.answer = err({ type: "no-code" });
    photograph();
    expect(await screen.findByText(/Mettez-le à plat/)).toBeTruthy();
    scanned.answer = ok(`BSC1.${FAKE_CARD.join("")}`);
    photograph();
    await waitFor(() => expect(heading()).toBe("Votre carte marche"));
  });
});

describe("another card", () => {
  test("says first what becomes of the old one; the old one stays good until the new one was tried", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    const shown = await showRootScreen(<ReplaceScreen />, { satchel, areas });
    expect(await screen.findByText(/l’ancienne reste bonne/)).toBeTruthy();
    expect(screen.getByText(/s’efface en 30/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Dessiner une nouvelle carte" }));
    expect((await screen.findAllByText(FAKE_NEW_CARD[0] ?? "")).length).toBeGreaterThan(0);
    expect(heading()).toBe("Votre nouvelle carte");
    expect(satchel.data.card).toEqual(FAKE_CARD);
    expect(screen.getByRole("link", { name: "Essayer la nouvelle carte" })).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Garder l’ancienne carte" }));
    await waitFor(() => expect(shown.went).toEqual(["/carte"]));
    expect(satchel.data.cardState.pending).toBe(false);
    expect(shown.said[0]?.text).toContain("L’ancienne carte reste la bonne");
  });

  test("its drill says what the old one still opens, and until when", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    await satchel.handle.api.replaceCard();
    await showRootScreen(<DrillScreen />, { satchel, areas });
    expect(await screen.findByText("Nouvelle carte n° 2")).toBeTruthy();
    scanned.answer = ok(`BSC1.${FAKE_NEW_CARD.join("")}`);
    photograph();
    await waitFor(() => expect(heading()).toBe("Votre nouvelle carte marche"));
    const old = () => screen.getByText(/L’ancienne carte n’ouvre plus rien ici/).textContent;
    expect(old()).toContain("Écrivez votre code");
    expect(await screen.findByText(/il faut votre code/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    for (const digit of "999999") fireEvent.click(screen.getByRole("button", { name: digit }));
    expect((await screen.findByRole("alert")).textContent).toContain("Rien n’est perdu");
    for (const digit of FAKE_CODE) fireEvent.click(screen.getByRole("button", { name: digit }));
    expect(await screen.findByText(/C’est préparé/)).toBeTruthy();
    await waitFor(() => expect(document.activeElement?.textContent).toContain("C’est préparé"));
    expect(old()).toContain("jusqu’au prochain réseau");
    expect(satchel.data.cardState.needsCode).toBe(false);
    // The server has it: nothing goes on saying that a rest has to leave, and the focus stays.
    satchel.data.cardState = { ...satchel.data.cardState, atServer: "yes" };
    satchel.change({ type: "opening" });
    expect(await screen.findByText(/Prête pour un autre téléphone/)).toBeTruthy();
    expect(screen.queryByText(/part avec le réseau/)).toBeNull();
    expect(document.activeElement?.textContent).toContain("C’est fait");
  });

  test("a blank card says how to fold what is on it, and nothing of a drawing", async () => {
    await showRootScreen(<HandScreen />, { satchel: createFakeSatchel({ drilled: true }), areas });
    expect(await screen.findByText(/les lettres se cachent dedans/)).toBeTruthy();
    expect(screen.queryByText(/le dessin et les lettres/)).toBeNull();
  });
});

describe("the card and this phone", () => {
  test("is switched off with its price said before, and can be undone", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    const shown = await showRootScreen(<HereScreen />, { satchel, areas });
    expect(await screen.findByText(/Vous avez peur de quelqu’un/)).toBeTruthy();
    expect(screen.getByText(/ce téléphone ne s’ouvrira plus/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Ne plus ouvrir sans code" }));
    expect(await screen.findByRole("button", { name: "Ouvrir aussi avec la carte" })).toBeTruthy();
    expect(satchel.data.cardState.off).toBe(true);
    shown.said[0]?.onUndo?.();
    await waitFor(() => expect(satchel.data.cardState.off).toBe(false));
    expect(await axeProblems()).toEqual([]);
  });
});

describe("blocking after a theft", () => {
  test("gives the number, what it stops and what it leaves", async () => {
    await showRootScreen(<BlockScreen />, { satchel: createFakeSatchel(), areas });
    expect(await screen.findByText("4821 9037 5516")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Copier le numéro" }));
    expect(await screen.findByText("Numéro copié.")).toBeTruthy();
    expect(screen.getByText(/Rien n’est effacé/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });

  test("a phone that does not know the number says where it is", async () => {
    const satchel = createFakeSatchel();
    satchel.data.cardState = { ...satchel.data.cardState, blockNumber: null };
    await showRootScreen(<BlockScreen />, { satchel, areas });
    expect(await screen.findByText(/écrit sur la carte, dehors/)).toBeTruthy();
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
