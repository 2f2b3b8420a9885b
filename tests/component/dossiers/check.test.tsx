import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { CheckScreen } from "../../../src/app/features/dossiers/CheckScreen.tsx";
import type { AnswerValue, DossierRecord } from "../../../src/satchel/model.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, fakeDossier, fakePaper } from "../../support/fake-satchel.ts";
import { DOSSIER, deployment, show } from "./show.tsx";

afterEach(cleanup);

const ROW = "AAAAAAAAAAAAAAAAAAAAHA";
const complete: Readonly<Record<string, AnswerValue>> = {
  given_name: { v: "text", text: "Camille" },
  family_name: { v: "text", text: "Morel" },
  birthdate: { v: "date", date: "1984-07" },
  has_dependants: { v: "yesno", yes: true },
  [`dependants/${ROW}/dependant_given_name`]: { v: "text", text: "Lina" },
  [`dependants/${ROW}/dependant_link`]: { v: "choice", id: "child" },
  sleeping_place: { v: "choice", id: "hotel" },
  commune_links: { v: "choices", ids: ["work", "family"] },
  commune_since: { v: "unknown" },
  address_elsewhere: { v: "yesno", yes: false },
  phone: { v: "text", text: "0612345678" },
  reach: { v: "choices", ids: ["call"] },
};
const paper = fakePaper({ title: "Ma carte", kind: "identity-card" }, { bytes: 310_000 });

const satchelWith = (record: Partial<DossierRecord> = {}, open = true) =>
  createFakeSatchel({
    dossiers: [
      fakeDossier(
        {
          answers: complete,
          rows: { [ROW]: { repeat: "dependants", position: 1, removed: false } },
          attached: { identity: { papers: [paper.id], missing: false }, useful: { papers: [], missing: true } },
          ...record,
        },
        { id: DOSSIER },
      ),
    ],
    papers: [paper],
    deployment: deployment(open),
  });

const look = (satchel: ReturnType<typeof satchelWith>, shell = {}) =>
  show(CheckScreen, { dossier: DOSSIER }, satchel, { shell });

const plain = (): string => (document.body.textContent ?? "").replace(/[\u2068\u2069]/g, "").replace(/\u00a0/g, " ");

