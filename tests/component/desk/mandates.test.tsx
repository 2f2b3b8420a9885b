/** Mandates at the desk: the list, one with its words, an action written and told, beside a dossier, one that is over. */
import { cleanup, fireEvent, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { loadAreas } from "../../../src/app/i18n/i18n.ts";
import type { LetterId } from "../../../src/shared/ids.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { watchCanvas } from "../../support/canvas.ts";
import { createFakeDesk, FAKE_NOW, fakeDeskDossier } from "../../support/fake-desk.ts";
import { fakeDeskMandate } from "../../support/fake-mandates.ts";
import { fakeId } from "../../support/fake-satchel.ts";
import { plain, settled } from "../papers/support.ts";
import { showDesk } from "./harness.tsx";

beforeEach(async () => {
  watchCanvas();
  // What comes as a chunk of its own is here at once.
  await Promise.all([loadAreas("mandats"), import("../../../src/app/desk/mandates/DeskMandates.tsx")]);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
const text = (): string => plain(document.querySelector("main")?.textContent ?? "");
const mandate = (...rest: Parameters<typeof fakeDeskMandate> extends [unknown, unknown, ...infer R] ? R : never) =>
  fakeDeskMandate(fakeId<LetterId>(), FAKE_NOW, ...rest);
/** The chunk, then what it asks. */
const drawn = async (): Promise<void> => {
  await settled();
  await vi.waitFor(() => expect(text().replace("Mandats", "").length).toBeGreaterThan(20), { timeout: 10_000 });
  await settled();
};

test("the list: who, what for, which domains, until when; of what is over nothing but that it was", async () => {
  const nothing = { name: "", purpose: "", domains: [] };
  const mandates = [
    mandate({ soon: true }),
    mandate({ state: "ended", ...nothing }),
    mandate({ state: "over", ...nothing }),
  ];
  await showDesk(createFakeDesk({ mandates }), { path: "/guichet/mandats" });
  await drawn();
  expect(text()).toContain("Camille Morel");
  expect(text()).toContain("Logement, Argent et impôts");
  expect(text()).toContain("Se termine bientôt");
  expect(text()).toContain("Arrêté par la personne");
  expect(text()).toContain("Ce n’est pas un mandat Aidants Connect.");
  expect(screen.getByText("1 mandat pas encore ouvert")).toBeTruthy();
  expect(await axeProblems()).toEqual([]);
});

test("none, failed: said", async () => {
  const desk = createFakeDesk();
  await showDesk(desk, { path: "/guichet/mandats" });
  await drawn();
  expect(text()).toContain("Personne n’a donné de mandat");
  cleanup();
  desk.fail("mandates", { type: "locked" });
  await showDesk(desk, { path: "/guichet/mandats" });
  await drawn();
  expect(text()).not.toContain("Personne n’a donné de mandat");
});

test("one: what may be done is said, an action is written by a named helper in a domain that stands", async () => {
  const given = mandate({
    domains: [
      { domain: "housing", ended: false },
      { domain: "money", ended: true },
      { domain: "work", ended: false },
    ],
  });
  const desk = createFakeDesk({ mandates: [given] });
  const { printed } = await showDesk(desk, { path: `/guichet/mandats/${given.row.letter}` });
  await drawn();
  expect(text()).toContain("Remplir des demandes");
  expect(text()).toContain("Elle lit chaque action que vous écrivez.");
  expect(screen.getAllByRole("radio")).toHaveLength(2);
  expect(await axeProblems()).toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "Écrire et dire à la personne" }));
  await settled();
  expect(text()).toContain("Choisissez un domaine.");
  expect(desk.calls("recordDeed")).toEqual([]);
  fireEvent.click(screen.getByRole("radio", { name: "Logement" }));
  fireEvent.input(screen.getByRole("textbox", { name: /Qu’avez-vous fait/ }), { target: { value: "Appel à la CAF" } });
  fireEvent.click(screen.getByRole("button", { name: "Écrire et dire à la personne" }));
  await settled();
  const deed = { domain: "housing", what: "Appel à la CAF", helper: "" };
  expect(desk.calls("recordDeed")).toEqual([[given.row.letter, deed]]);
  expect(text()).toContain("Nadia Petit · Logement");
  fireEvent.click(screen.getByRole("button", { name: "Imprimer ce mandat" }));
  expect(printed()).toBe(1);
});

test("a desk that names nobody asks who acted; the person's stop is heard while writing", async () => {
  const given = mandate({ domains: [{ domain: "housing", ended: false }] }, { me: "" });
  const desk = createFakeDesk({ mandates: [given] });
  await showDesk(desk, { path: `/guichet/mandats/${given.row.letter}` });
  await drawn();
  const write = async (): Promise<void> => {
    fireEvent.click(screen.getByRole("button", { name: "Écrire et dire à la personne" }));
    await settled();
  };
  fireEvent.input(screen.getByRole("textbox", { name: /Qu’avez-vous fait/ }), { target: { value: "Appel" } });
  await write();
  expect(text()).toContain("Écrivez votre prénom et votre nom.");
  fireEvent.input(screen.getByRole("textbox", { name: /Votre prénom/ }), { target: { value: "Nadia" } });
  desk.fail("recordDeed", { type: "domain-over" });
  await write();
  expect(text()).toContain("La personne a arrêté ce domaine. L’action n’est pas écrite.");
});

test("F3: one that ended says so and shows nothing", async () => {
  const given = mandate({ state: "ended" });
  await showDesk(createFakeDesk({ mandates: [given] }), { path: `/guichet/mandats/${given.row.letter}` });
  await drawn();
  expect(text()).toContain("Ce mandat est terminé");
  expect(text()).not.toContain("Camille Morel");
});

test("beside her dossier: what may be done in her place, or that nothing may", async () => {
  const dossier = fakeDeskDossier();
  const desk = createFakeDesk({ dossiers: [dossier] });
  await showDesk(desk, { path: `/guichet/dossiers/${dossier.row.letter}` });
  await vi.waitFor(() => expect(text()).toContain("Pas de mandat"));
  cleanup();
  const given = createFakeDesk({ dossiers: [dossier], mandates: [mandate()] });
  await showDesk(given, { path: `/guichet/dossiers/${dossier.row.letter}` });
  await vi.waitFor(() => expect(text()).toContain("Demander une aide au logement"));
  expect(given.calls("mandatesBeside").at(-1)).toEqual([dossier.row.letter]);
});
