/** The camera and the corners over the pages of a paper: words, keyboard, refusals, what is sealed when. Without a real camera. */
import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PagesScreen } from "../../../src/app/features/papers/PagesScreen.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import { err, ok } from "../../../src/shared/result.ts";
import type { Corners, Proposal, Sight, SightApi } from "../../../src/workers/imaging.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { watchCanvas } from "../../support/canvas.ts";
import { createFakeSatchel, type FakeSatchel, fakePaper } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { AREAS, choose, pages, photo, plain, settled } from "../papers/support.ts";

const corners: Corners = {
  tl: { x: 0.1, y: 0.1 },
  tr: { x: 0.9, y: 0.1 },
  br: { x: 0.9, y: 0.9 },
  bl: { x: 0.1, y: 0.9 },
};
const picture = { bytes: new Uint8Array([0xff, 0xd8]).buffer, mime: "image/jpeg", width: 960, height: 1280 };
const proposal: Proposal = {
  width: 3000,
  height: 4000,
  shown: picture,
  corners,
  sheets: "one",
  look: "document",
  quality: { blurred: false, dark: false, glare: false, cut: false },
};
const clear: Sight = { corners, sheets: "one", cut: false, dark: false, glare: false, sharpness: 0.9 };

const world = vi.hoisted(() => ({
  sight: null as unknown,
  proposal: null as unknown,
  ended: 0,
  samples: [] as unknown[],
}));
vi.mock("../../../src/workers/imaging.client.ts", () => ({
  connectImaging: () => ({
    api: {
      glance: async () => world.sight as never,
      still: async () => ({ ok: true, value: null }),
      propose: async () => world.proposal as never,
      sample: async (_file: Blob, how: unknown) => {
        world.samples.push(how);
        return { ok: true, value: { bytes: new ArrayBuffer(2), mime: "image/jpeg", width: 500, height: 700 } };
      },
      finish: async () => ({ ok: false, error: { type: "unavailable", mark: "not asked here" } }),
    } satisfies SightApi,
    stop: () => {
      world.ended += 1;
    },
  }),
}));

interface Wire {
  stopped: number;
  wishes: unknown[];
  readonly say: (event: "ended" | "mute") => void;
}

/** A camera with a light that shows a sheet, or one that refuses. */
function plugIn(refusal?: string): Wire {
  const listeners = new Map<string, () => void>();
  const wire: Wire = { stopped: 0, wishes: [], say: (event) => listeners.get(event)?.() };
  const track = {
    stop: () => {
      wire.stopped += 1;
    },
    addEventListener: (event: string, listener: () => void) => listeners.set(event, listener),
    getCapabilities: () => ({ torch: true, focusMode: ["single-shot"] }),
    applyConstraints: async (wish: unknown) => void wire.wishes.push(wish),
  };
  const getUserMedia = async (): Promise<unknown> => {
    if (refusal !== undefined) throw new DOMException("no", refusal);
    return { getVideoTracks: () => [track], getTracks: () => [track] };
  };
  Object.defineProperty(navigator, "mediaDevices", {
    configurable: true,
    value: { getUserMedia, getSupportedConstraints: () => ({ pointsOfInterest: true }) },
  });
  return wire;
}

beforeEach(() => {
  world.sight = ok(clear);
  world.proposal = ok(proposal);
  world.ended = 0;
  world.samples = [];
  watchCanvas();
  const context = { fillRect: () => undefined, drawImage: () => undefined };
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation((() => ({
    ...context,
    getImageData: (_x: number, _y: number, width: number, height: number) => ({
      data: new Uint8ClampedArray(width * height * 4),
    }),
  })) as never);
  vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation((give) =>
    give(new Blob(["shot"], { type: "image/jpeg" })),
  );
  vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue(undefined);
  vi.spyOn(HTMLMediaElement.prototype, "srcObject", "set").mockReturnValue(undefined);
  // The page of these tests has no such thing.
  Object.assign(HTMLVideoElement.prototype, { videoWidth: 1440, videoHeight: 1920 });
});
afterEach(async () => {
  cleanup();
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, "mediaDevices");
  vi.restoreAllMocks();
  await setLanguage("fr");
});

