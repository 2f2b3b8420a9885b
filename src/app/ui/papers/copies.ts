/**
 * Copies of chosen pages, ready to leave: each page read, turned, marked, one after the other. Runs in the page, over the
 * workers that it is handed; pages of PDFs are drawn first.
 */
import type { ShownPage } from "../../../satchel/model.ts";
import { err, ok, type Result } from "../../../shared/result.ts";
import type { DrawnPage, PdfTrouble } from "../../../workers/pdf.contract.ts";
import type { Mark, SharedCopy, SharingApi } from "../../../workers/sharing.contract.ts";

/** One choice: a picture, or a page of a PDF. */
export interface Item {
  readonly key: string;
  /** The page of the record. */
  readonly page: string;
  /** Its place among the pages of the paper, from 1. */
  readonly n: number;
  readonly turn: ShownPage["turn"];
  /** Of a PDF: the page inside, from 1; "all" while it is not known how many there are. */
  readonly inner?: number | "all";
}

/** A4 at 150 dots per inch: what the sharing worker keeps of a page. */
export const pdfWidth = 1240;
/** Of one PDF: more is no paper any more, and every copy is held in memory. */
export const maxSheets = 60;

export interface CopyDeps {
  readonly read: (page: string) => Promise<Result<{ readonly bytes: ArrayBuffer; readonly mime: string }, unknown>>;
  readonly sheets: (page: string) => Promise<Result<number, PdfTrouble>>;
  readonly draw: (page: string, inner: number) => Promise<Result<DrawnPage, PdfTrouble>>;
  readonly sharing: SharingApi;
}

export interface CopyTrouble {
  readonly n: number;
  /** tool: what draws PDFs is not on this device. */
  readonly why: "unread" | "tool";
}

async function expanded(items: readonly Item[], deps: CopyDeps): Promise<Result<readonly Item[], CopyTrouble>> {
  const all: Item[] = [];
  for (const item of items) {
    if (item.inner !== "all") {
      all.push(item);
      continue;
    }
    const count = await deps.sheets(item.page);
    if (!count.ok) return err({ n: item.n, why: count.error.type === "unavailable" ? "tool" : "unread" });
    for (let inner = 1; inner <= Math.min(count.value, maxSheets); inner += 1) all.push({ ...item, inner });
  }
  return ok(all);
}

/** @param onStep before each page, from 1. */
export async function makeCopies(
  items: readonly Item[],
  mark: Mark | null,
  deps: CopyDeps,
  onStep: (n: number, of: number) => void,
): Promise<Result<readonly SharedCopy[], CopyTrouble>> {
  const all = await expanded(items, deps);
  if (!all.ok) return all;
  const copies: SharedCopy[] = [];
  for (const [at, { page, n, turn, inner }] of all.value.entries()) {
    onStep(at + 1, all.value.length);
    if (typeof inner === "number") {
      const drawn = await deps.draw(page, inner);
      if (!drawn.ok) return err({ n, why: drawn.error.type === "unavailable" ? "tool" : "unread" });
      const copy = await deps.sharing.copy(drawn.value.bitmap, turn, mark);
      if (!copy.ok) return err({ n, why: "unread" });
      copies.push(copy.value);
    } else {
      const read = await deps.read(page);
      if (!read.ok) return err({ n, why: "unread" });
      const copy = await deps.sharing.copy(read.value, turn, mark);
      if (!copy.ok) return err({ n, why: "unread" });
      copies.push(copy.value);
    }
  }
  return ok(copies);
}
