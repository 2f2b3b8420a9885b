/** Reading a QR code: the camera's answers in words, its light, its end; a native reader; a photo. Without a real camera. */
import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ScanQr } from "../../../src/app/state/ScanQr.tsx";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";

interface FakeTrack {
  stop: () => void;
  addEventListener: () => void;
  getCapabilities: () => { torch: boolean };
  applyConstraints: (wish: unknown) => Promise<void>;
}

let stopped = 0;
let wishes: unknown[] = [];
let found: string | null = null;

/** A camera with a light whose picture shows whatever `found` says, read by a "native" reader. */
function plugIn(refusal?: string): void {
  const track: FakeTrack = {
    stop: () => {
      stopped += 1;
    },
    addEventListener: () => undefined,
    getCapabilities: () => ({ torch: true }),
    applyConstraints: async (wish) => void wishes.push(wish),
  };
  const stream = { getVideoTracks: () => [track], getTracks: () => [track] };
  const getUserMedia = async (): Promise<unknown> => {
    if (refusal !== undefined) throw new DOMException("no", refusal);
    return stream;
  };
  Object.defineProperty(navigator, "mediaDevices", { configurable: true, value: { getUserMedia } });
  vi.stubGlobal(
    "BarcodeDetector",
    Object.assign(
      class {
        readonly detect = async () => (found === null ? [] : [{ rawValue: found }]);
      },
      { getSupportedFormats: async () => ["qr_code"] },
    ),
  );
}

beforeEach(() => {
  stopped = 0;
  wishes = [];
  found = null;
  vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue(undefined);
  vi.spyOn(HTMLMediaElement.prototype, "srcObject", "set").mockReturnValue(undefined);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, "mediaDevices");
  vi.restoreAllMocks();
});

async function show(): Promise<readonly string[]> {
  const read: string[] = [];
  await showScreen(
    <main>
      <h1>QR</h1>
      <ScanQr onText={(text) => void read.push(text)} />
    </main>,
    { satchel: createFakeSatchel(), areas: ["scan"] },
  );
  return read;
}
const openIt = (): void => void fireEvent.click(screen.getByRole("button", { name: "Lire avec l’appareil photo" }));

describe("the camera", () => {
  test("reads once, gives the text, and is off by then", async () => {
    plugIn();
    const read = await show();
    openIt();
    expect(await screen.findByText(/Mettez le dessin dans le cadre/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    found = "BSC1.ABC";
    await waitFor(() => expect(read).toEqual(["BSC1.ABC"]));
    expect(stopped).toBe(1);
    expect(screen.getByText("Le dessin est lu.")).toBeTruthy();
    expect(screen.queryByLabelText("Image de l’appareil photo")).toBeNull();
  });

  test("has its light switched on and off, and stops when asked or when the page is hidden", async () => {
    plugIn();
    await show();
    openIt();
    const light = await screen.findByRole("button", { name: "Lumière" });
    fireEvent.click(light);
    expect(light.getAttribute("aria-pressed")).toBe("true");
    expect(wishes).toEqual([{ advanced: [{ torch: true }] }]);
    fireEvent.click(screen.getByRole("button", { name: "Arrêter" }));
    await waitFor(() => expect(stopped).toBe(1));
    openIt();
    await screen.findByRole("button", { name: "Lumière" });
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    act(() => void document.dispatchEvent(new Event("visibilitychange")));
    expect(await screen.findByText("L’appareil photo s’est arrêté.")).toBeTruthy();
    expect(stopped).toBe(2);
  });

  test.each([
    ["NotAllowedError", /n’est pas permis ici/],
    ["NotFoundError", /Il n’y a pas d’appareil photo/],
    ["NotReadableError", /Une autre application tient/],
  ])("%s is said in words, and a photo can be chosen instead", async (name, words) => {
    plugIn(name);
    await show();
    openIt();
    expect(await screen.findByText(words)).toBeTruthy();
    expect(screen.getByLabelText("Choisir une photo")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });
});

describe("a photo", () => {
  const choose = (): void =>
    void fireEvent.change(screen.getByLabelText("Choisir une photo"), {
      target: { files: [new File(["x"], "a.jpg")] },
    });

  test("that is no picture here is told from one without a code", async () => {
    plugIn();
    vi.stubGlobal("createImageBitmap", async () => {
      throw new DOMException("no", "InvalidStateError");
    });
    const read = await show();
    choose();
    expect(await screen.findByText(/n’est pas une photo lisible/)).toBeTruthy();
    expect(read).toEqual([]);
  });

  test("is read and let go", async () => {
    plugIn();
    let closed = 0;
    vi.stubGlobal("createImageBitmap", async () => ({ width: 10, height: 10, close: () => (closed += 1) }));
    found = "BSR1.xyz";
    const read = await show();
    choose();
    await waitFor(() => expect(read).toEqual(["BSR1.xyz"]));
    expect(closed).toBe(1);
  });
});