async function show(kind = "tax-notice", kept = 0) {
  const satchel = createFakeSatchel({ papers: [fakePaper({ kind, status: "draft", pages: pages(kept) })] });
  const id = satchel.data.papers[0]?.id ?? "";
  const shown = await showScreen(<PagesScreen params={{ paper: id }} />, { satchel, areas: [...AREAS] });
  await screen.findByText(/Choisir des fichiers/);
  await settled();
  return { satchel, ...shown };
}
const press = async (name: string | RegExp): Promise<void> => {
  await act(async () => void fireEvent.click(await screen.findByRole("button", { name })));
  await settled();
};
const openCamera = async (): Promise<void> => {
  await press(/Prendre une (photo|autre page)/);
  await within(await screen.findByRole("dialog")).findByRole("heading");
};
const inside = () => within(screen.getByRole("dialog"));
const statesOf = (satchel: FakeSatchel): readonly string[] =>
  Object.values(satchel.data.papers[0]?.record.pages ?? {}).map((page) => page.state);
const lastHow = (satchel: FakeSatchel) =>
  (satchel.calls("addPage").at(-1) as readonly [string, File, { how?: unknown; page?: string }])[2];

describe("the camera", () => {
  test("says one thing at a time, draws what it found, and its shutter seals before anything is asked", async () => {
    const wire = plugIn();
    const { satchel } = await show();
    await openCamera();
    expect(inside().getByRole("heading").textContent).toContain("page 1");
    expect(await screen.findByText("Feuille trouvée. Ne bougez plus.")).toBeTruthy();
    expect(document.querySelector(".cam__edge:not(.cam__edge--unsure)")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    await press("Prendre");
    expect(await screen.findByText("Vérifiez les 4 coins. Déplacez-les si besoin.")).toBeTruthy();
    expect(satchel.calls("addPage")).toHaveLength(1);
    expect(lastHow(satchel)).toEqual({ shot: true });
    expect([wire.stopped, statesOf(satchel)]).toEqual([1, ["raw"]]);
    expect(await axeProblems()).toEqual([]);
  });

  test.each([
    [{ dark: true }, "Trop sombre. Allumez la lumière."],
    [{ glare: true }, "Reflet. Penchez un peu la feuille."],
    [{ sharpness: 0 }, "Bougez moins."],
    [{ sheets: "several" }, "Plusieurs feuilles. Gardez-en une seule."],
    [{ corners: null, sheets: "none" }, "Montrez toute la feuille."],
  ] as const)("%o is told in words", async (patch, words) => {
    plugIn();
    world.sight = ok({ ...clear, ...patch });
    await show();
    await openCamera();
    expect((await screen.findAllByText(words)).length).toBeGreaterThan(0);
  });

  test.each([
    ["NotAllowedError", /pas le droit/],
    ["NotFoundError", /Aucun appareil photo ne répond/],
    ["NotReadableError", /autre application/],
  ])("D4: %s is a plain sentence, beside the two other ways", async (name, words) => {
    plugIn(name);
    const { satchel } = await show();
    await openCamera();
    expect(plain((await inside().findByRole("alert")).textContent)).toMatch(words);
    if (name === "NotAllowedError") expect(await axeProblems()).toEqual([]);
    const system = inside().getByLabelText<HTMLInputElement>(/Appareil du téléphone/);
    expect(system.getAttribute("capture")).toBe("environment");
    expect(inside().getByLabelText<HTMLInputElement>(/Choisir un fichier/).multiple).toBe(true);
    Object.defineProperty(system, "files", { configurable: true, value: [photo()] });
    await act(async () => void fireEvent.change(system));
    await settled();
    expect(await screen.findByText(/Vérifiez les 4 coins/)).toBeTruthy();
    expect(statesOf(satchel)).toEqual(["raw"]);
  });

  test("D4: taken away in the middle is told, and asked again it comes back", async () => {
    const wire = plugIn();
    await show();
    await openCamera();
    await act(async () => wire.say("ended"));
    expect(plain((await inside().findByRole("alert")).textContent)).toMatch(/s’est arrêté.*pages sont gardées/);
    expect(wire.stopped).toBe(1);
    await press("Essayer encore");
    expect(inside().queryByRole("alert")).toBeNull();
    await act(async () => {
      vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
      document.dispatchEvent(new Event("visibilitychange"));
    });
    expect(plain((await inside().findByRole("alert")).textContent)).toContain("pendant votre absence");
    expect(wire.stopped).toBe(2);
  });

  test("its light, its focus and its own shutter are switches; it stops when one leaves", async () => {
    const wire = plugIn();
    await show();
    await openCamera();
    await press("Lumière");
    await press("Mise au point");
    expect(wire.wishes).toEqual([
      { advanced: [{ torch: true }] },
      { advanced: [{ pointsOfInterest: [{ x: 0.5, y: 0.5 }], focusMode: "single-shot" }] },
    ]);
    expect(screen.getByRole("button", { name: "Prendre tout seul" }).getAttribute("aria-pressed")).toBe("false");
    world.ended = 0;
    await press("Terminer");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect([wire.stopped, world.ended]).toEqual([1, 1]);
  });

  test("takes the picture by itself where the person wants that, once the sheet has lain still", async () => {
    plugIn();
    const { pass, satchel } = await show();
    await openCamera();
    await press("Prendre tout seul");
    await screen.findByText("Feuille trouvée. Ne bougez plus.");
    expect(statesOf(satchel)).toEqual([]);
    pass(1500);
    expect(await screen.findByText(/Vérifiez les 4 coins/)).toBeTruthy();
    await press("Reprendre la photo");
    await press("Prendre tout seul");
  });

  test("says its hints aloud where the person wants that and a voice of this device speaks the language", async () => {
    plugIn();
    const spoken: string[] = [];
    vi.stubGlobal(
      "SpeechSynthesisUtterance",
      class {
        readonly text: string;
        constructor(text: string) {
          this.text = text;
        }
      },
    );
    vi.stubGlobal("speechSynthesis", {
      getVoices: () => [{ lang: "fr-FR", localService: true }],
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
      cancel: () => undefined,
      speak: ({ text }: { readonly text: string }) => spoken.push(text),
    });
    const { pass } = await show();
    await openCamera();
    await screen.findByText("Feuille trouvée. Ne bougez plus.");
    expect(spoken).toEqual([]);
    await press("À voix haute");
    pass(3500);
    await waitFor(() => expect(spoken).toEqual(["Feuille trouvée. Ne bougez plus."]));
    await press("À voix haute");
  });

  test("D10: without the imaging tool there are no hints, and the shutter works", async () => {
    plugIn();
    world.sight = err({ type: "unavailable", mark: "not-loaded" });
    world.proposal = err({ type: "unavailable", mark: "not-loaded" });
    const { satchel } = await show();
    await openCamera();
    await press("Prendre");
    expect(await screen.findByText(/ne peut pas montrer cette photo/)).toBeTruthy();
    await press("Garder et terminer");
    await waitFor(() => expect(statesOf(satchel)).toEqual(["ready"]));
    expect(lastHow(satchel)).toMatchObject({ how: { corners: null, turn: 0 } });
  });
});

describe("the corners", () => {
  async function shot(kind?: string, kept?: number) {
    plugIn();
    const shown = await show(kind, kept);
    await openCamera();
    await press("Prendre");
    await screen.findByRole("button", { name: "Tourner" });
    return shown;
  }

  test("are moved by keys and by buttons, and said; the page is made as they lie", async () => {
    const { satchel } = await shot();
    const [handle] = inside().getAllByRole("button", { name: "En bas à droite" });
    if (handle === undefined) throw new Error("no corner");
    await act(async () => void fireEvent.keyDown(handle, { key: "ArrowLeft" }));
    expect(plain(inside().getByText(/depuis la gauche/).textContent)).toBe(
      "En bas à droite : 89 sur 100 depuis la gauche, 90 sur 100 depuis le haut",
    );
    await press("Vers le haut");
    await press("Tourner");
    await act(async () => void fireEvent.click(inside().getByLabelText(/^Couleur/)));
    await press("Garder et terminer");
    await waitFor(() => expect(statesOf(satchel)).toEqual(["ready"]));
    const { how, page } = lastHow(satchel);
    expect(how).toEqual({ corners: { ...corners, br: { x: 0.89, y: 0.89 } }, turn: 90, look: "colour" });
    expect(page).toBe(Object.keys(satchel.data.papers[0]?.record.pages ?? {})[0]);
  });

  test("are moved by a finger", async () => {
    const { satchel } = await shot();
    const [handle] = inside().getAllByRole("button", { name: "En haut à gauche" });
    const box = handle?.parentElement;
    if (!handle || !box) throw new Error("no corner");
    Object.assign(handle, { setPointerCapture: () => undefined });
    vi.spyOn(box, "getBoundingClientRect").mockReturnValue({ left: 0, top: 0, width: 300, height: 400 } as DOMRect);
    const at = (type: string, clientX: number, clientY: number) =>
      act(async () => void handle.dispatchEvent(new MouseEvent(type, { clientX, clientY, bubbles: true })));
    await at("pointerdown", 30, 40);
    await at("pointermove", 60, 20);
    await at("pointerup", 60, 20);
    await at("pointermove", 150, 200);
    await press("Garder et terminer");
    await waitFor(() => expect(statesOf(satchel)).toEqual(["ready"]));
    expect(lastHow(satchel).how).toMatchObject({ corners: { ...corners, tl: { x: 0.2, y: 0.05 } } });
  });

  test("the whole photo, and what was found, are one press each", async () => {
    const { satchel } = await shot();
    await press("Toute la photo");
    await waitFor(() => expect(world.samples.at(-1)).toMatchObject({ corners: null }));
    await press("Les bords trouvés");
    await press("Toute la photo");
    await press("Garder et terminer");
    await waitFor(() => expect(lastHow(satchel).how).toMatchObject({ corners: null, look: "document" }));
  });

  test("what may not be readable is told before, and never forbidden", async () => {
    world.proposal = ok({ ...proposal, quality: { ...proposal.quality, blurred: true, cut: true } });
    const { satchel } = await shot();
    const told = plain(screen.getByRole("dialog").textContent);
    expect(told).toContain("On risque de ne pas pouvoir lire cette page.");
    expect(told).toContain("La photo est floue. Un bord de la feuille manque.");
    await press("Garder quand même");
    await waitFor(() => expect(statesOf(satchel)).toEqual(["ready"]));
  });

  test("a shot that is taken again takes the place of the first, which is not lost before", async () => {
    const { satchel } = await shot();
    await press("Reprendre la photo");
    expect(statesOf(satchel)).toEqual(["raw"]);
    await press("Prendre");
    await screen.findByRole("button", { name: "Tourner" });
    expect(satchel.calls("addPage")).toHaveLength(2);
    expect(lastHow(satchel)).toMatchObject({
      shot: true,
      page: Object.keys(satchel.data.papers[0]?.record.pages ?? {})[0],
    });
    expect(statesOf(satchel)).toEqual(["raw"]);
  });

  test("front, then back, are asked for by name; the paper's pages follow each other", async () => {
    const { satchel } = await shot("identity-card");
    await press("Garder et prendre le dos");
    expect(inside().getByRole("heading").textContent).toContain("le dos");
    await waitFor(() => expect(statesOf(satchel)).toEqual(["ready"]));
    await press("Prendre");
    await screen.findByRole("button", { name: "Tourner" });
    await press("Garder et terminer");
    expect(screen.queryByRole("dialog")).toBeNull();
    await waitFor(() => expect(statesOf(satchel)).toEqual(["ready", "ready"]));
    expect(await screen.findByText(/Gardé sur ce téléphone.*2 pages/)).toBeTruthy();
  });

  test("INV-1: whoever goes back, or is taken away, has the whole photo as a page", async () => {
    const { satchel } = await shot();
    await press("Retour");
    await waitFor(() => expect(statesOf(satchel)).toEqual(["ready"]));
    expect(lastHow(satchel)).toMatchObject({ how: { corners: null, look: "photo" } });
    await openCamera();
    await press("Prendre");
    await screen.findByRole("button", { name: "Tourner" });
    cleanup();
    await waitFor(() => expect(statesOf(satchel)).toEqual(["ready", "ready"]));
  });

  test("the whole photo is kept beside its page only when that is asked for", async () => {
    const { satchel } = await shot();
    await act(async () => void fireEvent.click(inside().getByLabelText(/Garder aussi la photo entière/)));
    await press("Garder et terminer");
    await waitFor(() => expect(lastHow(satchel)).toMatchObject({ keepOriginal: true }));
  });

  test("a page that was kept is cut anew beside the old one, which can be put back", async () => {
    plugIn();
    const { satchel, pass } = await show("tax-notice", 2);
    const [first] = Object.keys(satchel.data.papers[0]?.record.pages ?? {});
    await press(/Recadrer.*Page 1/);
    await screen.findByRole("button", { name: "Garder ces bords" });
    expect(satchel.calls("addPage")).toEqual([]);
    await press("Garder ces bords");
    await waitFor(() => expect(statesOf(satchel)).toHaveLength(3));
    expect(screen.getByText("Page retirée.")).toBeTruthy();
    const order = () =>
      Object.entries(satchel.data.papers[0]?.record.pages ?? {})
        .sort((a, b) => a[1].position - b[1].position)
        .map(([key]) => key);
    expect(order()[1]).toBe(first);
    pass(10_000);
    await settled();
    expect(order()).toHaveLength(2);
  });

  test("says all of it in Arabic too, with the picture left to right", async () => {
    await shot();
    await setLanguage("ar");
    await settled();
    expect(screen.getByRole("dialog").textContent).not.toContain("capture.");
    expect(document.querySelector(".edit")?.getAttribute("dir")).toBe("ltr");
    expect(await axeProblems()).toEqual([]);
  });
});

test("the phone's own camera leads to the corners as well", async () => {
  plugIn();
  const { satchel } = await show();
  await choose(/Appareil photo du téléphone/, photo());
  expect(await screen.findByText(/Vérifiez les 4 coins/)).toBeTruthy();
  expect(statesOf(satchel)).toEqual(["raw"]);
});
