/** What stands beside a form: papers to have before one begins (F3), the letter of an appeal (F4). */
import { act, cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { beside } from "../../../src/app/features/dossiers/later.tsx";
import { loadAreas, setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { DossierRecord } from "../../../src/satchel/model.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, fakeDossier, fakePaper } from "../../support/fake-satchel.ts";
import { DOSSIER, show } from "./show.tsx";

afterEach(async () => {
  cleanup();
  vi.unstubAllGlobals();
  await setLanguage("fr");
});

const NeedScreen = beside("NeedScreen");
const LetterScreen = beside("LetterScreen");
const text = (): string => (document.querySelector("main")?.textContent ?? "").replace(/\s+/g, " ");
const partOf = (title: string): string =>
  (screen.getByRole("region", { name: title }).textContent ?? "").replace(/\s+/g, " ");
const options = { areas: ["dossiers", "papers", "papers-types", "lettre", "journey"] as const };

/** The page's browser with these parts in place of its own. */
const browser = (parts: Record<string, unknown>): void => {
  const own = Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, { value }]));
  vi.stubGlobal("navigator", Object.create(navigator, own));
};

describe("papers that a procedure asks for, before a dossier", () => {
  const needs = (papers: ReturnType<typeof fakePaper>[], procedure = "rsa") => {
    const satchel = createFakeSatchel({ papers });
    return loadAreas("form-rsa", "procedures").then(() =>
      show(NeedScreen, { procedure }, satchel, options).then((shown) => ({ satchel, shown })),
    );
  };

  test("F3 says what is here, what is too old and what is missing, and begins nothing", async () => {
    const { satchel } = await needs([
      fakePaper({ kind: "bank-details", title: "Mon RIB" }),
      fakePaper({ kind: "identity-card", title: "Ma carte", expiry: "2020-01-02" }, { id: "old" as RecordId }),
    ]);
    await screen.findByRole("heading", { level: 1, name: "Papiers pour cette démarche" });
    expect(partOf("Vous avez déjà")).toContain("Mon RIB");
    expect(partOf("Trop vieux, ou incomplet")).toContain("Ma carte");
    expect(partOf("Peut-être aussi")).toContain("Demandé dans certains cas.");
    expect(text()).toMatch(/Il vous manque \d+ papiers? sur \d+/);
    // What is counted is what is listed; what nobody knows yet stands apart.
    const count = Number(/Il vous manque (\d+)/.exec(text())?.[1]);
    const listed = ["Il vous manque", "Trop vieux, ou incomplet"].flatMap((name) =>
      screen.queryAllByRole("region", { name }).flatMap((part) => within(part).getAllByRole("listitem")),
    );
    expect(listed).toHaveLength(count);
    expect(satchel.calls("startDossier")).toEqual([]);
    expect(await axeProblems()).toEqual([]);
  });

  test("F3 what is shared names the papers asked for, and none of the person's", async () => {
    const shared: { text: string }[] = [];
    browser({ share: async (what: { text: string }) => void shared.push(what) });
    await needs([fakePaper({ kind: "bank-details", title: "Compte caché" })]);
    fireEvent.click(await screen.findByRole("button", { name: "Partager la liste" }));
    await expect.poll(() => shared.length).toBe(1);
    expect(shared[0]?.text).toContain("Vous avez déjà");
    expect(shared[0]?.text).not.toContain("Compte caché");
  });

  test("F3 without a way to share, the list is copied; it is printed by the page", async () => {
    const copied: string[] = [];
    browser({
      share: undefined,
      clipboard: { writeText: async (said: string) => void copied.push(said) },
    });
    const print = vi.fn();
    vi.stubGlobal("print", print);
    const { shown } = await needs([]);
    fireEvent.click(await screen.findByRole("button", { name: "Copier la liste" }));
    await expect.poll(() => shown.said.map((each) => each.text)).toEqual(["Liste copiée."]);
    expect(copied[0]).toMatch(/^\S.*\n\nIl vous manque\n- /);
    fireEvent.click(screen.getByRole("button", { name: "Imprimer la liste" }));
    expect(print).toHaveBeenCalledOnce();
  });

  test("F3 locked, and a procedure of a newer version, have their own words", async () => {
    const satchel = createFakeSatchel({});
    satchel.fail("papers", { type: "locked" });
    await loadAreas("form-rsa");
    await show(NeedScreen, { procedure: "rsa" }, satchel, options);
    expect(await screen.findByText("Votre brouillon est gardé.")).toBeTruthy();
    cleanup();
    await show(NeedScreen, { procedure: "newer-one" }, createFakeSatchel({}), options);
    expect(await screen.findByRole("heading", { name: "Démarche d’une version plus récente" })).toBeTruthy();
  });
});

