/**
 * Pages as pictures on the screen. Runs in the page.
 *
 * Surprising: an object URL keeps the readable bytes alive until it is revoked. Each one here dies with the element
 * that shows it, and at once when the satchel closes (INV-3).
 */
import { useEffect, useState } from "preact/hooks";
import type { ShownPage } from "../../../satchel/model.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { WorkerError } from "../../../workers/satchel.contract.ts";
import { useSatchel } from "../../state/satchel.ts";

export type Which = "preview" | "readable" | "original";

export type Picture =
  /** Nothing was asked, or the satchel has just closed. */
  | { readonly state: "none" }
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly error: WorkerError }
  | { readonly state: "ready"; readonly url: string };

export type PageForm = "picture" | "raw" | "file";

/** picture: can be shown; raw: a photo that this browser cannot read (HEIC); file: a PDF. */
export function pageForm(page: ShownPage): PageForm {
  if (page.state === "raw") return "raw";
  const { readable, original } = page;
  return readable === null && original !== null && !original.mime.startsWith("image/") ? "file" : "picture";
}

const NONE: Picture = { state: "none" };

/** Reads and opens one page; `null` asks for nothing. The URL is good while the component is there. */
export function usePicture(paper: RecordId, page: string | null, which: Which): Picture {
  const { api, listen } = useSatchel();
  const [picture, setPicture] = useState<Picture>(NONE);
  useEffect(() => {
    if (page === null) return undefined;
    let url: string | null = null;
    let gone = false;
    const close = (): void => {
      gone = true;
      if (url !== null) URL.revokeObjectURL(url);
      url = null;
      setPicture(NONE);
    };
    setPicture({ state: "loading" });
    void api.readPage(paper, page, which).then((result) => {
      if (gone) return;
      if (!result.ok) return setPicture({ state: "failed", error: result.error });
      url = URL.createObjectURL(new Blob([result.value.bytes], { type: result.value.mime }));
      setPicture({ state: "ready", url });
    });
    const stop = listen((change) => {
      if (change.type === "opening") close();
    });
    return () => {
      stop();
      close();
    };
  }, [api, listen, paper, page, which]);
  return picture;
}

type Seen = (visible: boolean) => void;
const watched = new WeakMap<Element, Seen>();
let observer: IntersectionObserver | undefined;

/** Tells when `element` comes near the screen and when it goes. Where that cannot be known, it counts as near. */
export function whenNear(element: Element, seen: Seen): () => void {
  if (typeof IntersectionObserver === "undefined") {
    seen(true);
    return () => undefined;
  }
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const entry of entries) watched.get(entry.target)?.(entry.isIntersecting);
    },
    { rootMargin: "300px" },
  );
  watched.set(element, seen);
  observer.observe(element);
  return () => {
    watched.delete(element);
    observer?.unobserve(element);
  };
}