describe("read again before sending", () => {
  test("shows what will leave and what stays empty, each with a way to change it; says that nothing has left", async () => {
    await look(satchelWith());
    await screen.findByRole("heading", { level: 1, name: "Relisez avant d’envoyer" });
    for (const said of [
      "Rien n’est encore parti au guichet.",
      "juillet 1984",
      "Je travaille ici\nJ’ai de la famille ici",
      "Je ne sais pas",
      "06 12 34 56 78",
      "Mon enfant",
      "Ma carte",
      "310 Ko",
      "Je ne l’ai pas",
      "Pas encore joint",
      "CCAS de Brévigny",
    ])
      expect(plain()).toContain(said);
    expect(screen.getByRole("link", { name: /^Modifier\W+Date de naissance$/ }).getAttribute("href")).toBe(
      `/dossiers/${DOSSIER}/question/birth-date/revoir`,
    );
    expect(screen.getByRole("link", { name: /Modifier.*Lina.*Prénom/ }).getAttribute("href")).toBe(
      `/dossiers/${DOSSIER}/question/dependants/fiche/${ROW}`,
    );
    // The list itself, where a person is added or taken out.
    expect(screen.getByRole("link", { name: /^Modifier\W+Personnes avec vous$/ }).getAttribute("href")).toBe(
      `/dossiers/${DOSSIER}/question/dependants/revoir`,
    );
    expect(screen.getByRole("link", { name: /^Changer.*Ma carte/ }).getAttribute("href")).toBe(
      `/dossiers/${DOSSIER}/question/papers-identity/revoir`,
    );
    expect(await axeProblems()).toEqual([]);
  });

  test("INV-2: no word of a proof stands here", async () => {
    await look(satchelWith());
    await screen.findByRole("heading", { level: 1 });
    expect(plain()).not.toMatch(/déposé|complet\b|ouvert par|envoyé|reçu/i);
  });

  test("asks for the declaration, then sends once, however often it is pressed", async () => {
    const satchel = satchelWith();
    const shown = await look(satchel);
    fireEvent.click(await screen.findByRole("button", { name: /Cochez la phrase/ }));
    expect(satchel.calls("send")).toHaveLength(0);
    const declaration = screen.getByRole("checkbox", { name: /Ce que j’ai écrit est vrai/ });
    expect(document.activeElement).toBe(declaration);
    fireEvent.click(declaration);
    const release = satchel.stall("send");
    const send = screen.getByRole("button", { name: "Envoyer au CCAS de Brévigny" });
    fireEvent.click(send);
    fireEvent.click(send);
    expect(await screen.findByRole("button", { name: /On ferme votre dossier/ })).toBeTruthy();
    release();
    await expect.poll(() => shown.went).toEqual([`/dossiers/${DOSSIER}`]);
    expect(satchel.calls("send")).toEqual([[DOSSIER, expect.stringMatching(/^Ce que j’ai écrit est vrai/)]]);
    // What was learned is offered on the next screen, never taken by itself.
    expect(satchel.calls("saveProfile")).toEqual([]);
  });

  test("what is missing is named and led to; nothing is sent", async () => {
    const { birthdate: _gone, ...rest } = complete;
    const satchel = satchelWith({ answers: rest });
    await look(satchel);
    const list = await screen.findByRole("region", { name: /1 chose à revoir/ });
    expect(
      within(list)
        .getByRole("link", { name: /Quand êtes-vous né/ })
        .getAttribute("href"),
    ).toBe(`/dossiers/${DOSSIER}/question/birth-date/revoir`);
    fireEvent.click(screen.getByRole("button", { name: /Il manque 1 réponse/ }));
    expect(document.activeElement).toBe(list);
    expect(satchel.calls("send")).toHaveLength(0);
  });

  test("an answer that is too long is told as too long, not as missing", async () => {
    await look(satchelWith({ answers: { ...complete, given_name: { v: "text", text: "a".repeat(101) } } }));
    const list = await screen.findByRole("region", { name: /1 chose à revoir/ });
    expect(list.textContent).toMatch(/100/);
    expect(screen.getByRole("button", { name: /^1 réponse est trop longue/ })).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Il manque/ })).toBeNull();
    cleanup();
    const { birthdate: _gone, ...rest } = complete;
    await look(satchelWith({ answers: { ...rest, given_name: { v: "text", text: "a".repeat(101) } } }));
    expect(await screen.findByRole("button", { name: /^2 réponses à revoir/ })).toBeTruthy();
  });

  test("what sending costs is said before: words and photos apart, and what the server has already is not counted", async () => {
    const photo = fakePaper({ kind: "identity-card" }, { bytes: 836_000 });
    const attached = { identity: { papers: [photo.id], missing: false } };
    const satchel = satchelWith({ attached });
    satchel.data.papers = [photo];
    satchel.data.outbox = {
      ...satchel.data.outbox,
      data: { photosOnWifi: true, metered: true, lineKnown: true, held: 0 },
    };
    await look(satchel);
    const said = async (): Promise<string> =>
      ((await screen.findByText(/Environ/)).textContent ?? "").replace(/\u00a0/g, " ");
    expect(await said()).toMatch(/Environ 83\d Ko : \d Ko de réponses d’abord, puis 836 Ko de photos\./);
    expect(await screen.findByText(/Les photos attendront le Wi-Fi/)).toBeTruthy();
    cleanup();
    satchel.data.papers = [{ ...photo, state: "sealed-copy" }];
    await look(satchel);
    expect(await said()).toMatch(/Environ \d Ko de réponses\. Les photos sont déjà au serveur\./);
    expect(screen.queryByText(/attendront le Wi-Fi/)).toBeNull();
  });

  test("a desk without a key yet is said plainly, and signing is possible all the same", async () => {
    await look(satchelWith({}, false));
    expect(await screen.findByText(/n’est pas encore ouvert dans Besace/)).toBeTruthy();
    expect(screen.getByRole("checkbox", { name: /Ce que j’ai écrit est vrai/ })).toBeTruthy();
  });

  test("without network it says that the sending will wait", async () => {
    await look(satchelWith(), { network: "offline" });
    expect(await screen.findByText(/l’envoi attendra/)).toBeTruthy();
  });

  test("a send that fails leaves everything here and can be tried again", async () => {
    const satchel = satchelWith();
    const shown = await look(satchel);
    fireEvent.click(await screen.findByRole("checkbox", { name: /Ce que j’ai écrit/ }));
    satchel.fail("send", { type: "full" });
    fireEvent.click(screen.getByRole("button", { name: /^Envoyer au CCAS/ }));
    expect(await screen.findByText(/presque plein/)).toBeTruthy();
    satchel.heal("send");
    fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
    await expect.poll(() => shown.went).toEqual([`/dossiers/${DOSSIER}`]);
  });

  test("what is signed already is not sent twice from here", async () => {
    await look(satchelWith({ status: "sent", sent: { x: { n: 1, at: 1, papers: 1 } } as never }));
    expect(await screen.findByText(/Ce dossier est signé/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Envoyer/ })).toBeNull();
  });
});
