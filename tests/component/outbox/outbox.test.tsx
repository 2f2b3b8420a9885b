import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, test } from "vitest";
import { OutboxScreen } from "../../../src/app/features/outbox/OutboxScreen.tsx";
import type { RecordId } from "../../../src/shared/ids.ts";
import type { OutboxLine, OutboxView } from "../../../src/workers/satchel.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, EMPTY_OUTBOX, FAKE_NOW, fakeDossier, fakePaper } from "../../support/fake-satchel.ts";
import { DOSSIER, deployment, show } from "../dossiers/show.tsx";

afterEach(cleanup);

const paper = fakePaper({ kind: "pay-slip" });
const line = (patch: Partial<OutboxLine>): OutboxLine => ({
  id: DOSSIER,
  what: "dossier",
  title: "K7QF2M9D",
  state: "waits",
  parts: { done: 0, of: 4 },
  bytesLeft: 450_000,
  reason: null,
  at: null,
  waits: patch.state === undefined || patch.state === "waits" ? "turn" : null,
  pieces: [],
  ...patch,
});
const satchelWith = (outbox: Partial<OutboxView>) =>
  createFakeSatchel({
    dossiers: [fakeDossier({ status: "sent" }, { id: DOSSIER, stage: "waits" })],
    papers: [paper],
    deployment: deployment(),
    outbox: { ...EMPTY_OUTBOX, ...outbox },
  });
const look = (satchel: ReturnType<typeof satchelWith>, shell = {}) => show(OutboxScreen, {}, satchel, { shell });
const plain = (): string =>
  (document.querySelector("main")?.textContent ?? "").replace(/[\u2068\u2069]/g, "").replace(/\u00a0/g, " ");
const sendNow = () => screen.findByRole("button", { name: "Envoyer maintenant" });

