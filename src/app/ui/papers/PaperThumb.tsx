/** The first page of a paper as a small picture; the drawn sheet of its kind until it is there. Decorative. */
import { useEffect, useRef, useState } from "preact/hooks";
import { pagesInOrder } from "../../../satchel/paper.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { whenNear } from "../near.ts";
import { Picture } from "../Picture.tsx";
import { Sheet } from "../Sheet.tsx";
import { sheetOf } from "./names.ts";
import { pageForm, usePicture } from "./pictures.ts";
import "./papers.css";

/** Opens the preview only while it is near the screen: a thousand papers stay light. */
export function PaperThumb({ paper }: { readonly paper: PaperView }) {
  const element = useRef<HTMLSpanElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => (element.current === null ? undefined : whenNear(element.current, setNear)), []);
  const first = pagesInOrder(paper.record)[0];
  const shown = first !== undefined && near && pageForm(first[1]) === "picture" ? first[0] : null;
  const picture = usePicture(paper.id, shown, "preview");
  const drawn = <Sheet kind={sheetOf(paper.record.kind)} class="thumb" />;
  return (
    <span class="pthumb" ref={element} aria-hidden="true">
      {picture.state === "ready" ? (
        <Picture class={`pthumb__img turn-${first?.[1].turn ?? 0}`} file={picture.file} name="" instead={drawn} />
      ) : (
        drawn
      )}
    </span>
  );
}
