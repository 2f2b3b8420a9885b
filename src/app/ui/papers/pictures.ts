/**
 * Pages opened to be shown (ui/Picture.tsx). Runs in the page.
 *
 * Surprising: the readable bytes are here as long as they are shown, because a larger picture is drawn from them anew. They
 * go with the element, and at once when the satchel closes (INV-3).
 */
import { useEffect, useState } from "preact/hooks";
import type { ShownPage } from "../../../satchel/model.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { WorkerError } from "../../../workers/satchel.contract.ts";
import { useSatchel } from "../../state/satchel.ts";
import type { PictureFile } from "../drawing.ts";

export type Which = "preview" | "readable" | "original";

export type Picture =
  /** Nothing was asked, or the satchel has just closed. */
  | { readonly state: "none" }
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly error: WorkerError }
  | { readonly state: "ready"; readonly file: PictureFile };

export type PageForm = "picture" | "raw" | "file";

/** picture: can be shown; raw: a photo that this browser cannot read (HEIC); file: a PDF. */
export function pageForm(page: ShownPage): PageForm {
  if (page.state === "raw") return "raw";
  const { readable, original } = page;
  return readable === null && original !== null && !original.mime.startsWith("image/") ? "file" : "picture";
}

const NONE: Picture = { state: "none" };

/** Reads and opens one page; `null` asks for nothing. It is there while the component is. */
export function usePicture(paper: RecordId, page: string | null, which: Which): Picture {
  const { api, listen } = useSatchel();
  const [picture, setPicture] = useState<Picture>(NONE);
  useEffect(() => {
    if (page === null) return undefined;
    let last = 0;
    const read = (): void => {
      last += 1;
      const mine = last;
      setPicture({ state: "loading" });
      void api.readPage(paper, page, which).then((result) => {
        if (mine !== last) return;
        if (result.ok) setPicture({ state: "ready", file: result.value });
        else setPicture(result.error.type === "locked" ? NONE : { state: "failed", error: result.error });
      });
    };
    read();
    // It may have closed: the bytes go at once. Where it is open all the same (the page is seen again), they come back.
    const stop = listen((change) => {
      if (change.type === "opening") read();
    });
    return () => {
      last += 1;
      stop();
      setPicture(NONE);
    };
  }, [api, listen, paper, page, which]);
  return picture;
}
