import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, test } from "vitest";
import { OutboxScreen } from "../../../src/app/features/outbox/OutboxScreen.tsx";
import { answersText, copyOf } from "../../../src/app/features/outbox/take-out.ts";
import { loadAreas, setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import type { OutboxLine, OutboxView } from "../../../src/workers/satchel.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, EMPTY_OUTBOX, FAKE_NOW, fakeDossier, fakePaper } from "../../support/fake-satchel.ts";
import { DOSSIER, deployment } from "../dossiers/show.tsx";
import { showRootScreen } from "../shell/root-screen.tsx";

afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

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
const look = async (satchel: ReturnType<typeof satchelWith>, shell = {}, root = {}) => {
  await loadAreas("procedures");
  const areas = ["dossiers", "outbox", "space", "papers", "papers-types"] as const;
  return showRootScreen(<OutboxScreen />, { satchel, shell, root, areas });
};
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
    expect((await within(fix).findByRole("link", { name: "Changer les papiers" })).getAttribute("href")).toBe(
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

  test.each([
    ["quota", /Il n’y a plus de place au serveur pour vos photos/],
    ["server-busy", /Le serveur est occupé/],
    ["storage", /Ce téléphone n’a pas pu lire ce qui attend/],
  ] as const)("%s is said without being asked", async (trouble, words) => {
    await look(satchelWith({ lines: [line({})], waiting: 1, trouble }));
    expect(await screen.findByText(words)).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
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
    expect(await axeProblems()).toEqual([]);
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

  test("never “tout est à jour” from an empty queue alone: the last look at the server must have been authentic", async () => {
    await look(satchelWith({ lastAnswerAt: FAKE_NOW, pulledAt: FAKE_NOW }));
    await screen.findByText("Aucun envoi pour l’instant");
    expect(plain()).not.toContain("Tout est à jour");
    expect(plain()).toContain("Le serveur n’a pas encore confirmé que tout est à jour");
    cleanup();
    await look(satchelWith({ lastAnswerAt: FAKE_NOW, pulledAt: FAKE_NOW, upToDate: true }));
    await screen.findByText("Aucun envoi pour l’instant");
    expect(plain()).toContain("Tout est à jour. Le serveur l’a confirmé le 21 novembre 2026");
  });

  test("a dossier shows its parts: what is proven, what has begun, what comes", async () => {
    const pieces = [
      { what: "answers", paper: null, bytes: 6_000, left: 0, arrived: true },
      { what: "paper", paper: paper.id, bytes: 640_000, left: 450_000, arrived: false },
    ] as const;
    await look(satchelWith({ lines: [line({ state: "moving", at: FAKE_NOW, pieces })], waiting: 1 }));
    const queue = await screen.findByRole("region", { name: "En attente" });
    expect(plain()).toContain("Réponses : déposées");
    expect(plain()).toContain("Cette date compte.");
    expect(plain()).toContain("Bulletin de paie : 190 Ko sur 640 Ko");
    expect(plain()).toContain("Ce qui est parti ne repartira pas.");
    expect(within(queue).getByText("Le guichet confirme")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    cleanup();
    cleanup();
    // INV-2: the proof is the answers'; a paper that the server has is "parti".
    const second = { what: "paper", paper: null, bytes: 590_000, left: 0, arrived: true } as const;
    await look(
      satchelWith({ lines: [line({ state: "moving", at: FAKE_NOW, pieces: [...pieces, second] })], waiting: 1 }),
    );
    await screen.findByText(/1 papier\s: parti/);
    expect(plain()).toContain("Réponses : déposées6 Ko, le 21 novembre 2026");
    cleanup();
    // INV-2: without a proof the same bytes are "parties", never "déposées".
    await look(satchelWith({ lines: [line({ state: "moving", at: null, pieces })], waiting: 1 }));
    await screen.findByText(/Réponses\s: parties/);
    expect(plain()).not.toContain("déposé");
  });

  test.each([
    ["wifi", "Attend le Wi-Fi"],
    ["later", "Nouvel essai plus tard, tout seul"],
    ["quota", "Attend de la place au serveur"],
    ["line", "Attend une meilleure ligne"],
    ["network", "Attend le réseau"],
  ] as const)("waiting for %s has its words", async (waits, words) => {
    await look(satchelWith({ lines: [line({ waits })], waiting: 1 }));
    expect(await screen.findByText(words)).toBeTruthy();
  });

  test("photos wait for Wi-Fi: the choice, what it holds, and sending anyway with its price", async () => {
    const data = { photosOnWifi: true, metered: true, lineKnown: false, held: 2_100_000 };
    const satchel = satchelWith({
      lines: [line({ id: paper.id, what: "paper", waits: "wifi", bytesLeft: 2_100_000 })],
      waiting: 1,
      data,
    });
    await look(satchel, { network: "offline" });
    const choice = await screen.findByRole("checkbox", { name: /Photos par Wi-Fi seulement/ });
    expect((choice as HTMLInputElement).checked).toBe(true);
    expect(plain()).toContain("2,1 Mo de photos attendent le Wi-Fi.");
    expect(plain()).toContain("Ce navigateur ne dit pas si la ligne est du Wi-Fi.");
    expect(screen.getByText("Attend le Wi-Fi")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: /Envoyer quand même/ }));
    expect(satchel.calls("sendNow")).toHaveLength(1);
    fireEvent.click(choice);
    await expect.poll(() => satchel.calls("setDataChoice")).toEqual([[{ photosOnWifi: false }]]);
    expect(await axeProblems()).toEqual([]);
  });

  test("wedge: something waits for days although the server answers; its facts can be copied", async () => {
    const satchel = satchelWith({ lines: [line({})], waiting: 1, stuck: { count: 1, days: 3 } });
    satchel.data.diagnostics = "op 1 waiting";
    const copied: string[] = [];
    const copy = async (text: string): Promise<boolean> => {
      copied.push(text);
      return copied.length === 1;
    };
    await look(satchel, {}, { copy });
    expect(await screen.findByRole("region", { name: "Quelque chose attend depuis 3 jours." })).toBeTruthy();
    fireEvent.click(await screen.findByRole("button", { name: "Copier le diagnostic" }));
    expect(await screen.findByText("Copié. Il n’y a rien de personnel dedans.")).toBeTruthy();
    expect(copied[0]).toContain("op 1 waiting");
    expect(copied[0]).toContain("facts E-310");
    // A browser that refuses to copy shows it.
    fireEvent.click(await screen.findByRole("button", { name: "Copier le diagnostic" }));
    expect(await screen.findByText(/op 1 waiting/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });

  test("INV-1: a paper that cannot leave: another photo, a copy, and its end with what is lost", async () => {
    const satchel = satchelWith({
      lines: [line({ id: paper.id, what: "paper", title: "", state: "needs-you", reason: "too-large" })],
      waiting: 1,
    });
    await look(satchel);
    const fix = await screen.findByRole("region", { name: "À corriger" });
    expect((await within(fix).findByRole("link", { name: "Reprendre la photo" })).getAttribute("href")).toBe(
      `/papiers/${paper.id}/pages`,
    );
    fireEvent.click(within(fix).getByRole("button", { name: /^Effacer/ }));
    const dialog = await screen.findByRole("dialog", { name: /Effacer ce papier pour toujours/ });
    expect(dialog.textContent).toContain("Ses pages seront perdues.");
    fireEvent.click(within(dialog).getByRole("button", { name: "Garder ce papier" }));
    expect(satchel.calls("erasePaper")).toEqual([]);
    fireEvent.click(within(fix).getByRole("button", { name: /^Effacer/ }));
    fireEvent.click(await screen.findByRole("button", { name: "Effacer pour toujours" }));
    await expect.poll(() => satchel.calls("erasePaper")).toEqual([[paper.id]]);
  });

  test("an open copy is saved only after its danger was said", async () => {
    const satchel = satchelWith({ lines: [line({ state: "needs-you", reason: "bad-format" })], waiting: 1 });
    satchel.data.exported = [{ name: "1-1.webp", mime: "image/webp", bytes: new Uint8Array([1, 2]).buffer }];
    const shown = await look(satchel);
    fireEvent.click(await screen.findByRole("button", { name: /^Enregistrer une copie/ }));
    const dialog = await screen.findByRole("dialog", { name: /Enregistrer une copie ouverte/ });
    expect(satchel.calls("exportItem")).toEqual([]);
    fireEvent.click(within(dialog).getByRole("button", { name: "Enregistrer une copie" }));
    await expect.poll(() => satchel.calls("exportItem")).toEqual([[DOSSIER]]);
    await expect
      .poll(() => shown.said.map(({ text }) => text))
      .toContain("Copie enregistrée dans les téléchargements de cet appareil.");
  });

  test("sealed bytes that nothing explains keep a line: tried again, or saved closed; there is nothing to erase", async () => {
    await look(
      satchelWith({ lines: [line({ what: "unknown", state: "needs-you", reason: "bad-signature" })], waiting: 1 }),
    );
    const fix = await screen.findByRole("region", { name: "À corriger" });
    expect(within(fix).getByRole("heading", { name: "Envoi sans nom" })).toBeTruthy();
    expect(within(fix).queryByRole("button", { name: /^Effacer/ })).toBeNull();
    expect(within(fix).queryByRole("link")).toBeNull();
    fireEvent.click(within(fix).getByRole("button", { name: /^Enregistrer une copie/ }));
    expect(await screen.findByText("Cette copie reste fermée. Elle sert à la personne qui aide.")).toBeTruthy();
  });

  test("a dossier's copy holds every answer under its question; several files are one archive", async () => {
    await loadAreas("procedures", "outbox", "common");
    const { record } = fakeDossier({
      answers: {
        given_name: { v: "text", text: "Awa" },
        "dependants/r1/dependant_given_name": { v: "text", text: "Ayoub" },
        "dependants/r2/dependant_given_name": { v: "text", text: "Gone" },
        no_such_field: { v: "yesno", yes: true },
      },
      rows: {
        r1: { repeat: "dependants", position: 1, removed: false },
        r2: { repeat: "dependants", position: 2, removed: true },
      },
    });
    const text = answersText(record);
    expect(text).toMatch(/K7QF\s2M9D/);
    expect(text).toContain("Awa");
    expect(text).toContain("(1)\nAyoub");
    expect(text).toContain("no_such_field\nOui");
    expect(text).not.toContain("Gone");
    const file = { name: "1.webp", mime: "image/webp", bytes: new Uint8Array([7]).buffer };
    expect(copyOf({ what: "paper" }, [file], undefined)).toMatchObject({ name: "papier.webp" });
    const { name, content } = copyOf({ what: "dossier" }, [file], record);
    expect(name).toBe("dossier.zip");
    expect(content.type).toBe("application/zip");
  });

  test("Arabic: every part has its words", async () => {
    await setLanguage("ar");
    const pieces = [
      { what: "answers", paper: null, bytes: 6_000, left: 0, arrived: true },
      { what: "paper", paper: paper.id, bytes: 640_000, left: 450_000, arrived: false },
    ] as const;
    await look(
      satchelWith({
        lines: [
          line({ pieces, waits: "wifi" }),
          line({ id: paper.id, what: "paper", state: "needs-you", reason: "too-large" }),
        ],
        waiting: 2,
        stuck: { count: 1, days: 2 },
        data: { photosOnWifi: true, metered: true, lineKnown: true, held: 1000 },
      }),
    );
    await screen.findByRole("heading", { level: 1, name: "إرسالاتي" });
    await screen.findByText("شيء ما ينتظر منذ يومين.");
    expect(plain()).not.toMatch(/outbox\.|space\./);
    expect(await axeProblems()).toEqual([]);
  });
});
