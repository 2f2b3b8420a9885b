import { act, cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { QuestionScreen } from "../../../src/app/features/dossiers/QuestionScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { DossierRecord } from "../../../src/satchel/model.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, fakeDossier } from "../../support/fake-satchel.ts";
import { reflectLikeBrowsers } from "../ui/harness.tsx";
import { DOSSIER, deployment, show } from "./show.tsx";

reflectLikeBrowsers();
afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const satchelWith = (record: Partial<DossierRecord> = {}, profile = {}) =>
  createFakeSatchel({
    dossiers: [fakeDossier({ page: "names", ...record }, { id: DOSSIER })],
    deployment: deployment(),
    profile: { t: "profile", ...profile },
  });

const ask = (satchel: ReturnType<typeof satchelWith>, page: string, mode?: string) =>
  show(QuestionScreen, mode === undefined ? { dossier: DOSSIER, page } : { dossier: DOSSIER, page, mode }, satchel);

const record = (satchel: ReturnType<typeof satchelWith>) => satchel.data.dossiers[0]?.record;
const onward = () => fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
const settle = () => act(() => new Promise<void>((resolve) => setTimeout(resolve)));

describe("a question", () => {
  test("names its place, its part, its reason; the title of the tab is the question; axe agrees", async () => {
    await ask(satchelWith({ page: "sleeping" }), "sleeping");
    const heading = await screen.findByRole("heading", { level: 1, name: /Où dormez-vous/ });
    await expect.poll(() => document.activeElement).toBe(heading);
    expect(document.title).toMatch(/^Où dormez-vous en ce moment.* – Besace$/);
    expect(screen.getByText(/^Question 1 sur \d$/)).toBeTruthy();
    expect(screen.getByText("Votre situation")).toBeTruthy();
    expect(screen.getByText(/^Pourquoi cette question/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "Mon cas n’est pas prévu" }).getAttribute("href")).toBe(
      `/dossiers/${DOSSIER}/question/not-foreseen/a-part`,
    );
    expect(await axeProblems()).toEqual([]);
  });

  test("between two questions nothing else is named: the tab keeps its title, and the focus stays, until the next one is here", async () => {
    document.title = "Où dormez-vous – Besace";
    const before = document.activeElement;
    const satchel = satchelWith();
    const release = satchel.stall("dossier");
    const shown = await ask(satchel, "names");
    await settle();
    shown.pass(500);
    expect(screen.getByText("On ouvre…")).toBeTruthy();
    expect(document.title).toBe("Où dormez-vous – Besace");
    expect(document.activeElement).toBe(before);
    release();
    const heading = await screen.findByRole("heading", { level: 1, name: /vous appelez/ });
    await expect.poll(() => document.activeElement).toBe(heading);
    expect(document.title).toMatch(/vous appelez/);
  });

  test("INV-3: every field is off for the browser's memory, spelling and translation", async () => {
    await ask(satchelWith(), "names");
    await screen.findByLabelText("Prénom");
    const boxes = screen.getAllByRole("textbox");
    expect(boxes).toHaveLength(2);
    for (const box of boxes) {
      expect(box.getAttribute("autocomplete")).toBe("off");
      expect(box.getAttribute("spellcheck")).toBe("false");
      expect(box.getAttribute("translate")).toBe("no");
      expect(box.closest("form")?.getAttribute("autocomplete")).toBe("off");
    }
  });

  test("INV-1: keeps what is typed after a moment, and says so only once it is kept", async () => {
    const satchel = satchelWith();
    const shown = await ask(satchel, "names");
    fireEvent.input(await screen.findByLabelText("Prénom"), { target: { value: "Camille" } });
    expect(shown.held()).toBe(1);
    const release = satchel.stall("saveAnswers");
    shown.pass(499);
    await settle();
    expect(satchel.calls("saveAnswers")).toHaveLength(1);
    expect(screen.queryByText(/Gardé sur ce téléphone/)).toBeNull();
    release();
    expect(await screen.findByText(/Gardé sur ce téléphone à/)).toBeTruthy();
    expect(record(satchel)?.answers.given_name).toEqual({ v: "text", text: "Camille" });
    await expect.poll(() => shown.held()).toBe(0);
  });

  test("is flushed before the satchel is closed and when the page is hidden", async () => {
    const satchel = satchelWith();
    const shown = await ask(satchel, "names");
    fireEvent.input(await screen.findByLabelText("Prénom"), { target: { value: "A" } });
    await act(() => shown.flush());
    expect(record(satchel)?.answers.given_name).toEqual({ v: "text", text: "A" });
    fireEvent.input(screen.getByLabelText("Prénom"), { target: { value: "AB" } });
    window.dispatchEvent(new Event("pagehide"));
    await settle();
    expect(record(satchel)?.answers.given_name).toEqual({ v: "text", text: "AB" });
    fireEvent.input(screen.getByLabelText("Prénom"), { target: { value: "ABC" } });
    cleanup();
    await settle();
    expect(record(satchel)?.answers.given_name).toEqual({ v: "text", text: "ABC" });
  });

  test("a save that fails is said, holds the screen, and goes through later", async () => {
    const satchel = satchelWith();
    const shown = await ask(satchel, "called");
    fireEvent.input(await screen.findByLabelText("Nom ou prénom d’usage"), { target: { value: "Cam" } });
    satchel.fail("saveAnswers", { type: "full" });
    onward();
    expect(await screen.findByText(/presque plein/)).toBeTruthy();
    expect(shown.went).toEqual([]);
    satchel.heal("saveAnswers");
    shown.pass(3000);
    expect(await screen.findByText(/Gardé sur ce téléphone à/)).toBeTruthy();
    onward();
    await expect.poll(() => shown.went).toEqual([`/dossiers/${DOSSIER}/question/birth-date`]);
  });

  test("nothing is checked before Continuer; then the summary comes first and takes the focus, and mending clears it", async () => {
    const satchel = satchelWith();
    const shown = await ask(satchel, "names");
    const given = await screen.findByLabelText("Prénom");
    fireEvent.blur(given);
    expect(screen.queryByRole("alert")).toBeNull();
    onward();
    const summary = await screen.findByRole("alert");
    expect(document.activeElement).toBe(summary);
    expect(document.title).toMatch(/^Erreur/);
    const link = within(summary).getByRole("link", { name: /^Prénom.*il manque une réponse/ });
    fireEvent.click(link);
    expect(document.activeElement).toBe(screen.getByLabelText("Prénom"));
    expect(shown.went).toEqual([]);
    expect(await axeProblems()).toEqual([]);
    fireEvent.input(screen.getByLabelText("Prénom"), { target: { value: "Camille" } });
    fireEvent.click(screen.getByRole("checkbox", { name: /^Je ne sais pas.*Nom de famille/ }));
    expect(screen.queryByRole("link", { name: /il manque une réponse/ })).toBeNull();
    onward();
    await expect.poll(() => shown.went).toEqual([`/dossiers/${DOSSIER}/question/called`]);
    expect(record(satchel)?.answers.family_name).toEqual({ v: "unknown" });
  });

  test("not knowing is an answer; typing again takes it back", async () => {
    const satchel = satchelWith();
    await ask(satchel, "email");
    const box = await screen.findByRole<HTMLInputElement>("textbox");
    fireEvent.input(box, { target: { value: "zoe@exemple.fr" } });
    const unknown = screen.getByRole<HTMLInputElement>("checkbox", { name: "Je ne sais pas" });
    fireEvent.click(unknown);
    expect(unknown.checked).toBe(true);
    fireEvent.click(unknown);
    expect(screen.getByRole<HTMLInputElement>("textbox").value).toBe("zoe@exemple.fr");
  });

  test("a date: a month in letters, a hole said in its own box", async () => {
    const satchel = satchelWith();
    const shown = await ask(satchel, "birth-date");
    fireEvent.input(await screen.findByLabelText("Mois"), { target: { value: "juillet" } });
    onward();
    const summary = await screen.findByRole("alert");
    fireEvent.click(within(summary).getByRole("link", { name: /Il manque l’année/ }));
    expect(document.activeElement).toBe(screen.getByLabelText("Année"));
    fireEvent.input(screen.getByLabelText("Année"), { target: { value: "1984" } });
    onward();
    await expect.poll(() => shown.went).toEqual([`/dossiers/${DOSSIER}/question/birth-place`]);
    expect(record(satchel)?.answers.birthdate).toEqual({ v: "date", date: "1984-07" });
  });

  test("several choices; I do not know excludes them", async () => {
    const satchel = satchelWith();
    const shown = await ask(satchel, "links");
    fireEvent.click(await screen.findByRole("checkbox", { name: "J’ai de la famille ici" }));
    fireEvent.click(screen.getByRole("checkbox", { name: "Je travaille ici" }));
    shown.pass(500);
    await expect.poll(() => record(satchel)?.answers.commune_links).toEqual({ v: "choices", ids: ["work", "family"] });
    fireEvent.click(screen.getByRole("checkbox", { name: /Je ne sais pas/ }));
    shown.pass(500);
    await expect.poll(() => record(satchel)?.answers.commune_links).toEqual({ v: "unknown" });
    fireEvent.click(screen.getByRole("checkbox", { name: "Un autre lien" }));
    onward();
    await expect.poll(() => shown.went).toEqual([`/dossiers/${DOSSIER}/question/link-other`]);
  });

  test("what the profile knows is proposed, and stored only when the person goes on", async () => {
    const satchel = satchelWith({}, { given_name: "Camille", family_name: "Morel" });
    const shown = await ask(satchel, "names");
    expect((await screen.findByLabelText<HTMLInputElement>("Prénom")).value).toBe("Camille");
    expect(screen.getByText(/Repris de votre profil.*Prénom et Nom de famille/)).toBeTruthy();
    expect(record(satchel)?.answers).toEqual({});
    fireEvent.input(screen.getByLabelText("Nom de famille"), { target: { value: "Morin" } });
    onward();
    await expect.poll(() => shown.went).toHaveLength(1);
    expect(record(satchel)?.answers).toEqual({
      given_name: { v: "text", text: "Camille" },
      family_name: { v: "text", text: "Morin" },
    });
  });

  test("what another device answered meanwhile stands in the field, and is not overwritten by what was only proposed", async () => {
    const satchel = satchelWith({}, { given_name: "Camille", family_name: "Morel" });
    const shown = await ask(satchel, "names");
    expect((await screen.findByLabelText<HTMLInputElement>("Prénom")).value).toBe("Camille");
    fireEvent.input(screen.getByLabelText("Nom de famille"), { target: { value: "Morin" } });
    satchel.data.dossiers = satchel.data.dossiers.map((each) => ({
      ...each,
      record: { ...each.record, answers: { given_name: { v: "text", text: "Camélia" } } },
    }));
    satchel.change({ type: "dossiers" });
    await expect.poll(() => screen.getByLabelText<HTMLInputElement>("Prénom").value).toBe("Camélia");
    expect(screen.getByLabelText<HTMLInputElement>("Nom de famille").value).toBe("Morin");
    onward();
    await expect.poll(() => shown.went).toHaveLength(1);
    expect(record(satchel)?.answers).toEqual({
      given_name: { v: "text", text: "Camélia" },
      family_name: { v: "text", text: "Morin" },
    });
  });

  test("remembers where the person is, so that a killed browser comes back there", async () => {
    const satchel = satchelWith();
    await ask(satchel, "sleeping");
    await screen.findByRole("heading", { level: 1, name: /Où dormez-vous/ });
    await expect.poll(() => record(satchel)?.page).toBe("sleeping");
  });

  test("a question that is not asked any more leads to the one before its place", async () => {
    const shown = await ask(satchelWith(), "sleeping-other");
    await expect.poll(() => shown.went).toEqual([`/dossiers/${DOSSIER}/question/sleeping`]);
  });

  test("changed from the list, leads back to it; a question that appears is asked first", async () => {
    const satchel = satchelWith({ answers: { sleeping_place: { v: "choice", id: "hotel" } } });
    const shown = await ask(satchel, "sleeping", "revoir");
    fireEvent.click(await screen.findByRole("radio", { name: "Chez quelqu’un" }));
    onward();
    await expect.poll(() => shown.went).toEqual([`/dossiers/${DOSSIER}/relire`]);
    fireEvent.click(screen.getByRole("radio", { name: "Autre situation" }));
    onward();
    await expect.poll(() => shown.went.at(-1)).toBe(`/dossiers/${DOSSIER}/question/sleeping-other/revoir`);
    expect(record(satchel)?.page).toBe("names");
  });

  test("my case does not fit: kept, and back to the question one came from", async () => {
    const satchel = satchelWith({ page: "sleeping" });
    const shown = await ask(satchel, "not-foreseen", "a-part");
    fireEvent.input(await screen.findByLabelText("Votre cas, avec vos mots"), {
      target: { value: "Je dors au travail" },
    });
    expect(await axeProblems()).toEqual([]);
    onward();
    await expect.poll(() => shown.went).toEqual([`/dossiers/${DOSSIER}/question/sleeping`]);
    expect(record(satchel)?.notForeseen).toBe("Je dors au travail");
  });

  test("in Arabic the French question and labels stand under, marked as French", async () => {
    await ask(satchelWith(), "names");
    await screen.findByLabelText("Prénom");
    await act(async () => void (await setLanguage("ar")));
    expect(document.documentElement.dir).toBe("rtl");
    const french = screen.getByText(/^Comment vous appelez-vous/);
    expect(french.lang).toBe("fr");
    expect(screen.getByText("Nom de famille").lang).toBe("fr");
    expect(screen.getByRole("heading", { level: 1 }).textContent).not.toContain("Comment");
    expect(await axeProblems()).toEqual([]);
  });

  test("locked, failed, and a form of a newer version have their own words", async () => {
    const locked = satchelWith();
    locked.fail("dossier", { type: "locked" });
    await ask(locked, "names");
    expect(await screen.findByText("Votre brouillon est gardé.")).toBeTruthy();
    cleanup();
    const failed = satchelWith();
    failed.fail("dossier", { type: "unavailable", mark: "W-12" });
    await ask(failed, "names");
    expect(await screen.findByText(/Repère : W-12/)).toBeTruthy();
    failed.heal("dossier");
    fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
    expect(await screen.findByLabelText("Prénom")).toBeTruthy();
    cleanup();
    await ask(satchelWith({ procedure: "newer-one" }), "names");
    expect(await screen.findByRole("heading", { name: "Démarche d’une version plus récente" })).toBeTruthy();
  });
});

