import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { DossierScreen } from "../../../src/app/features/dossiers/DossierScreen.tsx";
import { ProcedureScreen } from "../../../src/app/features/dossiers/ProcedureScreen.tsx";
import { ProceduresScreen } from "../../../src/app/features/dossiers/ProceduresScreen.tsx";
import { ReceiptScreen } from "../../../src/app/features/dossiers/ReceiptScreen.tsx";
import type { DossierRecord } from "../../../src/satchel/model.ts";
import type { LetterId } from "../../../src/shared/ids.ts";
import type { DossierView, ProofView } from "../../../src/workers/satchel.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, FAKE_NOW, fakeDossier, fakePaper } from "../../support/fake-satchel.ts";
import { DOSSIER, deployment, show } from "./show.tsx";

afterEach(cleanup);

const TITLE = "Demander une adresse au CCAS";
const LETTER = "LLLLLLLLLLLLLLLLLLLLLA" as LetterId;
const REPLY = "LLLLLLLLLLLLLLLLLLLLQA" as LetterId;
const sent: Partial<DossierRecord> = {
  status: "sent",
  sent: { [LETTER]: { n: 1, at: FAKE_NOW, papers: 3 } },
  declaration: { text: "Vrai.", at: FAKE_NOW },
};
const proof = (type: ProofView["type"], minutes: number, have = 3): ProofView => ({
  type,
  at: FAKE_NOW + minutes * 60_000,
  have,
  of: 3,
  by: type === "opened" ? "CCAS de Brévigny" : "Commune de Brévigny",
  fingerprint: "7f3a 91c2 04bd 66e8 7f3a 91c2 04bd 66e8",
});
const satchelWith = (record: Partial<DossierRecord>, view: Partial<Omit<DossierView, "record">>) =>
  createFakeSatchel({
    dossiers: [fakeDossier({ page: "sleeping", ...record }, { id: DOSSIER, ...view })],
    deployment: deployment(),
  });
const look = (satchel: ReturnType<typeof satchelWith>) => show(DossierScreen, { dossier: DOSSIER }, satchel);
const plain = (): string =>
  (document.querySelector("main")?.textContent ?? "").replace(/[\u2068\u2069]/g, "").replace(/\u00a0/g, " ");
const steps = () =>
  within(screen.getByRole("region", { name: "Où en est ce dossier" }))
    .getAllByRole("listitem")
    .map((item) => [item.className, item.querySelector("b")?.textContent]);

