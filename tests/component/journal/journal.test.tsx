/** The journal in plain sentences, over fakes. */
import { cleanup, screen } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { JournalScreen } from "../../../src/app/features/journal/JournalScreen.tsx";
import type { LetterId } from "../../../src/shared/ids.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, FAKE_NOW, fakeDossier, fakeId, fakeShare } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { plain, settled } from "../papers/support.ts";

afterEach(cleanup);
const areas = ["journal", "papers", "papers-types"] as const;
const text = (): string => plain(document.querySelector("main")?.textContent ?? "");
const show = async (satchel: ReturnType<typeof createFakeSatchel>) => {
  await showScreen(<JournalScreen />, { satchel, areas });
  await settled();
};

test("empty: says what will stand here", async () => {
  await show(createFakeSatchel());
  expect(text()).toContain("Rien dans le journal");
  expect(await axeProblems()).toEqual([]);
});

test("by day, in sentences, with both clocks where they differ", async () => {
  const acts = {
    [fakeId<LetterId>()]: { paper: 0, helper: "Nadia", at: FAKE_NOW, heardAt: FAKE_NOW + 3_600_000 },
  };
  const dossier = fakeDossier(
    {},
    {
      proofs: [{ type: "opened", at: FAKE_NOW - 86_400_000, have: 1, of: 1, fingerprint: "", by: "" }],
    },
  );
  await show(createFakeSatchel({ shares: [fakeShare({ acts })], dossiers: [dossier] }));
  expect(text()).toContain("Nadia, CCAS de Brévigny, a ouvert Avis d’impôt");
  expect(text()).toContain("Le serveur l’a su le 21 novembre 2026");
  expect(text()).toContain("CCAS de Brévigny a ouvert le dossier");
  expect(screen.getAllByRole("heading", { level: 2 }).slice(0, 2)).toHaveLength(2);
  expect(await axeProblems()).toEqual([]);
});

test("locked, and what could not be read: said, nothing invented", async () => {
  const satchel = createFakeSatchel({ shares: [fakeShare()] });
  satchel.fail("dossiers", { type: "unavailable", mark: "T-1" });
  await show(satchel);
  expect(text()).toContain("T-1");
  expect(text()).not.toContain("Vous avez préparé");
});
