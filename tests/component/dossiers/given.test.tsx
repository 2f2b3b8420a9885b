/** What a desk decided or handed over, on the person's screen. */
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { DossierScreen } from "../../../src/app/features/dossiers/DossierScreen.tsx";
import { takeDecision } from "../../../src/app/state/decided.ts";
import type { Given } from "../../../src/satchel/model.ts";
import type { BlobId, LetterId, PrincipalId } from "../../../src/shared/ids.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, FAKE_NOW, fakeDossier } from "../../support/fake-satchel.ts";
import { DOSSIER, deployment, show } from "./show.tsx";

afterEach(cleanup);

const LETTER = "LLLLLLLLLLLLLLLLLLLLLA" as LetterId;
const ASKED = "LLLLLLLLLLLLLLLLLLLLQA" as LetterId;
const DECIDED = "LLLLLLLLLLLLLLLLLLLLgA" as LetterId;
const decision = { outcome: "refused", on: "2026-11-20", reason: "Pas de lien.", remedies: "Deux mois." } as const;
const paper = { kind: "refusal-decision", title: "Décision du CCAS" } as const;

function satchelWith(given: Partial<Given>) {
  const held: Given = {
    from: "p" as PrincipalId,
    decision,
    papers: [{ ...paper, blob: "b" as BlobId, mime: "application/pdf", bytes: 120_000 }],
    ...given,
  };
  const reply = { about: LETTER, requirement: null, seen: true };
  const record = {
    status: "sent",
    sent: { [LETTER]: { n: 1, at: FAKE_NOW, papers: 0 } },
    replies: {
      [ASKED]: { ...reply, at: FAKE_NOW + 1, n: 1, status: "missing-piece", text: "Il manque un papier." },
      [DECIDED]: { ...reply, at: FAKE_NOW + 2, n: 2, status: "message", text: "Bonjour." },
    },
    given: { [DECIDED]: held },
  } as const;
  const papers = held.papers.map(({ kind, title, bytes }) => ({ kind, title, bytes, paper: null }));
  return createFakeSatchel({
    dossiers: [fakeDossier(record, { id: DOSSIER, stage: "opened" })],
    deployment: deployment(),
    given: { [DOSSIER]: [{ letter: DECIDED, decision: held.decision, papers }] },
  });
}
const plain = (): string => (document.querySelector("main")?.textContent ?? "").replace(/\u00a0/g, " ");

test("a decision with its reason, the time to challenge it, and its paper in one tap", async () => {
  const satchel = satchelWith({});
  const { went } = await show(DossierScreen, { dossier: DOSSIER }, satchel);
  await screen.findByRole("heading", { level: 3, name: "La décision" });
  expect(plain()).toMatch(/Refusé.*Pas de lien\..*Deux mois\..*Bonjour\./);
  expect(plain()).toContain("Une décision est arrivée");
  // The paper that was asked for before is not asked for any more.
  expect(screen.queryByRole("heading", { level: 2, name: /demande un papier/ })).toBeNull();
  satchel.refuse("keepGiven", { type: "not-arrived" });
  fireEvent.click(await screen.findByRole("button", { name: "Ranger dans ma besace" }));
  await screen.findByText(/encore en route/);
  expect(await axeProblems()).toEqual([]);
  satchel.heal("keepGiven");
  fireEvent.click(screen.getByRole("button", { name: "Ranger dans ma besace" }));
  await screen.findByRole("link", { name: "Voir ce papier" });
  expect(satchel.calls("keepGiven").at(-1)).toEqual([DOSSIER, DECIDED, 0]);
  fireEvent.click(screen.getByRole("button", { name: "Que faire après cette décision" }));
  expect(went.at(-1)).toBe("/droits/decision");
  expect(takeDecision()).toBe("2026-11-20");
  expect(takeDecision()).toBeNull();
});

test("papers without a decision", async () => {
  await show(DossierScreen, { dossier: DOSSIER }, satchelWith({ decision: null }));
  await screen.findByRole("heading", { level: 3, name: "Des papiers pour vous" });
  await waitFor(() => expect(plain()).toContain("Décision du CCAS"));
  expect(plain()).not.toContain("Que faire après");
  expect(await axeProblems()).toEqual([]);
});
