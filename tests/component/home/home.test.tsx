import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { HomeScreen } from "../../../src/app/features/home/HomeScreen.tsx";
import type { RecordId } from "../../../src/shared/ids.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import {
  createFakeSatchel,
  EMPTY_OUTBOX,
  FAKE_NOW,
  FAKE_WAY,
  type FakeData,
  fakeDossier,
  fakePaper,
} from "../../support/fake-satchel.ts";
import { showRootScreen } from "../shell/root-screen.tsx";

afterEach(cleanup);

const areas = ["home", "papers", "papers-types"] as const;
const showHome = async (start: Partial<FakeData> = {}) => {
  const satchel = createFakeSatchel(start);
  return { satchel, shown: await showRootScreen(<HomeScreen />, { satchel, areas }) };
};

describe("home", () => {
  test("an empty satchel says so and offers the first act", async () => {
    await showHome();
    expect(await screen.findByText(/Votre besace est vide/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "Ajouter un papier" }).getAttribute("href")).toBe("/papiers/nouveau");
    expect(screen.getByRole("link", { name: "Commencer une démarche" })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });

  test("counts papers in the words that each state allows (INV-2)", async () => {
    await showHome({
      papers: [
        fakePaper({}, { state: "two-copies" }),
        fakePaper({}, { state: "two-copies" }),
        fakePaper({}, { state: "sealed-copy" }),
        fakePaper({}, { state: "here" }),
        fakePaper({}, { state: "waits" }),
        fakePaper({ status: "binned" }),
      ],
    });
    expect(await screen.findByText("Mes papiers : 5")).toBeTruthy();
    expect(screen.getByText("2 papiers ont 2 copies.")).toBeTruthy();
    expect(screen.getByText(/sans carte, personne ne peut la rouvrir/)).toBeTruthy();
    expect(screen.getByText("1 est sur ce téléphone seulement.")).toBeTruthy();
  });

  test("the card is asked for until it was tried", async () => {
    const { satchel } = await showHome();
    expect(await screen.findByRole("link", { name: "Préparer ma carte" })).toBeTruthy();
    await satchel.api.drill(satchel.data.card.join(""));
    await expect.poll(() => screen.queryByRole("link", { name: "Préparer ma carte" })).toBeNull();
  });

  test("an unfinished paper and an unfinished form can be taken up again", async () => {
    const draft = fakeDossier();
    await showHome({ papers: [fakePaper({ status: "draft" })], dossiers: [draft] });
    expect(await screen.findByRole("link", { name: /Vous aviez commencé un papier/ })).toBeTruthy();
    const form = await screen.findByRole("link", { name: /Demander une adresse au CCAS/ });
    expect(form.getAttribute("href")).toBe(`/dossiers/${draft.id}`);
  });

  test("a dossier is 'déposé' only with its proof's date", async () => {
    await showHome({
      dossiers: [
        fakeDossier(
          {},
          {
            stage: "deposited",
            proofs: [{ type: "deposited", at: FAKE_NOW, have: 1, of: 2, fingerprint: "", by: "" }],
          },
        ),
        fakeDossier({ procedure: "demande-libre" }, { stage: "waits" }),
      ],
    });
    expect(await screen.findByText(/Déposé le 21/)).toBeTruthy();
    expect(screen.getByText("Attend le réseau")).toBeTruthy();
  });

  test("what waits is shown with its size", async () => {
    await showHome({ outbox: { ...EMPTY_OUTBOX, waiting: 2, bytesLeft: 730_000 } });
    const section = await screen.findByRole("region", { name: "En attente" });
    expect(within(section).getByText(/2 envois, 730/)).toBeTruthy();
  });

  test("something that has waited for days although the server answers is told here too", async () => {
    await showHome({ outbox: { ...EMPTY_OUTBOX, waiting: 1, stuck: { count: 1, days: 2 } } });
    expect(await screen.findByText("Quelque chose attend depuis 2 jours.")).toBeTruthy();
    expect(screen.getByRole("link", { name: "Voir mes envois" }).getAttribute("href")).toBe("/envois");
  });

  test("a dossier that waits for the desk is not said to wait for the network, nor to weigh 0 Ko", async () => {
    const line = {
      id: "AAAAAAAAAAAAAAAAAAAAgQ" as RecordId,
      what: "dossier",
      title: "ABCDEFGH",
      state: "awaiting-desk",
      parts: { done: 0, of: 1 },
      bytesLeft: 0,
      reason: null,
      at: null,
      waits: null,
      pieces: [],
    } as const;
    await showHome({ outbox: { ...EMPTY_OUTBOX, waiting: 1, lines: [line] } });
    const section = await screen.findByRole("region", { name: "En attente" });
    expect(within(section).getByText("1 dossier attend l’ouverture du guichet")).toBeTruthy();
    expect(within(section).getByText(/ABCD EFGH/)).toBeTruthy();
    expect(section.textContent).not.toMatch(/Ko|réseau|envoi/);
    cleanup();
    await showHome({ outbox: { ...EMPTY_OUTBOX, waiting: 1, lines: [{ ...line, state: "waits", waits: "turn" }] } });
    expect(await screen.findByText("1 envoi")).toBeTruthy();
  });

  test("a paper whose date comes soon is named with the days left", async () => {
    await showHome({ papers: [fakePaper({ kind: "identity-card", expiry: "2026-12-12" })] });
    expect(await screen.findByText("Il reste 21 jours.")).toBeTruthy();
  });

  test("a failure says that nothing is erased, with its mark", async () => {
    const satchel = createFakeSatchel();
    satchel.fail("pocket", { type: "unavailable", mark: "P-114" });
    await showRootScreen(<HomeScreen />, { satchel, areas });
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("Rien n’est effacé");
    expect(alert.textContent).toContain("P-114");
  });

  test("the name is on the screen and never in the title of the tab (INV-3)", async () => {
    await showHome({ profile: { t: "profile", given_name: "Camille" } });
    expect((await screen.findByText(/Bonjour/)).textContent).toContain("Bonjour");
    await expect.poll(() => screen.getByRole("heading", { level: 1 }).textContent).toContain("Camille");
    expect(document.title).toBe("Accueil – Besace");
  });

  test("the code is asked for gently, one question at a time, and later is always possible", async () => {
    const { satchel } = await showHome({ drilled: true, asks: { code: true, drill: true } });
    const question = await screen.findByRole("heading", { name: /^Votre code, vous vous en souvenez/ });
    expect(screen.getByRole("link", { name: "Essayer mon code" }).getAttribute("href")).toBe("/code/essai");
    expect(screen.queryByRole("link", { name: "Essayer ma carte" })).toBeNull();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Plus tard" }));
    await expect.poll(() => question.isConnected).toBe(false);
    expect(satchel.calls("postponeCode")).toHaveLength(1);
    expect((await screen.findByRole("link", { name: "Essayer ma carte" })).getAttribute("href")).toBe("/carte/essai");
  });

  test.each([
    [{ blockedAt: FAKE_NOW }, "Votre besace est bloquée.", "/carte"],
    [{ frozen: true, left: 0, tries: 10 }, "Quelqu’un a essayé 10 codes avec votre carte.", "/carte"],
    [{ openedElsewhere: true }, "Votre besace a été ouverte sur un autre appareil.", "/appareils"],
  ] as const)("bad news about the ways in comes first: %o", async (change, title, path) => {
    await showHome({ way: { ...FAKE_WAY, ...change } });
    const banner = (await screen.findByText(title)).closest("div");
    expect(banner?.querySelector("a")?.getAttribute("href")).toBe(path);
  });

  test("a device that was put out is told so, and that its papers can be read", async () => {
    await showHome({ putOut: true });
    expect(await screen.findByText("Cet appareil a été mis dehors.")).toBeTruthy();
  });
});
