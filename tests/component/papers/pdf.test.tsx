/** Pages of a PDF on the screen, over a renderer that the test plays: D8's "no freeze over 5 s, nothing lost". */
import { cleanup, fireEvent, screen } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PdfPages } from "../../../src/app/features/papers/PdfPages.tsx";
import { openPdf } from "../../../src/app/ui/pdf/document.ts";
import { err, ok } from "../../../src/shared/result.ts";
import type { PdfApi } from "../../../src/workers/pdf.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { type WatchedCanvas, watchCanvas } from "../../support/canvas.ts";
import { createFakeSatchel, fakePaper } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { AREAS, pages, plain, pointer, settled } from "./support.ts";

let canvas: WatchedCanvas;
beforeEach(() => {
  canvas = watchCanvas();
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A renderer whose worker can be ended; `stuck` pages never answer. */
function fakePdf(stuck: readonly number[] = [], opened: Awaited<ReturnType<PdfApi["open"]>> = ok({ pages: 3 })) {
  const acts: string[] = [];
  let closed = 0;
  const connect = () => {
    acts.push("start");
    let stop = (): void => undefined;
    const stopped = new Promise<never>((resolve) => {
      stop = () => resolve(err({ type: "unavailable", mark: "stopped" }) as never);
    });
    const api: PdfApi = {
      ready: async () => ok(undefined),
      open: async () => opened,
      draw: async (page, width) => {
        acts.push(`draw ${page} at ${width}`);
        if (stuck.includes(page)) return stopped;
        const bitmap = { width, height: width * 1.5, close: () => (closed += 1) } as unknown as ImageBitmap;
        return ok({ bitmap, width: 400, height: 600 });
      },
    };
    return {
      api,
      stop: () => {
        acts.push("stop");
        stop();
      },
    };
  };
  return { connect, acts, closed: () => closed };
}

const one = fakePaper({
  kind: "tax-notice",
  title: "Avis",
  pages: pages(1, { readable: null, preview: null, original: pointer("application/pdf") }),
});
const id = Object.keys(one.record.pages)[0] ?? "";

async function show(pdf: ReturnType<typeof fakePdf>) {
  const told: number[] = [];
  let go = (_inner: number): void => undefined;
  function Shown() {
    const [inner, setInner] = useState(1);
    const [zoom, setZoom] = useState(1);
    go = setInner;
    return (
      <main>
        <h1>Avis</h1>
        <h2>Pages</h2>
        <PdfPages
          paper={one.id}
          id={id}
          n={1}
          turn={0}
          name="Avis"
          inner={inner}
          onPages={(count) => void told.push(count)}
          zoom={zoom}
          onZoom={setZoom}
          large={false}
          connect={pdf.connect}
        />
      </main>
    );
  }
  const satchel = createFakeSatchel({ papers: [one] });
  const shown = await showScreen(<Shown />, { satchel, areas: [...AREAS] });
  await settled();
  return { ...shown, told, go: (inner: number) => go(inner) };
}

test("a page is drawn as large as it is shown, once; the next one in its place", async () => {
  const pdf = fakePdf();
  const { told, go, view } = await show(pdf);
  expect(told).toEqual([3]);
  const sheet = () => view.container.querySelector("canvas") as HTMLCanvasElement;
  expect([sheet().width, sheet().height, plain(sheet().getAttribute("aria-label"))]).toEqual([
    400,
    600,
    "Page 1 : Avis",
  ]);
  expect(await axeProblems()).toEqual([]);
  canvas.show(420);
  await settled();
  canvas.show(900);
  await settled();
  expect(sheet().width).toBe(900);
  go(2);
  await settled();
  expect(plain(sheet().getAttribute("aria-label"))).toBe("Page 2 : Avis");
  expect(pdf.acts).toEqual(["start", "draw 1 at 400", "draw 1 at 900", "draw 2 at 900"]);
  expect(pdf.closed()).toBe(3);
  view.unmount();
  await settled();
  expect(pdf.acts.at(-1)).toBe("stop");
});

test("D8: a page that takes longer than five seconds is ended, said, and leaves the others their chance", async () => {
  const pdf = fakePdf([1]);
  const { pass, go } = await show(pdf);
  pass(4999);
  await settled();
  expect(screen.queryByRole("alert")).toBeNull();
  pass(1);
  await settled();
  expect(screen.getByRole("heading", { name: "Cette page est trop lourde" })).toBeTruthy();
  expect(screen.getByRole("button", { name: "Enregistrer une copie" })).toBeTruthy();
  expect(await axeProblems()).toEqual([]);
  go(2);
  await settled();
  expect(screen.queryByRole("alert")).toBeNull();
  expect(pdf.acts).toEqual(["start", "draw 1 at 400", "stop", "start", "draw 2 at 400"]);
});

test.each([
  ["pdf-unread", "Ce PDF ne se montre pas ici"],
  ["pdf-locked", "Ce PDF est fermé par un mot de passe"],
] as const)("%s is said, the file can be saved, and it can be tried again", async (type, words) => {
  const pdf = fakePdf([], err({ type }));
  await show(pdf);
  expect(screen.getByRole("heading", { name: words })).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
  await settled();
  expect(pdf.acts).toEqual(["start", "stop", "start", "stop"]);
});

test("a tool that never comes is no heavy file", async () => {
  let run = (): void => undefined;
  const timers = {
    after: (_delay: number, task: () => void) => {
      run = task;
      return () => undefined;
    },
  };
  const silent = () => ({
    api: { ready: () => new Promise(() => undefined) } as unknown as PdfApi,
    stop: () => undefined,
  });
  const asked = openPdf(new ArrayBuffer(8), { connect: silent, timers }).pages();
  await settled();
  run();
  expect(await asked).toEqual(err({ type: "unavailable", mark: "slow" }));
});
