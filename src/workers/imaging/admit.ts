/**
 * Which picked files are taken (A6): checks that need no decoder. Runs in the imaging worker, and in the satchel worker
 * where that one cannot be loaded.
 */

import { err, ok, type Result } from "../../shared/result.ts";
import type { ImportRefusal } from "../satchel.contract.ts";
import { type Dimensions, inspect } from "./inspect.ts";
import { maxMegapixels, maxPdfBytes, maxPictureBytes } from "./limits.ts";
import { inspectPdf } from "./pdf.ts";
import { type ByteSource, blobSource } from "./source.ts";

/** @param pdfOpens whether an encrypted PDF opens without a password (pdf-lock.ts); null where nobody can tell. */
export async function admit(
  file: Blob,
  pdfOpens: ((source: ByteSource, trailer: string) => Promise<boolean>) | null,
): Promise<
  Result<
    | { readonly type: "pdf" }
    | {
        readonly type: "picture";
        readonly mime: string;
        readonly size: Dimensions | null;
        readonly sideways: boolean;
      },
    ImportRefusal
  >
> {
  // First of all: nothing reads 200 MB to say what they are.
  const maxBytes = Math.max(maxPictureBytes, maxPdfBytes);
  if (file.size > maxBytes) return err({ type: "file-too-big", maxBytes });
  const source = blobSource(file);
  const found = await inspect(source);
  if (found.type === "empty") return err({ type: "file-empty" });
  if (found.type === "unknown") return err({ type: "file-not-a-picture" });
  if (found.type === "pdf") {
    if (file.size > maxPdfBytes) return err({ type: "file-too-big", maxBytes: maxPdfBytes });
    const pdf = await inspectPdf(source);
    if (pdf.type === "damaged") return err({ type: "pdf-damaged" });
    const asks = pdf.type === "encrypted" && pdfOpens !== null && !(await pdfOpens(source, pdf.trailer));
    return asks ? err({ type: "pdf-locked" }) : ok({ type: "pdf" });
  }
  if (file.size > maxPictureBytes) return err({ type: "file-too-big", maxBytes: maxPictureBytes });
  if (found.size !== null) {
    const megapixels = (found.size.width * found.size.height) / 1e6;
    if (megapixels > maxMegapixels) return err({ type: "picture-too-large", megapixels: Math.round(megapixels) });
  }
  if (!found.whole) return err({ type: "picture-damaged" });
  return ok({ type: "picture", mime: found.mime, size: found.size, sideways: found.sideways });
}
