/** Files from another app, and the copy of a paper: the screens, over fakes. The real thing: tests/e2e/files.test.ts. */
import { cleanup, fireEvent, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ReceiveScreen } from "../../../src/app/features/partage/ReceiveScreen.tsx";
import { ShareScreen } from "../../../src/app/features/partage/ShareScreen.tsx";
import { collectShared, dropShared } from "../../../src/app/platform/shared-in.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { watchCanvas } from "../../support/canvas.ts";
import { createFakeSatchel, fakePaper } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { pages, plain, settled } from "../papers/support.ts";

const areas = ["partage", "papers", "papers-types"] as const;
const RLO = "\u202e";

beforeEach(() => void watchCanvas());
afterEach(() => {
  cleanup();
  dropShared();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A service worker that holds these. */
const holding = (files: readonly File[]): ServiceWorkerContainer =>
  ({
    controller: {
      postMessage: (_message: unknown, [port]: readonly MessagePort[]) => port?.postMessage({ files }),
    },
  }) as unknown as ServiceWorkerContainer;

async function receive(files: readonly File[], satchel = createFakeSatchel()) {
  vi.stubGlobal("MessageChannel", function MessageChannel() {
    const port1: { onmessage: ((event: { data: unknown }) => void) | null } = { onmessage: null };
    return { port1, port2: { postMessage: (data: unknown) => port1.onmessage?.({ data }) } };
  });
  await collectShared(holding(files));
  const shown = await showScreen(<ReceiveScreen />, { satchel, areas });
  await settled();
  return { ...shown, satchel };
}
const text = (): string => plain(document.querySelector("main")?.textContent ?? "");

describe("des fichiers pour votre besace", () => {
  test("nothing waits: said, with what to do", async () => {
    await receive([]);
    expect(text()).toContain("Aucun fichier n’attend ici");
    expect(await axeProblems()).toEqual([]);
  });

  test("D8: names are shown without their tricks; nothing is kept before a press", async () => {
    const { satchel, went } = await receive([
      new File(["%PDF"], `../annexe${RLO}fdp.exe`, { type: "application/pdf" }),
      new File(["x"], "b.jpg", { type: "image/jpeg" }),
    ]);
    expect(text()).toContain("2 fichiers partagés");
    expect(text()).toContain("annexefdp.exe");
    expect(text()).not.toMatch(new RegExp(`${RLO}|\\.\\.`));
    expect(text()).toContain("Rien n’est encore gardé");
    expect([satchel.calls("startPaper"), satchel.calls("addPage")]).toEqual([[], []]);
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Ne pas les garder" }));
    expect(went).toEqual(["/accueil"]);
  });

  test("D9: kept as a new paper, each file a page, in order", async () => {
    const { satchel, went } = await receive([
      new File(["x"], "a.jpg", { type: "image/jpeg" }),
      new File(["x"], "b.jpg", { type: "image/jpeg" }),
    ]);
    fireEvent.click(screen.getByRole("button", { name: /Garder comme un nouveau papier/ }));
    await vi.waitFor(() => expect(satchel.calls("addPage")).toHaveLength(2));
    await settled();
    expect(satchel.calls("startPaper")).toHaveLength(1);
    expect(satchel.calls("addPage").map(([, file]) => (file as File).name)).toEqual(["a.jpg", "b.jpg"]);
    fireEvent.click(await screen.findByRole("button", { name: /Continuer/ }));
    await vi.waitFor(() => expect(went.at(-1)).toMatch(/^\/papiers\/.+\/infos$/));
  });
});

describe("partager une copie", () => {
  const paper = fakePaper({ kind: "proof-of-address", title: "Facture", pages: pages(2) });
  async function share(view: Parameters<typeof fakePaper>[1] = {}) {
    const shown = fakePaper(paper.record, { ...view, id: paper.id });
    const satchel = createFakeSatchel({ papers: [shown] });
    await showScreen(<ShareScreen params={{ paper: shown.id }} />, { satchel, areas });
    await settled();
    return satchel;
  }

  test("every page is chosen; whom it is for is asked before anything is read", async () => {
    const satchel = await share();
    expect(screen.getAllByRole("checkbox", { name: /Page \d/, checked: true })).toHaveLength(2);
    const read = satchel.calls("readPage").filter(([, , which]) => which === "readable");
    fireEvent.click(screen.getByRole("button", { name: "Préparer la copie" }));
    await settled();
    expect(text()).toContain("Écrivez pour qui est cette copie");
    expect(document.activeElement?.id).toBe("pour-qui");
    expect(satchel.calls("readPage").filter(([, , which]) => which === "readable")).toEqual(read);
    expect(await axeProblems()).toEqual([]);
  });

  test("no page chosen: the button says what is missing", async () => {
    await share();
    for (const box of screen.getAllByRole("checkbox", { name: /Page \d/ })) fireEvent.click(box);
    await settled();
    expect(text()).toContain("Cochez une page au moins.");
  });

  test("pages that are not on this phone are not promised", async () => {
    await share({ state: "away" });
    expect(text()).toContain("Les pages de ce papier ne sont pas sur ce téléphone.");
    expect(screen.queryByRole("button", { name: "Préparer la copie" })).toBeNull();
  });
});
