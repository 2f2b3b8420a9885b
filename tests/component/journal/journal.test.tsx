/** The journal in plain sentences, over fakes. */
import { cleanup, fireEvent, screen } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { JournalScreen } from "../../../src/app/features/journal/JournalScreen.tsx";
import type { LetterId, RecordId } from "../../../src/shared/ids.ts";
import type { JournalLineView, JournalView } from "../../../src/workers/owner.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { fakeMandateRecord, fakeMandateView } from "../../support/fake-mandates.ts";
import { createFakeSatchel, FAKE_NOW, fakeDossier, fakeId, fakeShare } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { plain, settled } from "../papers/support.ts";

afterEach(cleanup);
const areas = ["journal", "mandats", "papers", "papers-types"] as const;
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

test("a mandate: the fingerprint of its words, what was ended, and each action with who did it", async () => {
  const sent = { n: 2, at: FAKE_NOW + 60_000, papers: 0 };
  const deed = {
    domain: "housing",
    what: "Appel à la CAF",
    helper: "Nadia Petit",
    at: FAKE_NOW,
    heardAt: FAKE_NOW,
  } as const;
  const record = fakeMandateRecord(FAKE_NOW, {
    deeds: { [fakeId<LetterId>()]: deed },
    ends: { [fakeId<LetterId>()]: { domain: "money", sent } },
  });
  await show(createFakeSatchel({ mandates: [fakeMandateView(fakeId<RecordId>(), record, "opened")] }));
  expect(text()).toContain("Vous avez signé un mandat pour CCAS de Brévigny. Empreinte du texte : 47DE Qpj8");
  expect(text()).toContain("CCAS de Brévigny a ouvert votre mandat.");
  expect(text()).toContain("Vous avez arrêté le domaine « Argent et impôts » d’un mandat");
  expect(text()).toContain("Nadia Petit, CCAS de Brévigny, a agi avec votre mandat : Appel à la CAF (Logement).");
});

test("locked, and what could not be read: said, nothing invented", async () => {
  const satchel = createFakeSatchel({ shares: [fakeShare()] });
  satchel.fail("dossiers", { type: "unavailable", mark: "T-1" });
  await show(satchel);
  expect(text()).toContain("T-1");
  expect(text()).not.toContain("Vous avez préparé");
});

const line = (patch: Partial<JournalLineView>): JournalLineView => ({
  n: 1,
  at: FAKE_NOW,
  heardAt: FAKE_NOW,
  k: "session",
  organisation: null,
  device: null,
  about: null,
  count: null,
  ...patch,
});

test("what the server noted stands among the rest; ordinary lines when they are asked for", async () => {
  const dossier = fakeDossier();
  const journal: JournalView = {
    lines: [
      line({ n: 1, device: "this" }),
      line({ n: 2, device: "unknown" }),
      line({
        n: 3,
        k: "handed",
        organisation: "ccas-brevigny",
        about: { type: "dossier", id: dossier.id, procedure: "domiciliation" },
      }),
      line({ n: 4, k: "card-tried", count: 3, heardAt: FAKE_NOW + 7_200_000 }),
      line({ n: 5, k: "opened", told: true }),
      line({ n: 6, k: "unknown", at: null }),
      line({
        n: 7,
        k: "deposited",
        organisation: "ccas-brevigny",
        about: { type: "return", id: dossier.id, procedure: null },
      }),
    ],
    breaks: [],
    said: [
      {
        at: FAKE_NOW,
        heardAt: null,
        organisation: null,
        what: "helped",
        values: { name: "Nadia", structure: "Emmaüs" },
        link: { to: "dossier", id: dossier.id },
      },
    ],
    checkedAt: FAKE_NOW,
    head: { n: 6, hash: "h" as never },
  };
  await show(createFakeSatchel({ dossiers: [dossier], journal }));
  expect(text()).toContain("Un appareil inconnu s’est connecté");
  expect(text()).toContain("Le serveur a remis des pages");
  expect(text()).toContain("Codes faux essayés avec votre carte : 3.");
  expect(text()).toContain("Heure du serveur. Lu sur ce téléphone");
  expect(text()).toContain("Nadia (Emmaüs) a commencé à vous aider");
  expect(text()).toContain("signé jusqu’à la ligne 6");
  expect(screen.getByRole("link", { name: /^Votre choix pour revenir un jour avec/ }).getAttribute("href")).toBe(
    "/carte/structure",
  );
  expect(text()).not.toContain("Un envoi de vous a été ouvert");
  expect(text()).not.toContain("Cet appareil s’est connecté");
  fireEvent.click(screen.getByRole("button", { name: /lignes ordinaires/ }));
  await settled();
  expect(text()).toContain("Cet appareil s’est connecté");
  expect(await axeProblems()).toEqual([]);
});

test.each([
  ["shorter", "Lignes déjà lues qui manquent : 2."],
  ["other", "remplacées par d’autres : 2."],
  ["device", "ne montre pas la même chose à tous vos appareils"],
] as const)(
  "F4 a journal that did not go on (%s) is said on its screen, and that nothing is lost",
  async (why, words) => {
    const breaks = [{ heardAt: FAKE_NOW, serverAt: FAKE_NOW, why, lines: 2 }];
    const journal: JournalView = {
      lines: [line({ device: "unknown", gone: true })],
      breaks,
      said: [],
      checkedAt: FAKE_NOW,
      head: null,
    };
    await show(createFakeSatchel({ journal }));
    const said = screen.getAllByRole("status").map(({ textContent }) => textContent ?? "");
    expect(said.join(" ")).toContain("Le journal du serveur a changé");
    expect(text()).toContain(words);
    expect(text()).toContain("Montrez cet écran à un aidant");
    expect(text()).toContain("Elle reste écrite ici");
    expect(await axeProblems()).toEqual([]);
  },
);
