/** "Mes appareils", both sides of a transfer, and "Réponses à choisir": five states, words, axe; in French and in Arabic. */
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { AddDeviceScreen } from "../../../src/app/features/devices/AddDeviceScreen.tsx";
import { DevicesScreen } from "../../../src/app/features/devices/DevicesScreen.tsx";
import { JoinScreen } from "../../../src/app/features/devices/JoinScreen.tsx";
import { OthersScreen } from "../../../src/app/features/devices/OthersScreen.tsx";
import { PutOutScreen } from "../../../src/app/features/devices/PutOutScreen.tsx";
import { RemoveScreen } from "../../../src/app/features/devices/RemoveScreen.tsx";
import { ProceduresScreen } from "../../../src/app/features/dossiers/ProceduresScreen.tsx";
import { HomeScreen } from "../../../src/app/features/home/HomeScreen.tsx";
import { ListScreen } from "../../../src/app/features/papers/ListScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import {
  createFakeSatchel,
  FAKE_ANSWER,
  FAKE_CODE,
  FAKE_NOW,
  FAKE_PROFILE,
  FAKE_REQUEST,
  FAKE_WAY,
  fakeDevice,
  fakeDossier,
  fakePaper,
} from "../../support/fake-satchel.ts";
import { showRootScreen } from "../shell/root-screen.tsx";

afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const areas = ["devices", "scan", "opening", "others", "dossiers", "papers", "papers-types"] as const;
const title = (name: string) => screen.findByRole("heading", { level: 1, name });
const type = (label: RegExp, value: string): void =>
  void fireEvent.input(screen.getByLabelText(label), { target: { value } });
const code = async (digits: string): Promise<void> => {
  for (const digit of digits) fireEvent.click(screen.getByRole("button", { name: digit }));
};

describe("my devices", () => {
  test("says how many, which is this one, and when each was added", async () => {
    const satchel = createFakeSatchel({
      devices: [fakeDevice({ id: "a", here: true }), fakeDevice({ id: "b", addedAt: null })],
    });
    await showRootScreen(<DevicesScreen />, { satchel, areas });
    await title("Mes appareils");
    expect(await screen.findByText("2 appareils")).toBeTruthy();
    expect(screen.getByText(/21 novembre 2026/)).toBeTruthy();
    expect(screen.getByText("Date d’ajout inconnue")).toBeTruthy();
    expect(screen.getByRole("link", { name: "Ajouter un appareil" }).getAttribute("href")).toBe("/appareils/ajouter");
    expect(await axeProblems()).toEqual([]);
  });

  test("loading, failed, locked", async () => {
    const satchel = createFakeSatchel();
    const release = satchel.stall("devices");
    await showRootScreen(<DevicesScreen />, { satchel, areas });
    await title("Mes appareils");
    expect(screen.queryByText(/appareil\b.*Ajouté/)).toBeNull();
    release();
    expect(await screen.findByText("1 appareil")).toBeTruthy();
    cleanup();
    satchel.fail("devices", { type: "locked" });
    await showRootScreen(<DevicesScreen />, { satchel, areas });
    expect(await screen.findByRole("button", { name: "Écrire mon code" })).toBeTruthy();
    cleanup();
    satchel.fail("devices", { type: "unavailable", mark: "D-1" });
    await showRootScreen(<DevicesScreen />, { satchel, areas });
    const again = await screen.findByRole("button", { name: "Essayer encore" });
    expect(await axeProblems()).toEqual([]);
    satchel.heal("devices");
    fireEvent.click(again);
    expect(await screen.findByText("1 appareil")).toBeTruthy();
  });

  test.each(["ar", "en"] as const)("in %s nothing is left in French", async (language) => {
    await setLanguage(language);
    await showRootScreen(<DevicesScreen />, { satchel: createFakeSatchel(), areas });
    await screen.findByRole("heading", { level: 1 });
    expect(document.body.textContent).not.toMatch(/appareil/);
    expect(await axeProblems()).toEqual([]);
  });
});

