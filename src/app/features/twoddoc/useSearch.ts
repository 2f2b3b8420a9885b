/** Looks for a code on the pages of a paper, one after the other, or on a photo of the code alone. Runs in the page. */
import { useEffect, useRef, useState } from "preact/hooks";
import { pagesInOrder } from "../../../satchel/paper.ts";
import { readTwoDDoc, type TwoDDoc, type TwoDDocRefusal } from "../../../satchel/twoddoc/read.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { useSatchel } from "../../state/satchel.ts";
import type { PictureFile } from "../../ui/drawing.ts";
import { pageForm } from "../../ui/papers/pictures.ts";
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

export function useCodeSearch(paper: PaperView, read: ReadCodes): CodeSearch {
  const { api } = useSatchel();
  const pages = pagesInOrder(paper.record).filter(([, page]) => pageForm(page) === "picture");
  const [search, setSearch] = useState<Search>({ state: "looking", n: 1, of: pages.length });
  /** What is looked for now: an older search that ends later says nothing. */
  const turn = useRef(0);

  async function lookAt(file: PictureFile): Promise<Search | null> {
    const codes = await read(file);
    if (!codes.ok) return { state: codes.error };
    return readAny(codes.value);
  }

  async function lookThrough(): Promise<void> {
    turn.current += 1;
    const mine = turn.current;
    let refused: Search | null = null;
    let seen = 0;
    for (const [at, [id, page]] of pages.entries()) {
      setSearch({ state: "looking", n: at + 1, of: pages.length });
      const opened = await api.readPage(paper.id, id, page.original === null ? "readable" : "original");
      if (mine !== turn.current) return;
      // A page that is not on this phone: the photo of the code is offered in its place.
      if (!opened.ok) continue;
      seen += 1;
      const found = await lookAt(opened.value);
      if (mine !== turn.current) return;
      if (found?.state === "found" || found?.state === "absent") return setSearch(found);
      if (found?.state === "refused") refused ??= found;
    }
    setSearch(refused ?? { state: "none", seen });
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
