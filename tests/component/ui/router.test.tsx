import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createRouter, findRoute, matchPath, pathTo, type Router } from "../../../src/app/platform/router.ts";
import { createTheme } from "../../../src/app/platform/theme.ts";
import { usePlace, useScreen } from "../../../src/app/platform/useScreen.ts";

const ID = "AAAAAAAAAAAAAAAAAAAAAA";

describe("paths", () => {
  test("INV-3: addresses hold random ids and fixed words, nothing else", () => {
    expect(pathTo("/papiers/:id", { id: ID })).toBe(`/papiers/${ID}`);
    expect(pathTo("/dossiers/:id/question/:page", { id: ID, page: "situation" })).toBe(
      `/dossiers/${ID}/question/situation`,
    );
    for (const id of ["Camille Morel", "", "../x", "06%2012", "Morel"])
      expect(() => pathTo("/papiers/:id", { id })).toThrow("INV-3");
  });

  test("a path matches its pattern only", () => {
    expect(matchPath("/papiers/:id", `/papiers/${ID}`)).toEqual({ id: ID });
    expect(matchPath("/papiers/:id", "/papiers")).toBeUndefined();
    expect(matchPath("/papiers/:id", `/papiers/${ID}/x`)).toBeUndefined();
    expect(matchPath("/papiers/:id", "/papiers/Camille%20Morel")).toBeUndefined();
  });

  test("a published form has an address: who published it and its public name, nothing else", () => {
    const by = "A".repeat(27);
    const procedure = `pub-${by}-rendez-vous`;
    expect(matchPath("/demarches/:procedure", `/demarches/${procedure}`)).toEqual({ procedure });
    for (const other of [`pub-${by}-Morel`, `pub-${by}`, `pub-${by}-`, `pub-${"A".repeat(26)}-rendez-vous`, `${by}-x`])
      expect(matchPath("/demarches/:procedure", `/demarches/${other}`)).toBeUndefined();
  });

  test("a fixed path wins over one with parameters", () => {
    const routes = [{ path: "/papiers/:id" }, { path: "/papiers/nouveau" }];
    expect(findRoute(routes, "/papiers/nouveau")).toEqual({ route: routes[1], params: {} });
    expect(findRoute(routes, `/papiers/${ID}`)).toEqual({ route: routes[0], params: { id: ID } });
    expect(findRoute(routes, "/ailleurs")).toBeUndefined();
  });
});

interface Entry {
  readonly path: string;
  readonly state: unknown;
}

/** A browser's history in memory. */
function createWindow(path: string) {
  const entries: Entry[] = [{ path, state: null }];
  let at = 0;
  let popped: () => void = () => undefined;
  return {
    entries,
    history: {
      get state() {
        return entries[at]?.state;
      },
      pushState(state: unknown, _: string, url: string) {
        entries.splice(at + 1, entries.length, { path: url, state });
        at += 1;
      },
      replaceState(state: unknown, _: string, url: string) {
        entries[at] = { path: url, state };
      },
      back() {
        at = Math.max(0, at - 1);
        popped();
      },
    },
    location: {
      origin: window.location.origin,
      get pathname() {
        return entries[at]?.path ?? "/";
      },
    },
    addEventListener(_: "popstate", listener: () => void) {
      popped = listener;
    },
    removeEventListener() {
      popped = () => undefined;
    },
  };
}

