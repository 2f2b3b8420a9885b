/**
 * Draws pages of a PDF with pdf.js, reader and painter in one thread. Runs in the PDF worker.
 *
 * Surprising: pdf.js wants to start a worker of its own. Here it runs whole inside ours (`globalThis.pdfjsWorker`), so that
 * ending one worker ends everything that a hostile file can keep busy, painting included.
 *
 * What it may not do: scripts and XFA are never read (the sandbox that would run them is not in the build), nothing is fetched
 * but three files of our own, and nothing of it needs `eval`. No character maps for Chinese, Japanese and Korean fonts that are not in the
 * file: 1.1 MB that French papers do not need.
 */

import {
  AnnotationMode,
  getDocument,
  PasswordException,
  type PDFDocumentLoadingTask,
  type PDFDocumentProxy,
  VerbosityLevel,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import { err, ok, type Result } from "../../shared/result.ts";
import { type DrawnPage, maxPdfPages, type PdfApi, type PdfTrouble } from "../pdf.contract.ts";
import type { Bounds } from "./bounds.ts";
import { drawScale } from "./size.ts";

/** Pixels of one image inside a PDF: a scanned A3 sheet at 600 dots per inch is above it, at 400 below. */
const maxImagePixels = 40_000_000;

export interface RenderDeps {
  /** A file of ours by its name in pdf.js; undefined: it is left out. */
  readonly file: (name: string) => Promise<Uint8Array | undefined>;
  /** Where fonts that are inside a PDF go. */
  readonly fonts: FontFaceSet;
  readonly bounds: Bounds;
  /** To paint on; not one of those that `bounds` counts as pictures. */
  readonly Canvas: typeof OffscreenCanvas;
}

interface CanvasAndContext {
  canvas: OffscreenCanvas | null;
  context: OffscreenCanvasRenderingContext2D | null;
}

/** What pdf.js calls with `new`: canvases to paint on, of which only so many pixels may be there at a time. */
const canvasesFrom = ({ Canvas, bounds }: RenderDeps) =>
  class {
    create(width: number, height: number): CanvasAndContext {
      bounds.paintOn(width * height);
      const canvas = new Canvas(width, height);
      return { canvas, context: canvas.getContext("2d", { willReadFrequently: true }) };
    }
    reset({ canvas }: CanvasAndContext, width: number, height: number): void {
      if (canvas === null) return;
      bounds.paintOn(width * height - canvas.width * canvas.height);
      canvas.width = width;
      canvas.height = height;
    }
    destroy(held: CanvasAndContext): void {
      if (held.canvas !== null) this.reset(held, 0, 0);
      held.canvas = null;
      held.context = null;
    }
    getNoAlphaContext(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D | null {
      return canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    }
  };

/** Its filters are elements of a page, which a worker has not: colours that need one are drawn without. */
class NoFilters {
  addFilter = (): string => "none";
  addHCMFilter = (): string => "none";
  addAlphaFilter = (): string => "none";
  addLuminosityFilter = (): string => "none";
  addKnockoutFilter = (): string => "none";
  addHighlightHCMFilter = (): string => "none";
  addSelectionHCMFilter = (): string => "none";
  addSelectionFilter = (): string => "none";
  createSelectionStyle = (): null => null;
  destroy = (): void => undefined;
}

const filesFrom = (file: RenderDeps["file"]) =>
  class {
    async fetch({ filename }: { readonly filename: string }): Promise<Uint8Array> {
      const bytes = await file(filename);
      // pdf.js draws without it, and goes on.
      if (bytes === undefined) throw new Error("left out");
      return bytes;
    }
  };

export function createRenderer(deps: RenderDeps): PdfApi {
  const { file, fonts, bounds, Canvas } = deps;
  /** pdf.js throws its own kinds of Error for whatever a file makes it do. */
  const trouble = (error: unknown): Result<never, PdfTrouble> =>
    err({
      type: bounds.wasHit() ? "pdf-too-heavy" : error instanceof PasswordException ? "pdf-locked" : "pdf-unread",
    });
  let task: PDFDocumentLoadingTask | undefined;
  let opened: PDFDocumentProxy | undefined;

  async function open(bytes: ArrayBuffer): ReturnType<PdfApi["open"]> {
    bounds.begin();
    await task?.destroy();
    opened = undefined;
    task = getDocument({
      data: new Uint8Array(bytes),
      CanvasFactory: canvasesFrom(deps),
      FilterFactory: NoFilters,
      BinaryDataFactory: filesFrom(file),
      // Only so that pdf.js asks for them: the names are looked up by `file`.
      wasmUrl: "/",
      standardFontDataUrl: "/",
      useWorkerFetch: false,
      ownerDocument: { fonts } as never,
      disableWorkerRendering: true,
      useSystemFonts: true,
      enableXfa: false,
      maxImageSize: maxImagePixels,
      stopAtErrors: false,
      verbosity: VerbosityLevel.ERRORS,
    });
    try {
      opened = await task.promise;
    } catch (error) {
      return trouble(error);
    }
    return ok({ pages: Math.min(opened.numPages, maxPdfPages) });
  }

  async function draw(number: number, width: number): Promise<Result<DrawnPage, PdfTrouble>> {
    if (opened === undefined) return err({ type: "pdf-unread" });
    bounds.begin();
    try {
      const page = await opened.getPage(number);
      const paper = page.getViewport({ scale: 1 });
      const scale = drawScale(paper.width, paper.height, width);
      if (scale === 0) return err({ type: "pdf-unread" });
      const viewport = page.getViewport({ scale });
      const canvas = new Canvas(Math.max(1, Math.round(viewport.width)), Math.max(1, Math.round(viewport.height)));
      const canvasContext = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
      if (canvasContext === null) return err({ type: "pdf-unread" });
      await page.render({
        canvas: canvas as never,
        canvasContext: canvasContext as never,
        viewport,
        background: "#fff",
        // What was filled into a form is part of the page; nothing of it can be pressed here.
        annotationMode: AnnotationMode.ENABLE,
      }).promise;
      // pdf.js goes on behind what it could not read: a page that is only half there is not shown as the page.
      if (bounds.wasHit()) return err({ type: "pdf-too-heavy" });
      page.cleanup();
      return ok({ bitmap: canvas.transferToImageBitmap(), width: paper.width, height: paper.height });
    } catch (error) {
      return trouble(error);
    }
  }

  return { ready: async () => ok(undefined), open, draw };
}