describe("putting a device out", () => {
  const old = fakeDevice({ id: "b", addedAt: FAKE_NOW - 90 * 86_400_000, lastSeen: FAKE_NOW - 40 * 86_400_000 });
  const devices = [fakeDevice({ id: "a", here: true }), old];

  test("the list offers it for the others only, and keeps those that are out apart", async () => {
    const out = fakeDevice({ id: "c", number: 3, removable: false, removedAt: FAKE_NOW });
    await showRootScreen(<DevicesScreen />, { satchel: createFakeSatchel({ devices: [...devices, out] }), areas });
    await title("Mes appareils");
    expect(await screen.findByText("2 appareils")).toBeTruthy();
    const [link] = screen.getAllByRole("link", { name: /^Mettre dehors/ });
    expect(link?.getAttribute("href")).toBe("/appareils/retirer/b");
    expect(screen.getAllByRole("link", { name: /^Mettre dehors/ })).toHaveLength(1);
    // Who is out keeps its number and its dates.
    expect(screen.getByText("Appareil 3")).toBeTruthy();
    expect(screen.getByText(/Ajouté le 21 novembre 2026\. Mis dehors le 21 novembre 2026/)).toBeTruthy();
    expect(screen.getByText(/Ouvert la dernière fois le 12 octobre 2026/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });

  test("says what is lost there, asks the code, and says whether the server knows it yet", async () => {
    const satchel = createFakeSatchel({ devices });
    await showRootScreen(<RemoveScreen params={{ device: "b" }} />, { satchel, areas });
    await title("Mettre l’autre appareil dehors\u00a0?");
    expect(await screen.findByText(/n’avait pas encore envoyé ne viendra plus/)).toBeTruthy();
    expect(screen.getByText(/Il a pu voir votre carte/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    await code("999999");
    expect(await screen.findByText(/Il reste 9 essais/)).toBeTruthy();
    await code(FAKE_CODE);
    await title("L’autre appareil sera dehors au prochain réseau");
    expect(screen.getByText(/Jusqu’au prochain réseau/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "Faire une nouvelle carte" }).getAttribute("href")).toBe("/carte/nouvelle");
    expect(satchel.data.devices.find(({ id }) => id === "b")?.removedAt).toBe(FAKE_NOW);
    expect(await axeProblems()).toEqual([]);
  });

  test("this device, and one that is gone, cannot be put out from here", async () => {
    for (const device of ["a", "nobody"]) {
      await showRootScreen(<RemoveScreen params={{ device }} />, { satchel: createFakeSatchel({ devices }), areas });
      expect(await screen.findByText("Cet appareil n’est plus dans la liste.")).toBeTruthy();
      cleanup();
    }
  });

  test("on the device that was put out: what still opens, what is only here, the ways on", async () => {
    await showRootScreen(<DevicesScreen />, { satchel: createFakeSatchel({ putOut: true }), areas });
    const link = await screen.findByRole("link", { name: "Voir ce que je peux faire" });
    expect(link.getAttribute("href")).toBe("/appareils/dehors");
    expect(screen.queryByRole("link", { name: "Ajouter un appareil" })).toBeNull();
    cleanup();
    await showRootScreen(<PutOutScreen />, { satchel: createFakeSatchel({ putOut: true }), areas });
    await title("Cet appareil a été mis dehors");
    expect(screen.getByText(/s’ouvre toujours avec votre code/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });

  test("somebody came in with the card: it was me, and the question is gone", async () => {
    const way = { ...FAKE_WAY, openedAt: FAKE_NOW, openedElsewhere: true };
    const satchel = createFakeSatchel({ devices, way });
    const shown = await showRootScreen(<DevicesScreen />, { satchel, areas });
    fireEvent.click(await screen.findByRole("button", { name: "Oui, c’était moi" }));
    await waitFor(() => expect(screen.queryByText(/ouverte sur un autre appareil/)).toBeNull());
    expect(shown.said[0]?.text).toBe("C’est noté.");
  });
});

describe("the old device", () => {
  test("takes the request, asks the code, shows number and pictures, and gives the answer only after a yes", async () => {
    const satchel = createFakeSatchel();
    const shown = await showRootScreen(<AddDeviceScreen />, { satchel, areas });
    await title("Ajouter un appareil");
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    expect(await screen.findByText(/Ce n’est pas le texte de l’autre appareil/)).toBeTruthy();
    type(/Collez ici le texte/, FAKE_REQUEST);
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await title("Votre code");
    expect(await axeProblems()).toEqual([]);
    await code("999999");
    expect(await screen.findByText(/Il reste 9 essais/)).toBeTruthy();
    await code(FAKE_CODE);
    await title("Comparez les deux écrans");
    expect(screen.getByText("402913")).toBeTruthy();
    const pictures = screen.getByRole("list", { name: "Les images" });
    expect(within(pictures).getAllByRole("listitem")).toHaveLength(4);
    expect(satchel.calls("transferConfirm")).toHaveLength(0);
    await waitFor(() => expect(shown.held()).toBe(1));
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Ce sont les mêmes images" }));
    await title("Donnez cette réponse à l’autre appareil");
    expect(screen.getByRole("region", { name: "Texte à donner" }).textContent).toBe(FAKE_ANSWER);
    expect(await screen.findByRole("img", { name: /en dessin/ })).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Copier le texte" }));
    expect(await screen.findByText("Texte copié.")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    cleanup();
    await waitFor(() => expect(satchel.calls("transferForget").length).toBeGreaterThan(0));
  });

  test("other pictures: nothing is given", async () => {
    const satchel = createFakeSatchel();
    await showRootScreen(<AddDeviceScreen />, { satchel, areas });
    type(/Collez ici le texte/, FAKE_REQUEST);
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await title("Votre code");
    await code(FAKE_CODE);
    await title("Comparez les deux écrans");
    fireEvent.click(screen.getByRole("button", { name: "Ce n’est pas pareil" }));
    await title("Rien n’a été donné");
    expect(satchel.calls("transferConfirm")).toHaveLength(0);
    expect(satchel.calls("transferForget")).toHaveLength(1);
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Recommencer" }));
    await title("Ajouter un appareil");
  });

  test.each([
    ["damaged", /Il manque une partie du texte/],
    ["already-added", /a déjà eu sa réponse/],
    ["other-version", /autre version de Besace/],
  ] as const)("a request that is %s is refused in words", async (refusal, words) => {
    const satchel = createFakeSatchel();
    satchel.refuse("transferOffer", { type: refusal });
    await showRootScreen(<AddDeviceScreen />, { satchel, areas });
    type(/Collez ici le texte/, FAKE_REQUEST);
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await title("Votre code");
    await code(FAKE_CODE);
    await title("Ajouter un appareil");
    expect(await screen.findByText(words)).toBeTruthy();
  });

  test("too late: said, and begun again", async () => {
    const satchel = createFakeSatchel();
    satchel.refuse("transferConfirm", { type: "expired" });
    await showRootScreen(<AddDeviceScreen />, { satchel, areas });
    type(/Collez ici le texte/, FAKE_REQUEST);
    fireEvent.click(screen.getByRole("button", { name: "Continuer" }));
    await title("Votre code");
    await code(FAKE_CODE);
    await title("Comparez les deux écrans");
    fireEvent.click(screen.getByRole("button", { name: "Ce sont les mêmes images" }));
    expect(await screen.findByText(/Les 15 minutes sont passées/)).toBeTruthy();
  });
});

describe("the new device", () => {
  test("shows its request, takes the number, shows the pictures, takes the answer, asks a code of its own", async () => {
    const satchel = createFakeSatchel();
    await showRootScreen(<JoinScreen />, { satchel, areas });
    await title("Donnez ce texte à l’autre appareil");
    expect(screen.getByRole("region", { name: "Texte à donner" }).textContent).toBe(FAKE_REQUEST);
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "L’autre appareil montre un nombre" }));
    await title("Tapez le nombre");
    type(/Nombre montré/, "12");
    fireEvent.click(screen.getByRole("button", { name: "Voir les images" }));
    expect(await screen.findByText("Tapez les 6 chiffres du nombre.")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    type(/Nombre montré/, "402 913");
    fireEvent.click(screen.getByRole("button", { name: "Voir les images" }));
    await title("Comparez les deux écrans");
    expect(satchel.calls("transferNumber").at(-1)).toEqual(["402913"]);
    type(/Collez ici la réponse/, "bonjour");
    fireEvent.click(screen.getByRole("button", { name: "Prendre la réponse" }));
    expect(await screen.findByText(/Ce n’est pas la réponse/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    type(/Collez ici la réponse/, FAKE_ANSWER);
    fireEvent.click(screen.getByRole("button", { name: "Prendre la réponse" }));
    await title("Un code pour cet appareil");
    expect(await axeProblems()).toEqual([]);
    await code("582914");
    fireEvent.click(screen.getByRole("button", { name: "Valider" }));
    await screen.findByLabelText(/Le même code/);
    await code("582914");
    fireEvent.click(screen.getByRole("button", { name: "Valider" }));
    await waitFor(() => expect(satchel.calls("transferFinish")).toEqual([["582914"]]));
  });

  test("failed: said with a mark, and tried again; begun again it is another request", async () => {
    const satchel = createFakeSatchel();
    satchel.fail("transferRequest", { type: "unavailable", mark: "T-1" });
    await showRootScreen(<JoinScreen />, { satchel, areas });
    const again = await screen.findByRole("button", { name: "Essayer encore" });
    expect(await axeProblems()).toEqual([]);
    satchel.heal("transferRequest");
    fireEvent.click(again);
    await title("Donnez ce texte à l’autre appareil");
    fireEvent.click(screen.getByRole("button", { name: "L’autre appareil montre un nombre" }));
    await title("Tapez le nombre");
    fireEvent.click(screen.getByRole("button", { name: "Recommencer" }));
    await title("Donnez ce texte à l’autre appareil");
    expect(satchel.calls("transferRequest").length).toBe(3);
  });

  test("in Arabic, from right to left", async () => {
    await setLanguage("ar");
    await showRootScreen(<JoinScreen />, { satchel: createFakeSatchel(), areas });
    await screen.findByRole("region", { name: "النص الذي تعطونه" });
    expect(screen.getByRole("region", { name: "النص الذي تعطونه" }).getAttribute("dir")).toBe("ltr");
    expect(await axeProblems()).toEqual([]);
  });
});

describe("a device that has just joined", () => {
  const asks = { code: false, drill: false };
  const still = { asks, way: FAKE_WAY, putOut: false } as const;
  const arriving = { type: "open", profile: FAKE_PROFILE, cardDrilled: false, arriving: true, ...still } as const;

  test("says on each list that the papers come with the network; the others never say it", async () => {
    for (const [shown, quiet] of [
      [<HomeScreen key="home" />, false],
      [<ListScreen key="papers" />, false],
      [<ProceduresScreen key="procedures" />, false],
      [<ListScreen key="quiet" />, true],
    ] as const) {
      const satchel = createFakeSatchel(quiet ? {} : { opening: arriving });
      await showRootScreen(shown, { satchel, areas: [...areas, "home"] });
      await screen.findByRole("heading", { level: 1 });
      if (quiet) await waitFor(() => expect(screen.queryByText("Vos papiers arrivent avec le réseau.")).toBeNull());
      else expect(await screen.findByText("Vos papiers arrivent avec le réseau.")).toBeTruthy();
      expect(await axeProblems()).toEqual([]);
      cleanup();
    }
  });
});

describe("answers to choose", () => {
  test("nothing; then dossiers and papers by name, and claims of the profile settled in place", async () => {
    const satchel = createFakeSatchel();
    await showRootScreen(<OthersScreen />, { satchel, areas });
    expect(await screen.findByText("Rien à choisir.")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    cleanup();
    const paper = fakePaper({ title: "Carte A", others: { title: ["Carte B"], expiry: ["2030"] } });
    const dossier = fakeDossier({ others: { "answers.given_name": [{ v: "text", text: "B" }] } });
    const asked = createFakeSatchel({
      papers: [paper],
      dossiers: [dossier],
      profile: { t: "profile", given_name: "Amina", others: { given_name: ["Aminata"] } },
    });
    await showRootScreen(<OthersScreen />, { satchel: asked, areas });
    const link = await screen.findByRole("link", { name: /Carte A/ });
    expect(link.getAttribute("href")).toBe(`/papiers/${paper.id}`);
    expect(link.textContent).toMatch(/2 réponses à choisir/);
    expect(await screen.findByText("Aminata")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Prendre l’autre réponse" }));
    await waitFor(() => expect(asked.data.profile.given_name).toBe("Aminata"));
  });

  test("loading and failed", async () => {
    const satchel = createFakeSatchel();
    satchel.stall("others");
    await showRootScreen(<OthersScreen />, { satchel, areas });
    await title("Réponses à choisir");
    expect(screen.queryByText("Rien à choisir.")).toBeNull();
    cleanup();
    const broken = createFakeSatchel();
    broken.fail("others", { type: "unavailable", mark: "O-1" });
    await showRootScreen(<OthersScreen />, { satchel: broken, areas });
    expect(await screen.findByRole("button", { name: "Essayer encore" })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });
});
