/** Coming back with card and code: every stage, every refusal of the contract in words, in three languages; axe. */
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ComeBackScreen } from "../../../src/app/features/retour/ComeBackScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { Language } from "../../../src/app/i18n/languages.ts";
import { ok } from "../../../src/shared/result.ts";
import type { ComeBackRefusal } from "../../../src/workers/satchel.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, FAKE_CARD, FAKE_CODE } from "../../support/fake-satchel.ts";
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

const areas = ["retour", "card", "scan", "opening"] as const;
const heading = () => screen.getByRole("heading", { level: 1 }).textContent;

async function show(start: Parameters<typeof createFakeSatchel>[0] = {}, network: "online" | "offline" = "online") {
  const satchel = createFakeSatchel({ opening: { type: "none" }, ...start });
  const shown = await showRootScreen(<ComeBackScreen />, { satchel, areas, shell: { open: false, network } });
  return { satchel, shown };
}

async function giveCard(): Promise<void> {
  fireEvent.input(screen.getByLabelText("Groupe 1 sur 10"), { target: { value: FAKE_CARD.join(" ") } });
  fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
  await waitFor(() => expect(heading()).toBe("Votre code"));
}

const giveCode = (code: string): void => {
  for (const digit of code) fireEvent.click(screen.getByRole("button", { name: digit }));
};