describe("rows of a repeat", () => {
  const ROW = "AAAAAAAAAAAAAAAAAAAAHA";
  const family = {
    answers: {
      has_dependants: { v: "yesno", yes: true },
      [`dependants/${ROW}/dependant_given_name`]: { v: "text", text: "Lina" },
    },
    rows: { [ROW]: { repeat: "dependants", position: 1, removed: false } },
  } as const;

  test("are listed by name; adding one opens it", async () => {
    const satchel = satchelWith(family);
    const shown = await ask(satchel, "dependants");
    expect((await screen.findByText(/Lina/, { selector: ".item__title" })).textContent).toContain("Lina");
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Ajouter une autre personne" }));
    await expect.poll(() => shown.went).toHaveLength(1);
    expect(shown.went[0]).toMatch(new RegExp(`^/dossiers/${DOSSIER}/question/dependants/fiche/[\\w-]{22}$`));
  });

  test("one that is not complete is said on Continuer, with a link to it", async () => {
    const shown = await ask(satchelWith(family), "dependants");
    await screen.findByText(/Lina/, { selector: ".item__title" });
    onward();
    const summary = await screen.findByRole("alert");
    expect(within(summary).getByRole("link").textContent).toContain("il manque une réponse");
    expect(shown.went).toEqual([]);
  });

  test("taking one out is asked first", async () => {
    const satchel = satchelWith(family);
    await ask(satchel, "dependants");
    fireEvent.click(await screen.findByRole("button", { name: /^Retirer/ }));
    expect(record(satchel)?.rows[ROW]?.removed).toBe(false);
    fireEvent.click(await screen.findByRole("button", { name: "Retirer de la liste" }));
    await expect.poll(() => record(satchel)?.rows[ROW]?.removed).toBe(true);
    expect(await screen.findByText(/Il n’y a personne/)).toBeTruthy();
  });
});

