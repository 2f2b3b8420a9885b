/** One paper in a list: thumbnail, name, date and the one most useful state. */
import type { ComponentChildren } from "preact";
import type { PictureFile } from "./drawing.ts";
import { Picture } from "./Picture.tsx";
import { Sheet, type SheetKind } from "./Sheet.tsx";

export interface ThumbProps {
  /** A drawn sheet, or the paper's own preview. */
  readonly image: { readonly sheet: SheetKind } | { readonly file: PictureFile };
  readonly small?: boolean | undefined;
}

/** Thumbnail; hidden from screen readers, the name stands beside it. */
export function Thumb({ image, small }: ThumbProps) {
  const className = small === true ? "thumb thumb--s" : "thumb";
  return "sheet" in image ? (
    <Sheet kind={image.sheet} class={className} />
  ) : (
    <Picture
      class={`${className} thumb--real`}
      file={image.file}
      name=""
      instead={<Sheet kind="letter" class={className} />}
    />
  );
}

export interface PaperTileProps {
  readonly href: string;
  readonly image: ThumbProps["image"];
  readonly name: string;
  readonly detail: ComponentChildren;
  /** One `Chip`: redo before soon before waits before this phone before received before copies. */
  readonly chip?: ComponentChildren;
}

/** A paper as a row (`li`). */
export function PaperTile({ href, image, name, detail, chip }: PaperTileProps) {
  return (
    <li>
      <a class="item paper" href={href}>
        <Thumb image={image} />
        <span class="item__body">
          <span class="item__title">
            <bdi>{name}</bdi>
          </span>
          <span class="meta"> {detail}</span>
          {chip !== undefined && <span class="chip-line"> {chip}</span>}
        </span>
      </a>
    </li>
  );
}
