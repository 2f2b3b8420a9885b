/**
 * A router that leaves no trace: the browser's address never moves, so its history, its session file and a reload know one
 * page without a screen (INV-6). Runs in the kiosk's page.
 */
import type { Place, Router } from "../platform/router.ts";

const tidy = (path: string): string => (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);

function linkOf({ target }: Event): HTMLAnchorElement | undefined {
  const link = target instanceof Element ? target.closest("a[href]") : null;
  return link instanceof HTMLAnchorElement ? link : undefined;
}

/** @param start where a session begins. Every link of this origin stays in the page, whatever key or button was used. */
export function createQuietRouter(origin: string, start: string): Router {
  const listeners = new Set<(place: Place) => void>();
  let place: Place = { path: start, arrival: "start", visit: 0 };
  let trail: readonly string[] = [];

  const arrive = (path: string, arrival: Place["arrival"]): void => {
    place = { path: tidy(path), arrival, visit: place.visit + 1 };
    for (const listener of [...listeners]) listener(place);
  };
  const go: Router["go"] = (path, options) => {
    if (options?.replace !== true && path !== place.path) trail = [...trail, place.path];
    arrive(path, "go");
  };
  const clicked = (event: Event): void => {
    const link = linkOf(event);
    if (link === undefined || event.defaultPrevented) return;
    const url = new URL(link.href, origin);
    if (url.origin !== origin || url.hash !== "") return;
    // Another tab, a window or a download would outlive the session.
    event.preventDefault();
    go(url.pathname);
  };

  return {
    place: () => place,
    onMove(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    go,
    back(fallback) {
      const before = trail.at(-1);
      trail = trail.slice(0, -1);
      arrive(before ?? fallback, "pop");
    },
    begin(path) {
      trail = [];
      arrive(path, "go");
    },
    takeLinks(root) {
      for (const name of ["click", "auxclick"]) root.addEventListener(name, clicked);
      return () => {
        for (const name of ["click", "auxclick"]) root.removeEventListener(name, clicked);
      };
    },
    stop: () => listeners.clear(),
  };
}
