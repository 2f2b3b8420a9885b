/** What every screen does on arrival: names the tab, and gives its h1 the focus. Runs in the page. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import { isDiscreet, NEUTRAL_NAME } from "./discreet.ts";
import type { Place, Router } from "./router.ts";

/** The place the router is at; renders again after each move. */
export function usePlace(router: Router): Place {
  const [place, setPlace] = useState(router.place());
  useEffect(() => {
    setPlace(router.place());
    return router.onMove(setPlace);
  }, [router]);
  return place;
}

/** Focus on the h1 of the page, so that a screen reader starts there; the page is shown from its top. */
export function focusHeading(root: ParentNode = document): void {
  const heading = root.querySelector("h1");
  if (heading === null) return;
  if (!heading.hasAttribute("tabindex")) heading.setAttribute("tabindex", "-1");
  heading.focus({ preventScroll: true });
}

export interface ScreenOptions {
  /** Words for the tab: the h1, or the question. Never anything that a person typed (INV-3). */
  readonly title: string;
  /** Changes when the person arrives somewhere else: `place.visit`, a question's name. */
  readonly arrival: string | number;
  /** The page shows something to look at again: "Erreur :" comes first. */
  readonly failing?: boolean | undefined;
  /** The very first screen leaves the focus where the browser put it. */
  readonly first?: boolean | undefined;
  /** Still being opened: title and focus stay as they are, so that nobody hears a name that is gone a moment later. */
  readonly pending?: boolean | undefined;
}

/** Sets the title of the tab, and the focus when `arrival` changes. */
export function useScreen({ title, arrival, failing = false, first = false, pending = false }: ScreenOptions): void {
  const t = useT();
  const seen = useRef<string | number | undefined>(first ? arrival : undefined);
  const named = t("common.title", { page: failing ? `${t("common.review.error")} ${title}` : title });
  const page = isDiscreet() ? NEUTRAL_NAME : named;
  useEffect(() => {
    // A page that "Sortir" has hidden has no name any more, whatever is drawn in it meanwhile.
    if (!pending && !document.body.hidden) document.title = page;
  }, [page, pending]);
  useEffect(() => {
    if (pending || seen.current === arrival) return;
    seen.current = arrival;
    window.scrollTo(0, 0);
    focusHeading();
  }, [arrival, pending]);
}
