/**
 * Looks for a code on the pages of a paper, those inside of its PDFs too, one after the other; or on a photo of the code alone.
 * Runs in the page.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { pagesInOrder } from "../../../satchel/paper.ts";
import { readTwoDDoc, type TwoDDoc, type TwoDDocRefusal } from "../../../satchel/twoddoc/read.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { useSatchel } from "../../state/satchel.ts";
import type { PictureFile } from "../../ui/drawing.ts";
import { pageForm } from "../../ui/papers/pictures.ts";
import type { PdfDocument } from "../../ui/pdf/document.ts";
import type { ReadCodes } from "./codes.ts";

export type Search =
  /** On page `n` of `of`; on a photo when both are 0. */
  | { readonly state: "looking"; readonly n: number; readonly of: number }
  | { readonly state: "found"; readonly doc: TwoDDoc }
  /** A code, and not one that can be read here. */
  | { readonly state: "refused"; readonly why: TwoDDocRefusal }
  /** `seen`: pages that were looked at. */
  | { readonly state: "none"; readonly seen: number }
  | { readonly state: "unread" }
  | { readonly state: "absent" };

/** The first that is a 2D-Doc; else why the first code is none. */
function readAny(codes: readonly Uint8Array[]): Search | null {
  let refused: Search | null = null;
  for (const code of codes) {
    const doc = readTwoDDoc(code);
    if (doc.ok) return { state: "found", doc: doc.value };
    refused ??= { state: "refused", why: doc.error };
  }
  return refused;
}

export interface CodeSearch {
  readonly search: Search;
  /** Looks at the pages again. */
  readonly again: () => void;
  readonly look: (photo: Blob) => Promise<void>;
}

/** A page of A4 with all the pixels that it may have: a module of a code has three or four. */
const SHEET_WIDTH = 1700;
/** Of one PDF: a code is on the first pages, or on none. */
const MOST_SHEETS = 10;

export type OpenFile = (bytes: ArrayBuffer) => PdfDocument;

/** What a search finds out on its way. */
interface Walk {
  /** Someone searches anew, or has left. */
  readonly isOver: () => boolean;
  /** Pages that were looked at, and how many there are as far as is known. */
  seen: number;
  total: number;
  refused: Search | null;
}

export function useCodeSearch(paper: PaperView, read: ReadCodes, open: OpenFile): CodeSearch {
  const { api } = useSatchel();
  const pages = pagesInOrder(paper.record).filter(([, page]) => pageForm(page) !== "raw");
  const [search, setSearch] = useState<Search>({ state: "looking", n: 1, of: pages.length });
  /** What is looked for now: an older search that ends later says nothing. */
  const turn = useRef(0);

  async function lookAt(picture: PictureFile | ImageBitmap): Promise<Search | null> {
    const codes = await read(picture);
    if (!codes.ok) return { state: codes.error };
    return readAny(codes.value);
  }

  /** @returns what ends the search; null: on to the next page. */
  async function step(picture: PictureFile | ImageBitmap, walk: Walk): Promise<Search | null> {
    walk.seen += 1;
    const found = await lookAt(picture);
    if (found?.state === "refused") walk.refused ??= found;
    return found?.state === "found" || found?.state === "absent" ? found : null;
  }

  /** As `step`, for each page inside of a PDF. One that cannot be drawn is passed over. */
  async function stepThrough(bytes: ArrayBuffer, at: number, walk: Walk): Promise<Search | null> {
    const pdf = open(bytes);
    try {
      const count = await pdf.pages();
      if (!count.ok) return count.error.type === "unavailable" ? { state: "absent" } : null;
      const sheets = Math.min(count.value, MOST_SHEETS);
      walk.total += sheets - 1;
      for (let sheet = 1; sheet <= sheets; sheet += 1) {
        if (walk.isOver()) return null;
        setSearch({ state: "looking", n: at + sheet, of: walk.total });
        const drawn = await pdf.draw(sheet, SHEET_WIDTH);
        if (!drawn.ok) continue;
        const found = await step(drawn.value.bitmap, walk);
        if (found !== null) return found;
      }
      return null;
    } finally {
      pdf.close();
    }
  }

  async function lookThrough(): Promise<void> {
    turn.current += 1;
    const mine = turn.current;
    const walk: Walk = { isOver: () => mine !== turn.current, seen: 0, total: pages.length, refused: null };
    let at = 0;
    for (const [id, page] of pages) {
      setSearch({ state: "looking", n: at + 1, of: walk.total });
      const before = walk.total;
      const opened = await api.readPage(paper.id, id, page.original === null ? "readable" : "original");
      if (walk.isOver()) return;
      // A page that is not on this phone: the photo of the code is offered in its place.
      if (opened.ok) {
        const isFile = pageForm(page) === "file";
        const found = await (isFile ? stepThrough(opened.value.bytes, at, walk) : step(opened.value, walk));
        if (walk.isOver()) return;
        if (found !== null) return setSearch(found);
      }
      at += 1 + walk.total - before;
    }
    setSearch(walk.refused ?? { state: "none", seen: walk.seen });
  }

  useEffect(() => {
    void lookThrough();
    return () => {
      turn.current += 1;
    };
  }, [paper.id]);

  return {
    search,
    again: () => void lookThrough(),
    async look(photo) {
      turn.current += 1;
      const mine = turn.current;
      setSearch({ state: "looking", n: 0, of: 0 });
      const bytes = await photo.arrayBuffer().catch(() => null);
      const found = bytes === null ? ({ state: "unread" } as const) : await lookAt({ bytes, mime: photo.type });
      if (mine === turn.current) setSearch(found ?? { state: "none", seen: 1 });
    },
  };
}
