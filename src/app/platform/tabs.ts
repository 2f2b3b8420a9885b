/** Opens a page of this origin in a tab of its own. Runs in the page. */

/**
 * Within a few seconds of a tap; a browser that refuses says so to nobody, so the screen has to keep a link to the same page.
 */
export function openTab(path: string): void {
  window.open(path, "_blank", "noopener");
}
