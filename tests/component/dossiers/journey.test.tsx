/** The journey of a long form: its parts, what is missing, somebody who helps, the sheet, the profile; and papers that fit. */
import { act, cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { CheckScreen } from "../../../src/app/features/dossiers/CheckScreen.tsx";
import { offerToKeep } from "../../../src/app/features/dossiers/changing.tsx";
import { DossierScreen } from "../../../src/app/features/dossiers/DossierScreen.tsx";
import { later } from "../../../src/app/features/dossiers/later.tsx";
import { ProcedureScreen } from "../../../src/app/features/dossiers/ProcedureScreen.tsx";
import { QuestionScreen } from "../../../src/app/features/dossiers/QuestionScreen.tsx";
import { loadAreas, setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { DossierRecord } from "../../../src/satchel/model.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, type FakeSatchel, fakeDossier, fakePage, fakePaper } from "../../support/fake-satchel.ts";
import { reflectLikeBrowsers } from "../ui/harness.tsx";
import { DOSSIER, deployment, show } from "./show.tsx";

reflectLikeBrowsers();
afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const LackScreen = later("LackScreen");
const SheetScreen = later("SheetScreen");
const HelpScreen = later("HelpScreen");

const satchelWith = (record: Partial<DossierRecord> = {}, more: Parameters<typeof createFakeSatchel>[0] = {}) =>
  createFakeSatchel({ dossiers: [fakeDossier(record, { id: DOSSIER })], deployment: deployment(), ...more });
const record = (satchel: FakeSatchel) => satchel.data.dossiers[0]?.record;
const open = (Screen: Parameters<typeof show>[0], satchel: FakeSatchel) => show(Screen, { dossier: DOSSIER }, satchel);

const half = {
  page: "birth-date",
  answers: { given_name: { v: "text", text: "Camille" }, family_name: { v: "text", text: "Morel" } },
} as const;

describe("a long form", () => {
  test("is shown by its parts, with what is left; in Arabic too", async () => {
    await open(DossierScreen, satchelWith(half));
    const parts = await screen.findByRole("region", { name: "Les parties de ce dossier" });
    expect(within(parts).getByText(/Il reste environ \d+ minutes/)).toBeTruthy();
    const first = within(parts).getAllByRole("link")[0];
    expect(first?.textContent).toContain("En cours");
    expect(first?.getAttribute("href")).toBe(`/dossiers/${DOSSIER}/question/birth-date`);
    expect(within(parts).getAllByText("Pas commencé").length).toBeGreaterThan(1);
    expect(await axeProblems()).toEqual([]);
    await act(async () => void (await setLanguage("ar")));
    expect(screen.getByRole("region", { name: "أجزاء هذا الملف" })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });

  test("a short one stays as it is", async () => {
    await open(DossierScreen, satchelWith({ procedure: "demande-libre", page: "" }));
    await screen.findByRole("link", { name: "Reprendre où j’en étais" });
    await act(() => new Promise<void>((resolve) => setTimeout(resolve, 20)));
    expect(screen.queryByRole("region", { name: "Les parties de ce dossier" })).toBeNull();
  });
});

describe("what is missing", () => {
  test("answers and papers, each with what to do; nothing needs a network", async () => {
    await open(LackScreen, satchelWith({ ...half, attached: { identity: { papers: [], missing: true } } }));
    await screen.findByRole("heading", { level: 1, name: "Ce qui vous manque" });
    const answers = screen.getByRole("region", { name: "Des réponses" });
    expect(
      within(answers)
        .getByRole("link", { name: /Répondre.*naissance/ })
        .getAttribute("href"),
    ).toBe(`/dossiers/${DOSSIER}/question/birth-date/revoir`);
    expect(within(answers).queryByText(/Prénom/)).toBeNull();
    expect(screen.getByRole("button", { name: "Imprimer cette liste" })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });
});

describe("somebody helps", () => {
  test("after a yes to one sentence; every question says so, and each answer keeps it", async () => {
    const satchel = satchelWith(half);
    const shown = await open(HelpScreen, satchel);
    fireEvent.input(await screen.findByRole("textbox", { name: "Son nom, si vous voulez" }), {
      target: { value: "Nadia" },
    });
    const begin = screen.getByRole("button", { name: "Cochez d’abord la phrase" });
    fireEvent.click(begin);
    expect(satchel.calls("setHelp")).toEqual([]);
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("checkbox", { name: /J’accepte que .*Nadia.* écrive dans ce dossier/ }));
    fireEvent.click(screen.getByRole("button", { name: "Commencer avec cette aide" }));
    await expect.poll(() => shown.went).toEqual([`/dossiers/${DOSSIER}`]);
    const [help] = Object.values(record(satchel)?.helped ?? {});
    expect(help).toMatchObject({ name: "Nadia", structure: "", language: "fr" });
    expect(help?.consent).toContain("Nadia");
    cleanup();
    const question = await show(QuestionScreen, { dossier: DOSSIER, page: "called" }, satchel);
    fireEvent.input(await screen.findByLabelText("Nom ou prénom d’usage"), { target: { value: "Cam" } });
    expect(screen.getByText(/Nadia.*vous aide à remplir/)).toBeTruthy();
    question.pass(500);
    await expect.poll(() => Object.keys(record(satchel)?.typedBy ?? {})).toEqual(["called_name"]);
    cleanup();
    await open(CheckScreen, satchel);
    expect(await screen.findByText(/Écrit avec l’aide de .*Nadia/)).toBeTruthy();
    cleanup();
    await open(HelpScreen, satchel);
    fireEvent.click(await screen.findByRole("button", { name: "L’aide est finie, je continue" }));
    await expect.poll(() => Object.values(record(satchel)?.helped ?? {})[0]?.ended).toBeDefined();
  });
});

describe("what a desk of Besace does not take", () => {
  const aspa = { procedure: "aspa", organisation: "", page: "check" } as const;

  test("the start page says so, and begins without a receiver", async () => {
    await loadAreas("form-aspa", "procedures");
    const satchel = createFakeSatchel({ deployment: deployment() });
    const shown = await show(ProcedureScreen, { procedure: "aspa" }, satchel);
    expect(await screen.findByText(/Préparation.*Besace n’envoie rien/)).toBeTruthy();
    expect(screen.queryByText(/Rien ne part au guichet/)).toBeNull();
    expect(screen.getByText("D’où viennent ces questions")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Préparer ma demande" }));
    await expect.poll(() => shown.went.length).toBe(1);
    expect(satchel.calls("startDossier")).toEqual([[{ procedure: "aspa", language: "fr", organisation: "" }]]);
  });

  test("INV-2: is read again, printed or copied, and never sent", async () => {
    await loadAreas("form-aspa", "procedures");
    await open(CheckScreen, satchelWith(aspa));
    expect(await screen.findByRole("heading", { level: 1, name: "Relisez votre préparation" })).toBeTruthy();
    expect(screen.getByText(/Préparé, pas déposé/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Envoyer/ })).toBeNull();
    expect(screen.getByRole("link", { name: "Imprimer ou recopier" }).getAttribute("href")).toBe(
      `/dossiers/${DOSSIER}/feuille`,
    );
    expect(await axeProblems()).toEqual([]);
    cleanup();
    await open(DossierScreen, satchelWith(aspa));
    expect(await screen.findByText("Préparé, pas déposé")).toBeTruthy();
    expect(screen.queryByText(/Relire et envoyer/)).toBeNull();
  });

  test("the sheet is French, has all answers in order, papers, the number and its code; one answer is copied at a time", async () => {
    await loadAreas("form-aspa", "procedures");
    const copied: string[] = [];
    Object.defineProperty(navigator, "clipboard", {
      configurable: true,
      value: { writeText: async (text: string) => void copied.push(text) },
    });
    await setLanguage("ar");
    const satchel = satchelWith({
      ...aspa,
      number: "K7QF2M9D",
      answers: { given_name: { v: "text", text: "Camille" }, birthdate: { v: "date", date: "1955-03-02" } },
    });
    const shown = await open(SheetScreen, satchel);
    const sheet = (await screen.findByRole("article")) as HTMLElement;
    expect(sheet.lang).toBe("fr");
    expect(sheet.textContent).toContain("Préparé, pas déposé.");
    expect(sheet.textContent).toContain("2\u00a0mars\u00a01955");
    expect(await within(sheet).findByRole("img", { name: /Code du numéro/ })).toBeTruthy();
    expect(within(sheet).getByRole("heading", { name: "Papiers à joindre" })).toBeTruthy();
    fireEvent.click(within(sheet).getByRole("button", { name: /Prénom/ }));
    await expect.poll(() => copied).toEqual(["Camille"]);
    await expect.poll(() => shown.said).toHaveLength(1);
    expect(await axeProblems()).toEqual([]);
  });
});

describe("ask once", () => {
  test("what a form taught is offered after signing; only what is ticked is kept", async () => {
    const satchel = satchelWith(
      { ...half, status: "sent", answers: { ...half.answers, phone: { v: "text", text: "0612345678" } } },
      { profile: { t: "profile", family_name: "Morel" } },
    );
    offerToKeep(satchel.handle.api, DOSSIER);
    await open(DossierScreen, satchel);
    const offer = await screen.findByRole("group", { name: /Garder dans votre profil/ });
    const lines = within(offer).getAllByRole("checkbox");
    expect(lines).toHaveLength(2);
    expect(lines.every((line) => !(line as HTMLInputElement).checked)).toBe(true);
    fireEvent.click(within(offer).getByRole("checkbox", { name: /Prénom/ }));
    fireEvent.click(within(offer).getByRole("button", { name: "Garder ce qui est coché" }));
    await expect.poll(() => satchel.data.profile.given_name).toBe("Camille");
    expect(satchel.data.profile.phone_number).toBeUndefined();
    await expect.poll(() => screen.queryByRole("group", { name: /Garder dans votre profil/ })).toBeNull();
  });
});

describe("papers that fit", () => {
  test("best first; one that is too old says since when; how many are there, and what is taken instead", async () => {
    await loadAreas("form-aspa", "procedures");
    const pages = { p1: fakePage({ position: 1 }) };
    const satchel = satchelWith(
      { procedure: "aspa", organisation: "", page: "papers-residence" },
      {
        papers: [
          fakePaper({ kind: "energy-bill", title: "Vieille facture", pages, status: "kept", expiry: "2020-01-31" }),
          fakePaper({ kind: "rent-receipt", title: "Quittance", pages, status: "kept", expiry: null }),
        ],
      },
    );
    await show(QuestionScreen, { dossier: DOSSIER, page: "papers-residence" }, satchel);
    const boxes = await screen.findAllByRole("checkbox", { name: /Quittance|Vieille facture/ });
    expect(boxes.map((box) => (box.closest(".choice")?.textContent ?? "").includes("Quittance"))).toEqual([
      true,
      false,
    ]);
    expect(screen.getByText("Convient")).toBeTruthy();
    expect(screen.getByText(/Plus valable depuis le 31.janvier 2020/)).toBeTruthy();
    expect(screen.getByText("Vous en avez choisi 0 sur 2.")).toBeTruthy();
    fireEvent.click(boxes[0] as HTMLElement);
    expect(await screen.findByText("Vous en avez choisi 1 sur 2.")).toBeTruthy();
    expect(screen.getByText(/ce qui est accepté à la place/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });
});
