import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { App } from "../../../src/app/shell/App.tsx";
import {
  createFakeSatchel,
  EMPTY_OUTBOX,
  FAKE_PROFILE,
  type FakeSatchel,
  fakePaper,
} from "../../support/fake-satchel.ts";
import { reflectLikeBrowsers } from "../ui/harness.tsx";
import { createFakeDeps, type FakeDeps } from "./fake-deps.ts";

reflectLikeBrowsers();
afterEach(cleanup);

const SLOW = { timeout: 20_000 };

function start(satchel: FakeSatchel, path: string, marked = true, more: Partial<FakeDeps["deps"]> = {}): FakeDeps {
  const fake = createFakeDeps(satchel, path, marked);
  render(<App deps={{ ...fake.deps, ...more }} />);
  return fake;
}
/** Effects run after a frame. */
const aFrame = (): Promise<void> => act(() => new Promise((resolve) => setTimeout(resolve, 120)));
async function heading(name: string | RegExp): Promise<HTMLElement> {
  const found = await screen.findByRole("heading", { level: 1, name }, SLOW);
  await aFrame();
  return found;
}
const lockedSatchel = () => createFakeSatchel({ opening: { type: "locked", profiles: [FAKE_PROFILE] } });

describe("the first use", () => {
  test("is there at once, without asking the worker first (INV-9)", async () => {
    const satchel = createFakeSatchel({ opening: { type: "none" } });
    satchel.stall("opening");
    start(satchel, "/", false);
    expect(await heading("Vos papiers avec vous. Même sans réseau.")).toBeTruthy();
    expect(satchel.calls("opening")).toHaveLength(0);
  });

  test("any other address leads to it while there is no satchel", async () => {
    const fake = start(createFakeSatchel({ opening: { type: "none" } }), "/papiers", false);
    await heading(/Vos papiers avec vous/);
    await expect.poll(() => fake.router.place().path).toBe("/");
  });

  test("a satchel that the browser erased is said first", async () => {
    start(createFakeSatchel({ opening: { type: "none" } }), "/");
    expect(await screen.findByText(/a été effacée par le navigateur/, undefined, SLOW)).toBeTruthy();
  });

  test("a new satchel leads to its card", async () => {
    const satchel = createFakeSatchel({ opening: { type: "none" } });
    const fake = start(satchel, "/code", false);
    await heading("Choisissez un code");
    await satchel.api.create({ code: "417233", language: "fr", pictogram: "code-lune" });
    await heading("Votre carte de secours");
    expect(fake.router.place().path).toBe("/carte");
    expect(fake.deps.keep.read("satchel")).toBe("1");
  });
});

describe("the lock", () => {
  test("stands in front of any address, which is shown after the code", async () => {
    const satchel = lockedSatchel();
    const fake = start(satchel, "/reglages");
    await heading("Écrivez votre code");
    await satchel.api.unlock({ database: FAKE_PROFILE.database, code: "417233" });
    await heading("Langue et réglages");
    expect(fake.router.place().path).toBe("/reglages");
  });

  test("closes after five minutes without anybody, and says that the draft is kept", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    const fake = start(satchel, "/accueil");
    await heading("Bonjour");
    act(() => fake.pass(299_000));
    expect(satchel.calls("lock")).toHaveLength(0);
    act(() => fake.pass(2_000));
    await heading("Écrivez votre code");
    expect(screen.getByText(/s’est fermée toute seule. Votre brouillon est gardé/)).toBeTruthy();
  });

  test("hands over the last words when the page is hidden", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    const fake = start(satchel, "/accueil");
    await heading("Bonjour");
    act(() => fake.page.hidden());
    expect(satchel.calls("flush")).toHaveLength(1);
  });

  test("a worker that cannot be reached is said with its mark and asked again", async () => {
    const satchel = lockedSatchel();
    satchel.fail("opening", { type: "unavailable", mark: "not-loaded" });
    start(satchel, "/accueil");
    expect((await screen.findByRole("alert", undefined, SLOW)).textContent).toContain("not-loaded");
    satchel.heal("opening");
    fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
    await heading("Écrivez votre code");
  });
});

describe("several persons on one phone", () => {
  const moon = { ...FAKE_PROFILE, database: "moon", pictogram: "code-lune" };

  test("another person than before starts at home: no address of the former one is shown", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    const fake = start(satchel, "/reglages");
    await heading("Langue et réglages");
    await satchel.api.lock();
    await heading("Écrivez votre code");
    satchel.data.opening = { type: "locked", profiles: [FAKE_PROFILE, moon] };
    await satchel.api.unlock({ database: "moon", code: "417233" });
    await heading("Bonjour");
    expect(fake.router.place().path).toBe("/accueil");
  });

  test("while closed the head says nothing of what waits, whoever it belongs to", async () => {
    const satchel = createFakeSatchel({
      opening: { type: "locked", profiles: [FAKE_PROFILE, moon] },
      outbox: { ...EMPTY_OUTBOX, waiting: 3 },
    });
    const fake = start(satchel, "/accueil");
    await heading(/^Quelle est votre image/);
    act(() => fake.page.network(false));
    act(() => fake.page.network(true));
    await aFrame();
    expect(document.body.textContent).not.toMatch(/3 envois/);
  });
});

