/**
 * A decrypted picture to be drawn (ui/Picture.tsx), let go as soon as nobody looks at it. Runs in the page.
 *
 * Surprising: only kinds that the person's app draws anew are shown (JPEG, PNG, WebP); everything else is a file as it
 * was picked, and is offered as a download behind a warning.
 */

import { useEffect, useState } from "preact/hooks";
import type { BlobId, LetterId } from "../../shared/ids.ts";
import type { PictureFile } from "../ui/drawing.ts";
import { type DeskFailure, isDeskFailure, useDesk } from "./state.ts";

const DRAWN: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/webp"]);

/** True for a picture that was drawn anew on the person's phone. */
export const isDrawn = (mime: string): boolean => DRAWN.has(mime);

export type Picture =
  | { readonly state: "loading" }
  | { readonly state: "not-arrived" }
  /** What came is no picture, whatever it was announced as. */
  | { readonly state: "file" }
  | { readonly state: "failed"; readonly error: DeskFailure }
  | { readonly state: "ready"; readonly file: PictureFile };

const LOADING: Picture = { state: "loading" };
const NOTHING: { readonly blob: BlobId | null; readonly picture: Picture } = { blob: null, picture: LOADING };

/** The picture of `blob`, opened by the worker; `null`: nothing is asked. `attempt`: a new value asks again. */
export function usePicture(letter: LetterId, blob: BlobId | null, attempt = 0): Picture {
  const { api } = useDesk();
  const [shown, setShown] = useState(NOTHING);
  useEffect(() => {
    if (blob === null) return;
    let isGone = false;
    const settle = (picture: Picture): void => setShown({ blob, picture });
    settle(LOADING);
    void api.page(letter, blob).then((answer) => {
      if (isGone) return;
      if (!answer.ok) {
        const { error } = answer;
        settle(isDeskFailure(error) ? { state: "failed", error } : { state: "not-arrived" });
      } else if (!isDrawn(answer.value.mime)) settle({ state: "file" });
      else settle({ state: "ready", file: answer.value });
    });
    return () => {
      isGone = true;
      setShown(NOTHING);
    };
  }, [api, letter, blob, attempt]);
  return shown.blob === blob ? shown.picture : LOADING;
}
