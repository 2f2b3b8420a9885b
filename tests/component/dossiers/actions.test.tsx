/** Taking a dossier back, sending without a paper, and choosing between what two devices wrote: on the dossier's screens. */
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { CheckScreen } from "../../../src/app/features/dossiers/CheckScreen.tsx";
import { DossierScreen } from "../../../src/app/features/dossiers/DossierScreen.tsx";
import { QuestionScreen } from "../../../src/app/features/dossiers/QuestionScreen.tsx";
import type { LetterId } from "../../../src/shared/ids.ts";
import type { DossierView } from "../../../src/workers/satchel.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, FAKE_NOW, fakeDossier, fakeId, fakePaper } from "../../support/fake-satchel.ts";
import { show as showScreenOf } from "./show.tsx";

afterEach(cleanup);

const letter = fakeId<LetterId>();
const sent = { [letter]: { n: 1, at: FAKE_NOW, papers: 1 } };
const text = (value: string) => ({ v: "text", text: value }) as const;
const deposited: DossierView["proofs"][number] = {
  type: "deposited",
  at: FAKE_NOW,
  have: 0,
  of: 1,
  fingerprint: "",
  by: "Commune",
};
const show = async (dossier: DossierView, papers: Parameters<typeof createFakeSatchel>[0] = {}) => {
  const satchel = createFakeSatchel({ dossiers: [dossier], ...papers });
  await showScreenOf(DossierScreen, { dossier: dossier.id }, satchel);
  return { satchel };
};

