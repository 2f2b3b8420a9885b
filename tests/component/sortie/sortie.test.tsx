import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { JoiningScreen } from "../../../src/app/features/sortie/JoiningScreen.tsx";
import { OutScreen } from "../../../src/app/features/sortie/OutScreen.tsx";
import { SealedScreen } from "../../../src/app/features/sortie/SealedScreen.tsx";
import { TakeInScreen } from "../../../src/app/features/sortie/TakeInScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import { err } from "../../../src/shared/result.ts";
import type { SatchelApi, SealedFileRefusal } from "../../../src/workers/satchel.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import {
  createFakeSatchel,
  FAKE_CARD,
  FAKE_CODE,
  type FakeSatchel,
  fakeDossier,
  fakePaper,
} from "../../support/fake-satchel.ts";
import { type ShownScreen, showScreen } from "../../support/fake-shell.tsx";

const AREAS = ["sortie", "papers", "papers-types", "opening", "card", "scan", "errors"] as const;
const saved: Blob[] = [];

beforeEach(() => {
  saved.length = 0;
  const createObjectURL = (blob: Blob): string => {
    saved.push(blob);
    return "blob:x";
  };
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL, revokeObjectURL: () => undefined }));
});
afterEach(async () => {
  cleanup();
  vi.unstubAllGlobals();
  await setLanguage("fr");
});

const plain = (): string =>
  (document.querySelector("main")?.textContent ?? "").replace(/[\u2066-\u2069]/g, "").replace(/[\u00a0\u202f]/g, " ");
const show = (node: preact.ComponentChildren, satchel: FakeSatchel, shell = {}): Promise<ShownScreen> =>
  showScreen(node, { satchel, areas: [...AREAS], shell: { open: true, ...shell } });
const press = (name: string | RegExp): void => void fireEvent.click(screen.getByRole("button", { name }));
const heading = (name: string) => screen.findByRole("heading", { level: 1, name });
const full = (): FakeSatchel =>
  createFakeSatchel({
    papers: [fakePaper({ title: "Ma carte" })],
    dossiers: [fakeDossier({ answers: { family_name: { v: "text", text: "Benali" } } })],
  });
const file = (): File => new File(["x"], "besace-copie.bsx");
const choose = (label: RegExp): void => {
  const input = screen.getByLabelText(label) as HTMLInputElement;
  Object.defineProperty(input, "files", { value: [file()], configurable: true });
  fireEvent.change(input);
};
const typeCode = (code: string): void => {
  const field = document.querySelector<HTMLInputElement>("input[data-empty-field]");
  if (field === null) throw new Error("a code field");
  fireEvent.input(field, { target: { value: code } });
};

