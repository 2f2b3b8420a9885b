/**
 * Where the person is: paths, back, and links that stay in the page. Runs in the page.
 *
 * Surprising: an address may end up in a browser's history file on disk, so it holds fixed words and random ids only,
 * never anything about a person (INV-3). `pathTo` refuses everything else.
 */
import { assert } from "../../shared/assert.ts";
import { isPrincipalId, isRandomId } from "../../shared/ids.ts";

type ParamName<P extends string> = P extends `${infer Head}/${infer Tail}`
  ? ParamName<Head> | ParamName<Tail>
  : P extends `:${infer Name}`
    ? Name
    : never;

/** The parameters of a pattern such as "/papiers/:id"; of a pattern known only at run time, any. */
export type Params<P extends string> = string extends P
  ? Readonly<Record<string, string>>
  : { readonly [K in ParamName<P>]: string };

const WORD = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** What an organisation published, by who and its public name (forms/published.ts). */
function fitsPublished(value: string): boolean {
  const [, by = "", name = ""] = /^pub-(.{27})-(.+)$/.exec(value) ?? [];
  return isPrincipalId(by) && WORD.test(name);
}

const fits = (value: string): boolean =>
  isRandomId(value) || isPrincipalId(value) || WORD.test(value) || fitsPublished(value);

/**
 * The address of a screen. Each parameter is a random id or a fixed word (lower-case letters, digits, hyphens).
 * Throws on anything else: that would be content in a URL (INV-3).
 */
export function pathTo<P extends string>(pattern: P, params: Params<P>): string {
  const values: Readonly<Record<string, string>> = params;
  return pattern.replace(/:(\w+)/g, (_, name: string) => {
    const value = values[name] ?? "";
    assert(fits(value), "INV-3: addresses hold random ids and fixed words only");
    return value;
  });
}

/** The parameters of `path` if it has the shape of `pattern` and holds nothing but ids and fixed words. */
export function matchPath<P extends string>(pattern: P, path: string): Params<P> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const value = given[at] ?? "";
    if (!part.startsWith(":")) {
      if (part !== value) return undefined;
    } else if (fits(value)) params[part.slice(1)] = value;
    else return undefined;
  }
  return params as Params<P>;
}

export interface Match<R> {
  readonly route: R;
  readonly params: Readonly<Record<string, string>>;
}

/** The route of `path`. A fixed path ("/papiers/nouveau") wins over one with parameters ("/papiers/:id"). */
export function findRoute<R extends { readonly path: string }>(
  routes: readonly R[],
  path: string,
): Match<R> | undefined {
  const fixed = routes.find((route) => route.path === path);
  if (fixed !== undefined) return { route: fixed, params: {} };
  for (const route of routes) {
    const params = matchPath(route.path, path);
    if (params !== undefined) return { route, params };
  }
  return undefined;
}

/** How the person came here: the first screen, a link, or the back and forward buttons. */
export type Arrival = "start" | "go" | "pop";

export interface Place {
  readonly path: string;
  readonly arrival: Arrival;
  /** Grows with each move; a screen shown twice in a row is two visits. */
  readonly visit: number;
}

export interface Router {
  readonly place: () => Place;
  /** Called after each move; the returned function stops that. */
  readonly onMove: (listener: (place: Place) => void) => () => void;
  /** Goes to `path`. With `replace`, the screen left is no longer in the history. */
  readonly go: (path: string, options?: { readonly replace?: boolean }) => void;
  /** Back inside the app; to `fallback` when the person came here directly. */
  readonly back: (fallback: string) => void;
  /** Another person is here: what was visited before is not shown again, by "back" either; begins at `path`. */
  readonly begin: (path: string) => void;
  /** Takes over links of this app inside `root`; the returned function lets go. */
  readonly takeLinks: (root: EventTarget) => () => void;
  /** Lets go of the window. */
  readonly stop: () => void;
}

/** How addresses show in the browser. */
export interface RouterLook {
  /** Discreet mode: the address never moves, and no screen enters the history. "Back" of the browser then leaves. */
  readonly silent?: boolean;
}

