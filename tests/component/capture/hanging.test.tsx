/** D10, INV-1: the camera's chunk is asked for on a line that hangs: a photo does not wait for it unsealed. */
import { cleanup, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PagesScreen } from "../../../src/app/features/papers/PagesScreen.tsx";
import { watchCanvas } from "../../support/canvas.ts";
import { createFakeSatchel, fakePaper } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { AREAS, choose, pages, photo } from "../papers/support.ts";

vi.mock("../../../src/app/ui/capture/CaptureDialog.tsx", () => new Promise(() => undefined));

beforeEach(() => {
  watchCanvas();
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test("a photo of the phone's own camera is kept as any file", async () => {
  const satchel = createFakeSatchel({ papers: [fakePaper({ kind: "tax-notice", status: "draft", pages: pages(1) })] });
  const id = satchel.data.papers[0]?.id ?? "";
  const { pass } = await showScreen(<PagesScreen params={{ paper: id }} />, { satchel, areas: [...AREAS] });
  await screen.findByText(/Choisir des fichiers/);
  await choose(/Prendre une autre page/, photo());
  expect(satchel.calls("addPage")).toHaveLength(0);
  pass(3000);
  await waitFor(() => expect(satchel.calls("addPage")).toHaveLength(1));
});
