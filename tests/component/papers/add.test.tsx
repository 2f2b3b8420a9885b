import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DetailsScreen } from "../../../src/app/features/papers/DetailsScreen.tsx";
import { NewScreen } from "../../../src/app/features/papers/NewScreen.tsx";
import { PagesScreen } from "../../../src/app/features/papers/PagesScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { ImportRefusal } from "../../../src/workers/satchel.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { watchCanvas } from "../../support/canvas.ts";
import { createFakeSatchel, type FakeSatchel, fakeDevice, fakePaper } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { AREAS, choose, pages, photo, plain, pointer, settled, watchUrls } from "./support.ts";

const areas = [...AREAS];
let urls: ReadonlySet<string>;

beforeEach(() => {
  urls = watchUrls();
  watchCanvas();
});
afterEach(async () => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await setLanguage("fr");
});

const draftOf = (n: number, kind = "identity-card") => fakePaper({ kind, status: "draft", pages: pages(n) });

async function showPages(satchel: FakeSatchel) {
  const id = satchel.data.papers[0]?.id ?? "";
  const shown = await showScreen(<PagesScreen params={{ paper: id }} />, { satchel, areas });
  await screen.findByText(/Choisir des fichiers/);
  await settled();
  return { ...shown, id };
}

const order = (satchel: FakeSatchel): readonly string[] =>
  Object.entries(satchel.data.papers[0]?.record.pages ?? {})
    .sort((a, b) => a[1].position - b[1].position)
    .map(([id]) => id);

describe("Quel papier ajoutez-vous ?", () => {
  test("one tap on a kind begins a paper and leads to its pages", async () => {
    const satchel = createFakeSatchel();
    const { went } = await showScreen(<NewScreen />, { satchel, areas });
    expect(await screen.findAllByRole("button", { name: /./ })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(await screen.findByRole("button", { name: "Passeport" }));
    await settled();
    expect(satchel.calls("startPaper")).toEqual([[{ kind: "passport" }]]);
    expect(went).toEqual([`/papiers/${satchel.data.papers[0]?.id}/pages`]);
  });

  test("INV-1: first offers the paper that was begun, with its pages", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(2)] });
    await showScreen(<NewScreen />, { satchel, areas });
    const title = await screen.findByRole("heading", { name: /Vous aviez/ });
    expect(plain(title.textContent)).toBe("Vous aviez commencé un papier : 2 pages.");
    expect(screen.getByRole("link", { name: "Continuer ce papier" })).toBeTruthy();
  });

  test("takes up a capture without a page instead of leaving another one behind", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(0, "passport")] });
    await showScreen(<NewScreen />, { satchel, areas });
    fireEvent.click(await screen.findByRole("button", { name: "Livret de famille" }));
    await settled();
    expect(satchel.calls("startPaper")).toEqual([]);
    expect(satchel.data.papers.map((paper) => paper.record.kind)).toEqual(["family-book"]);
  });
});