describe("wiping this device", () => {
  test("other tabs leave, the worker wipes, then the page; the last screen says so (nothing is claimed before)", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    const fake = start(satchel, "/reglages/effacer");
    await heading(/^Que voulez-vous effacer/);
    fireEvent.click(screen.getByRole("radio", { name: /^Tout Besace/ }));
    fireEvent.click(screen.getByRole("button", { name: "Voir ce qui serait perdu" }));
    const word = await screen.findByLabelText("Pour confirmer, écrivez ce mot : EFFACER");
    fireEvent.input(word, { target: { value: "effacer" } });
    satchel.fail("wipeDevice", { type: "unavailable", mark: "left-3" });
    fireEvent.click(screen.getByRole("button", { name: "Effacer pour toujours" }));
    expect((await screen.findByRole("alert", undefined, SLOW)).textContent).toContain("left-3");
    expect(fake.acts).not.toContain("wipe-page");
    satchel.heal("wipeDevice");
    fireEvent.click(screen.getByRole("button", { name: "Effacer pour toujours" }));
    await heading("Besace n’a rien laissé sur cet appareil.");
    expect(fake.acts.filter((one) => /clear|wipe/.test(one))).toEqual(["clear-others", "clear-others", "wipe-page"]);
  });
});

describe("discreet mode", () => {
  afterEach(() => {
    delete document.documentElement.dataset.discreet;
  });

  test("locked, neither the name nor the office nor what is kept is shown; help is one tap away", async () => {
    document.documentElement.dataset.discreet = "";
    start(lockedSatchel(), "/accueil");
    await heading("Écrivez votre code");
    expect(document.title).toBe("Carnet");
    expect(document.querySelector("header")?.textContent).not.toContain("Besace");
    expect(document.querySelector("main")?.textContent).not.toMatch(/papier|besace|brouillon/i);
    expect(document.querySelector("footer")?.closest("details")?.open).toBe(false);
    fireEvent.click(screen.getByRole("link", { name: /^Aide/ }));
    expect(document.querySelector("footer")?.closest("details")?.open).toBe(true);
  });

  test("choosing it closes the satchel first, then the page begins again", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    const fake = start(satchel, "/discret");
    await heading("Mode discret");
    fireEvent.click(screen.getByRole("button", { name: "Passer en mode discret" }));
    await expect.poll(() => fake.acts.slice(-2)).toEqual(["discreet on", "start-again"]);
    expect(satchel.data.opening.type).toBe("locked");
  });
});

describe("Sortir", () => {
  test("hides at once, closes the satchel, then leaves", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    const fake = start(satchel, "/accueil");
    await heading("Bonjour");
    fireEvent.click(screen.getByRole("button", { name: /^Sortir/ }));
    expect(fake.acts.filter((one) => one !== "ask-delivery")).toEqual(["hide"]);
    await expect.poll(() => fake.acts.at(-1)).toBe("leave");
    expect(satchel.data.opening.type).toBe("locked");
  });

  test("leaves even when the worker does not answer, and once only", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    const fake = start(satchel, "/accueil");
    await heading("Bonjour");
    const release = satchel.stall("lock");
    act(() => fake.escapes());
    await Promise.resolve();
    expect(fake.acts).not.toContain("leave");
    act(() => fake.pass(1500));
    release();
    await Promise.resolve();
    expect(fake.acts.filter((one) => one === "leave")).toHaveLength(1);
  });
});

describe("a newer version (INV-8)", () => {
  test("is offered, closes the satchel first, then takes over", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    const fake = start(satchel, "/accueil");
    await heading("Bonjour");
    act(() => fake.updateIsHere());
    fireEvent.click(await screen.findByRole("button", { name: "Passer à la nouvelle version" }, SLOW));
    await expect.poll(() => fake.acts.at(-1)).toBe("update");
    expect(satchel.calls("lock")).toHaveLength(1);
  });

  test("waits while something is being sent", async () => {
    const satchel = createFakeSatchel({ drilled: true, outbox: { ...EMPTY_OUTBOX, waiting: 1, moving: true } });
    const fake = start(satchel, "/accueil");
    await heading("Bonjour");
    await expect.poll(() => fake.acts).toContain("ask-delivery");
    act(() => fake.updateIsHere());
    expect(screen.queryByText("Une nouvelle version de Besace est prête.")).toBeNull();
    satchel.data.outbox = EMPTY_OUTBOX;
    act(() => satchel.change({ type: "outbox" }));
    expect(await screen.findByText("Une nouvelle version de Besace est prête.", undefined, SLOW)).toBeTruthy();
  });
});