describe("Mes envois", () => {
  test("one line per thing the person knows, by name; totals; when the server last answered", async () => {
    await look(
      satchelWith({
        lines: [
          line({ state: "moving", parts: { done: 2, of: 4 } }),
          line({ id: paper.id, what: "paper", title: "", bytesLeft: 280_000 }),
        ],
        waiting: 2,
        bytesLeft: 730_000,
        lastAnswerAt: FAKE_NOW,
      }),
    );
    const queue = await screen.findByRole("region", { name: "En attente" });
    expect(
      within(queue)
        .getAllByRole("heading", { level: 3 })
        .map((title) => title.textContent?.replace(/[\u2068\u2069]/g, "")),
    ).toEqual(["Demander une adresse au CCAS", "Bulletin de paie"]);
    expect(within(queue).getByRole("progressbar").getAttribute("aria-valuenow")).toBe("2");
    expect(plain()).toContain("2 parties sur 4");
    expect(plain()).toContain("Pour CCAS de Brévigny. Numéro K7QF 2M9D.");
    expect(plain()).toContain("2 envois attendent. Il reste 730 Ko.");
    expect(plain()).toContain("Dernière réponse du serveur : 21 novembre 2026");
    expect(await axeProblems()).toEqual([]);
  });

  test("INV-2: arrived is said with the date of a proof; without one it is not called deposited", async () => {
    await look(
      satchelWith({
        lines: [
          line({ state: "arrived", at: FAKE_NOW, bytesLeft: 0 }),
          line({ id: "AAAAAAAAAAAAAAAAAAAAgQ" as RecordId, state: "arrived", at: null, bytesLeft: 0 }),
        ],
      }),
    );
    const arrived = await screen.findByRole("region", { name: "Déjà partis" });
    const [proven, unproven] = within(arrived).getAllByRole("link");
    expect(proven?.textContent).toContain("Déposé le");
    expect(proven?.querySelector("[data-icon=recu]")).toBeTruthy();
    expect(unproven?.querySelector("[data-icon=recu]")).toBeNull();
    expect(unproven?.textContent).toContain("Le récépissé n’est pas encore là.");
    expect(unproven?.textContent).not.toMatch(/déposé|reçu|envoyé/i);
  });

  test("waiting for a network is ordinary: no alert, the word of the state", async () => {
    await look(satchelWith({ lines: [line({})], waiting: 1, trouble: "no-network" }), { network: "offline" });
    expect(await screen.findByText("Attend le réseau")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("INV-1: what needs the person has a reason and something to do", async () => {
    const satchel = satchelWith({ lines: [line({ state: "needs-you", reason: "too-large" })], waiting: 1 });
    await look(satchel);
    const fix = await screen.findByRole("region", { name: "À corriger" });
    expect(fix.textContent).toContain("Une page est trop lourde pour ce guichet.");
    expect(within(fix).getByRole("link", { name: "Changer les papiers" }).getAttribute("href")).toBe(
      `/dossiers/${DOSSIER}/relire`,
    );
    expect(within(fix).getByRole("button", { name: "Parler à quelqu’un" })).toBeTruthy();
    fireEvent.click(within(fix).getByRole("button", { name: /^Essayer encore/ }));
    await expect.poll(() => satchel.calls("retry")).toEqual([[DOSSIER]]);
    expect(await axeProblems()).toEqual([]);
  });

  test("a reason that has no words is told with its mark", async () => {
    await look(satchelWith({ lines: [line({ state: "needs-you", reason: "newer-code" })], waiting: 1 }));
    expect(await screen.findByText(/Repère\s: newer-code/)).toBeTruthy();
  });

  test("Envoyer maintenant always runs, and says what came of it", async () => {
    const satchel = satchelWith({ lines: [line({})], waiting: 1 });
    const shown = await look(satchel);
    fireEvent.click(await sendNow());
    expect(satchel.calls("sendNow")).toHaveLength(1);
    expect(await screen.findByRole("button", { name: "Besace essaie…" })).toBeTruthy();
    satchel.data.outbox = { ...satchel.data.outbox, moving: true };
    act(() => satchel.change({ type: "outbox" }));
    await act(() => new Promise<void>((resolve) => setTimeout(resolve)));
    satchel.data.outbox = { ...satchel.data.outbox, moving: false, trouble: "not-let-through" };
    act(() => satchel.change({ type: "outbox" }));
    expect(await screen.findByText(/Ce réseau ne laisse pas passer\. Changez de réseau/)).toBeTruthy();
    fireEvent.click(await sendNow());
    expect(satchel.calls("sendNow")).toHaveLength(2);
    satchel.data.outbox = { ...satchel.data.outbox, trouble: "no-network" };
    shown.pass(1500);
    expect(await screen.findByText(/Pas de réseau\. Tout est gardé\. Besace réessaie/)).toBeTruthy();
  });

  test("what stands in the way is said while the run goes on trying", async () => {
    const satchel = satchelWith({ lines: [line({})], waiting: 1 });
    const shown = await look(satchel);
    fireEvent.click(await sendNow());
    satchel.data.outbox = { ...satchel.data.outbox, moving: true, trouble: "not-let-through" };
    act(() => satchel.change({ type: "outbox" }));
    shown.pass(1500);
    expect(await screen.findByText(/Ce réseau ne laisse pas passer\. Changez de réseau/)).toBeTruthy();
  });

  test("nothing left: said so", async () => {
    const satchel = satchelWith({ lastAnswerAt: FAKE_NOW });
    const shown = await look(satchel);
    fireEvent.click(await sendNow());
    shown.pass(1500);
    expect(await screen.findByText("C’est fait. Rien n’attend plus.")).toBeTruthy();
  });

  test("empty, loading, locked, failed", async () => {
    await look(satchelWith({}));
    expect(await screen.findByText("Aucun envoi pour l’instant")).toBeTruthy();
    expect(plain()).toContain("n’a pas encore répondu");
    cleanup();
    const slow = satchelWith({});
    const release = slow.stall("outbox");
    const shown = await look(slow);
    shown.pass(500);
    expect(screen.getByText("On ouvre…")).toBeTruthy();
    release();
    cleanup();
    const locked = satchelWith({});
    locked.fail("outbox", { type: "locked" });
    await look(locked);
    expect(await screen.findByText("Vos envois continuent sans elle.")).toBeTruthy();
    cleanup();
    const failed = satchelWith({});
    failed.fail("outbox", { type: "unavailable", mark: "W-9" });
    await look(failed);
    expect(await screen.findByText(/W-9/)).toBeTruthy();
  });
});