describe("a dossier", () => {
  test("INV-2: without a proof no word of a proof is said", async () => {
    await look(satchelWith(sent, { stage: "waits", papers: { sent: 0, of: 3 }, bytesLeft: 1_200_000 }));
    await screen.findByRole("heading", { level: 1, name: "Demander une adresse au CCAS" });
    expect(plain()).not.toMatch(/déposé|complet\b|ouvert |envoyé|reçu/i);
    expect(plain()).toContain("Attend le réseau");
    expect(plain()).toContain("1,2 Mo");
    expect(plain()).toContain("Numéro du dossier : K7QF 2M9D");
    expect(await axeProblems()).toEqual([]);
  });

  test("a desk that was not opened yet is waited for", async () => {
    await look(satchelWith({ ...sent, status: "ready", sent: {} }, { stage: "awaiting-desk" }));
    await screen.findByRole("heading", { level: 1, name: TITLE });
    expect(plain()).toContain("Il part tout seul dès que le guichet ouvre sa boîte.");
    expect(plain()).not.toMatch(/déposé|complet\b|ouvert par/i);
  });

  test("INV-2: each proven step has its date and who signed it; the papers that are missing are counted", async () => {
    await look(
      satchelWith(sent, {
        stage: "deposited",
        proofs: [proof("deposited", 1, 2)],
        papers: { sent: 2, of: 3 },
        bytesLeft: 450_000,
      }),
    );
    await screen.findByRole("heading", { level: 1, name: TITLE });
    expect(steps()).toContainEqual(["is-done", "Déposé. Papiers\u00a0: 2 sur 3"]);
    expect(plain()).toContain("Signé par Commune de Brévigny");
    expect(plain()).toContain("Il reste 450 Ko");
    expect(plain()).toContain("Déposé ne veut pas dire accepté.");
    expect(steps()).toContainEqual(["is-now", "Les papiers suivent"]);
  });

  test("opened by the desk", async () => {
    await look(
      satchelWith(sent, {
        stage: "opened",
        proofs: [proof("deposited", 1), proof("complete", 2), proof("opened", 60)],
        papers: { sent: 3, of: 3 },
      }),
    );
    await screen.findByRole("heading", { level: 1, name: TITLE });
    expect(steps().map(([state]) => state)).toEqual(["is-done", "is-done", "is-done", "is-done", "is-now"]);
    expect(screen.getByRole("link", { name: "Voir le récépissé" }).getAttribute("href")).toBe(
      `/dossiers/${DOSSIER}/recepisse`,
    );
  });

  test("a paper that the desk asks for: its words, the paper, the way to add it; seen from now on", async () => {
    const satchel = satchelWith(
      {
        ...sent,
        replies: {
          [REPLY]: {
            at: FAKE_NOW,
            status: "missing-piece",
            requirement: "commune-link",
            text: "Le bulletin est trop flou.",
            seen: false,
            about: LETTER,
          },
        },
      },
      { stage: "opened", proofs: [proof("opened", 60)], papers: { sent: 3, of: 3 } },
    );
    await look(satchel);
    const asked = await screen.findByRole("region", { name: "Le guichet demande un papier" });
    expect(within(asked).getByText("Le bulletin est trop flou.")).toBeTruthy();
    expect(within(asked).getByText("Un papier qui montre votre lien avec la commune")).toBeTruthy();
    expect(within(asked).getByRole("link", { name: "Ajouter ce papier" }).getAttribute("href")).toBe(
      `/dossiers/${DOSSIER}/question/papers-link/revoir`,
    );
    expect(screen.getByText("Un papier est demandé")).toBeTruthy();
    await expect.poll(() => satchel.calls("markSeen")).toEqual([[DOSSIER]]);
    expect(await axeProblems()).toEqual([]);
  });

  test("changed after it was sent: the older version stays told, the newer one is to be sent", async () => {
    await look(
      satchelWith(
        { ...sent, status: "draft" },
        { stage: "draft", proofs: [proof("deposited", 1)], papers: { sent: 3, of: 3 } },
      ),
    );
    expect(await screen.findByText(/Ce qui était déjà parti ne change pas/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "Relire et envoyer" }).getAttribute("href")).toBe(
      `/dossiers/${DOSSIER}/relire`,
    );
    expect(screen.getByRole("heading", { name: "La version déjà déposée" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Effacer ce brouillon" })).toBeNull();
  });

  test("a draft is taken up where one was; erasing it is asked first", async () => {
    const satchel = satchelWith({}, {});
    const shown = await look(satchel);
    const resume = await screen.findByRole("link", { name: "Reprendre où j’en étais" });
    expect(resume.getAttribute("href")).toBe(`/dossiers/${DOSSIER}/question/sleeping`);
    fireEvent.click(screen.getByRole("button", { name: "Effacer ce brouillon" }));
    const dialog = await screen.findByRole("dialog");
    fireEvent.click(within(dialog).getByRole("button", { name: "Garder ce brouillon" }));
    expect(satchel.data.dossiers).toHaveLength(1);
    fireEvent.click(screen.getByRole("button", { name: "Effacer ce brouillon" }));
    fireEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Effacer ce brouillon" }));
    await expect.poll(() => satchel.data.dossiers).toHaveLength(0);
    expect(shown.went).toEqual(["/demarches"]);
  });

  test("needs the person: a changed key stops everything, said plainly", async () => {
    await look(satchelWith({ ...sent, status: "ready", sent: {} }, { stage: "needs-you" }));
    expect(await screen.findByText(/La clé du guichet a changé/)).toBeTruthy();
  });
});

describe("the receipt", () => {
  const receipt = (proofs: readonly ProofView[]) =>
    show(
      ReceiptScreen,
      { dossier: DOSSIER },
      satchelWith(sent, { stage: "opened", proofs, papers: { sent: 3, of: 3 } }),
    );

  test("INV-2: is named by its strongest proof, dated by the first; number, fingerprint, printing", async () => {
    const print = vi.fn();
    vi.stubGlobal("print", print);
    await receipt([proof("deposited", 0, 2), proof("complete", 30)]);
    await screen.findByRole("heading", { level: 1, name: "Déposé et complet au CCAS de Brévigny" });
    const said = plain();
    expect(said).toContain("21 novembre 2026");
    expect(said).toContain("3 sur 3");
    expect(said).toContain("K7QF 2M9D");
    expect(said).toContain("7f3a 91c2 04bd 66e8 7f3a 91c2 04bd 66e8");
    expect(said).toContain("Déposé ne veut pas dire accepté.");
    expect(said).not.toContain("Ouvert");
    fireEvent.click(screen.getByRole("button", { name: "Imprimer ce récépissé" }));
    expect(print).toHaveBeenCalledOnce();
    expect(await axeProblems()).toEqual([]);
    vi.unstubAllGlobals();
  });

  test("there is none without a proof", async () => {
    await receipt([]);
    expect(await screen.findByText("Pas encore de récépissé")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Imprimer/ })).toBeNull();
  });
});