/** What the router needs of the window. */
export interface RouterWindow {
  readonly history: Pick<History, "pushState" | "replaceState" | "back" | "state">;
  readonly location: Pick<Location, "pathname" | "origin">;
  readonly addEventListener: (type: "popstate", listener: () => void) => void;
  readonly removeEventListener: (type: "popstate", listener: () => void) => void;
}

const tidy = (path: string): string => (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);

const numberIn = (state: unknown, name: "depth" | "turn"): number => {
  const value: unknown = Object(state)[name];
  return typeof value === "number" ? value : 0;
};

/** How deep in the app this entry of the history is. */
export const depthOf = (state: unknown): number => numberIn(state, "depth");
/** Which person's turn this entry is of; 0 until a second one came. With the depth all that the history's state holds. */
const turnOf = (state: unknown): number => numberIn(state, "turn");

function linkOf(event: Event): HTMLAnchorElement | undefined {
  const { target } = event;
  const link = target instanceof Element ? target.closest("a[href]") : null;
  return link instanceof HTMLAnchorElement ? link : undefined;
}

/**
 * A router over the history of `win`. `owns(path)` says which paths are screens of this page; links to all others, and
 * links with a target, a download or a modifier key, are left to the browser.
 */
export function createRouter(
  win: RouterWindow,
  owns: (path: string) => boolean,
  { silent = false }: RouterLook = {},
): Router {
  const listeners = new Set<(place: Place) => void>();
  let place: Place = { path: tidy(win.location.pathname), arrival: "start", visit: 0 };
  let turn = turnOf(win.history.state);
  let first = place.path;
  /** Where one came from, when the history does not hold it. */
  let trail: readonly string[] = [];

  const arrive = (path: string, arrival: Arrival): void => {
    place = { path, arrival, visit: place.visit + 1 };
    for (const listener of [...listeners]) listener(place);
  };
  const stateAt = (depth: number) => (turn === 0 ? { depth } : { depth, turn });

  if (silent && place.path !== "/") win.history.replaceState(stateAt(0), "", "/");

  const go: Router["go"] = (path, options) => {
    const here = depthOf(win.history.state);
    const isReplaced = options?.replace === true;
    if (silent) {
      if (!isReplaced && path !== place.path) trail = [...trail, place.path];
    } else if (isReplaced) win.history.replaceState(stateAt(here), "", path);
    else if (path !== place.path) win.history.pushState(stateAt(here + 1), "", path);
    arrive(tidy(path), "go");
  };

  // A hash that changes also says "popstate": the screen is the same, nothing moves.
  const popped = (): void => {
    if (silent) return;
    const path = tidy(win.location.pathname);
    const { state } = win.history;
    if (turnOf(state) !== turn) {
      win.history.replaceState(stateAt(depthOf(state)), "", first);
      arrive(first, "pop");
    } else if (path !== place.path) arrive(path, "pop");
  };
  win.addEventListener("popstate", popped);

  const clicked = (event: Event): void => {
    const click = event as MouseEvent;
    const link = linkOf(event);
    if (link === undefined || click.defaultPrevented || click.button !== 0) return;
    if (click.metaKey || click.ctrlKey || click.shiftKey || click.altKey) return;
    if (link.hasAttribute("download") || (link.target !== "" && link.target !== "_self")) return;
    const url = new URL(link.href, win.location.origin);
    if (url.origin !== win.location.origin || url.hash !== "" || !owns(tidy(url.pathname))) return;
    click.preventDefault();
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
      if (before !== undefined) {
        trail = trail.slice(0, -1);
        arrive(before, "pop");
      } else if (!silent && depthOf(win.history.state) > 0) win.history.back();
      else go(fallback, { replace: true });
    },
    begin(path) {
      turn += 1;
      first = path;
      trail = [];
      go(path, { replace: true });
    },
    takeLinks(root) {
      root.addEventListener("click", clicked);
      return () => root.removeEventListener("click", clicked);
    },
    stop: () => win.removeEventListener("popstate", popped),
  };
}
