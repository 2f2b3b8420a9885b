/**
 * Every page of the chosen papers as a JPEG with words across it, one paper after the other. Runs in the page, over the workers
 * that it is handed; a PDF is opened, drawn and closed before the next paper.
 */
import { pagesInOrder } from "../../../satchel/paper.ts";
import type { Timers } from "../../../shared/ports.ts";
import { err, ok, type Result } from "../../../shared/result.ts";
import { connectPdf } from "../../../workers/pdf.client.ts";
import type { PaperView, SatchelApi, ShareInput } from "../../../workers/satchel.contract.ts";
import type { Mark, SharingApi } from "../../../workers/sharing.contract.ts";
import { type CopyTrouble, type Item, makeCopies, pdfWidth } from "../../ui/papers/copies.ts";
import { pageForm } from "../../ui/papers/pictures.ts";
import { openPdf, type PdfDocument } from "../../ui/pdf/document.ts";

/** A paper of which every page can be drawn here. */
export const isCopyable = ({ record }: PaperView): boolean => {
  const pages = pagesInOrder(record);
  return (
    pages.length > 0 &&
    pages.every(([, page]) => {
      const form = pageForm(page);
      return form === "picture" || (form === "file" && page.original?.mime === "application/pdf");
    })
  );
};

const itemsOf = (paper: PaperView): readonly Item[] =>
  pagesInOrder(paper.record).map(([page, record], at) => {
    const item = { key: page, page, n: at + 1, turn: record.turn };
    return pageForm(record) === "file" ? { ...item, inner: "all" as const } : item;
  });

interface CopyPapersDeps {
  readonly api: Pick<SatchelApi, "readPage">;
  readonly sharing: SharingApi;
  readonly timers: Timers;
}

const unread = { ok: false, error: { type: "pdf-unread" } } as const;

/** @param onStep before each page, from 1; `of` grows when a PDF turns out to have many. */
export async function copyPapers(
  papers: readonly PaperView[],
  mark: Mark,
  { api, sharing, timers }: CopyPapersDeps,
  onStep: (n: number, of: number) => void,
): Promise<Result<ShareInput["papers"], CopyTrouble & { readonly paper: PaperView }>> {
  const made: ShareInput["papers"][number][] = [];
  let done = 0;
  let left = papers.reduce((sum, paper) => sum + itemsOf(paper).length, 0);
  for (const paper of papers) {
    const items = itemsOf(paper);
    left -= items.length;
    const pdfs = new Map<string, PdfDocument>();
    const pdfOf = async (page: string): Promise<PdfDocument | undefined> => {
      const held = pdfs.get(page);
      if (held !== undefined) return held;
      const read = await api.readPage(paper.id, page, "original");
      if (!read.ok) return undefined;
      const pdf = openPdf(read.value.bytes, { connect: connectPdf, timers });
      pdfs.set(page, pdf);
      return pdf;
    };
    const copies = await makeCopies(
      items,
      mark,
      {
        read: (page) => api.readPage(paper.id, page, "readable"),
        sheets: async (page) => (await (await pdfOf(page))?.pages()) ?? unread,
        draw: async (page, inner) => (await (await pdfOf(page))?.draw(inner, pdfWidth)) ?? unread,
        sharing,
      },
      (n, of) => onStep(done + n, done + of + left),
    );
    for (const pdf of pdfs.values()) pdf.close();
    if (!copies.ok) return err({ ...copies.error, paper });
    done += copies.value.length;
    made.push({ paper: paper.id, pages: copies.value });
  }
  return ok(made);
}
