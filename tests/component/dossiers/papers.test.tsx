import { cleanup, fireEvent, screen } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { QuestionScreen } from "../../../src/app/features/dossiers/QuestionScreen.tsx";
import type { DossierRecord } from "../../../src/satchel/model.ts";
import { err } from "../../../src/shared/result.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, fakeDossier, fakePaper } from "../../support/fake-satchel.ts";
import { DOSSIER, deployment, show } from "./show.tsx";

afterEach(cleanup);

const card = fakePaper({ kind: "identity-card", title: "Ma carte" });
const slip = fakePaper({ kind: "pay-slip", title: "Ma paie" });

const satchelWith = (record: Partial<DossierRecord> = {}, papers = [card, slip]) =>
  createFakeSatchel({
    dossiers: [fakeDossier({ page: "papers-identity", ...record }, { id: DOSSIER })],
    papers,
    deployment: deployment(),
  });
const look = (satchel: ReturnType<typeof satchelWith>, page = "papers-identity", mode = {}) =>
  show(QuestionScreen, { dossier: DOSSIER, page, ...mode }, satchel);
const attached = (satchel: ReturnType<typeof satchelWith>) => satchel.data.dossiers[0]?.record.attached;

describe("a page that asks for papers", () => {
  test("offers those that fit; a choice is kept at once and said only then", async () => {
    const satchel = satchelWith();
    const shown = await look(satchel);
    const box = await screen.findByRole("checkbox", { name: /Ma carte/ });
    expect(screen.queryByRole("checkbox", { name: /Ma paie/ })).toBeNull();
    expect(await axeProblems()).toEqual([]);
    const release = satchel.stall("attach");
    fireEvent.click(box);
    expect(await screen.findByText("On garde votre réponse…")).toBeTruthy();
    expect(shown.held()).toBe(1);
    release();
    expect(await screen.findByText(/Gardé sur ce téléphone à/)).toBeTruthy();
    expect(attached(satchel)).toEqual({ identity: { papers: [card.id], missing: false } });
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await expect.poll(() => shown.went).toEqual([`/dossiers/${DOSSIER}/question/papers-link`]);
  });

  test("I do not have it: what to do is said, nothing is stopped", async () => {
    const satchel = satchelWith({ attached: { identity: { papers: [card.id], missing: false } } });
    const shown = await look(satchel);
    fireEvent.click(await screen.findByRole("checkbox", { name: /Je ne l’ai pas/ }));
    expect(await screen.findByText(/Continuez sans ce papier/)).toBeTruthy();
    await expect.poll(() => attached(satchel)).toEqual({ identity: { papers: [], missing: true } });
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await expect.poll(() => shown.went).toEqual([`/dossiers/${DOSSIER}/question/papers-link`]);
  });

  test("a paper that stays on this phone goes only after a yes for this dossier", async () => {
    const here = fakePaper({ kind: "identity-card", title: "Carte gardée ici", stay: true });
    const satchel = satchelWith({}, [card, here]);
    await look(satchel);
    const box = await screen.findByRole<HTMLInputElement>("checkbox", { name: /Carte gardée ici/ });
    fireEvent.click(box);
    fireEvent.click(await screen.findByRole("button", { name: "Ne pas le joindre", hidden: true }));
    await expect.poll(() => box.checked).toBe(false);
    expect(satchel.calls("attach")).toHaveLength(0);
    fireEvent.click(box);
    fireEvent.click(await screen.findByRole("button", { name: "Le joindre à ce dossier", hidden: true }));
    await expect.poll(() => attached(satchel)).toEqual({ identity: { papers: [here.id], missing: false } });
  });

  test("what only the worker saw to stay here is asked for too, and goes with the yes", async () => {
    const satchel = satchelWith();
    await look(satchel);
    vi.spyOn(satchel.api, "attach").mockResolvedValueOnce(err({ type: "stays-here", papers: [card.id] }));
    fireEvent.click(await screen.findByRole("checkbox", { name: /Ma carte/ }));
    fireEvent.click(await screen.findByRole("button", { name: "Le joindre à ce dossier", hidden: true }));
    await expect.poll(() => attached(satchel)).toEqual({ identity: { papers: [card.id], missing: false } });
    expect(satchel.calls("attach").map(([, , , , agreed]) => agreed)).toEqual([[card.id]]);
  });

  test("nothing chosen is fine too", async () => {
    const satchel = satchelWith();
    const shown = await look(satchel);
    await screen.findByRole("checkbox", { name: /Ma carte/ });
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await expect.poll(() => shown.went).toHaveLength(1);
    expect(satchel.calls("attach")).toHaveLength(0);
  });

  test("photographed on the spot: which one, its pages, then it is in the dossier and in the satchel", async () => {
    const satchel = satchelWith({}, []);
    await look(satchel);
    fireEvent.click(await screen.findByRole("button", { name: /Prendre une photo/ }));
    await screen.findByRole("heading", { level: 1, name: /Quel papier est-ce/ });
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Passeport" }));
    await screen.findByRole("heading", { level: 1, name: "Passeport" });
    const input = await screen.findByLabelText(/Prendre une photo/);
    const photo = new File([new Uint8Array([0xff, 0xd8])], "photo.jpg", { type: "image/jpeg" });
    fireEvent.change(input, { target: { files: [photo] } });
    fireEvent.click(await screen.findByRole("button", { name: /Garder ce papier|Garder/ }));
    await expect.poll(() => attached(satchel)?.identity?.papers).toHaveLength(1);
    expect(satchel.data.papers[0]?.record).toMatchObject({ kind: "passport", status: "kept" });
    expect(await screen.findByRole("checkbox", { name: /Passeport/, checked: true })).toBeTruthy();
  });

  test("a browser killed by the camera comes back to the pages that were kept", async () => {
    await look(satchelWith({}, [fakePaper({ kind: "passport", status: "draft" })]));
    expect(await screen.findByRole("heading", { level: 1, name: "Passeport" })).toBeTruthy();
  });

  test("a failure is said and holds the page; trying again keeps the choice", async () => {
    const satchel = satchelWith();
    const shown = await look(satchel);
    satchel.fail("attach", { type: "full" });
    fireEvent.click(await screen.findByRole("checkbox", { name: /Ma carte/ }));
    expect(await screen.findByText(/presque plein/)).toBeTruthy();
    satchel.heal("attach");
    fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
    await expect.poll(() => attached(satchel)).toEqual({ identity: { papers: [card.id], missing: false } });
    expect(shown.went).toEqual([]);
  });

  test("asked again by the desk: leads back to the list of answers", async () => {
    const shown = await look(satchelWith({ status: "sent" }), "papers-link", { mode: "revoir" });
    fireEvent.click(await screen.findByRole("checkbox", { name: /Ma paie/ }));
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await expect.poll(() => shown.went).toEqual([`/dossiers/${DOSSIER}/relire`]);
  });
});