describe("around", () => {
  test("the browser is asked to keep everything once, after the first kept paper", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    const fake = start(satchel, "/accueil");
    await heading("Bonjour");
    satchel.data.papers = [fakePaper({ status: "draft" })];
    act(() => satchel.change({ type: "papers" }));
    await Promise.resolve();
    expect(fake.acts).not.toContain("ask-to-keep");
    satchel.data.papers = [fakePaper()];
    await expect
      .poll(() => {
        act(() => satchel.change({ type: "papers" }));
        return fake.acts.filter((one) => one === "ask-to-keep");
      })
      .toHaveLength(1);
    act(() => satchel.change({ type: "papers" }));
    await Promise.resolve();
    expect(fake.acts.filter((one) => one === "ask-to-keep")).toHaveLength(1);
  });

  test("a browser that promises nothing is told once, in plain words; the satchel closes over it", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    const fake = start(satchel, "/accueil", true, { askToKeep: async () => false });
    await heading("Bonjour");
    satchel.data.papers = [fakePaper()];
    await expect
      .poll(() => {
        act(() => satchel.change({ type: "papers" }));
        return document.body.textContent;
      }, SLOW)
      .toContain("Ce navigateur n’a pas promis de tout garder");
    // What was said about an open satchel does not stand on the lock screen.
    await satchel.api.lock();
    await heading("Écrivez votre code");
    expect(document.body.textContent).not.toContain("n’a pas promis");
    expect(fake.deps.keep.read("persist-asked")).toBe("1");
  });

  test("papers that the browser erased under a satchel: said on every screen, with what came back, until it was read", async () => {
    const satchel = createFakeSatchel({
      drilled: true,
      lost: { type: "emptied", pulled: false, papers: 0, dossiers: 0 },
    });
    start(satchel, "/accueil");
    expect(
      await screen.findByText("Ce navigateur a effacé vos papiers de ce téléphone.", undefined, SLOW),
    ).toBeTruthy();
    expect(document.body.textContent).toContain("Besace redemande au serveur tout ce qui y était déjà.");
    expect(document.body.textContent).toContain("Ce qui n’était pas encore parti n’existe plus.");
    satchel.data.lost = { type: "emptied", pulled: true, papers: 2, dossiers: 1 };
    act(() => satchel.change({ type: "papers" }));
    expect(await screen.findByText("3 papiers ou dossiers sont revenus.")).toBeTruthy();
    act(() => screen.getByRole("button", { name: "J’ai compris" }).click());
    expect(document.body.textContent).not.toContain("a effacé vos papiers");
  });

  test("what waits is counted on the tab; no network is said in one line", async () => {
    const satchel = createFakeSatchel({
      drilled: true,
      outbox: { ...EMPTY_OUTBOX, waiting: 2, trouble: "no-network" },
    });
    start(satchel, "/accueil");
    await heading("Bonjour");
    expect((await screen.findByRole("link", { name: /Envois.*2 en attente/ }, SLOW)).textContent).toContain("2");
    expect(screen.getByText("Pas de réseau.")).toBeTruthy();
  });

  test("a network that comes back is told to the worker as a hint", async () => {
    const satchel = createFakeSatchel({ drilled: true });
    const fake = start(satchel, "/accueil");
    await heading("Bonjour");
    act(() => fake.page.network(true));
    expect(satchel.calls("hint")).toEqual([["online"]]);
  });

  test("an address of this app that no screen has leads home", async () => {
    const fake = start(createFakeSatchel({ drilled: true }), "/reglages/inconnu");
    await heading("Bonjour");
    expect(fake.router.place().path).toBe("/accueil");
  });

  test("a bug in a screen is shown with a mark and facts to copy; the screen can be tried again", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const satchel = createFakeSatchel({ drilled: true });
    satchel.data.dossiers = null as never;
    start(satchel, "/accueil");
    expect((await screen.findByRole("alert", undefined, SLOW)).textContent).toMatch(/P-[0-9A-F]{3}/);
    fireEvent.click(await screen.findByRole("button", { name: /Copier les détails/ }, SLOW));
    expect(await screen.findByText(/Il n’y a rien de personnel dedans/)).toBeTruthy();
    satchel.data.dossiers = [];
    fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
    await heading("Bonjour");
    logged.mockRestore();
  });
});
