/** pdfjs-dist ships no types for its worker script; this is all that is taken from it. */
declare module "pdfjs-dist/legacy/build/pdf.worker.mjs" {
  export const WorkerMessageHandler: unknown;
}