describe("a question of what was signed", () => {
  const signed = { status: "sent", sent: { x: { n: 1, at: 1, papers: 0 } } } as never;
  const asked = (arrival: "start" | "go" | "pop", mode?: string) => {
    const satchel = satchelWith(signed);
    const place = { path: "/", arrival, visit: 1 };
    const params = mode === undefined ? { dossier: DOSSIER, page: "names" } : { dossier: DOSSIER, page: "names", mode };
    return { satchel, shown: show(QuestionScreen, params, satchel, { shell: { place } }) };
  };

  test.each([
    ["start", undefined],
    ["go", undefined],
    ["pop", undefined],
    ["start", "revoir"],
    ["pop", "revoir"],
  ] as const)("come to by %s (%s), it leads to the dossier and can be edited by nobody", async (arrival, mode) => {
    const { satchel, shown } = asked(arrival, mode);
    const { went } = await shown;
    await expect.poll(() => went).toEqual([`/dossiers/${DOSSIER}`]);
    expect(screen.queryByRole("textbox")).toBeNull();
    expect(satchel.calls("saveAnswers")).toEqual([]);
  });

  test("is asked of somebody who chose « Modifier », and still after a way round by the camera", async () => {
    const { satchel, shown } = asked("go", "revoir");
    const { went } = await shown;
    expect(await screen.findByLabelText("Prénom")).toBeTruthy();
    cleanup();
    const place = { path: "/", arrival: "pop", visit: 2 } as const;
    await show(QuestionScreen, { dossier: DOSSIER, page: "names", mode: "revoir" }, satchel, { shell: { place } });
    expect(await screen.findByLabelText("Prénom")).toBeTruthy();
    expect(went).toEqual([]);
  });
});