describe("Tout emporter", () => {
  test("warns before anything is made, then says what is in the file and saves it under a name that says nothing", async () => {
    const satchel = full();
    await show(<OutScreen />, satchel);
    expect(await heading("Tout emporter")).toBeTruthy();
    expect(plain()).toContain("Toute personne qui l’a peut le lire.");
    expect(satchel.data.outWords).toBeNull();
    expect(await axeProblems()).toEqual([]);
    press("J’ai compris, préparer le fichier");
    const ready = await screen.findByRole("heading", { name: "Le fichier est prêt" });
    // The button that was pressed is gone: the focus is on what took its place.
    await waitFor(() => expect(document.activeElement).toBe(ready));
    expect(plain()).toContain("Papiers : 2. Démarches : 1.");
    press("Enregistrer le fichier");
    expect(saved).toEqual([satchel.data.out.file]);
    expect(plain()).toContain("Le fichier est dans les téléchargements.");
    expect(await axeProblems()).toEqual([]);
  });

  test("gives the worker every word: papers, questions with answers, where a dossier stands", async () => {
    const satchel = full();
    await show(<OutScreen />, satchel);
    press("J’ai compris, préparer le fichier");
    await screen.findByRole("heading", { name: "Le fichier est prêt" });
    const words = satchel.data.outWords;
    expect(Object.values(words?.papers ?? {}).map((paper) => paper.title)).toEqual(["Ma carte"]);
    const [dossier] = Object.values(words?.dossiers ?? {});
    expect(dossier?.answers.map(([, answer]) => answer)).toEqual(["Benali"]);
    expect(dossier?.answers[0]?.[0]).not.toBe("family_name");
    expect(dossier?.facts.map(([label]) => label)).toEqual(["Numéro", "Pour", "Où en est-on"]);
    expect(words).toMatchObject({ language: "fr", dir: "ltr", names: { papers: "papiers" } });
  });

  test("what is written on a paper, its note, where it is kept, rights and own dates leave too", async () => {
    const paper = fakePaper({
      title: "Attestation",
      kind: "health-attestation",
      holder: "Ayoub",
      note: "L’original est chez ma sœur.",
      facts: { issued: "2026-03-14", "of-another-version": "7731" },
    });
    const satchel = createFakeSatchel({
      papers: [paper],
      profile: {
        t: "profile",
        followed: { rsa: { since: "2026-02" }, "france-travail": {}, "later-right": {} },
        dates: { d1: { date: "2027-01-05", title: "Rendez-vous" } },
      },
    });
    await show(<OutScreen />, satchel);
    press("J’ai compris, préparer le fichier");
    await screen.findByRole("heading", { name: "Le fichier est prêt" });
    const words = satchel.data.outWords;
    expect(words?.papers[paper.id]?.facts).toEqual([
      ["Sorte", expect.any(String)],
      ["Pour", "Ayoub"],
      ["Date du papier", expect.stringMatching(/^14.mars.2026$/)],
      ["of-another-version", "7731"],
      ["Note", "L’original est chez ma sœur."],
      ["Copies", "Sur ce téléphone seulement"],
    ]);
    expect(words?.ahead).toEqual([
      ["RSA", expect.stringMatching(/février.2026/)],
      ["France Travail", "Suivi"],
      ["later-right", "Suivi"],
      ["Rendez-vous", expect.stringMatching(/^5.janvier.2027$/)],
    ]);
  });

  test("says which papers are not whole", async () => {
    const satchel = full();
    satchel.data.out = { ...satchel.data.out, missing: 2 };
    await show(<OutScreen />, satchel);
    press("J’ai compris, préparer le fichier");
    await screen.findByRole("heading", { name: "Le fichier est prêt" });
    expect(plain()).toContain("Papiers à qui il manque une page : 2.");
  });

  test("closed, empty and failed are said, and the ways on are there", async () => {
    const satchel = full();
    await show(<OutScreen />, satchel, { open: false });
    expect(await screen.findByText("Votre besace est fermée")).toBeTruthy();
    cleanup();
    vi.spyOn(satchel.handle.api as SatchelApi, "exportAll").mockResolvedValueOnce(err({ type: "nothing" }));
    await show(<OutScreen />, satchel);
    press("J’ai compris, préparer le fichier");
    expect(await screen.findByText("Il n’y a encore rien à emporter.")).toBeTruthy();
    cleanup();
    vi.spyOn(satchel.handle.api as SatchelApi, "exportAll").mockResolvedValueOnce(
      err({ type: "unavailable", mark: "not-loaded" }),
    );
    await show(<OutScreen />, satchel);
    press("J’ai compris, préparer le fichier");
    expect(await screen.findByText(/Besace n’a pas pu le faire/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "Faire une copie fermée" }).getAttribute("href")).toBe("/sortie/fermee");
    expect(await axeProblems()).toEqual([]);
  });

  test("in Arabic the words that leave are Arabic and run from right to left", async () => {
    await setLanguage("ar");
    const satchel = full();
    await show(<OutScreen />, satchel);
    press(/فهمت/);
    await screen.findByRole("heading", { name: "الملف جاهز" });
    expect(satchel.data.outWords).toMatchObject({ language: "ar", dir: "rtl", names: { papers: "أوراق" } });
    expect(await axeProblems()).toEqual([]);
  });
});