describe("taking a dossier back", () => {
  test("is asked once more, then asked for; never said to be done before it is (INV-2)", async () => {
    const dossier = fakeDossier({ status: "sent", sent }, { stage: "deposited", proofs: [deposited] });
    const { satchel } = await show(dossier);
    fireEvent.click(await screen.findByRole("button", { name: "Retirer ce dossier" }));
    expect(screen.getByText(/Le guichet ne pourra plus l’ouvrir/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Le laisser au guichet" }));
    expect(satchel.calls("withdraw")).toHaveLength(0);
    fireEvent.click(screen.getByRole("button", { name: "Retirer ce dossier" }));
    const yes = screen.getAllByRole("button", { name: "Retirer ce dossier" }).at(-1);
    if (yes === undefined) throw new Error("the dialog has its button");
    fireEvent.click(yes);
    expect((await screen.findAllByText("Retrait demandé.")).length).toBeGreaterThan(0);
    expect(screen.queryByText("Dossier retiré.")).toBeNull();
    expect(screen.queryByRole("button", { name: "Retirer ce dossier" })).toBeNull();
    expect(await axeProblems()).toEqual([]);
  });

  test("done: everything is still here, to change and send again", async () => {
    const dossier = fakeDossier({ status: "sent", sent, withdrawn: { [letter]: { at: 1 } } }, { stage: "withdrawn" });
    await show(dossier);
    expect(await screen.findByText("Dossier retiré.")).toBeTruthy();
    const again = screen.getByRole("link", { name: "Modifier et renvoyer" });
    expect(again.getAttribute("href")).toBe(`/dossiers/${dossier.id}/relire`);
    expect(await axeProblems()).toEqual([]);
  });

  test("too late: the desk had opened it, and that is said", async () => {
    const dossier = fakeDossier({ status: "sent", sent }, { stage: "deposited", proofs: [deposited] });
    const { satchel } = await show(dossier);
    satchel.refuse("withdraw", { type: "opened" });
    fireEvent.click(await screen.findByRole("button", { name: "Retirer ce dossier" }));
    fireEvent.click(screen.getAllByRole("button", { name: "Retirer ce dossier" }).at(-1) as HTMLElement);
    await waitFor(() => expect(satchel.calls("withdraw")).toHaveLength(1));
    cleanup();
    const refused = fakeDossier(
      { status: "sent", sent, withdrawn: { [letter]: { at: 1 } } },
      { stage: "opened", withdrawRefused: true },
    );
    await show(refused);
    expect(await screen.findByText("Déjà ouvert au guichet.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Retirer ce dossier" })).toBeNull();
    expect(await axeProblems()).toEqual([]);
  });

  test("an opened dossier, and a draft, offer nothing to take back", async () => {
    await show(fakeDossier({ status: "sent", sent }, { stage: "opened", proofs: [deposited] }));
    await screen.findByRole("heading", { level: 1 });
    expect(screen.queryByRole("button", { name: "Retirer ce dossier" })).toBeNull();
    cleanup();
    await show(fakeDossier());
    await screen.findByRole("heading", { level: 1 });
    expect(screen.queryByRole("button", { name: "Retirer ce dossier" })).toBeNull();
  });

  test("a dossier that was signed on the other device says so, and nothing more", async () => {
    await show(fakeDossier({ status: "sent", sent }, { stage: "waits", elsewhere: true }));
    expect(await screen.findByText("Part de votre autre appareil")).toBeTruthy();
  });
});

describe("a paper that cannot leave", () => {
  const paper = fakePaper({ title: "Facture énorme" });
  const attached = { identity: { papers: [paper.id], missing: false } };

  test("is named, and the rest is sent without it by one press; then it can follow", async () => {
    const dossier = fakeDossier(
      { status: "sent", sent, attached },
      { stage: "deposited", proofs: [deposited], stuck: [paper.id] },
    );
    const { satchel } = await show(dossier, { papers: [paper] });
    expect(await screen.findByText(/Facture énorme/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Envoyer sans ce papier" }));
    await waitFor(() => expect(satchel.calls("sendWithout")).toEqual([[dossier.id, [paper.id]]]));
    expect(await screen.findByText("Un papier suivra")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Renvoyer avec ce papier" }));
    await waitFor(() => expect(satchel.calls("sendWithout").at(-1)).toEqual([dossier.id, []]));
  });

  test("a failure is told and can be tried again", async () => {
    const dossier = fakeDossier({ status: "sent", sent, attached }, { stage: "deposited", stuck: [paper.id] });
    const { satchel } = await show(dossier, { papers: [paper] });
    satchel.fail("sendWithout", { type: "full" });
    fireEvent.click(await screen.findByRole("button", { name: "Envoyer sans ce papier" }));
    expect(await screen.findByText(/D-201/)).toBeTruthy();
  });
});

describe("another device answered differently", () => {
  const others = {
    "answers.given_name": [text("Aminata")],
    notForeseen: ["Autre cas"],
  };
  const dossier = fakeDossier({ answers: { given_name: text("Amina") }, others, page: "names" });

  test("on the dossier: each question by name, both answers, one press settles", async () => {
    const { satchel } = await show(dossier);
    expect(await screen.findByText(/Aminata/)).toBeTruthy();
    expect(screen.getByText(/Amina(?!ta)/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getAllByRole("button", { name: "Prendre l’autre réponse" })[0] as HTMLElement);
    await waitFor(() =>
      expect(satchel.calls("settleOther")).toEqual([[{ id: dossier.id, path: "answers.given_name", choice: 0 }]]),
    );
    await waitFor(() => expect(screen.queryByText(/Aminata/)).toBeNull());
    fireEvent.click(screen.getByRole("button", { name: "Garder la réponse d’ici" }));
    await waitFor(() =>
      expect(satchel.calls("settleOther").at(-1)).toEqual([{ id: dossier.id, path: "notForeseen", choice: null }]),
    );
  });

  test("on the list of answers: how many, and which", async () => {
    const satchel = createFakeSatchel({ dossiers: [dossier] });
    await showScreenOf(CheckScreen, { dossier: dossier.id }, satchel);
    expect(await screen.findByText("2 réponses à choisir")).toBeTruthy();
    expect(screen.getAllByText("Une autre réponse existe").length).toBe(2);
    expect(await axeProblems()).toEqual([]);
  });

  test("on the question: what is typed is kept first, and the field then shows what was chosen", async () => {
    const satchel = createFakeSatchel({ dossiers: [dossier] });
    await showScreenOf(QuestionScreen, { dossier: dossier.id, page: "names", mode: "revoir" }, satchel);
    expect(await screen.findByText(/Aminata/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Prendre l’autre réponse" }));
    await waitFor(() => expect(screen.queryByText("Une autre réponse existe")).toBeNull());
    await waitFor(() =>
      expect([...document.querySelectorAll("input")].map((input) => input.value)).toContain("Aminata"),
    );
  });

  test("erased on the other device: kept, said, and either can be chosen", async () => {
    const erased = fakeDossier({ others: { erased: [true] } });
    const { satchel } = await show(erased);
    expect(await screen.findByText("Effacé sur un autre appareil")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Le garder" }));
    await waitFor(() =>
      expect(satchel.calls("settleOther")).toEqual([[{ id: erased.id, path: "erased", choice: null }]]),
    );
  });
});
