import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { DiscreetScreen } from "../../../src/app/features/settings/DiscreetScreen.tsx";
import { EraseScreen } from "../../../src/app/features/settings/EraseScreen.tsx";
import { SettingsScreen } from "../../../src/app/features/settings/SettingsScreen.tsx";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, EMPTY_OUTBOX, type FakeData, fakeDossier, fakePaper } from "../../support/fake-satchel.ts";
import { showRootScreen } from "../shell/root-screen.tsx";

afterEach(cleanup);

const areas = ["settings", "space"] as const;

describe("settings", () => {
  test("say what is ready without network, as answered, and what is not yet", async () => {
    await showRootScreen(<SettingsScreen />, { satchel: createFakeSatchel(), areas });
    expect((await screen.findByText(/Textes et démarches/)).textContent).toMatch(/prêt\./);
    expect(screen.getByText(/Dessin de la carte/).textContent).toMatch(/arrive encore\./);
    expect(await axeProblems()).toEqual([]);
  });

  test("claim nothing when nobody answers", async () => {
    await showRootScreen(<SettingsScreen />, {
      satchel: createFakeSatchel(),
      areas,
      root: { readiness: async () => null },
    });
    expect(await screen.findByText(/Gardez du réseau/)).toBeTruthy();
    expect(screen.queryByText(/prêt\./)).toBeNull();
  });

  test("a browser that did not promise to keep everything: said, and asked again", async () => {
    const shown = await showRootScreen(<SettingsScreen />, {
      satchel: createFakeSatchel(),
      areas,
      root: { room: async () => ({ used: 1_000_000, quota: 50_000_000, persisted: false }) },
    });
    expect(await screen.findByText(/Le navigateur n’a pas promis de tout garder/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Demander au navigateur de tout garder" }));
    expect(await screen.findByText("Le navigateur a promis de ne rien effacer tout seul.")).toBeTruthy();
    expect(shown.acts).toContain("ask-to-keep");
    expect(screen.getByRole("link", { name: "Libérer de la place" }).getAttribute("href")).toBe("/papiers/place");
    expect(await axeProblems()).toEqual([]);
    cleanup();
    await showRootScreen(<SettingsScreen />, {
      satchel: createFakeSatchel(),
      areas,
      root: {
        room: async () => ({ used: 1_000_000, quota: 50_000_000, persisted: false }),
        askToKeep: async () => false,
      },
    });
    fireEvent.click(await screen.findByRole("button", { name: "Demander au navigateur de tout garder" }));
    expect(await screen.findByText(/Il ne promet toujours pas/)).toBeTruthy();
  });

  test("photos on Wi-Fi only is a choice here too", async () => {
    const satchel = createFakeSatchel();
    await showRootScreen(<SettingsScreen />, { satchel, areas });
    const choice = await screen.findByRole("checkbox", { name: /Photos par Wi-Fi seulement/ });
    fireEvent.click(choice);
    await waitFor(() => expect(satchel.calls("setDataChoice")).toEqual([[{ photosOnWifi: true }]]));
    satchel.fail("setDataChoice", { type: "full" });
    fireEvent.click(choice);
    expect(await screen.findByText("Besace n’a pas pu garder ce choix. Essayez encore.")).toBeTruthy();
  });

  test("the look is chosen and the satchel can be closed", async () => {
    const shown = await showRootScreen(<SettingsScreen />, { satchel: createFakeSatchel(), areas });
    fireEvent.click(screen.getByRole("radio", { name: "Sombre" }));
    fireEvent.click(screen.getByRole("button", { name: "Fermer la besace maintenant" }));
    expect(shown.acts).toEqual(["theme dark", "lock"]);
  });

  test("lead to erasing, to discreet mode, and say how another person opens hers", async () => {
    await showRootScreen(<SettingsScreen />, { satchel: createFakeSatchel(), areas });
    expect(screen.getByRole("link", { name: "Effacer Besace ou ma besace" }).getAttribute("href")).toBe(
      "/reglages/effacer",
    );
    expect(screen.getByRole("link", { name: /^Mode discret/ }).getAttribute("href")).toBe("/discret");
    expect(screen.getByText(/Personne ne voit ce que vous gardez/)).toBeTruthy();
  });
});

describe("erasing", () => {
  const begin = async (start: Partial<FakeData> = {}) => {
    const satchel = createFakeSatchel(start);
    const shown = await showRootScreen(<EraseScreen />, { satchel, areas: ["erase", "opening"] });
    return { satchel, shown };
  };
  const choose = (name: RegExp): void => {
    fireEvent.click(screen.getByRole("radio", { name }));
    fireEvent.click(screen.getByRole("button", { name: "Voir ce qui serait perdu" }));
  };
  const write = (word: string): void => {
    fireEvent.input(screen.getByLabelText("Pour confirmer, écrivez ce mot : EFFACER"), { target: { value: word } });
  };

  test("this satchel, here: losses in numbers first, then the word, then this satchel only", async () => {
    const { satchel, shown } = await begin({
      papers: [fakePaper(), fakePaper({}, { state: "sealed-copy" }), fakePaper({}, { state: "two-copies" })],
      dossiers: [fakeDossier()],
      outbox: { ...EMPTY_OUTBOX, waiting: 3 },
    });
    expect(await axeProblems()).toEqual([]);
    choose(/^Ma besace, sur cet appareil/);
    expect(await screen.findByText("1 papier n’est entier que sur cet appareil.")).toBeTruthy();
    expect(screen.getByText("3 envois ne sont pas encore partis.")).toBeTruthy();
    expect(screen.getByText("1 démarche est en brouillon.")).toBeTruthy();
    expect(screen.getByText(/Sans elle, personne ne peut rouvrir la copie/)).toBeTruthy();
    expect(screen.getByText(/Les dossiers déjà déposés restent/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    // Without the word nothing happens.
    fireEvent.click(screen.getByRole("button", { name: "Écrivez d’abord le mot EFFACER" }));
    expect(satchel.calls("erase")).toHaveLength(0);
    write(" effacer ");
    fireEvent.click(screen.getByRole("button", { name: "Effacer pour toujours" }));
    await waitFor(() => expect(satchel.calls("erase")).toEqual([["fake-database"]]));
    expect(shown.acts).toContain("forget");
  });

  test("says that the card opens it again only where the card was tried and the server has it", async () => {
    await begin({ cardState: { ...createFakeSatchel().data.cardState, atServer: "yes", drilledAt: 1 } });
    choose(/^Ma besace, sur cet appareil/);
    expect(await screen.findByText(/Votre carte et votre code l’ouvrent sur un autre appareil/)).toBeTruthy();
  });

  test("all of Besace, here: other persons' satchels are named before", async () => {
    const { shown } = await begin();
    choose(/^Tout Besace/);
    expect(await screen.findByText(/Les besaces des autres personnes/)).toBeTruthy();
    write("EFFACER");
    fireEvent.click(screen.getByRole("button", { name: "Effacer pour toujours" }));
    await waitFor(() => expect(shown.acts).toContain("wipe"));
  });

  test("everywhere: the code, a wrong one erases nothing, no network erases nothing", async () => {
    const { satchel, shown } = await begin();
    choose(/^Ma besace, partout/);
    expect(await screen.findByText(/Vos autres appareils gardent leurs papiers/)).toBeTruthy();
    write("EFFACER");
    fireEvent.click(screen.getByRole("button", { name: "Effacer pour toujours" }));
    const enter = (code: string): void => {
      for (const digit of code) fireEvent.click(screen.getByRole("button", { name: digit }));
    };
    await screen.findByRole("heading", { level: 1, name: "Votre code, pour être sûr que c’est vous" });
    enter("902417");
    expect((await screen.findByRole("alert")).textContent).toContain("Rien n’est effacé");
    expect(satchel.data.opening.type).toBe("open");
    satchel.refuse("eraseEverywhere", { type: "no-network" });
    enter("417233");
    await expect.poll(() => screen.getByRole("alert").textContent).toContain("Il n’y a pas de réseau");
    satchel.heal("eraseEverywhere");
    enter("417233");
    await waitFor(() => expect(satchel.data.opening.type).toBe("none"));
    expect(shown.acts).toContain("forget");
  });

  test("what would be lost cannot be told: said, and asked again", async () => {
    const satchel = createFakeSatchel();
    satchel.fail("papers", { type: "unavailable", mark: "P-7" });
    await showRootScreen(<EraseScreen />, { satchel, areas: ["erase", "opening"] });
    choose(/^Ma besace, sur cet appareil/);
    expect(await screen.findByText("On ne sait pas encore ce qui serait perdu.")).toBeTruthy();
  });
});

describe("discreet mode", () => {
  test("says what it changes and what it cannot hide, before it is chosen", async () => {
    const shown = await showRootScreen(<DiscreetScreen />, {
      satchel: createFakeSatchel({ opening: { type: "none" } }),
      areas: ["discret"],
      shell: { open: false },
    });
    expect(screen.getByText("Le nom et l’icône sont neutres : « Carnet ».")).toBeTruthy();
    expect(screen.getByText(/Le navigateur garde l’adresse du site/)).toBeTruthy();
    expect(screen.getByText(/refusez : vos papiers de ce téléphone seraient perdus/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Passer en mode discret" }));
    expect(shown.acts).toEqual(["discreet on"]);
  });
});
