/** The desk's screens, by role and label: the way in, the inbox, a dossier, replies, and the states of each. */

import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { deskPaths } from "../../../src/app/desk/state.ts";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { BlobId } from "../../../src/shared/ids.ts";
import { watchCanvas } from "../../support/canvas.ts";
import {
  createFakeDesk,
  FAKE_CODE,
  FAKE_DESK_CODE,
  FAKE_NOW,
  fakeDeskDossier,
  fakeDeskPaper,
} from "../../support/fake-desk.ts";
import { fakeId } from "../../support/fake-satchel.ts";
import { showDesk } from "./harness.tsx";

const HOUR = 3_600_000;

const urls = new Set<string>();
beforeEach(() => {
  watchCanvas();
  let serial = 0;
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => {
    serial += 1;
    urls.add(`blob:desk/${serial}`);
    return `blob:desk/${serial}`;
  });
  vi.spyOn(URL, "revokeObjectURL").mockImplementation((url) => void urls.delete(url));
  window.scrollTo = () => undefined;
  Element.prototype.scrollIntoView = () => undefined;
  HTMLDialogElement.prototype.showModal = function showModal(): void {
    this.open = true;
  };
});

afterEach(async () => {
  cleanup();
  urls.clear();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await setLanguage("fr");
});

const heading = (name: string | RegExp): Promise<HTMLElement> => screen.findByRole("heading", { level: 1, name });

/** Types into a text field or a textarea. */
const type = (field: HTMLElement, value: string): void => void fireEvent.input(field, { target: { value } });

/** Presses the keys of the drawn keypad. */
function digits(code: string): void {
  for (const digit of code) fireEvent.click(screen.getByRole("button", { name: digit }));
}

