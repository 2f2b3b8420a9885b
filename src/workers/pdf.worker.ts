/**
 * Root of the PDF worker: pdf.js with an off-screen canvas, and the three files of its own that it may have. Holds no key.
 * Opened in a group of its own (src/sw/groups.ts, "pdf").
 */

import { expose, transfer } from "comlink";
import { WorkerMessageHandler } from "pdfjs-dist/legacy/build/pdf.worker.mjs";
import dingbats from "pdfjs-dist/standard_fonts/FoxitDingbats.pfb?url";
import jbig2 from "pdfjs-dist/wasm/jbig2.wasm?url";
import openjpeg from "pdfjs-dist/wasm/openjpeg.wasm?url";
import { type BoundScope, boundMemory } from "./pdf/bounds.ts";
import { createRenderer } from "./pdf/render.ts";
import type { PdfApi } from "./pdf.contract.ts";

declare const self: DedicatedWorkerGlobalScope;

// pdf.js looks here before it starts a worker of its own.
Object.assign(globalThis, { pdfjsWorker: { WorkerMessageHandler } });

/** Scans in black and white, scans of archives, and the ticks of forms. */
const files: Readonly<Record<string, string>> = {
  "jbig2.wasm": jbig2,
  "openjpeg.wasm": openjpeg,
  "FoxitDingbats.pfb": dingbats,
};

async function file(name: string): Promise<Uint8Array | undefined> {
  const url = files[name];
  if (url === undefined) return undefined;
  const response = await fetch(url);
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
}

// Before it is bounded; where there is none, no page is drawn.
const Canvas = globalThis.OffscreenCanvas;
const renderer = createRenderer({ file, fonts: self.fonts, Canvas, bounds: boundMemory(globalThis as BoundScope) });
const api: PdfApi = {
  ...renderer,
  async draw(page, width) {
    const drawn = await renderer.draw(page, width);
    return drawn.ok ? transfer(drawn, [drawn.value.bitmap]) : drawn;
  },
};

expose(api);
