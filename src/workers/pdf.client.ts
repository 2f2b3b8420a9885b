/** The page's way to the PDF worker: the one place that starts it. `stop` ends it, and with it whatever it was doing. */

import { type Bridge, bridge } from "./bridge.client.ts";
import { type PdfApi, pdfMethods } from "./pdf.contract.ts";

export const connectPdf = (): Bridge<PdfApi> =>
  bridge<PdfApi>(
    () => new Worker(new URL("./pdf.worker.ts", import.meta.url), { type: "module", name: "besace-pdf" }),
    pdfMethods,
  );