describe("createRouter", () => {
  let win: ReturnType<typeof createWindow>;
  let router: Router;
  beforeEach(() => {
    win = createWindow("/accueil");
    router = createRouter(win as unknown as Parameters<typeof createRouter>[0], (path) => path !== "/guichet");
  });
  afterEach(cleanup);

  test("goes, comes back, and says how one arrived", () => {
    const places: string[] = [];
    router.onMove((place) => places.push(`${place.arrival} ${place.path}`));
    router.go("/papiers");
    router.go(`/papiers/${ID}`);
    router.back("/accueil");
    expect(places).toEqual(["go /papiers", `go /papiers/${ID}`, "pop /papiers"]);
  });

  test("back on the first screen goes to the fallback instead of leaving the app", () => {
    router = createRouter(createWindow(`/papiers/${ID}`) as unknown as Parameters<typeof createRouter>[0], () => true);
    router.back("/papiers");
    expect(router.place().path).toBe("/papiers");
  });

  test("replacing leaves no trace of the screen left", () => {
    router.go("/papiers");
    router.go("/neutre", { replace: true });
    expect(win.entries.map((entry) => entry.path)).toEqual(["/accueil", "/neutre"]);
  });

  test("the browser's history holds a depth and nothing else", () => {
    router.go("/papiers");
    expect(win.entries.at(-1)?.state).toEqual({ depth: 1 });
  });

  test("another person's turn: what was visited before is not shown again, by 'back' either", () => {
    router.go(`/papiers/${ID}`);
    router.go("/envois");
    router.begin("/accueil");
    expect(router.place().path).toBe("/accueil");
    router.go("/papiers");
    const places: string[] = [];
    router.onMove((place) => places.push(place.path));
    win.history.back();
    win.history.back();
    win.history.back();
    expect(places).toEqual(["/accueil", "/accueil", "/accueil"]);
    expect(win.entries.map((entry) => entry.path)).toEqual(["/accueil", "/accueil", "/accueil", "/papiers"]);
  });

  test("in discreet mode the address never moves and nothing enters the history; back inside still works", () => {
    const quiet = createWindow(`/papiers/${ID}`);
    router = createRouter(quiet as unknown as Parameters<typeof createRouter>[0], () => true, { silent: true });
    expect(quiet.entries.map((entry) => entry.path)).toEqual(["/"]);
    expect(router.place().path).toBe(`/papiers/${ID}`);
    for (const path of ["/accueil", "/papiers", "/envois", "/reglages"]) router.go(path);
    router.go("/accueil", { replace: true });
    router.back("/ailleurs");
    expect(router.place().path).toBe("/envois");
    router.begin("/accueil");
    router.back("/papiers");
    expect(router.place().path).toBe("/papiers");
    expect(quiet.entries.map((entry) => entry.path)).toEqual(["/"]);
  });

  test("takes links of this page, leaves the others to the browser", () => {
    render(
      <div>
        <a href="/papiers">Papiers</a>
        <a href="/guichet">Guichet</a>
        <a href="#aide">Aide</a>
        <a href="tel:+33465711230">Appeler</a>
        <a href="/papiers" target="_blank" rel="noopener">
          Ailleurs
        </a>
      </div>,
    );
    const stop = router.takeLinks(document);
    const press = (name: string, init: MouseEventInit = {}) => {
      const click = new MouseEvent("click", { bubbles: true, cancelable: true, button: 0, ...init });
      // The browser would follow the link: the test stops it after the router had its say.
      const seen = { taken: false };
      const after = (event: Event) => {
        seen.taken = event.defaultPrevented;
        event.preventDefault();
      };
      window.addEventListener("click", after);
      fireEvent(screen.getByRole("link", { name }), click);
      window.removeEventListener("click", after);
      return seen.taken;
    };
    expect(press("Papiers")).toBe(true);
    expect(router.place().path).toBe("/papiers");
    expect(press("Papiers", { ctrlKey: true })).toBe(false);
    for (const name of ["Guichet", "Aide", "Appeler", "Ailleurs"]) expect(press(name), name).toBe(false);
    stop();
    expect(press("Papiers")).toBe(false);
  });

  test("each screen names the tab and gives its h1 the focus on arrival, not on start", () => {
    window.scrollTo = vi.fn() as unknown as typeof window.scrollTo;
    function Screen() {
      const place = usePlace(router);
      const title = place.path === "/accueil" ? "Accueil" : "Mes papiers";
      useScreen({ title, arrival: place.visit, first: place.arrival === "start" });
      return <h1>{title}</h1>;
    }
    render(<Screen />);
    expect(document.title).toBe("Accueil – Besace");
    expect(document.activeElement).toBe(document.body);
    act(() => router.go("/papiers"));
    expect(document.title).toBe("Mes papiers – Besace");
    expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 }));
  });
});

describe("createTheme", () => {
  test("follows the phone until the person chooses, and remembers", () => {
    const kept: string[] = [];
    const theme = createTheme(document.documentElement, {
      read: () => kept.at(-1) ?? null,
      write: (x) => kept.push(x),
    });
    expect(document.documentElement.hasAttribute("data-theme")).toBe(false);
    theme.set("dark");
    expect(document.documentElement.getAttribute("data-theme")).toBe("dark");
    expect(createTheme(document.documentElement, { read: () => "dark", write: vi.fn() }).get()).toBe("dark");
    theme.set("auto");
    expect(document.documentElement.hasAttribute("data-theme")).toBe(false);
    expect(kept).toEqual(["dark", "auto"]);
  });
});
