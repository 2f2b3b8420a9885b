/** The questions of a procedure changed while a dossier was being filled in: nothing is lost, it is told once. */
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { CheckScreen } from "../../../src/app/features/dossiers/CheckScreen.tsx";
import { DossierScreen } from "../../../src/app/features/dossiers/DossierScreen.tsx";
import { domiciliation } from "../../../src/forms/catalogue/domiciliation.ts";
import type { DossierRecord } from "../../../src/satchel/model.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, fakeDossier, fakeId } from "../../support/fake-satchel.ts";
import { DOSSIER, deployment, show } from "./show.tsx";

afterEach(cleanup);

/** As an older version asked: how to be reached in words, and a question that nobody asks any more. */
const older: Partial<DossierRecord> = {
  formVersion: 0,
  answers: {
    given_name: { v: "text", text: "Camille" },
    reach: { v: "text", text: "Chez ma sœur" },
    old_thing: { v: "text", text: "MARQUEUR-ANCIEN" },
    sleeping_place: { v: "choice", id: "hotel" },
  },
};
const satchelWith = (more: Partial<DossierRecord> = {}) =>
  createFakeSatchel({
    dossiers: [fakeDossier({ ...older, ...more }, { id: DOSSIER })],
    deployment: deployment(),
  });
const recordOf = async (satchel: ReturnType<typeof satchelWith>): Promise<DossierRecord> => {
  const found = await satchel.api.dossier(DOSSIER);
  if (!found.ok) throw new Error("the dossier is there");
  return found.value.record;
};

test("E versions: a draft of an older version is brought over when it is opened, and says so once", async () => {
  const satchel = satchelWith();
  await show(DossierScreen, { dossier: DOSSIER }, satchel);
  const told = await screen.findByRole("region", { name: "Les questions ont changé" });
  expect(told.textContent).toContain("Vos réponses sont gardées.");
  expect(told.textContent).toContain("1 réponse n’a plus de question.");
  expect(told.textContent).toMatch(/À redonner.*joindre/);
  expect(await axeProblems()).toEqual([]);
  const record = await recordOf(satchel);
  expect(record.formVersion).toBe(domiciliation.version);
  expect(record.answers).toEqual({
    given_name: { v: "text", text: "Camille" },
    "reach@0": { v: "text", text: "Chez ma sœur" },
    old_thing: { v: "text", text: "MARQUEUR-ANCIEN" },
    sleeping_place: { v: "choice", id: "hotel" },
  });
  fireEvent.click(within(told).getByRole("button", { name: "J’ai compris" }));
  await waitFor(() => expect(screen.queryByRole("region", { name: "Les questions ont changé" })).toBeNull());
  expect((await recordOf(satchel)).renewed).toEqual({ from: 0, told: true });
});

test("E versions: what was put aside stays in sight before sending, with why, and does not leave", async () => {
  const satchel = satchelWith();
  await show(CheckScreen, { dossier: DOSSIER }, satchel);
  const kept = await screen.findByRole("region", { name: "Gardé, ne part pas" });
  for (const said of [
    "Chez ma sœur",
    "La question a changé.",
    "Une question d’avant",
    "MARQUEUR-ANCIEN",
    "Cette question n’existe plus.",
  ])
    expect(kept.textContent).toContain(said);
  expect(await axeProblems()).toEqual([]);
});

test("E versions: a dossier that was sent keeps its version", async () => {
  const sent = { at: 1, n: 1, papers: 0 } as never;
  const satchel = satchelWith({ status: "sent", sent: { L: sent } as never });
  await show(DossierScreen, { dossier: DOSSIER }, satchel);
  await screen.findByRole("heading", { level: 1 });
  await waitFor(() => expect(screen.queryByRole("status", { name: /chargement/i })).toBeNull());
  const record = await recordOf(satchel);
  expect([record.formVersion, record.renewed, Object.keys(record.answers).length]).toEqual([0, undefined, 4]);
});

test("E versions: papers joined for what is not asked any more are in sight before sending, those that leave elsewhere are not", async () => {
  const [alone, twice] = [fakeId<RecordId>(), fakeId<RecordId>()];
  const satchel = satchelWith({
    formVersion: domiciliation.version,
    answers: {},
    attached: {
      "old-papers": { papers: [alone, twice], missing: false },
      identity: { papers: [twice], missing: false },
    },
  });
  await show(CheckScreen, { dossier: DOSSIER }, satchel);
  const kept = await screen.findByRole("region", { name: "Gardé, ne part pas" });
  expect(kept.textContent).toContain("1 papier");
  expect(kept.textContent).toContain("Cette question n’existe plus.");
  expect(kept.textContent).not.toContain("Le guichet ne");
});
