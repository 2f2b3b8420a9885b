/**
 * The pages of a paper as the printer gets them: one picture to a sheet, nothing else of the screen. It asks for
 * printing once every picture is drawn, and goes away afterwards. A child of `main` (papers.css hides its siblings).
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ShownPage } from "../../../satchel/model.ts";
import { pagesInOrder } from "../../../satchel/paper.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { printSize } from "../../ui/drawing.ts";
import { Picture } from "../../ui/Picture.tsx";
import { pageForm, usePicture } from "../../ui/papers/pictures.ts";

interface OneProps {
  readonly paper: RecordId;
  readonly id: string;
  readonly page: ShownPage;
  /** How many are printed together. */
  readonly of: number;
  readonly onReady: (id: string) => void;
}

function One({ paper, id, page, of, onReady }: OneProps) {
  const picture = usePicture(paper, id, "readable");
  const failed = picture.state === "failed";
  useEffect(() => {
    if (failed) onReady(id);
  }, [failed, id, onReady]);
  if (picture.state !== "ready") return null;
  return (
    <div class="print-pages__one">
      <Picture
        class={`turn-${page.turn}`}
        file={picture.file}
        name=""
        fit={printSize(of, page.turn % 180 !== 0)}
        onSettled={() => onReady(id)}
      />
    </div>
  );
}

/** Pages that a printer can take. */
export const printable = (paper: PaperView): readonly (readonly [string, ShownPage])[] =>
  pagesInOrder(paper.record).filter(([, page]) => pageForm(page) === "picture");

export interface PrintPagesProps {
  readonly paper: PaperView;
  /** Opens the system's print window; the page waits behind it. */
  readonly print: () => void;
  readonly onDone: () => void;
}

/** Draws, prints, is done. */
export function PrintPages({ paper, print, onDone }: PrintPagesProps) {
  const pages = printable(paper);
  const [ready, setReady] = useState<ReadonlySet<string>>(new Set());
  const [mark] = useState(() => (id: string) => setReady((before) => new Set([...before, id])));
  const asked = useRef(false);
  const all = pages.every(([id]) => ready.has(id));
  const done = useRef(onDone);
  done.current = onDone;
  useEffect(() => {
    const after = (): void => done.current();
    addEventListener("afterprint", after);
    return () => removeEventListener("afterprint", after);
  }, []);
  useEffect(() => {
    if (!all || asked.current) return;
    asked.current = true;
    print();
  }, [all, print]);
  return (
    <div class="print-pages" aria-hidden="true">
      {pages.map(([id, page]) => (
        <One key={id} paper={paper.id} id={id} page={page} of={pages.length} onReady={mark} />
      ))}
    </div>
  );
}
