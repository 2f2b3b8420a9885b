/** Shares with an organisation: the list, a new one, one of them, over fakes. The thread itself: tests/unit/workers/shares.test.ts. */
import { cleanup, fireEvent, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NewScreen } from "../../../src/app/features/partages/NewScreen.tsx";
import { OneScreen } from "../../../src/app/features/partages/OneScreen.tsx";
import { SharesScreen } from "../../../src/app/features/partages/SharesScreen.tsx";
import type { SaidAct } from "../../../src/satchel/model.ts";
import { shareEnd } from "../../../src/satchel/sharing.ts";
import type { LetterId } from "../../../src/shared/ids.ts";
import * as sharing from "../../../src/workers/sharing.client.ts";
import type { Mark } from "../../../src/workers/sharing.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { watchCanvas } from "../../support/canvas.ts";
import {
  createFakeSatchel,
  FAKE_DEPLOYMENT,
  FAKE_NOW,
  fakeId,
  fakePaper,
  fakeShare,
} from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { pages, plain, pointer, settled } from "../papers/support.ts";

const areas = ["partages", "papers", "papers-types"] as const;
const text = (): string => plain(document.querySelector("main")?.textContent ?? "");
const [desk] = FAKE_DEPLOYMENT.organisations;
if (desk === undefined) throw new Error("one organisation");
/** The desk is open: it has keys. */
const deployment = { ...FAKE_DEPLOYMENT, organisations: [{ ...desk, statements: [{ body: "", sig: "" }] as never }] };

