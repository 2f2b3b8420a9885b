/** "Ouvrir sur un poste partagé" and what was done there: states, words, axe; in French and in Arabic. */
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { ApproveScreen } from "../../../src/app/features/approve/ApproveScreen.tsx";
import { FollowScreen } from "../../../src/app/features/approve/FollowScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, FAKE_NOW, fakeApproval, fakePaper } from "../../support/fake-satchel.ts";
import { showRootScreen } from "../shell/root-screen.tsx";

afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const areas = ["approbation", "opening", "scan", "papers", "papers-types"] as const;
const title = (name: string) => screen.findByRole("heading", { level: 1, name });
const permit = fakePaper({ title: "Titre de séjour" }, { state: "two-copies" });
const slip = fakePaper({ title: "Bulletin de salaire" }, { state: "sealed-copy" });
const health = fakePaper({ title: "Ordonnance" }, { state: "here" });
const paste = (text: string): void => {
  fireEvent.input(screen.getByLabelText(/collez ici le texte/), { target: { value: text } });
  fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
};

describe("opening at a shared computer", () => {
  test("reads, compares four pictures, chooses with nothing ticked, opens what was ticked", async () => {
    const satchel = createFakeSatchel({ papers: [permit, slip, health] });
    const { went } = await showRootScreen(<ApproveScreen />, { satchel, areas });
    await title("Ouvrir sur un poste partagé");
    expect(screen.getByText(/Il faut du réseau ici et sur le poste/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    paste("BSK1.AAAA");
    await title("Comparez les deux écrans");
    expect(screen.getByText("Le poste dit s’appeler : Médiathèque de la Gare")).toBeTruthy();
    expect(screen.getByRole("list", { name: "Images à comparer" }).children).toHaveLength(4);
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Ce sont les mêmes images" }));
    await title("Quels papiers ouvrir là-bas\u00a0?");
    const boxes = await screen.findAllByRole("checkbox");
    expect(boxes).toHaveLength(2);
    expect(boxes.every((box) => !(box as HTMLInputElement).checked)).toBe(true);
    expect(screen.getByText(/1 papier ne peut pas s’ouvrir là-bas/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Ouvrir sans papier pour 20 minutes" })).toBeTruthy();
    expect(screen.getByText(/On ne peut pas remplir ni envoyer un dossier/)).toBeTruthy();
    fireEvent.click(screen.getByRole("checkbox", { name: /Titre de séjour/ }));
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Ouvrir 1 papier pour 20 minutes" }));
    await waitFor(() => expect(went).toEqual(["/poste-partage/suivi"]));
    expect(satchel.calls("approvalGive")).toEqual([[[permit.id]]]);
  });

  test("other pictures: nothing is opened, and it is said what to do", async () => {
    const satchel = createFakeSatchel({ papers: [permit] });
    await showRootScreen(<ApproveScreen />, { satchel, areas });
    await title("Ouvrir sur un poste partagé");
    paste("BSK1.AAAA");
    fireEvent.click(await screen.findByRole("button", { name: "Ce n’est pas pareil" }));
    await title("Rien n’a été ouvert");
    expect(satchel.calls("approvalForget").length).toBeGreaterThan(0);
    expect(satchel.calls("approvalGive")).toEqual([]);
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Recommencer" }));
    await title("Ouvrir sur un poste partagé");
  });

  test.each([
    ["not-a-question", /n’est pas celui d’un poste partagé/],
    ["damaged", /Il manque des lettres/],
    ["other-server", /d’un autre service/],
    ["no-network", /Pas de réseau/],
    ["over", /Ce code ne sert plus/],
    ["taken", /Un autre téléphone a déjà lu ce code/],
    ["silent", /Le poste ne répond pas/],
    ["closed", /bloquée/],
  ] as const)("refused (%s): said in plain words beside the field", async (type, words) => {
    const satchel = createFakeSatchel();
    satchel.refuse("approvalRead", { type });
    await showRootScreen(<ApproveScreen />, { satchel, areas });
    await title("Ouvrir sur un poste partagé");
    paste("BSK1.AAAA");
    expect(await screen.findByText(words)).toBeTruthy();
  });

  test("a paper that is not at the server any more is named where the choice is", async () => {
    const satchel = createFakeSatchel({ papers: [] });
    satchel.refuse("approvalGive", { type: "not-there" });
    await showRootScreen(<ApproveScreen />, { satchel, areas });
    await title("Ouvrir sur un poste partagé");
    paste("BSK1.AAAA");
    fireEvent.click(await screen.findByRole("button", { name: "Ce sont les mêmes images" }));
    expect(await screen.findByText(/Aucun papier ne peut s’ouvrir là-bas/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Ouvrir sans papier pour 20 minutes" }));
    expect(await screen.findByText(/pas encore entier au serveur/)).toBeTruthy();
  });
});

describe("what was done there", () => {
  const seen = { id: permit.id, title: "Titre de séjour", kind: null };
  const open = fakeApproval({
    papers: [seen],
    events: [
      { what: "seen", at: FAKE_NOW + 60_000, paper: seen },
      { what: "added", at: FAKE_NOW + 120_000, paper: null },
    ],
  });
  const over = fakeApproval({
    place: "",
    isOpen: false,
    endedAt: FAKE_NOW,
    papers: [null],
    events: [{ what: "ended", at: FAKE_NOW, why: "idle" }],
    isWhole: false,
  });

  test("open until, papers, acts with their times, closing at once; a list that was cut is said", async () => {
    const satchel = createFakeSatchel({ approvals: [open, over] });
    const { said } = await showRootScreen(<FollowScreen />, { satchel, areas });
    await title("Postes partagés");
    expect(await screen.findByText(/^Ouvert jusqu’à \d/)).toBeTruthy();
    expect(screen.getByText("Lu : Titre de séjour")).toBeTruthy();
    expect(screen.getByText("Un papier ajouté, qui arrive")).toBeTruthy();
    expect(screen.getByText("Fermé par le poste, sans geste de votre part")).toBeTruthy();
    expect(screen.getByText("Poste sans nom")).toBeTruthy();
    expect(screen.getByText("Un papier qui n’est plus ici")).toBeTruthy();
    expect(screen.getByText(/n’est pas signée par le poste/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Fermer maintenant" }));
    await waitFor(() => expect(said.map(({ text }) => text)).toEqual(["Le poste n’a plus accès à vos papiers."]));
    expect(satchel.calls("approvalEnd")).toEqual([[open.id]]);
    await waitFor(() => expect(screen.queryByRole("button", { name: "Fermer maintenant" })).toBeNull());
  });

  test("empty, loading, without network, locked, failed", async () => {
    const satchel = createFakeSatchel();
    const release = satchel.stall("approvals");
    await showRootScreen(<FollowScreen />, { satchel, areas });
    await title("Postes partagés");
    expect(screen.queryByText(/rien ouvert/)).toBeNull();
    release();
    expect(await screen.findByText(/Vous n’avez rien ouvert/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    cleanup();
    satchel.refuse("approvals", { type: "no-network" });
    await showRootScreen(<FollowScreen />, { satchel, areas });
    expect(await screen.findByText(/Il faut du réseau pour voir cette liste/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    cleanup();
    satchel.fail("approvals", { type: "locked" });
    await showRootScreen(<FollowScreen />, { satchel, areas });
    expect(await screen.findByRole("button", { name: "Ouvrir ma besace" })).toBeTruthy();
    cleanup();
    satchel.fail("approvals", { type: "unavailable", mark: "A-1" });
    await showRootScreen(<FollowScreen />, { satchel, areas });
    const again = await screen.findByRole("button", { name: "Essayer encore" });
    satchel.heal("approvals");
    fireEvent.click(again);
    expect(await screen.findByText(/Vous n’avez rien ouvert/)).toBeTruthy();
  });

  test.each(["ar", "en"] as const)("in %s nothing is left in French", async (language) => {
    await setLanguage(language);
    await showRootScreen(<FollowScreen />, { satchel: createFakeSatchel({ approvals: [open, over] }), areas });
    await screen.findByRole("heading", { level: 1 });
    expect(document.body.textContent).not.toMatch(/poste|Ouvert|papier/);
    expect(await axeProblems()).toEqual([]);
  });
});