describe("Les pages du papier", () => {
  test("opens the system's camera and the file chooser, after everything pending is kept", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(0)] });
    await showPages(satchel);
    const camera = screen.getByLabelText<HTMLInputElement>(/Prendre une photo/);
    expect([camera.accept, camera.getAttribute("capture"), camera.multiple]).toEqual(["image/*", "environment", false]);
    const files = screen.getByLabelText<HTMLInputElement>(/Choisir des fichiers/);
    expect(files.accept).toContain("application/pdf");
    expect([files.getAttribute("capture"), files.multiple]).toEqual([null, true]);
    fireEvent.click(camera);
    expect(satchel.calls("flush")).toHaveLength(1);
    expect(await axeProblems()).toEqual([]);
  });

  test("INV-1: a page is shown as kept only once it is kept; words say what happens meanwhile", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(0)] });
    const { held } = await showPages(satchel);
    const release = satchel.stall("addPage");
    await choose(/Choisir des fichiers/, photo());
    expect(screen.getByText("On prépare et on ferme cette page…")).toBeTruthy();
    expect(screen.queryByText("Gardée sur ce téléphone")).toBeNull();
    expect(held()).toBe(1);
    release();
    expect(await screen.findByText("Gardée sur ce téléphone")).toBeTruthy();
    expect(await screen.findByRole("img", { name: "Aperçu de la page 1" })).toBeTruthy();
    expect(screen.getByText("Prenez maintenant le dos.")).toBeTruthy();
    expect(held()).toBe(0);
    expect(await axeProblems()).toEqual([]);
  });

  test("several files go one after the other, and one that is refused stops none", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(0)] });
    await showPages(satchel);
    const add = satchel.api.addPage;
    vi.spyOn(satchel.api, "addPage").mockImplementation(async (id, file) =>
      file.size === 0 ? { ok: false, error: { type: "file-empty" } } : add(id, file),
    );
    await choose(/Choisir des fichiers/, photo("a.jpg"), new File([], "vide.jpg"), photo("b.jpg"));
    expect(await screen.findByRole("heading", { name: "Page 2" })).toBeTruthy();
    const told = plain(screen.getByRole("alert").textContent);
    expect(told).toContain("Ce fichier est vide.");
    expect(told).toContain("vide.jpg");
    expect(told).toContain("Les autres pages sont gardées.");
  });

  const refusals: readonly (readonly [ImportRefusal | { readonly type: "full" }, RegExp])[] = [
    [{ type: "file-empty" }, /vide.*Choisissez-le encore/],
    [{ type: "file-too-big", maxBytes: 20_000_000 }, /trop lourd.*20 Mo au plus/],
    [{ type: "file-not-a-picture" }, /ni une photo ni un PDF/],
    [{ type: "picture-damaged" }, /abîmée.*Reprenez/],
    [{ type: "picture-too-large", megapixels: 60 }, /trop grande.*60 millions/],
    [{ type: "pdf-locked" }, /mot de passe.*prenez le papier en photo/],
    [{ type: "pdf-damaged" }, /PDF est abîmé/],
    [{ type: "full" }, /presque plein. La photo n’est pas gardée.*Libérez de la place/],
  ];
  test.each(refusals)("A6: %o is told with what to do, in three languages", async (error, words) => {
    const satchel = createFakeSatchel({ papers: [draftOf(1)] });
    satchel.refuse("addPage", error as ImportRefusal);
    await showPages(satchel);
    await choose(/Choisir des fichiers/, photo());
    const french = plain(screen.getByRole("alert").textContent);
    expect(french).toMatch(words);
    expect(french).toContain("Les autres pages sont gardées.");
    expect(order(satchel)).toHaveLength(1);
    for (const language of ["en", "ar"] as const) {
      await setLanguage(language);
      await settled();
      const told = screen.getByRole("alert").textContent;
      expect(told).not.toBe(french);
      expect(told).not.toContain("papers.");
    }
  });

  test("room is looked at before the camera: almost full says so and offers no camera", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(1)], roomBytes: 100_000 });
    const id = satchel.data.papers[0]?.id ?? "";
    await showScreen(<PagesScreen params={{ paper: id }} />, { satchel, areas });
    expect((await screen.findByRole("alert")).textContent).toContain("Ce téléphone est presque plein.");
    expect(screen.queryByLabelText(/Prendre/)).toBeNull();
    expect(screen.getByText("Gardée sur ce téléphone")).toBeTruthy();
    expect(screen.getByRole("link", { name: "Libérer de la place" }).getAttribute("href")).toBe("/papiers/place");
    satchel.data.roomBytes = 9_000_000;
    fireEvent.click(screen.getByRole("button", { name: /Regarder la place/ }));
    expect(await screen.findByText(/environ 9 pages/)).toBeTruthy();
    expect(screen.getByLabelText(/Prendre une autre page/)).toBeTruthy();
  });

  test("a page for which room was made is kept, and what left this phone for it is said", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(1)] });
    const real = satchel.api.addPage;
    Object.assign(satchel.api, {
      addPage: async (...given: Parameters<typeof real>) => {
        const added = await real(...given);
        return added.ok ? { ...added, value: { ...added.value, madeRoom: 740_000 } } : added;
      },
    });
    await showPages(satchel);
    await choose(/Choisir des fichiers/, photo());
    expect(plain(document.body.textContent)).toContain("Besace a retiré d’ici 740 Ko de copies déjà au serveur.");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("pages change places and turn by buttons", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(3)] });
    await showPages(satchel);
    const [a, b, c] = order(satchel);
    fireEvent.click(screen.getByRole("button", { name: /Après.*Page 1/ }));
    await settled();
    expect(order(satchel)).toEqual([b, a, c]);
    fireEvent.click(screen.getByRole("button", { name: /Après.*Page 2/ }));
    await settled();
    expect(order(satchel)).toEqual([b, c, a]);
    fireEvent.click(screen.getByRole("button", { name: /Avant.*Page 2/ }));
    await settled();
    expect(order(satchel)).toEqual([c, b, a]);
    expect(screen.getByRole("button", { name: /Avant.*Page 1/ }).getAttribute("aria-disabled")).toBe("true");
    fireEvent.click(screen.getByRole("button", { name: /Tourner.*Page 1/ }));
    await settled();
    expect(satchel.calls("turnPage")).toEqual([[satchel.data.papers[0]?.id, c, 90]]);
  });

  test("INV-1: a removed page can be put back; it goes only after ten seconds or when going on", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(3)] });
    const { said, pass, went, id } = await showPages(satchel);
    const [a, b, c] = order(satchel);
    fireEvent.click(screen.getByRole("button", { name: /Retirer.*Page 1/ }));
    expect(said[0]?.text).toBe("Page retirée.");
    fireEvent.click(screen.getByRole("button", { name: "Remettre la page" }));
    pass(11_000);
    await settled();
    expect(satchel.calls("removePage")).toEqual([]);

    fireEvent.click(screen.getByRole("button", { name: /Retirer.*Page 1/ }));
    pass(11_000);
    await settled();
    expect(satchel.calls("removePage")).toEqual([[id, a]]);

    fireEvent.click(screen.getByRole("button", { name: /Retirer.*Page 1/ }));
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await settled();
    expect(satchel.calls("removePage")).toEqual([
      [id, a],
      [id, b],
    ]);
    expect(order(satchel)).toEqual([c]);
    expect(went).toEqual([`/papiers/${id}/infos`]);
  });

  test("without a page the button says what is missing", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(1)] });
    const { went } = await showPages(satchel);
    fireEvent.click(screen.getByRole("button", { name: /Retirer/ }));
    fireEvent.click(screen.getByRole("button", { name: "Il manque une page" }));
    await settled();
    expect(went).toEqual([]);
  });

  test("a photo that this browser cannot read and a PDF are said to be kept as they are", async () => {
    const record = {
      kind: "other",
      status: "draft" as const,
      pages: {
        ...pages(1, { state: "raw", original: pointer("image/heic") }),
        ...pages(1, { position: 2, original: pointer("application/pdf") }),
      },
    };
    const satchel = createFakeSatchel({ papers: [fakePaper(record)] });
    await showPages(satchel);
    expect(screen.getByText(/Photo gardée telle quelle/)).toBeTruthy();
    expect(screen.getByText("Fichier PDF gardé sur ce téléphone")).toBeTruthy();
    expect(satchel.calls("readPage")).toEqual([]);
  });

  test("INV-3: pictures end with the screen, and as soon as the satchel closes", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(2)] });
    const { view } = await showPages(satchel);
    expect(await screen.findByRole("img", { name: "Aperçu de la page 2" })).toBeTruthy();
    const drawn = [...view.container.querySelectorAll("canvas")];
    await vi.waitFor(() => expect(drawn.map(({ width }) => width)).toEqual([400, 400]), 20_000);
    satchel.fail("readPage", { type: "locked" });
    satchel.change({ type: "opening" });
    await settled();
    expect(drawn.map(({ width }) => width)).toEqual([0, 0]);
    expect(view.container.querySelector("canvas")).toBeNull();
    view.unmount();
    expect(urls.size).toBe(0);
  });

  test("locked and failed say that all is kept", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(1)] });
    satchel.fail("paper", { type: "locked" });
    await showScreen(<PagesScreen params={{ paper: satchel.data.papers[0]?.id ?? "" }} />, { satchel, areas });
    expect(await screen.findByText(/Vos papiers sont gardés/)).toBeTruthy();
    expect(screen.getAllByRole("heading", { level: 1 })).toHaveLength(1);
  });
});

