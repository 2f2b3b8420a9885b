/** Fixed places of every screen that links jump to. Runs in the page. */

export const CONTENT_ID = "contenu";
export const HUMAN_ID = "aide";

/** Brings a place into view and gives it the focus, without a new entry in the history. */
export function moveTo(id: string): void {
  const place = document.getElementById(id);
  // Folded away in discreet mode.
  const fold = place?.closest("details");
  if (fold) fold.open = true;
  place?.scrollIntoView({ block: "start" });
  place?.focus({ preventScroll: true });
}