describe("coming back", () => {
  test("card, then code, then what to do about the old phone and the card", async () => {
    const { satchel, shown } = await show();
    expect(await axeProblems()).toEqual([]);
    await giveCard();
    expect(screen.getByText(/Il reste 10 essais/)).toBeTruthy();
    expect(shown.held()).toBe(1);
    expect(await axeProblems()).toEqual([]);
    giveCode(FAKE_CODE);
    await waitFor(() => expect(heading()).toBe("Votre besace est là"));
    const given = satchel.calls("comeBackOpen")[0]?.[0] as { code: string; pictogram: string };
    expect(given.code).toBe(FAKE_CODE);
    expect(given.pictogram).toMatch(/^code-/);
    expect(screen.getByRole("link", { name: /Mettre l’ancien appareil dehors/ }).getAttribute("href")).toBe(
      "/appareils",
    );
    expect(screen.getByRole("link", { name: /nouvelle carte/ }).getAttribute("href")).toBe("/carte/nouvelle");
    expect(await axeProblems()).toEqual([]);
  });

  test("the drawing of the card is enough; a code in pictures too", async () => {
    const { satchel } = await show({ code: "i03110007" });
    scanned.answer = ok(`BSC1.${FAKE_CARD.join("")}`);
    fireEvent.change(screen.getByLabelText("Choisir une photo"), { target: { files: [new File(["x"], "c.jpg")] } });
    await waitFor(() => expect(heading()).toBe("Votre code"));
    fireEvent.click(screen.getByRole("button", { name: "4 images" }));
    for (const name of ["Étoile", "Vélo", "Arbre", "Poisson"])
      fireEvent.click(screen.getByRole("button", { name: new RegExp(`^${name}`) }));
    await waitFor(() => expect(heading()).toBe("Votre besace est là"));
    expect(satchel.calls("comeBackOpen")).toHaveLength(1);
  });

  test("a wrong code says kindly how many tries are left, and the last ones freeze without blame", async () => {
    const { satchel } = await show();
    await giveCard();
    giveCode("999999");
    expect((await screen.findByRole("alert")).textContent).toMatch(/Il reste 9.essais. Prenez votre temps/);
    satchel.data.way = { ...satchel.data.way, left: 1 };
    giveCode("999999");
    await waitFor(() => expect(heading()).toContain("cette porte est fermée"));
    expect(screen.getByText(/Rien n’est perdu/)).toBeTruthy();
    expect(screen.getByText("Parler à quelqu’un")).toBeTruthy();
  });

  test("wrong groups are named; a whole code can be pasted", async () => {
    await show();
    fireEvent.input(screen.getByLabelText("Groupe 1 sur 10"), {
      target: { value: [...FAKE_CARD.slice(0, 9), "H4MV"].join(" ") },
    });
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    expect((await screen.findByRole("alert")).textContent).toContain("groupe 10");
    await giveCard();
    const field = screen.getByLabelText("Code à 6 chiffres");
    fireEvent.paste(field, { clipboardData: { getData: () => FAKE_CODE } });
    await waitFor(() => expect(heading()).toBe("Votre besace est là"));
  });

  test("without a network it says so and can be filled in all the same (INV-9)", async () => {
    const { satchel } = await show({}, "offline");
    expect(screen.getByText(/Cette étape en a besoin/)).toBeTruthy();
    satchel.refuse("comeBack", { type: "no-network" });
    fireEvent.input(screen.getByLabelText("Groupe 1 sur 10"), { target: { value: FAKE_CARD.join(" ") } });
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await waitFor(() => expect(heading()).toBe("Pas de réseau pour l’instant."));
    expect(screen.getByText(/Aucun essai n’est compté/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
    await waitFor(() => expect(heading()).toBe("Votre carte de secours"));
  });

  test("a line that breaks at the code leaves the card as it was", async () => {
    const { satchel } = await show();
    await giveCard();
    satchel.refuse("comeBackOpen", { type: "no-network" });
    giveCode(FAKE_CODE);
    await waitFor(() => expect(heading()).toBe("Pas de réseau pour l’instant."));
    fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
    await waitFor(() => expect(heading()).toBe("Votre code"));
    expect(screen.getByText(/Il reste 10 essais/)).toBeTruthy();
  });

  test("leaving forgets the card; an open satchel has nothing to come back to", async () => {
    const { satchel, shown } = await show();
    await giveCard();
    shown.view.unmount();
    await waitFor(() => expect(satchel.calls("comeBackForget")).toHaveLength(1));
    cleanup();
    const open = await showRootScreen(<ComeBackScreen />, { satchel: createFakeSatchel(), areas });
    expect(open.went).toEqual(["/accueil"]);
  });
});

describe("C2 every refusal has a page of its own, in words", () => {
  const refusals: Readonly<Record<Exclude<ComeBackRefusal["type"], "wrong-groups" | "wrong-code">, true>> = {
    "unknown-card": true,
    "card-replaced": true,
    "wrong-card": true,
    "other-home": true,
    frozen: true,
    blocked: true,
    "no-network": true,
    "rolled-back": true,
    "not-authentic": true,
    "weak-parameters": true,
    "stretch-broken": true,
    "already-here": true,
    "too-many-devices": true,
    expired: true,
  };
  const types = Object.keys(refusals) as readonly (keyof typeof refusals)[];
  const each = types.flatMap((type) => (["fr", "en", "ar"] as const).map((code) => [type, code] as const));

  test.each(each)("%s in %s", async (type, code: Language) => {
    await setLanguage(code);
    const { satchel } = await show();
    satchel.refuse("comeBack", type === "other-home" ? { type, home: "besace.exemple.fr" } : { type });
    const [first] = screen.getAllByRole("textbox");
    if (first === undefined) throw new Error("no field for the card");
    fireEvent.input(first, { target: { value: FAKE_CARD.join(" ") } });
    const submit = document.querySelector("main button[type=submit]");
    if (submit === null) throw new Error("no button");
    const before = heading();
    fireEvent.click(submit);
    await waitFor(() => expect(heading()).not.toBe(before));
    const text = document.querySelector("main")?.textContent ?? "";
    expect(text).not.toMatch(/retour\.|\{\{/);
    expect(text.length).toBeGreaterThan(60);
    if (type === "other-home") expect(text).toContain("besace.exemple.fr");
    expect(document.querySelector("footer.human")).not.toBeNull();
  });
});
