/** INV-3, decisions/0025: a person's picture is pixels in a canvas, as many as are shown, while they are shown; never an `<img>`. */
import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadAreas } from "../../../src/app/i18n/i18n.ts";
import { type PictureFile, printSize } from "../../../src/app/ui/drawing.ts";
import { Picture } from "../../../src/app/ui/Picture.tsx";
import { axeProblems } from "../../support/axe-dom.ts";
import { type WatchedCanvas, watchCanvas } from "../../support/canvas.ts";

const file = (): PictureFile => ({ bytes: new ArrayBuffer(4), mime: "image/webp" });
/** Slow machines included. */
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000 });
const sheet = (): HTMLCanvasElement => screen.getByRole<HTMLCanvasElement>("img", { name: "Page 1" });

let canvas: WatchedCanvas;
beforeEach(async () => {
  await loadAreas("common");
  canvas = watchCanvas(200);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("Picture", () => {
  test("as many pixels as are shown; more when it is enlarged, never more than it has; nothing left afterwards", async () => {
    const own = vi.fn();
    const view = render(
      <main>
        <Picture file={file()} name="Page 1" onSize={own} />
      </main>,
    );
    const drawn = sheet();
    await soon(() => expect([drawn.width, drawn.height]).toEqual([200, 283]));
    expect(own).toHaveBeenCalledWith({ width: 800, height: 1131 });
    expect(await axeProblems()).toEqual([]);
    canvas.show(600);
    await soon(() => expect(drawn.width).toBe(600));
    canvas.show(4000);
    await soon(() => expect(drawn.width).toBe(800));
    expect(canvas.decoded()).toBe(3);
    view.unmount();
    await soon(() => expect([drawn.width, drawn.height, canvas.open()]).toEqual([0, 0, 0]));
    expect(document.querySelector("img")).toBeNull();
  });

  test("one decodes at a time; what nobody wants any more is not decoded", async () => {
    const many = Array.from({ length: 20 }, file);
    const view = render(
      <div>
        {many.map((each, n) => (
          <Picture key={n} file={each} name={`Page ${n + 1}`} />
        ))}
      </div>,
    );
    await soon(() => expect(canvas.decoded()).toBeGreaterThan(0));
    expect(canvas.open()).toBeLessThanOrEqual(1);
    view.unmount();
    await new Promise((done) => setTimeout(done, 0));
    const before = canvas.decoded();
    await new Promise((done) => setTimeout(done, 50));
    expect(canvas.decoded()).toBe(before);
    expect(canvas.open()).toBe(0);
  });

  test("far from the screen it has no pixels", async () => {
    let tell: (near: boolean) => void = () => undefined;
    vi.stubGlobal(
      "IntersectionObserver",
      function IntersectionObserver(
        seen: (entries: readonly { readonly target: Element; readonly isIntersecting: boolean }[]) => void,
      ) {
        return {
          observe: (target: Element) => {
            tell = (isIntersecting) => seen([{ target, isIntersecting }]);
          },
          unobserve: () => undefined,
        };
      },
    );
    render(<Picture file={file()} name="Page 1" />);
    expect(canvas.decoded()).toBe(0);
    tell(true);
    await soon(() => expect(sheet().width).toBe(200));
    tell(false);
    expect(sheet().width).toBe(0);
    tell(true);
    await soon(() => expect(sheet().width).toBe(200));
  });

  test("the preview is seen until the readable page is drawn", async () => {
    const view = render(<Picture file={file()} name="Page 1" />);
    await soon(() => expect(sheet().width).toBe(200));
    const before = sheet();
    view.rerender(<Picture file={file()} name="Page 1" />);
    expect(before.width).toBe(200);
    await soon(() => expect(canvas.decoded()).toBe(2));
    expect(sheet()).toBe(before);
  });

  test("a blank canvas is drawn again", async () => {
    render(<Picture file={file()} name="Page 1" />);
    await soon(() => expect(sheet().width).toBe(200));
    sheet().dispatchEvent(new Event("contextrestored"));
    await soon(() => expect(canvas.decoded()).toBe(2));
  });

  test("damaged: words, or what stands in its place", async () => {
    canvas.spoil();
    const settled = vi.fn();
    render(<Picture file={file()} name="Page 1" onSettled={settled} />);
    expect(await screen.findByText("Cette image ne s’affiche pas ici.")).toBeTruthy();
    expect(settled).toHaveBeenCalledOnce();
    cleanup();
    render(<Picture file={file()} name="" instead={<b>dessin</b>} />);
    expect(await screen.findByText("dessin")).toBeTruthy();
    expect(document.querySelector("canvas")).toBeNull();
  });

  test("where the browser has a decoder for bytes, no Blob is made of them", async () => {
    const ended: string[] = [];
    vi.stubGlobal(
      "ImageDecoder",
      class {
        static isTypeSupported = async (type: string): Promise<boolean> => type === "image/webp";
        decode = async () => ({
          image: { displayWidth: 800, displayHeight: 1131, close: () => ended.push("image") },
        });
        close = () => ended.push("decoder");
      },
    );
    render(<Picture file={file()} name="Page 1" />);
    await soon(() => expect(sheet().width).toBe(200));
    expect(canvas.decoded()).toBe(0);
    expect(ended).toEqual(["decoder", "image"]);
    cleanup();
    render(<Picture file={{ bytes: new ArrayBuffer(4), mime: "image/gif" }} name="Page 1" />);
    await soon(() => expect(canvas.decoded()).toBe(1));
  });

  test("for the printer: 200 dots per inch, fewer when there are many sheets, wherever it stands", async () => {
    expect(printSize(1, false)).toEqual({ width: 1433, height: 2031 });
    expect(printSize(1, true)).toEqual({ width: 2031, height: 1433 });
    for (const sheets of [20, 60]) {
      const { width, height } = printSize(sheets, false);
      expect(sheets * width * height).toBeLessThan(41_000_000);
    }
    const settled = vi.fn();
    canvas.show(0);
    render(<Picture file={file()} name="Page 1" fit={{ width: 400, height: 400 }} onSettled={settled} />);
    await soon(() => expect(settled).toHaveBeenCalledOnce());
    expect([sheet().width, sheet().height]).toEqual([283, 400]);
  });
});