describe("the letter of an appeal", () => {
  const write = async (answers: object, more: Partial<DossierRecord> = {}) => {
    await loadAreas("form-recours");
    const satchel = createFakeSatchel({
      dossiers: [fakeDossier({ procedure: "recours", answers: answers as never, ...more }, { id: DOSSIER })],
    });
    return show(LetterScreen, { dossier: DOSSIER }, satchel, options);
  };
  const choice = (id: string) => ({ v: "choice", id });
  const answers = {
    decision_by: choice("caf"),
    decision_kind: choice("stop"),
    received_date: { v: "date", date: "2026-11-06" },
    given_name: { v: "text", text: "Amina" },
    family_name: { v: "text", text: "Diallo" },
    reasons: { v: "choices", ids: ["changed"] },
    wanted: { v: "choices", ids: ["back"] },
  };
  const letter = (): HTMLElement => screen.getByRole("article");

  test("F4 is French on one sheet, says that nothing was sent, until when, and what is missing; copied and printed", async () => {
    const copied: string[] = [];
    browser({
      clipboard: { writeText: async (said: string) => void copied.push(said) },
    });
    const print = vi.fn();
    vi.stubGlobal("print", print);
    const shown = await write(answers);
    await screen.findByRole("heading", { level: 1, name: "Votre lettre" });
    expect(letter().lang).toBe("fr");
    expect(letter().textContent).toMatch(/reçue le 6.novembre.2026 qui arrête mon aide\./);
    expect(text()).toContain("Besace n’a rien envoyé.");
    expect(text()).toContain("Dernier jour pour envoyer : 6 janvier 2027");
    expect(text()).toMatch(/Il manque encore : votre adresse\./);
    expect(text()).toContain("Un point-justice");
    expect(text()).toContain("Un délégué du Défenseur des droits");
    fireEvent.click(screen.getByRole("button", { name: "Imprimer la lettre" }));
    expect(print).toHaveBeenCalledOnce();
    fireEvent.click(screen.getByRole("button", { name: "Copier la lettre" }));
    await expect.poll(() => shown.said.map((each) => each.text)).toEqual(["Lettre copiée."]);
    expect(copied[0]).toContain("Amina Diallo");
  });

  test("F4 in Arabic the letter stays French, and what it says stands under it in Arabic", async () => {
    await write({ ...answers, reason_words: { v: "text", text: "لم أستلم الرسالة" } });
    await screen.findByRole("article");
    await act(async () => void (await setLanguage("ar")));
    expect(letter().dir).toBe("ltr");
    expect(letter().textContent).toContain("Ma situation a changé.");
    expect(text()).toContain("تغيّر وضعي.");
    expect(text()).toContain("كلماتكم ليست بحروف فرنسية");
    expect(await axeProblems()).toEqual([]);
  });

  test("F4 a hidden answer is not in the letter", async () => {
    await write({
      ...answers,
      wanted_words: { v: "text", text: "AUTREFOIS" },
      hardship_words: { v: "text", text: "CACHÉ" },
    });
    await screen.findByRole("article");
    expect(letter().textContent).not.toMatch(/AUTREFOIS|CACHÉ/);
  });
});