describe("Une copie fermée", () => {
  test("asks the code, says what it takes to open it, hands out copy and reader", async () => {
    const satchel = full();
    await show(<SealedScreen />, satchel);
    expect(await heading("Une copie fermée")).toBeTruthy();
    expect(await screen.findByText(/Vous n’avez pas encore essayé votre carte/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    typeCode("111223");
    expect(
      await screen.findByText("Ce n’est pas ce code. Essais qui restent : 9.", {
        normalizer: (text) => text.replace(/\u00a0/g, " "),
      }),
    ).toBeTruthy();
    typeCode(FAKE_CODE);
    expect(await heading("La copie est fermée")).toBeTruthy();
    expect(plain()).toContain("Il faudra la carte numéro 1 et le code d’aujourd’hui");
    press("Enregistrer la copie fermée");
    expect(saved).toHaveLength(1);
    const policy = "script-src 'sha256-x' 'wasm-unsafe-eval'";
    vi.stubGlobal("fetch", async () => new Response(`<meta content="${policy}">`));
    press("Enregistrer le lecteur");
    await vi.waitFor(() => expect(saved).toHaveLength(2), 20_000);
    expect(await axeProblems()).toEqual([]);
  });

  test("without network and before the reader is here, that is said; a portal's page is no reader", async () => {
    const satchel = full();
    await show(<SealedScreen />, satchel);
    await heading("Une copie fermée");
    typeCode(FAKE_CODE);
    await heading("La copie est fermée");
    for (const answer of [() => Promise.reject(new TypeError("offline")), async () => new Response("<p>Portail</p>")]) {
      vi.stubGlobal("fetch", answer);
      press("Enregistrer le lecteur");
      expect(await screen.findByText(/Le lecteur n’est pas encore sur ce téléphone/)).toBeTruthy();
    }
    expect(saved).toEqual([]);
  });
});

describe("Reprendre une copie fermée", () => {
  test("file, card, code; then what came in", async () => {
    const satchel = full();
    await show(<TakeInScreen />, satchel);
    await heading("Reprendre une copie fermée");
    expect(await axeProblems()).toEqual([]);
    choose(/Choisir la copie fermée/);
    await heading("Montrez la carte numéro 1");
    expect(await axeProblems()).toEqual([]);
    const groups = document.querySelectorAll<HTMLInputElement>("form input:not([type='file'])");
    const [first] = groups;
    if (first === undefined) throw new Error("ten groups");
    for (const [n, input] of [...groups].entries()) fireEvent.input(input, { target: { value: FAKE_CARD[n] ?? "" } });
    press("Continuer");
    await heading("Le code de la copie");
    typeCode("000001");
    expect(await screen.findByText(/Ce n’est pas le code de cette copie/)).toBeTruthy();
    typeCode(FAKE_CODE);
    await heading("C’est repris");
    expect(plain()).toContain("Papiers : 3. Démarches : 1.");
    expect(await axeProblems()).toEqual([]);
  });

  test.each<readonly [SealedFileRefusal, RegExp]>([
    [{ type: "not-sealed-copy" }, /n’est pas une copie fermée de Besace/],
    [{ type: "newer" }, /version plus récente/],
    [{ type: "truncated" }, /Le fichier est coupé/],
    [{ type: "damaged" }, /Le fichier est abîmé/],
    [{ type: "weak-parameters" }, /protection trop faible/],
  ])("a file that is refused (%j) is said in words before a card is asked for", async (refusal, words) => {
    const satchel = full();
    vi.spyOn(satchel.handle.api as SatchelApi, "lookSealed").mockResolvedValueOnce(err(refusal));
    await show(<TakeInScreen />, satchel);
    choose(/Choisir la copie fermée/);
    expect(await screen.findByText(words)).toBeTruthy();
    expect(await heading("Reprendre une copie fermée")).toBeTruthy();
  });
});

describe("Réunir 2 besaces", () => {
  test("nothing to join is said with the other way", async () => {
    await show(<JoiningScreen />, full());
    await heading("Réunir 2 besaces");
    expect(await screen.findByText("Il n’y a pas d’autre besace sur cet appareil.")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });

  test("by picture and its own code; old ones are shown with what they still send", async () => {
    const satchel = full();
    satchel.data.joinable = [{ database: "b-1", pictogram: "code-lune", codeKind: "digits" }];
    satchel.data.aliases = [{ pictogram: "code-arbre", joinedAt: Date.UTC(2026, 10, 20), here: true, left: 4 }];
    await show(<JoiningScreen />, satchel);
    expect(await screen.findByText(/Encore à envoyer/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(await screen.findByRole("button", { name: /Lune/ }));
    expect(await screen.findByRole("heading", { name: /Écrivez le code de l’autre besace. Lune/ })).toBeTruthy();
    typeCode("111223");
    expect(await screen.findByText(/Ce n’est pas ce code/)).toBeTruthy();
    typeCode(FAKE_CODE);
    await heading("Les 2 besaces sont réunies");
    expect(plain()).toContain("Papiers : 3. Démarches : 1.");
    expect(await axeProblems()).toEqual([]);
  });
});