describe("procedures", () => {
  test("the list: my dossiers with their state, then what can be begun", async () => {
    const satchel = satchelWith(sent, {
      stage: "deposited",
      papers: { sent: 2, of: 3 },
      proofs: [proof("deposited", 1, 2)],
    });
    await show(ProceduresScreen, {}, satchel);
    const mine = await screen.findByRole("region", { name: "Mes dossiers" });
    expect(within(mine).getByRole("link").getAttribute("href")).toBe(`/dossiers/${DOSSIER}`);
    expect(within(mine).getByText("Déposé. Papiers : 2 sur 3")).toBeTruthy();
    const begin = screen.getByRole("region", { name: "Commencer une démarche" });
    const offered = (): readonly (string | null)[] =>
      within(begin)
        .getAllByRole("link")
        .map((link) => link.getAttribute("href"));
    expect(offered()).toEqual(expect.arrayContaining(["/demarches/domiciliation", "/demarches/demande-libre"]));
    // A desk of Besace takes it only where a deployment says so; what is prepared for others is always there, and says so.
    expect(offered()).not.toContain("/demarches/aide-facultative");
    expect(within(begin).getByRole("region", { name: "Se soigner" })).toBeTruthy();
    expect(within(begin).getAllByText(/à recopier ou à imprimer/).length).toBeGreaterThan(5);
    expect(await axeProblems()).toEqual([]);
    const search = within(begin).getByRole("searchbox", { name: "Chercher une démarche" });
    fireEvent.focus(search);
    fireEvent.input(search, { target: { value: "ENERGIE" } });
    expect(offered()).toEqual(["/demarches/cheque-energie"]);
    fireEvent.input(search, { target: { value: "zzzz" } });
    expect(within(begin).getByText(/Aucune démarche avec ces mots/)).toBeTruthy();
  });

  test("empty, locked and failed have their own words", async () => {
    await show(ProceduresScreen, {}, createFakeSatchel({ deployment: deployment() }));
    expect(await screen.findByText(/Pas encore de dossier/)).toBeTruthy();
    cleanup();
    const locked = createFakeSatchel({ deployment: deployment() });
    locked.fail("dossiers", { type: "locked" });
    await show(ProceduresScreen, {}, locked);
    expect(await screen.findByText("Votre besace est fermée")).toBeTruthy();
    cleanup();
    const failed = createFakeSatchel({ deployment: deployment() });
    failed.fail("dossiers", { type: "unavailable", mark: "W-7" });
    await show(ProceduresScreen, {}, failed);
    expect(await screen.findByText(/W-7/)).toBeTruthy();
  });

  test("the page before a procedure: what it is, what I have, another way; begins one dossier", async () => {
    const satchel = createFakeSatchel({
      deployment: deployment(),
      papers: [fakePaper({ kind: "passport", title: "Mon passeport" })],
    });
    const shown = await show(ProcedureScreen, { procedure: "domiciliation" }, satchel);
    await screen.findByRole("heading", { level: 1, name: "Demander une adresse au CCAS" });
    expect(plain()).toContain("Environ 15 minutes");
    expect(plain()).toContain("Mon passeport");
    expect(plain()).toContain("Rien ne part au guichet avant votre accord");
    expect(plain()).toContain("Vous pouvez aussi faire cette demande au guichet");
    expect(await axeProblems()).toEqual([]);
    const begin = screen.getByRole("button", { name: "Commencer" });
    fireEvent.click(begin);
    fireEvent.click(begin);
    await expect.poll(() => shown.went).toHaveLength(1);
    expect(satchel.data.dossiers).toHaveLength(1);
    expect(satchel.calls("startDossier")).toEqual([
      [{ procedure: "domiciliation", language: "fr", organisation: "ccas-brevigny" }],
    ]);
    expect(shown.went[0]).toMatch(/\/question\/names$/);
  });

  test("a draft is taken up rather than begun again", async () => {
    await show(ProcedureScreen, { procedure: "domiciliation" }, satchelWith({}, {}));
    expect((await screen.findByRole("link", { name: "Reprendre mon dossier" })).getAttribute("href")).toBe(
      `/dossiers/${DOSSIER}`,
    );
  });
});