async function structure(): Promise<readonly string[]> {
  const { violations } = await axe.run(document.body, {
    runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] },
    // No layout here: colours are looked at in a real browser.
    rules: { "color-contrast": { enabled: false } },
  });
  return violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.html).join(" ")}`);
}

describe("the way in", () => {
  test("opens with the one-time code pasted whole and six digits typed twice", async () => {
    const desk = createFakeDesk({ opening: { type: "none" } });
    await showDesk(desk);
    await heading("Ouvrir ce guichet");
    expect(await structure()).toEqual([]);
    type(await screen.findByLabelText("Groupe 1 sur 10"), FAKE_DESK_CODE.join(" "));
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await heading("Choisissez 6 chiffres pour cet ordinateur");
    digits("208417");
    fireEvent.click(screen.getByRole("button", { name: "Valider" }));
    await heading("Écrivez encore les mêmes 6 chiffres");
    digits("208417");
    fireEvent.click(screen.getByRole("button", { name: "Valider" }));
    await heading("Dossiers déposés");
    expect(desk.calls("enrol")).toEqual([
      [{ slug: "ccas-brevigny", deskCode: FAKE_DESK_CODE.join(" "), code: "208417" }],
    ]);
  });

  test("names the wrong group, and does not ask for the digits again", async () => {
    const desk = createFakeDesk({ opening: { type: "none" } });
    await showDesk(desk);
    const typed = FAKE_DESK_CODE.map((group, at) => (at === 2 ? "B2HY" : group));
    type(await screen.findByLabelText("Groupe 1 sur 10"), typed.join(" "));
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await heading("Choisissez 6 chiffres pour cet ordinateur");
    for (let time = 0; time < 2; time += 1) {
      digits("208417");
      fireEvent.click(screen.getByRole("button", { name: "Valider" }));
    }
    expect((await screen.findByRole("alert")).textContent).toContain("groupe 3");
    const third = screen.getByLabelText("Groupe 3 sur 10");
    expect(third.getAttribute("aria-invalid")).toBe("true");
    expect(screen.getByLabelText("Groupe 4 sur 10").getAttribute("aria-invalid")).toBeNull();
    type(third, "B2HX");
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await heading("Dossiers déposés");
  });

  test("says what is missing, what was refused, and that a network is needed once", async () => {
    const desk = createFakeDesk({ opening: { type: "none" }, online: false });
    await showDesk(desk);
    fireEvent.click(await screen.findByRole("button", { name: "Continuer" }));
    expect((await screen.findByRole("alert")).textContent).toContain("groupe 1, 2, 3");
    type(screen.getByLabelText("Groupe 1 sur 10"), FAKE_DESK_CODE.join(""));
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await heading("Choisissez 6 chiffres pour cet ordinateur");
    digits("208417");
    fireEvent.click(screen.getByRole("button", { name: "Valider" }));
    digits("208418");
    fireEvent.click(screen.getByRole("button", { name: "Valider" }));
    expect((await screen.findByRole("alert")).textContent).toContain("pas pareilles");
    for (let time = 0; time < 2; time += 1) {
      digits("208417");
      fireEvent.click(screen.getByRole("button", { name: "Valider" }));
    }
    expect((await screen.findByRole("alert")).textContent).toContain("Pas de réseau");
    desk.data.online = true;
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await heading("Dossiers déposés");
  });

  test("without deployment.json says what is needed", async () => {
    await showDesk(createFakeDesk({ opening: { type: "none" }, deployment: null }));
    expect((await screen.findByRole("alert")).textContent).toContain("Pas encore de guichet ici");
  });

  test("the closed desk counts tries, waits, and opens", async () => {
    const desk = createFakeDesk({ opening: { type: "locked", organisation: "CCAS de Brévigny" }, triesLeft: 8 });
    const shown = await showDesk(desk);
    await heading("Écrivez vos 6 chiffres");
    expect(await structure()).toEqual([]);
    digits("111222");
    expect((await screen.findByRole("alert")).textContent).toContain("Il reste 7 essais");
    digits("111222");
    await screen.findByText("Prochain essai dans 30 secondes.");
    digits(FAKE_CODE);
    expect(desk.calls("unlock")).toHaveLength(2);
    await shown.pass(31_000);
    digits(FAKE_CODE);
    await heading("Dossiers déposés");
  });

  test("the one-time code opens a desk whose digits are forgotten; back leads to the lock", async () => {
    await showDesk(createFakeDesk({ opening: { type: "locked", organisation: "CCAS de Brévigny" } }));
    fireEvent.click(await screen.findByRole("button", { name: "Ouvrir avec le code à usage unique" }));
    await heading("Ouvrir ce guichet");
    fireEvent.click(screen.getByRole("link", { name: "Retour" }));
    await heading("Écrivez vos 6 chiffres");
  });

  test("closes after fifteen minutes without a gesture and keeps the reply that was begun", async () => {
    const dossier = fakeDeskDossier();
    const desk = createFakeDesk({ dossiers: [dossier] });
    const shown = await showDesk(desk, { path: deskPaths.dossier(dossier.row.letter) });
    type(await screen.findByLabelText("La personne lira :"), "Passez mardi.");
    await shown.pass(10 * 60_000);
    shown.gesture();
    await shown.pass(14 * 60_000);
    expect(desk.calls("lock")).toHaveLength(0);
    await shown.pass(61_000);
    await heading("Écrivez vos 6 chiffres");
    expect(document.body.textContent).not.toContain("Camille Morel");
    expect(urls.size).toBe(0);
    digits(FAKE_CODE);
    const field = await screen.findByLabelText<HTMLTextAreaElement>("La personne lira :");
    expect(field.value).toBe("Passez mardi.");
  });
});

const three = () => [
  fakeDeskDossier({ name: "Adrien Roussel", number: "W4TR9KQM", status: "received", depositedAt: FAKE_NOW - HOUR }),
  fakeDeskDossier({ name: "Camille Morel", status: "new", payload: { notForeseen: "Mon cousin me loge." } }),
  fakeDeskDossier({
    name: "Zoé Émery",
    number: "X4HTP3WA",
    status: "new",
    depositedAt: FAKE_NOW - 50 * HOUR,
    papers: [
      fakeDeskPaper(),
      fakeDeskPaper({ pages: [{ blob: fakeId<BlobId>(), preview: null, mime: "image/jpeg", turn: 0, here: false }] }),
    ],
  }),
];

const names = (): readonly (string | null)[] =>
  screen
    .getAllByRole("row")
    .slice(1)
    .map((row) => within(row).getByRole("link").textContent);

describe("the inbox", () => {
  test("whoever waits longest comes first, what is done last; papers, flag and state in words", async () => {
    await showDesk(createFakeDesk({ dossiers: three() }));
    await screen.findByRole("table");
    expect(names()).toEqual(["Zoé Émery", "Camille Morel", "Adrien Roussel"]);
    const [, first, second] = screen.getAllByRole("row");
    expect(first?.textContent).toContain("1 sur 2");
    expect(first?.textContent).toContain("1 papier en route");
    expect(second?.textContent).toContain("Cas pas prévu");
    expect(second?.textContent).toContain("À lire");
    expect(document.title).toBe("Dossiers déposés – Besace");
    expect(screen.getByText("Le serveur a répondu à", { exact: false })).toBeTruthy();
    expect(await structure()).toEqual([]);
  });

  test("filters by state", async () => {
    await showDesk(createFakeDesk({ dossiers: three() }));
    fireEvent.click(await screen.findByRole("button", { name: /En cours/ }));
    expect(names()).toEqual(["Adrien Roussel"]);
    fireEvent.click(screen.getByRole("button", { name: /À compléter/ }));
    expect(screen.getByRole("heading", { name: "Aucun dossier trouvé" })).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Voir tous les dossiers" }));
    expect(names()).toHaveLength(3);
  });

  test("finds a name without accents and a spoken number with spaces, and hears a wrong letter", async () => {
    await showDesk(createFakeDesk({ dossiers: three() }));
    const field = await screen.findByRole("searchbox", { name: "Chercher un nom ou un numéro" });
    expect(field.getAttribute("autocomplete")).toBe("off");
    type(field, "emery zo");
    expect(names()).toEqual(["Zoé Émery"]);
    type(field, "k7qf 2m9d");
    expect(names()).toEqual(["Camille Morel"]);
    type(field, "K7QF 2M9A");
    expect(screen.getByText(/Une lettre de ce numéro/)).toBeTruthy();
  });

  test("coming back from a dossier finds the list as it was", async () => {
    const dossiers = three();
    const shown = await showDesk(createFakeDesk({ dossiers }));
    fireEvent.click(await screen.findByRole("button", { name: /À lire/ }));
    type(screen.getByRole("searchbox"), "cam");
    shown.go(deskPaths.dossier(dossiers[1]?.row.letter ?? fakeId()));
    await heading(/Camille Morel/);
    // Now it is opened: no longer among those to read.
    shown.go(deskPaths.inbox);
    await heading("Dossiers déposés");
    expect(screen.getByRole<HTMLInputElement>("searchbox").value).toBe("cam");
    expect(screen.getByRole("button", { name: /À lire/ }).getAttribute("aria-pressed")).toBe("true");
  });

  test("arrow keys walk from dossier to dossier", async () => {
    await showDesk(createFakeDesk({ dossiers: three() }));
    const first = await screen.findByRole("link", { name: "Zoé Émery" });
    first.focus();
    fireEvent.keyDown(first, { key: "ArrowDown" });
    expect(document.activeElement?.textContent).toBe("Camille Morel");
    fireEvent.keyDown(document.activeElement ?? first, { key: "End" });
    expect(document.activeElement?.textContent).toBe("Adrien Roussel");
    fireEvent.keyDown(document.activeElement ?? first, { key: "Home" });
    expect(document.activeElement).toBe(first);
  });

  test("empty, loading, offline, failed", async () => {
    const desk = createFakeDesk();
    const release = desk.stall("inbox");
    const shown = await showDesk(desk);
    await heading("Dossiers déposés");
    expect(screen.queryByText("On ouvre…")).toBeNull();
    await shown.pass(500);
    expect(screen.getByText("On ouvre…")).toBeTruthy();
    release();
    await screen.findByRole("heading", { name: "Aucun dossier pour le moment" });
    desk.data.waiting = 2;
    desk.data.online = false;
    desk.change({ type: "inbox" });
    fireEvent.click(screen.getByRole("button", { name: "Chercher du nouveau" }));
    await screen.findByText("Pas de réseau.");
    await screen.findByText(/2 réponses attendent le réseau/);
    desk.data.online = true;
    fireEvent.click(screen.getByRole("button", { name: "Chercher du nouveau" }));
    await screen.findByText("Le réseau est revenu.");
    desk.fail("inbox", { type: "unavailable", mark: "P-114" });
    desk.change({ type: "inbox" });
    expect((await screen.findByRole("alert")).textContent).toContain("P-114");
    desk.heal("inbox");
    fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
    await screen.findByRole("heading", { name: "Aucun dossier pour le moment" });
  });

  test("what cannot be opened is shown with its mark, never dropped (INV-1)", async () => {
    const broken = fakeDeskDossier({ name: "", number: "", procedure: "", trouble: "letter-cut", papers: [] });
    const desk = createFakeDesk({ dossiers: [broken] });
    const shown = await showDesk(desk);
    await screen.findByText("Ne s’ouvre pas");
    desk.fail("open", { type: "not-found" });
    shown.go(deskPaths.dossier(broken.row.letter));
    await heading("Un dossier ne s’ouvre pas");
    expect(screen.getByRole("alert").textContent).toContain("letter-cut");
  });

  test("a letter that was taken back stays as a line without a name; its page says why and shows nothing (INV-3)", async () => {
    const gone = fakeDeskDossier({ name: "", number: "K7QF2M9D", status: "withdrawn", papers: [] });
    const desk = createFakeDesk({ dossiers: [fakeDeskDossier({ name: "Awa Diop" }), gone] });
    desk.fail("open", { type: "not-found" });
    const shown = await showDesk(desk);
    const row = (await screen.findByRole("link", { name: "Dossier retiré par la personne" })).closest("tr");
    expect(row?.textContent).toMatch(/Retiré/);
    expect(row?.textContent).not.toMatch(/Sans papier|Camille/);
    expect(await structure()).toEqual([]);
    shown.go(deskPaths.dossier(gone.row.letter));
    await heading("Dossier retiré par la personne");
    expect(screen.getByText(/avant son ouverture/)).toBeTruthy();
    expect(screen.queryByText(/84,50|Morel/)).toBeNull();
    expect(await structure()).toEqual([]);
  });

  test("a long list is drawn in pieces", async () => {
    const many = Array.from({ length: 130 }, (_, at) => fakeDeskDossier({ name: `Personne ${at}` }));
    await showDesk(createFakeDesk({ dossiers: many }));
    await screen.findByRole("table");
    expect(names()).toHaveLength(100);
    fireEvent.click(screen.getByRole("button", { name: /30 dossiers/ }));
    expect(names()).toHaveLength(130);
  });

  test("speaks Arabic from right to left", async () => {
    await showDesk(createFakeDesk({ dossiers: three() }));
    fireEvent.click(await screen.findByRole("button", { name: "العربية" }));
    await heading("الملفات المودعة");
    expect(document.documentElement.dir).toBe("rtl");
    expect(screen.getByRole("link", { name: "Camille Morel" })).toBeTruthy();
  });
});

describe("a dossier", () => {
  async function open(dossier = fakeDeskDossier(), more: Parameters<typeof showDesk>[1] = {}) {
    const desk = createFakeDesk({ dossiers: [dossier] });
    const shown = await showDesk(desk, { path: deskPaths.dossier(dossier.row.letter), ...more });
    return { desk, shown, dossier };
  }
  const rowOf = (label: string): HTMLElement =>
    screen.getAllByRole("rowheader", { name: label })[0]?.closest("tr") ?? document.body;

  test("whose hands wrote an answer is said beside it", async () => {
    const about = { structure: "Mission locale", consent: "Oui.", language: "fr", at: 1 };
    await open(
      fakeDeskDossier({
        payload: {
          answers: {
            given_name: { v: "text", text: "Camille" },
            family_name: { v: "text", text: "Morel" },
            birthdate: { v: "date", date: "1984" },
          },
          helped: { h1: { ...about, name: "Nadia" }, h2: { ...about, name: "", structure: "" } },
          typedBy: { given_name: { h1: true }, family_name: { h2: true }, birthdate: { me: true } },
        },
      }),
    );
    await heading(/Camille Morel/);
    expect(rowOf("Prénom").textContent).toContain("Écrit avec l’aide de Nadia, Mission locale");
    expect(rowOf("Nom de famille").textContent).toContain("Écrit avec l’aide de quelqu’un");
    expect(rowOf("Date de naissance").textContent).not.toContain("aide");
  });

  test("a choice that is no choice is written as it came, whatever it is called", async () => {
    const choices = { v: "choices", ids: ["valueOf"] } as const;
    await open(
      fakeDeskDossier({
        payload: {
          answers: { given_name: { v: "choice", id: "constructor" }, ...Object.fromEntries([["toString", choices]]) },
          typedBy: { given_name: Object.fromEntries([["toString", true]]) },
        },
      }),
    );
    await screen.findByRole("rowheader", { name: "Prénom" });
    expect(rowOf("Prénom").textContent).toContain("constructor");
    expect(rowOf("toString").textContent).toContain("valueOf");
  });

  test("answers of another version of the questions: it says so, and nobody is said to have left open what was not asked", async () => {
    await open(
      fakeDeskDossier({
        payload: {
          formVersion: 1,
          answers: {
            given_name: { v: "text", text: "Camille" },
            birthdate: { v: "date", date: "2026-13-45" },
            old_amount: { v: "number", number: "douze" },
          },
        },
      }),
    );
    await heading(/Camille Morel/);
    expect(rowOf("Remplie avec la version 1").textContent).toContain("Ce guichet a la version 2.");
    expect(screen.getByRole("table", { name: /Réponses/ }).textContent).not.toContain("Pas de réponse");
    // What is no day and no number stands as it came.
    expect(rowOf("Date de naissance").textContent).toContain("2026-13-45");
    expect(rowOf("old_amount").textContent).toContain("douze");
    expect(document.body.textContent).not.toContain("NaN");
  });

  test("answers in French under their sections, own words first, each ready to copy", async () => {
    const { shown } = await open(
      fakeDeskDossier({
        payload: {
          notForeseen: "Mon cousin me loge jusqu’en janvier.",
          rows: { r1: { repeat: "dependants", position: 1, removed: false } },
          answers: {
            given_name: { v: "text", text: "Camille" },
            birthdate: { v: "date", date: "1984-07" },
            has_dependants: { v: "yesno", yes: true },
            "dependants/r1/dependant_given_name": { v: "text", text: "Lina" },
            commune_links: { v: "choices", ids: ["work", "family"] },
            address_elsewhere: { v: "unknown" },
            something_newer: { v: "choice", id: "left" },
          },
        },
      }),
    );
    await heading(/Camille Morel/);
    expect(document.title).toBe("Dossier – Besace");
    const table = screen.getByRole("table", { name: "Réponses de la personne, par partie" });
    const texts = within(table)
      .getAllByRole("row")
      .map((row) => row.textContent ?? "");
    expect(texts[0]).toBe("Avec ses mots");
    expect(texts[1]).toContain("Mon cousin me loge jusqu’en janvier.");
    expect(rowOf("Date de naissance").textContent).toContain("juillet\u00a01984");
    expect(rowOf("Vos liens avec la commune").textContent).toContain("Je travaille ici\u00a0; J’ai de la famille ici");
    expect(rowOf("Domiciliation ailleurs").textContent).toContain("À voir ensemble");
    expect(texts.some((text) => text.includes("Personnes avec vous"))).toBe(true);
    // An answer of another version of the form stands at the end as it came.
    expect(rowOf("something_newer").textContent).toContain("left");
    fireEvent.click(within(rowOf("Date de naissance")).getByRole("button"));
    fireEvent.click(screen.getByRole("button", { name: "Tout copier" }));
    await waitFor(() => expect(shown.copied).toHaveLength(2));
    expect(shown.copied[0]).toBe("juillet\u00a01984");
    expect(shown.copied[1]).toContain("Prénom\u00a0: Camille");
    expect(shown.copied[1]).not.toContain("Pas de réponse");
    expect(await structure()).toEqual([]);
  });

  test("answers stay French when the desk speaks Arabic", async () => {
    await open();
    await heading(/Camille Morel/);
    fireEvent.click(screen.getByRole("button", { name: "العربية" }));
    await screen.findByRole("heading", { name: "الأجوبة" });
    expect(rowOf("Où vous dormez").textContent).toContain("Chez quelqu’un");
    expect(rowOf("Domiciliation ailleurs").textContent).toContain("Je ne sais pas");
    expect(rowOf("Date de naissance").textContent).toContain("juillet\u00a01984");
  });

  test("pages open one at a time, turn, and have no address", async () => {
    const pages = [90, 0].map((turn) => ({
      blob: fakeId<BlobId>(),
      preview: null,
      mime: "image/jpeg",
      turn,
      here: true,
    }));
    const { shown } = await open(fakeDeskDossier({ papers: [fakeDeskPaper({ pages })] }));
    const first = await screen.findByRole("img", { name: "Carte d’identité, page 1 sur 2" });
    expect(first.style.transform).toContain("rotate(90deg)");
    fireEvent.click(screen.getByRole("button", { name: "Tourner" }));
    expect(first.style.transform).toContain("rotate(180deg)");
    fireEvent.click(screen.getByRole("button", { name: "Agrandir" }));
    expect(screen.getByText(/Agrandi 1,5 fois/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Suivante" }));
    const second = await screen.findByRole("img", { name: "Carte d’identité, page 2 sur 2" });
    expect(second.style.transform).toContain("rotate(0deg)");
    expect(first.isConnected).toBe(false);
    expect(screen.getByRole("button", { name: "Suivante" }).getAttribute("aria-disabled")).toBe("true");
    shown.go(deskPaths.inbox);
    await heading("Dossiers déposés");
    expect(second.isConnected).toBe(false);
    expect(URL.createObjectURL).not.toHaveBeenCalled();
  });

  test("says what is on its way, what is missing, whose it is and that it has expired", async () => {
    const away = { blob: fakeId<BlobId>(), preview: null, mime: "image/jpeg", turn: 0, here: false };
    const paper = fakeDeskPaper({ expiry: "2026-05", holder: "Jean Morel", pages: [away] });
    await open(fakeDeskDossier({ papers: [paper], payload: { missing: ["useful"] } }));
    await screen.findByText("Cette page est encore en route. Elle arrive toute seule.");
    expect(screen.getByText("0 papier ici, 1 papier en route")).toBeTruthy();
    expect(
      screen.getByText("Pas joint : D’autres papiers utiles", { normalizer: (s) => s.replaceAll("\u00a0", " ") }),
    ).toBeTruthy();
    expect(screen.getByText("Au nom de Jean Morel.")).toBeTruthy();
    expect(screen.getByText(/Périmé depuis le/)).toBeTruthy();
  });

  test("a paper that could not leave is said to follow, not to be absent", async () => {
    const dossier = fakeDeskDossier({ payload: { missing: ["identity", "commune-link"], later: ["identity"] } });
    await showDesk(createFakeDesk({ dossiers: [dossier] }), { path: deskPaths.dossier(dossier.row.letter) });
    expect(await screen.findByText(/Suivra plus tard/)).toBeTruthy();
    expect(screen.getAllByText(/Suivra plus tard/)).toHaveLength(1);
    expect(await structure()).toEqual([]);
  });

  test("a page opens by itself when it has arrived, and when the network is back", async () => {
    const blob = fakeId<BlobId>();
    const away = { blob, preview: null, mime: "image/jpeg", turn: 0, here: false };
    const { desk, dossier, shown } = await open(fakeDeskDossier({ papers: [fakeDeskPaper({ pages: [away] })] }));
    await screen.findByText(/encore en route/);
    desk.fail("page", { type: "no-network" });
    shown.setOnline(false);
    desk.data.dossiers = [{ ...dossier, papers: [fakeDeskPaper({ pages: [{ ...away, here: true }] })] }];
    desk.change({ type: "inbox" });
    await screen.findByText(/Cette page s’ouvrira dès qu’il revient/);
    desk.heal("page");
    shown.setOnline(true);
    await screen.findByRole("img", { name: "Carte d’identité, page 1 sur 1" });
  });

  test("a file that was not drawn anew is never shown; a copy is saved after a warning only", async () => {
    const file = { blob: fakeId<BlobId>(), preview: null, mime: "image/heic", turn: 0, here: true };
    const { shown, desk } = await open(fakeDeskDossier({ papers: [fakeDeskPaper({ pages: [file] })] }));
    await screen.findByRole("heading", { name: "Un fichier tel quel" });
    expect(screen.queryByRole("img")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Enregistrer une copie" }));
    const dialog = screen.getByRole("dialog");
    expect(desk.calls("page")).toHaveLength(0);
    fireEvent.click(within(dialog).getByRole("button", { name: "Enregistrer une copie" }));
    await waitFor(() => expect(shown.saved).toHaveLength(1));
    expect(shown.saved[0]?.name).toBe("K7QF2M9D-1");
  });

  test("a page that is announced as a picture and is none is not shown", async () => {
    const page = { blob: fakeId<BlobId>(), preview: null, mime: "image/svg+xml", turn: 0, here: true };
    await open(fakeDeskDossier({ papers: [fakeDeskPaper({ pages: [page] })] }));
    await screen.findByRole("heading", { name: "Un fichier tel quel" });
    expect(screen.queryByRole("img")).toBeNull();
  });

  test("a procedure of a newer version is shown as it came", async () => {
    await open(
      fakeDeskDossier({ procedure: "quelque-chose", payload: { answers: { given_name: { v: "text", text: "Ada" } } } }),
    );
    await screen.findByText(/plus récente que ce guichet/);
    expect(rowOf("given_name").textContent).toContain("Ada");
  });

  test("loading and failed, with a way back", async () => {
    const dossier = fakeDeskDossier();
    const desk = createFakeDesk({ dossiers: [dossier] });
    desk.fail("open", { type: "unavailable", mark: "P-7" });
    await showDesk(desk, { path: deskPaths.dossier(dossier.row.letter) });
    expect((await screen.findByRole("alert")).textContent).toContain("P-7");
    expect(screen.getByRole("link", { name: "Dossiers déposés" })).toBeTruthy();
    desk.heal("open");
    fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
    await heading(/Camille Morel/);
  });

  test("calls and prints", async () => {
    const { shown } = await open();
    expect((await screen.findByRole("link", { name: "Appeler" })).getAttribute("href")).toBe("tel:0639980042");
    fireEvent.click(screen.getByRole("button", { name: "Imprimer" }));
    expect(shown.printed()).toBe(1);
  });

  test("a newer version and an older one point at each other", async () => {
    const older = fakeDeskDossier({ status: "opened" });
    const newer = fakeDeskDossier({ replaces: older.row.letter });
    const desk = createFakeDesk({ dossiers: [older, newer] });
    const shown = await showDesk(desk, { path: deskPaths.dossier(older.row.letter) });
    const link = await screen.findByRole("link", { name: "Voir la nouvelle version" });
    expect(link.getAttribute("href")).toBe(deskPaths.dossier(newer.row.letter));
    shown.go(deskPaths.dossier(newer.row.letter));
    await screen.findByRole("link", { name: "Voir la version d’avant" });
  });

  describe("replies", () => {
    const text = (): Promise<HTMLTextAreaElement> => screen.findByLabelText("La personne lira :");

    test("marks received with the ready sentence", async () => {
      const { desk, dossier } = await open();
      expect((await text()).value).toContain("Reçu ne veut pas dire accepté");
      fireEvent.submit((await text()).closest("form") ?? document.body);
      await screen.findByText("Réponse gardée. Elle part toute seule.");
      expect(desk.calls("answer")).toEqual([
        [dossier.row.letter, { status: "received", requirement: null, text: expect.stringContaining("Bonjour.") }],
      ]);
      await screen.findByRole("heading", { name: "Échanges" });
    });

    test("asks for a paper: which, why, and a sentence that may be changed", async () => {
      const { desk, dossier } = await open();
      fireEvent.click(await screen.findByLabelText("Pièce manquante"));
      const button = screen.getByRole("button", { name: "Choisissez le papier" });
      expect(button.getAttribute("aria-disabled")).toBe("true");
      fireEvent.click(button);
      expect(desk.calls("answer")).toHaveLength(0);
      fireEvent.click(screen.getByLabelText("Un papier qui montre votre lien avec la commune"));
      fireEvent.click(screen.getByLabelText("Illisible"));
      expect((await text()).value).toContain("un papier qui montre votre lien avec la commune");
      type(await text(), "Reprenez ce papier, s’il vous plaît.");
      fireEvent.submit((await text()).closest("form") ?? document.body);
      await waitFor(() =>
        expect(desk.calls("answer")).toEqual([
          [
            dossier.row.letter,
            { status: "missing-piece", requirement: "commune-link", text: "Reprenez ce papier, s’il vous plaît." },
          ],
        ]),
      );
    });

    test("says the ready sentence in the person's language too", async () => {
      await open(fakeDeskDossier({ payload: { language: "ar" } }));
      fireEvent.click(await screen.findByLabelText("Pièce manquante"));
      fireEvent.click(screen.getByLabelText("Une pièce d’identité"));
      await waitFor(async () => expect((await text()).value).toContain("مرحبًا"));
      expect((await text()).value).toContain("une pièce d’identité");
      expect((await text()).value).not.toContain("{{");
    });

    test("a message needs words; a refusal keeps them", async () => {
      const { desk } = await open();
      fireEvent.click(await screen.findByLabelText("Écrire un message"));
      expect(screen.getByRole("button", { name: "Écrivez le message" })).toBeTruthy();
      type(await text(), "Passez mardi.");
      desk.fail("answer", { type: "full" });
      fireEvent.submit((await text()).closest("form") ?? document.body);
      expect((await screen.findByRole("alert")).textContent).toContain("presque plein");
      expect((await text()).value).toBe("Passez mardi.");
    });
  });
});