beforeEach(() => void watchCanvas());
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe("the list", () => {
  const show = async (shares: ReturnType<typeof fakeShare>[]) => {
    const satchel = createFakeSatchel({ shares });
    const shown = await showScreen(<SharesScreen />, { satchel, areas });
    await settled();
    return { satchel, ...shown };
  };

  test("nothing is shared: said, with a way to share", async () => {
    await show([]);
    expect(text()).toContain("Vous ne partagez rien");
    expect(screen.getByRole("link", { name: "Partager des papiers" })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });

  test("what goes on stands apart from what is over", async () => {
    await show([fakeShare(), fakeShare({}, { stage: "over" }), fakeShare({ ended: { at: 1 } }, { stage: "ended" })]);
    const heads = screen.getAllByRole("heading", { level: 2 }).map((one) => one.textContent);
    expect(heads.slice(0, 2)).toEqual(["En cours", "Terminés"]);
    expect(text()).toContain("CCAS de Brévigny");
    expect(text()).toContain("Complet");
    expect(await axeProblems()).toEqual([]);
  });

  test("loading, locked", async () => {
    const satchel = createFakeSatchel();
    const release = satchel.stall("shares");
    await showScreen(<SharesScreen />, { satchel, areas });
    expect(screen.queryByText("Vous ne partagez rien")).toBeNull();
    satchel.fail("shares", { type: "locked" });
    release();
    await settled();
    expect(text()).not.toContain("Vous ne partagez rien");
  });
});

describe("one share", () => {
  const show = async (share: ReturnType<typeof fakeShare>) => {
    const satchel = createFakeSatchel({ shares: [share] });
    const shown = await showScreen(<OneScreen params={{ share: share.id }} />, { satchel, areas });
    await settled();
    return { satchel, ...shown };
  };

  test("says until when, what cannot be taken back, and who looked at what, in plain sentences", async () => {
    const act = (patch: Partial<SaidAct>): SaidAct => ({
      paper: 0,
      helper: "",
      at: FAKE_NOW,
      heardAt: FAKE_NOW,
      ...patch,
    });
    const acts = {
      [fakeId<LetterId>()]: act({}),
      [fakeId<LetterId>()]: act({ helper: "Nadia", at: FAKE_NOW + 60_000 }),
    };
    await show(fakeShare({ acts }, { stage: "opened", openedAt: FAKE_NOW }));
    expect(text()).toContain("Nadia, CCAS de Brévigny, a ouvert Avis d’impôt");
    expect(text()).toContain("Quelqu’un de CCAS de Brévigny a ouvert Avis d’impôt");
    expect(text()).toContain("Ce qui a été vu ne peut pas être repris");
    expect(await axeProblems()).toEqual([]);
  });

  test("ends in one tap and a yes; offline it says that it is noted", async () => {
    const share = fakeShare();
    const { satchel, said } = await show(share);
    fireEvent.click(screen.getByRole("button", { name: "Arrêter ce partage" }));
    expect(text()).toContain("Plus rien ne sera donné à partir du prochain réseau.");
    const both = screen.getAllByRole("button", { name: "Arrêter ce partage", hidden: true });
    fireEvent.click(both[1] as HTMLElement);
    await settled();
    expect(satchel.calls("endShare")).toEqual([[share.id]]);
    expect(said.map((one) => one.text)).toEqual(["Ce partage est arrêté sur ce téléphone."]);
    expect(text()).toContain("Dès le prochain réseau, plus rien ne sera donné.");
    expect(screen.queryByRole("button", { name: "Arrêter ce partage" })).toBeNull();
  });

  test("that could not be ended says that, not that nothing left", async () => {
    const { satchel } = await show(fakeShare({}, { stage: "opened", openedAt: FAKE_NOW }));
    satchel.fail("endShare", { type: "full" });
    fireEvent.click(screen.getByRole("button", { name: "Arrêter ce partage" }));
    fireEvent.click(screen.getAllByRole("button", { name: "Arrêter ce partage", hidden: true })[1] as HTMLElement);
    await settled();
    expect(text()).toContain("Ce partage n’a pas pu être arrêté.");
    expect(text()).not.toContain("Rien n’est parti");
  });
});

describe("a new share", () => {
  const show = async (
    papers = [fakePaper({ kind: "tax-notice", pages: pages(2, { readable: pointer("image/jpeg") }) })],
  ) => {
    const satchel = createFakeSatchel({ papers, deployment });
    const marks: (Mark | null)[] = [];
    vi.spyOn(sharing, "connectSharing").mockReturnValue({
      api: {
        copy: async (_source, _turn, mark) => {
          marks.push(mark);
          return { ok: true, value: { bytes: new ArrayBuffer(8), width: 10, height: 14 } };
        },
      },
      stop: () => undefined,
    });
    const shown = await showScreen(<NewScreen />, { satchel, areas });
    await settled();
    return { satchel, marks, ...shown };
  };

  test("nothing chosen: each question says what is missing, nothing leaves", async () => {
    const { satchel } = await show();
    fireEvent.click(screen.getByRole("button", { name: "Partager" }));
    await settled();
    expect(text()).toContain("Choisissez un papier au moins.");
    expect(text()).toContain("Écrivez pourquoi, en quelques mots.");
    expect(satchel.calls("startShare")).toEqual([]);
    expect(await axeProblems()).toEqual([]);
  });

  test("31 days unless chosen; each page carries for whom, what for and until when", async () => {
    const { satchel, marks, went } = await show();
    expect(screen.getByRole<HTMLInputElement>("radio", { name: "Un mois" }).checked).toBe(true);
    expect(text()).toContain("Ce qui a été vu ne peut pas être repris");
    fireEvent.click(screen.getByRole("checkbox", { name: /Avis d’impôt/ }));
    fireEvent.input(screen.getByRole("textbox", { name: /Pour quoi faire/ }), { target: { value: "Aide au loyer" } });
    fireEvent.click(screen.getByRole("button", { name: "Partager" }));
    await settled();
    await settled();
    expect(marks).toHaveLength(2);
    expect(plain(marks[0]?.text ?? "")).toBe("Copie pour CCAS de Brévigny · Aide au loyer · jusqu’au 22 décembre 2026");
    const [input] = satchel.calls("startShare")[0] as [Parameters<typeof satchel.api.startShare>[0]];
    expect(input).toMatchObject({
      organisation: desk.slug,
      purpose: "Aide au loyer",
      days: 31,
      until: shareEnd(31, FAKE_NOW),
    });
    expect(input.papers.map(({ pages: each }) => each.length)).toEqual([2]);
    expect(went.at(-1)).toMatch(/^\/partages\/.{22}$/);
  });

  test("a refusal is said, and what was chosen stays", async () => {
    const { satchel } = await show();
    satchel.refuse("startShare", { type: "changed-key" });
    fireEvent.click(screen.getByRole("checkbox", { name: /Avis d’impôt/ }));
    fireEvent.input(screen.getByRole("textbox", { name: /Pour quoi faire/ }), { target: { value: "Aide" } });
    fireEvent.click(screen.getByRole("button", { name: "Partager" }));
    await settled();
    await settled();
    expect(text()).toContain("Cet organisme n’est plus le même qu’avant.");
    expect(screen.getByRole<HTMLInputElement>("checkbox", { name: /Avis d’impôt/ }).checked).toBe(true);
  });

  test("no paper: said", async () => {
    await show([]);
    expect(text()).toContain("Vous n’avez pas encore de papier à partager");
  });
});
