import { expect, test } from "vitest";
import { byDay, journalOf } from "../../../src/satchel/journal.ts";
import type { SaidAct } from "../../../src/satchel/model.ts";
import type { LetterId } from "../../../src/shared/ids.ts";
import { fakeDossier, fakeId, fakeShare } from "../../support/fake-satchel.ts";

const act = (patch: Partial<SaidAct>): SaidAct => ({ paper: 0, helper: "", at: 0, heardAt: 0, ...patch });

test("shares and dossiers tell one story, newest first, each line under the clock of who says it", () => {
  const acts = { [fakeId<LetterId>()]: act({ at: 40, heardAt: 99, helper: "Nadia" }) };
  const share = fakeShare({ createdAt: 10, ended: { at: 50 }, acts }, { depositedAt: 20, openedAt: 30 });
  const dossierActs = { [fakeId<LetterId>()]: act({ at: 45, paper: 1 }) };
  const dossier = fakeDossier({ acts: dossierActs });
  const proofs = [
    { type: "deposited", at: 5 },
    { type: "complete", at: 6 },
    { type: "opened", at: 35 },
  ];
  const told = journalOf({ shares: [share], dossiers: [{ ...dossier, proofs }] });
  expect(told.map(({ about, what, at }) => `${at} ${about} ${what}`)).toEqual([
    "50 share ended",
    "45 dossier paper-opened",
    "40 share paper-opened",
    "35 dossier opened",
    "30 share opened",
    "20 share deposited",
    "10 share given",
    "5 dossier deposited",
  ]);
  expect(told[1]).toMatchObject({ place: 2 });
  expect(told[2]).toMatchObject({ helper: "Nadia", heardAt: 99, paper: { kind: "tax-notice" } });
});

test("what is not proven is not told, and an act about no paper of the share neither", () => {
  const acts = { [fakeId<LetterId>()]: act({ paper: 7 }) };
  const share = fakeShare({ acts }, { depositedAt: null, openedAt: null });
  expect(journalOf({ shares: [share], dossiers: [] }).map(({ what }) => what)).toEqual(["given"]);
});

test("by day, in order", () => {
  const day = 86_400_000;
  const share = fakeShare({ createdAt: day }, { depositedAt: 3 * day, openedAt: 3 * day + 1 });
  const days = byDay(journalOf({ shares: [share], dossiers: [] }), (at) => String(Math.floor(at / day)));
  expect(days.map(({ day: each, entries }) => [each, entries.length])).toEqual([
    ["3", 2],
    ["1", 1],
  ]);
});
