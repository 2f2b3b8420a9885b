/** D10: the camera's chunk is not on this device and there is no network. The other ways stand there; a photo is kept. */
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PagesScreen } from "../../../src/app/features/papers/PagesScreen.tsx";
import { axeProblems } from "../../support/axe-dom.ts";
import { watchCanvas } from "../../support/canvas.ts";
import { createFakeSatchel, fakePaper } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { AREAS, choose, pages, photo, plain, settled } from "../papers/support.ts";

vi.mock("../../../src/app/ui/capture/CaptureDialog.tsx", () => {
  throw new TypeError("Failed to fetch dynamically imported module");
});

beforeEach(() => {
  watchCanvas();
  Object.defineProperty(navigator, "mediaDevices", {
    configurable: true,
    value: { getUserMedia: async () => undefined },
  });
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, "mediaDevices");
});

test("D10: without its chunk the camera says so, and the phone's own keeps the photo as any file", async () => {
  const satchel = createFakeSatchel({ papers: [fakePaper({ kind: "tax-notice", status: "draft", pages: pages(1) })] });
  const id = satchel.data.papers[0]?.id ?? "";
  await showScreen(<PagesScreen params={{ paper: id }} />, { satchel, areas: [...AREAS] });
  await screen.findByText(/Choisir des fichiers/);
  await act(async () => void fireEvent.click(screen.getByRole("button", { name: /Prendre une autre page/ })));
  expect(plain((await screen.findByText(/n’est pas encore sur cet appareil/)).textContent)).toContain(
    "préparée plus tard",
  );
  expect(await axeProblems()).toEqual([]);
  await choose(/Appareil photo du téléphone/, photo());
  await waitFor(() => expect(satchel.calls("addPage")).toHaveLength(1));
  // As any file: the worker reduces it, or keeps it as it is until it can.
  expect(satchel.calls("addPage")[0]?.slice(2)).toEqual([]);
  await act(async () => void fireEvent.click(screen.getByRole("button", { name: /Recadrer.*Page 1/ })));
  await settled();
  expect(await screen.findByText(/La page reste comme elle est/)).toBeTruthy();
  expect(screen.queryByRole("dialog")).toBeNull();
});
