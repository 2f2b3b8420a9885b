import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { SettingsScreen } from "../../../src/app/features/settings/SettingsScreen.tsx";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, EMPTY_OUTBOX, fakeDossier, fakePaper } from "../../support/fake-satchel.ts";
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

  test("erasing says first what is lost, can be refused, and then erases this satchel only", async () => {
    const satchel = createFakeSatchel({
      papers: [fakePaper(), fakePaper({}, { state: "sealed-copy" }), fakePaper({}, { state: "two-copies" })],
      dossiers: [fakeDossier()],
      outbox: { ...EMPTY_OUTBOX, waiting: 3 },
    });
    const shown = await showRootScreen(<SettingsScreen />, { satchel, areas });
    fireEvent.click(screen.getByRole("button", { name: "Effacer la besace de ce téléphone" }));
    expect(await screen.findByText(/2 papiers n’ont pas d’autre copie/)).toBeTruthy();
    expect(screen.getByText(/3 envois ne sont pas encore partis/)).toBeTruthy();
    expect(screen.getByText(/1 démarche est en brouillon/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Garder ma besace" }));
    expect(satchel.calls("erase")).toHaveLength(0);
    fireEvent.click(screen.getByRole("button", { name: "Effacer la besace de ce téléphone" }));
    fireEvent.click(await screen.findByRole("button", { name: "Effacer pour toujours" }));
    await waitFor(() => expect(satchel.calls("erase")).toEqual([["fake-database"]]));
    expect(shown.acts).toContain("forget");
  });
});