describe("Ce qu’il faut savoir de ce papier", () => {
  async function showDetails(satchel: FakeSatchel) {
    const id = satchel.data.papers[0]?.id ?? "";
    const shown = await showScreen(<DetailsScreen params={{ paper: id }} />, { satchel, areas });
    await screen.findByRole("button", { name: /Garder ce/ });
    return { ...shown, id };
  }
  /** Boxes of a date have the same names in each date: those of the end date, unless another is named. */
  const box = (label: string, of: RegExp = /Date de fin/) =>
    ["Jour", "Mois", "Année"].includes(label)
      ? within(screen.getByRole("group", { name: of })).getByLabelText<HTMLInputElement>(label)
      : screen.getByLabelText<HTMLInputElement>(label);
  const type = (label: string, value: string, of?: RegExp) => fireEvent.input(box(label, of), { target: { value } });

  test("nothing is required: the draft becomes a paper", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(1)] });
    const { said, went } = await showDetails(satchel);
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Garder ce papier" }));
    await settled();
    expect(satchel.data.papers[0]?.record.status).toBe("kept");
    expect(said.map(({ text }) => text)).toEqual(["Papier gardé sur ce téléphone."]);
    expect(went).toEqual(["/papiers"]);
  });

  test("another person, an end date and a name are kept as they are typed", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(1)] });
    const { pass, held } = await showDetails(satchel);
    fireEvent.click(screen.getByLabelText("Une autre personne"));
    type("Nom de cette personne", "Ayoub");
    type("Jour", "14");
    type("Mois", "févr.");
    type("Année", "2027");
    type("Nom du papier", "Carte d’Ayoub");
    expect(held()).toBe(1);
    pass(400);
    await settled();
    expect(held()).toBe(0);
    const { record } = satchel.data.papers[0] as { record: { holder: string; expiry: string | null; title: string } };
    expect([record.holder, record.expiry, record.title]).toEqual(["Ayoub", "2027-02-14", "Carte d’Ayoub"]);
    for (const field of screen.getAllByRole("textbox")) expect(field.getAttribute("autocomplete")).toBe("off");
  });

  test("a date that does not exist and a missing name are told, and nothing typed is lost", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(1)] });
    const { went } = await showDetails(satchel);
    fireEvent.click(screen.getByLabelText("Une autre personne"));
    type("Jour", "31");
    type("Mois", "2");
    type("Année", "2027");
    fireEvent.click(screen.getByRole("button", { name: "Garder ce papier" }));
    await settled();
    const summary = screen.getByRole("alert");
    expect(plain(within(summary).getByRole("heading").textContent)).toBe("2 choses à revoir");
    expect(within(summary).getByRole("link", { name: /Cette date n’existe pas/ })).toBeTruthy();
    expect(document.title).toContain("Erreur");
    expect(box("Jour").value).toBe("31");
    expect(went).toEqual([]);
    expect(satchel.data.papers[0]?.record.status).toBe("draft");
  });

  test("what was typed a moment ago is kept before the satchel closes", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(1)] });
    const { flush } = await showDetails(satchel);
    type("Nom du papier", "Carte bleue");
    await flush();
    expect(satchel.data.papers[0]?.record.title).toBe("Carte bleue");
  });

  test("a full disk is told and what was typed stays", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(1)] });
    satchel.fail("describePaper", { type: "full" });
    const { went } = await showDetails(satchel);
    type("Nom du papier", "Carte");
    fireEvent.click(screen.getByRole("button", { name: "Garder ce papier" }));
    await settled();
    expect(screen.getByRole("alert").textContent).toContain("P-201");
    expect(screen.getByLabelText<HTMLInputElement>("Nom du papier").value).toBe("Carte");
    expect(went).toEqual([]);
  });

  test("a kept paper can change its kind", async () => {
    const satchel = createFakeSatchel({ papers: [fakePaper({ kind: "other" })] });
    const { went, id } = await showDetails(satchel);
    fireEvent.click(screen.getByRole("button", { name: /Avis d’impôt/ }));
    fireEvent.click(screen.getByRole("button", { name: "Garder ces changements" }));
    await settled();
    expect(satchel.data.papers[0]?.record.kind).toBe("tax-notice");
    expect(went).toEqual([`/papiers/${id}`]);
  });

  test("a health paper stays on this phone until the person says otherwise, and what it means is said", async () => {
    const satchel = createFakeSatchel({ papers: [draftOf(1, "health-attestation")] });
    await showDetails(satchel);
    const stay = screen.getByLabelText<HTMLInputElement>(/Garder seulement sur ce téléphone/);
    expect(stay.checked).toBe(true);
    expect(screen.getByText(/Si ce téléphone est perdu, ce papier est perdu/)).toBeTruthy();
    fireEvent.click(stay);
    fireEvent.click(screen.getByRole("button", { name: "Garder ce papier" }));
    await settled();
    expect(satchel.data.papers[0]?.record).toMatchObject({ stay: false, status: "kept" });
  });

  test("a bill that was copied: what a change means for the copies is said", async () => {
    const satchel = createFakeSatchel({
      papers: [fakePaper({ kind: "energy-bill" }, { state: "two-copies" })],
      devices: [fakeDevice({ here: true }), fakeDevice()],
    });
    await showDetails(satchel);
    await settled();
    fireEvent.click(screen.getByLabelText(/Garder seulement sur ce téléphone/));
    const said = plain(screen.getByText(/Plus aucune copie ne part/).textContent);
    expect(said).toContain("Une copie fermée est déjà au serveur.");
    expect(said).toContain("Vos autres appareils en ont peut-être une.");
    expect(said).toContain("Si ce téléphone est perdu, ce papier est perdu.");
  });

  test("a note is enough where there is no photo", async () => {
    const satchel = createFakeSatchel({ papers: [{ ...draftOf(1), record: { ...draftOf(1).record, pages: {} } }] });
    const { went } = await showDetails(satchel);
    fireEvent.click(screen.getByRole("button", { name: "Garder ce papier" }));
    await settled();
    expect(screen.getAllByText(/écrivez au moins une note/)).not.toEqual([]);
    type("Note", "L’original est chez ma soeur");
    fireEvent.click(screen.getByRole("button", { name: "Garder ce papier" }));
    await settled();
    expect(satchel.data.papers[0]?.record).toMatchObject({ status: "kept", note: "L’original est chez ma soeur" });
    expect(went).toEqual(["/papiers"]);
  });

  test("what is written on it is asked field by field; who had papers before is proposed", async () => {
    const held = fakePaper({ kind: "residence-permit", facts: { number: "12", "of-a-newer-version": "x" } });
    const satchel = createFakeSatchel({ papers: [held, fakePaper({ holder: "Ayoub" })] });
    await showDetails(satchel);
    await expect.poll(() => screen.queryByLabelText("Numéro d’étranger")).not.toBeNull();
    expect(screen.getByText(/Souvent.*Sur le devant\. Pas obligatoire/)).toBeTruthy();
    fireEvent.click(screen.getByLabelText("Ayoub"));
    type("Numéro d’étranger", "123");
    await expect.poll(() => screen.queryByText(/a l’air différent/)).not.toBeNull();
    type("Année", "2024", /Date du papier/);
    type("Numéro", "");
    fireEvent.click(screen.getByRole("button", { name: "Garder ces changements" }));
    await settled();
    const { record } = satchel.data.papers[0] ?? held;
    expect(record.holder).toBe("Ayoub");
    expect(record.facts).toEqual({ "foreigner-number": "123", issued: "2024", "of-a-newer-version": "x" });
    expect(await axeProblems()).toEqual([]);
  });
});
